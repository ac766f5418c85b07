"""The ways in which bulk rows enter PostgreSQL: COPY, and arrays for rows that are there."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Model
from psycopg2.errors import QueryCanceled


class _Fault:
    """What went wrong within."""

    error: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, trace) -> None:
        self.error = error


class _Lines(io.TextIOBase):
    """A file that makes its text from rows as it is read, so memory stays small."""

    def __init__(self, rows: Iterable[Sequence]):
        self._rows = iter(rows)
        self._buffer = io.StringIO()
        # What ends a line is what gets quoted within a text: both kinds of line end.
        self._writer = csv.writer(self._buffer, lineterminator="\r\n")
        self.fault = _Fault()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> str:
        buffer = self._buffer
        buffer.seek(0)
        buffer.truncate()
        with self.fault:
            for row in self._rows:
                # Only None is null: an empty text is written as "" and stays an empty text.
                self._writer.writerow(["\\N" if value is None else value for value in row])
                if 0 < size <= buffer.tell():
                    break
        return buffer.getvalue()


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> int:
    """COPY rows into a table; None is null. Returns how many rows were written.

    The rows must not come from a query on this connection: it is busy with the COPY. What they
    raise ends the transaction and comes out of here.
    """
    lines = _Lines(rows)
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        try:
            cursor.copy_expert(
                f"COPY {quote(table)} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", lines
            )
        except QueryCanceled as canceled:
            # The database's words for an error of the rows.
            raise lines.fault.error or canceled from None
        return cursor.rowcount


def update_rows(rows: Sequence, names: Iterable[str], *, model: type[Model] | None = None) -> int:
    """Write these fields of rows of one model, each by its key; far cheaper than `bulk_update`.

    With the model, rows are any objects that have these fields and its key. Returns how many rows
    were there.
    """
    if not rows:
        return 0
    meta, quote = (model or type(rows[0]))._meta, connection.ops.quote_name
    fields = [meta.pk, *(meta.get_field(name) for name in names)]
    columns = [quote(field.column) for field in fields]
    key, *others = columns
    sets = ", ".join(f"{column} = v.{column}" for column in others)
    arrays = ", ".join(f"%s::{field.rel_db_type(connection)}[]" for field in fields)
    values = [[getattr(row, field.attname) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} t SET {sets}"  # noqa: S608 -- names of the model
            f" FROM unnest({arrays}) AS v ({', '.join(columns)}) WHERE t.{key} = v.{key}",
            values,
        )
        return cursor.rowcount
