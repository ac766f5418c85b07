"""Lists taken out as files: which lists, which columns, who may, and how the files are written.

`lists` is the register: one entry a page. An entry reads by the page's own queryset with the page's
own filters and sort, so that a file never holds a row or a figure that the page would not show.
"""
