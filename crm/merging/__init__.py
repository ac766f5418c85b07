"""Two customers that are one: merging them on all floors, and undoing that.

`rules` says for each relation what becomes of it, `rows` moves and remembers, `choices` are the
fields, `service` does it under locks.
"""

from crm.merging.choices import Two
from crm.merging.preview import moving_with
from crm.merging.service import Changed, merge, two_of, undo, why_not, why_not_undone

__all__ = [
    "Changed",
    "Two",
    "merge",
    "moving_with",
    "two_of",
    "undo",
    "why_not",
    "why_not_undone",
]
