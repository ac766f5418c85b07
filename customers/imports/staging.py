"""The file's rows in temporary tables: texts as they came, and what the texts mean.

`import_rows` has one text column for each field of the kind, empty where nothing stands.
`import_values` has each text of a date, number or word once, with its value or its flaw.
Both are the session's own and go with the transaction, however that ends.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from django.db import connection
from psycopg2 import sql

from crm.platform.bulk import copy_rows
from customers.imports.cells import as_written
from customers.imports.conventions import (
    settle_dates,
    settle_numbers,
    weigh_dates,
    weigh_numbers,
)
from customers.imports.fields import (
    ORIGINAL_LINE,
    Date,
    Field,
    Kind,
    Number,
    Order,
    Text,
    Word,
    find_column,
)
from customers.imports.refusals import Refused
from customers.imports.values import read_date, read_number, read_time

EARLIEST = dt.date(1900, 1, 1)
CHUNK = 20_000


class Rows(Protocol):
    """A table to import: a file's, or one in memory; its rows can be read again and again."""

    headers: list[str]
    size: int
    bytes_read: int  # of size, by the reading that is under way

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of each row below the header."""


@dataclass
class Staged:
    """One import on its way, as its kind sees it."""

    kind: Kind
    order: Order
    table: Rows
    columns: dict[str, str]  # field -> column of the file
    source_id: int
    is_own: bool  # without a source of its own: keys are our customers' numbers
    today: dt.date
    report: Callable[[str, float], None]  # (phase, share of it that is done)
    rows: int = 0
    is_marked: bool = True  # texts may bear the apostrophe of crm.platform.cells
    is_shown: bool = True  # somebody looks at what was found
    shown: dict = field(default_factory=dict)  # the first rows of the plan, for the page
    run_id: int | None = None  # the import to be undone one day; None: nothing is written down
    # table -> "columns" of which digests are made, and the "last" key when all was written
    traced: dict[str, dict] = field(default_factory=dict)

    @property
    def mapped(self) -> frozenset[str]:
        return frozenset(self.columns)

    @property
    def original_column(self) -> int | None:
        """Where a file of wrong rows has the original line numbers."""
        return find_column(self.table.headers, ORIGINAL_LINE)

    @property
    def params(self) -> dict:
        """What the SQL of the kinds asks for: the source, and which fields have a column."""
        return {
            "source": self.source_id,
            "source_code": self.order.source,
            "own": self.is_own,
            "create": self.order.create_customers,
            "mended": self.original_column is not None,
            **{f"has_{one.name}": one.name in self.columns for one in self.kind.fields},
        }


def stage(staged: Staged) -> None:
    """Fill both tables from the file."""
    names = [one.name for one in staged.kind.fields]
    columns = sql.SQL(", ").join(
        sql.SQL("{} text NOT NULL DEFAULT ''").format(sql.Identifier(name)) for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_rows, import_texts, import_values")
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE import_rows (row_no integer, file_line bigint,"
                " original text NOT NULL, flaw text NOT NULL, {}) ON COMMIT DROP"
            ).format(columns)
        )
        copied = ("row_no", "file_line", "original", "flaw", *staged.columns)
        staged.rows = copy_rows("import_rows", copied, _rows(staged))
        if not staged.rows:
            raise Refused("header_only")
        cursor.execute("ANALYZE import_rows")
        cursor.execute(
            "CREATE TEMP TABLE import_texts (field text, text text) ON COMMIT DROP;"
            "CREATE TEMP TABLE import_values (field text, text text, date date, number numeric,"
            " word text, flaw text) ON COMMIT DROP"
        )
    _read_values(staged)


def _rows(staged: Staged) -> Iterator[tuple]:
    table, report = staged.table, staged.report
    width, original = len(table.headers), staged.original_column
    where = {column: index for index, column in enumerate(table.headers)}
    picked = [where[column] for column in staged.columns.values()]
    for row_no, (line, cells) in enumerate(table.rows(), start=1):
        flaw = ""
        if len(cells) != width:
            if len(cells) < width or any(cells[width:]):
                flaw = "cells"
            cells = (cells + [""] * width)[:width]
        first = ""
        if original is not None:
            first = cells[original].strip()
            cells = [as_written(cell) for cell in cells]
        texts = [cells[index] for index in picked]
        if staged.is_marked:
            texts = [as_written(text) for text in texts]
        yield (row_no, line, first, flaw, *[text.strip() for text in texts])
        if row_no % CHUNK == 0:
            report("reading", table.bytes_read / table.size)


def _read_values(staged: Staged) -> None:
    """Find out the conventions, then read every text once."""
    typed = [
        one
        for one in staged.kind.fields
        if one.name in staged.columns and not isinstance(one.type, Text)
    ]
    with connection.cursor() as cursor:
        for one in typed:
            cursor.execute(
                sql.SQL(
                    "INSERT INTO import_texts SELECT %s, {0} FROM import_rows"
                    " WHERE {0} <> '' GROUP BY {0}"
                ).format(sql.Identifier(one.name)),
                [one.name],
            )
    staged.report("values", 0.3)
    read_dates, read_numbers = _conventions(staged, typed)
    for one in typed:
        read = {Date: read_dates.get(one.name), Number: read_numbers}.get(type(one.type))
        _store(one, _reader(one, read, staged.today))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_values")


def _conventions(staged: Staged, typed: list[Field]):
    """How to read each date field, and all numbers."""
    dates, numbers = {}, {}
    for one in typed:
        column = staged.columns[one.name]
        if isinstance(one.type, Date):
            dates[one.name] = column, weigh_dates(_texts(one.name))
        elif isinstance(one.type, Number):
            numbers[one.name] = column, weigh_numbers(_texts(one.name))
    orders = settle_dates(dates, staged.order.dates)
    style = settle_numbers(numbers)
    return (
        {name: _by(read_date, order) for name, order in orders.items()},
        _by(read_number, style),
    )


def _by(read: Callable, convention: str) -> Callable:
    """Read by the convention of the column; where none holds, by the text's own single meaning."""

    def value(text: str):
        readings = read(text)
        if convention:
            return readings.get(convention)
        return next(iter(readings.values())) if len(set(readings.values())) == 1 else None

    return value


def _reader(one: Field, read: Callable | None, today: dt.date) -> Callable[[str], tuple]:
    """A function from a text to its row in import_values: (date, number, word, flaw)."""
    latest = _in_a_year(today)
    kind = one.type

    def date(text):
        found = read(text)
        time = read_time(text) if found and kind.timed else ""
        if found is None or time is None:
            return None, None, None, "bad_date"
        if not EARLIEST <= found <= latest:
            return None, None, None, "date_range"
        if kind.past and found > today:
            return None, None, None, "date_future"
        return found, None, f"{found}T{time}" if time else None, None

    def number(text):
        found = read(text)
        if found is None:
            return None, None, None, "bad_number"
        # Half a unit of the last place is left for rounding.
        fits = abs(found) < 10 ** (kind.digits - kind.places) - 1
        return (None, found, None, None) if fits else (None, None, None, "too_large")

    def word(text):
        try:
            return None, None, kind.read(text), None
        except ValueError:
            return None, None, None, kind.flaw

    return {Date: date, Number: number, Word: word}[type(kind)]


def _in_a_year(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=366)


def _store(one: Field, read: Callable[[str], tuple]) -> None:
    columns = ("field", "text", "date", "number", "word", "flaw")
    for texts in _chunks(one.name):
        copy_rows("import_values", columns, [(one.name, text, *read(text)) for text in texts])


def _texts(field: str) -> Iterator[str]:
    for texts in _chunks(field):
        yield from texts


def _chunks(field: str) -> Iterator[list[str]]:
    """The field's texts in handfuls, so that a million different ones need no memory."""
    with connection.chunked_cursor() as cursor:
        cursor.itersize = CHUNK
        cursor.execute("SELECT text FROM import_texts WHERE field = %s", [field])
        while found := cursor.fetchmany(CHUNK):
            yield [text for (text,) in found]
