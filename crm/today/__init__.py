"""What each role's home page shows, in which order: tables of contents of "Today".

A module a role; `parts` are what several of them show, `lists` the short lists, read in one query,
and `short` says what each of those lists has and what one does about it.
"""
