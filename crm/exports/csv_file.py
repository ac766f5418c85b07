"""A list as CSV: UTF-8 with a byte order mark, so that Excel reads Chinese; commas; CRLF."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from crm.exports.columns import Column, Type, Value
from crm.platform.cells import harmless, kept

MARK = "\ufeff"
LINES = 500  # sent together
MONEY_DECIMALS = 2


def parts(columns: Sequence[Column], rows: Iterable[list[Value]]) -> Iterator[bytes]:
    """The file in parts of some hundred lines, as the rows come."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write(MARK)
    writer.writerow([harmless(column.heading) for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(value, column) for value, column in zip(row, columns, strict=True)])
        if number % LINES == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def cell(value: Value, column: Column) -> str:
    """Texts marked where a spreadsheet would change them; numbers with a point; dates as in ISO."""
    if value is None:
        return ""
    if isinstance(value, str):
        return kept(value)
    return plain(value, column)


def plain(value: Value, column: Column) -> str:
    """A number or a date, as any program reads it and our own import without doubt."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return _decimal(value, MONEY_DECIMALS if column.type is Type.MONEY else 0)
    return str(value)


def _decimal(value: Decimal, least: int) -> str:
    """Without the zeros at its end, but never with three decimals: 1.234 might be a thousand."""
    text = f"{value:f}"
    whole, _point, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    if len(decimals) == 3:
        decimals += "0"
    return f"{whole}.{decimals}" if decimals else whole


def _taken(buffer: io.StringIO) -> bytes:
    """What the buffer holds; it is empty then."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
