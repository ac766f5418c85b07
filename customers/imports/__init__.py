"""Imports: files of customers and their dealings on the way into the tables.

`run` is the whole of it, for the command and the page alike:

    reading.py      the file as a table (text, packed, workbook), or a refusal
    fields.py       which column is which field
    staging.py      rows and values in temporary tables, through COPY
    conventions.py  which order of dates and which decimal mark the file uses
    kinds/          one module each kind: its fields, the comparing, the writing
    traces.py       what an import makes, changes and removes, written down for its undo
    wrong_rows.py   the file of the rows that could not be taken
    background.py   uploads: checked and committed by a worker
"""

from customers.imports.fields import Counts, Order
from customers.imports.refusals import Refused
from customers.imports.service import OWN_SOURCE, Result, RowsResult, run, run_rows

__all__ = [
    "OWN_SOURCE",
    "Counts",
    "Order",
    "Refused",
    "Result",
    "RowsResult",
    "run",
    "run_rows",
]
