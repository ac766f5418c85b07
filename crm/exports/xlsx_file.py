"""A list as a workbook, written row by row: memory stays the same however long the list is.

XlsxWriter in its mode of constant memory puts each row on disk as soon as the next one begins.
Rows beyond what a sheet holds go to further sheets.
"""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import get_language
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from crm.exports.columns import Column, Type, Value
from crm.platform.cells import in_workbook

ROWS_OF_SHEET = 1_048_575  # below the headings
LONGEST_TEXT = 32_767  # characters of a cell; what a spreadsheet could not open is cut with a mark
CUT = "…"
EXACT_DIGITS = 15  # of a number; longer ones would lose their last digits and stay texts
FIRST_DAY = dt.date(1900, 3, 1)  # before it spreadsheets count days differently
LONGEST_NAME = 31
BAD_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))

DATES = {"en": "d mmm yyyy", "zh": "yyyy-mm-dd"}
NUMBERS = {
    Type.COUNT: "#,##0",
    Type.MONEY: "#,##0.00",
    Type.NUMBER: "#,##0.####",
    Type.SHARE: "0.0%",
    Type.TEXT: "@",
}
WIDTHS = {Type.TEXT: 24, Type.DATE: 13, Type.MOMENT: 18}
USUAL_WIDTH = 15
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write(
    file: BinaryIO, title: str, columns: Sequence[Column], rows: Iterable[list[Value]]
) -> None:
    """Write the workbook; nothing of it is in the file before all rows are there."""
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        formats = _formats(book, columns)
        heading = book.add_format({"bold": True, "bottom": 1})
        rows, number = iter(rows), 1
        first = list(islice(rows, 1))
        while True:
            sheet = book.add_worksheet(_name(title, number))
            _head(sheet, columns, formats, heading)
            written = _fill(sheet, columns, formats, chain(first, islice(rows, ROWS_OF_SHEET - 1)))
            sheet.autofilter(0, 0, written, len(columns) - 1)
            # A number that is a text is meant: no green corner.
            sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{written + 1}"})
            number, first = number + 1, list(islice(rows, 1))
            if not first:
                return


def whole(title: str, columns: Sequence[Column], rows: Iterable[list[Value]]) -> io.BytesIO:
    """The workbook in memory, for short lists."""
    file = io.BytesIO()
    write(file, title, columns, rows)
    file.seek(0)
    return file


def _formats(book: xlsxwriter.Workbook, columns: Sequence[Column]) -> list[Format]:
    """One format a column, dates as the reader's language has them."""
    day = DATES.get((get_language() or "en")[:2], DATES["zh"])
    shapes = {**NUMBERS, Type.DATE: day, Type.MOMENT: f"{day} hh:mm"}
    made = {kind: book.add_format({"num_format": shape}) for kind, shape in shapes.items()}
    return [made[column.type] for column in columns]


def _head(sheet: Worksheet, columns: Sequence[Column], formats: list[Format], heading) -> None:
    for index, (column, form) in enumerate(zip(columns, formats, strict=True)):
        sheet.set_column(index, index, WIDTHS.get(column.type, USUAL_WIDTH), form)
        sheet.write_string(0, index, in_workbook(column.heading), heading)
    sheet.freeze_panes(1, 0)


def _fill(
    sheet: Worksheet,
    columns: Sequence[Column],
    formats: list[Format],
    rows: Iterable[list[Value]],
) -> int:
    """Write the rows below the headings; returns how many."""
    count = 0
    for count, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            if value is not None:
                _put(sheet, count, index, value, formats[index])
    return count


def _put(sheet: Worksheet, row: int, column: int, value: Value, form: Format) -> None:
    """A cell of the value's own type; what a spreadsheet can't hold as such becomes text."""
    if isinstance(value, str):
        sheet.write_string(row, column, _short(in_workbook(value)), form)
    elif isinstance(value, dt.date):
        _put_date(sheet, row, column, value, form)
    elif _is_exact(value):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, str(value), form)


def _put_date(sheet: Worksheet, row: int, column: int, value: dt.date, form: Format) -> None:
    day = value.date() if isinstance(value, dt.datetime) else value
    if day < FIRST_DAY:
        sheet.write_string(row, column, value.isoformat(), form)
        return
    moment = value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
    sheet.write_datetime(row, column, moment, form)


def _is_exact(value: int | float | Decimal) -> bool:
    if isinstance(value, float):
        return True
    digits = Decimal(value).normalize().as_tuple().digits
    return len(digits) <= EXACT_DIGITS


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + CUT


def _name(title: str, number: int) -> str:
    """The sheet's name: without what names of sheets can't have, and short enough."""
    ending = f" {number}" if number > 1 else ""
    return title.translate(BAD_IN_NAMES).strip()[: LONGEST_NAME - len(ending)] + ending
