"""Columns of PostgreSQL as numpy arrays and back, by binary COPY.

Every field has a fixed width, so a million rows are one buffer and no loop: numbers, dates as day
numbers (`date.toordinal`), and short texts padded with spaces.
"""

import datetime as dt
import io

import numpy as np
from django.db import connection

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
POSTGRES_EPOCH = dt.date(2000, 1, 1).toordinal()
# What a query's column is cast to, and how that looks on the wire.
WIRE = {"int": (">i8", "bigint"), "float": (">f8", "float8"), "date": (">i4", "date")}


def read(query: str, values: dict, kinds: dict[str, str]) -> dict[str, np.ndarray]:
    """The columns of a query: `kinds` says "int", "float", "date" or the width of a text.

    Nulls are not possible; the query names its columns as `kinds` does.
    """
    layout, casts = [("fields", ">i2")], []
    for name, kind in kinds.items():
        wire, cast = WIRE.get(kind) or (f"S{kind}", "text")
        layout += [(f"{name} length", ">i4"), (name, wire)]
        casts.append(f"{name}::{cast}" if kind in WIRE else f"rpad({name}, {kind})")
    buffer = io.BytesIO()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        inner = cursor.mogrify(query, values).decode()
        cursor.copy_expert(
            f"COPY (SELECT {', '.join(casts)} FROM ({inner}) AS chosen)"  # noqa: S608
            " TO STDOUT (FORMAT binary)",
            buffer,
        )
    content = buffer.getbuffer()[len(SIGNATURE) : -len(END)]
    table = np.frombuffer(content, dtype=np.dtype(layout))
    return {name: _from_wire(table[name], kind) for name, kind in kinds.items()}


def _from_wire(column: np.ndarray, kind: str) -> np.ndarray:
    if kind == "int":
        return column.astype(np.int64)
    if kind == "float":
        return column.astype(np.float64)
    if kind == "date":
        return column.astype(np.int64) + POSTGRES_EPOCH
    return np.char.rstrip(column.astype(f"U{kind}"))


def write(table: str, columns: dict[str, np.ndarray], dates: frozenset[str] = frozenset()) -> int:
    """COPY arrays into a table's columns: whole numbers to bigint, others to float8, text, bool.

    `dates` are columns of day numbers. Texts are padded to the width of their longest.
    """
    wired = {name: _to_wire(np.asarray(c), name in dates) for name, c in columns.items()}
    layout = [("fields", ">i2")]
    for name, column in wired.items():
        layout += [(f"{name} length", ">i4"), (name, column.dtype)]
    count = len(next(iter(wired.values())))
    rows = np.empty(count, dtype=np.dtype(layout))
    rows["fields"] = len(wired)
    for name, column in wired.items():
        rows[f"{name} length"], rows[name] = column.dtype.itemsize, column
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in wired)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(
            f"COPY {quote(table)} ({names}) FROM STDIN (FORMAT binary)",
            io.BytesIO(SIGNATURE + rows.tobytes() + END),
        )
    return count


def _to_wire(column: np.ndarray, is_date: bool) -> np.ndarray:
    if is_date:
        return (column - POSTGRES_EPOCH).astype(">i4")
    if column.dtype.kind == "b":
        return column.astype("u1")
    if column.dtype.kind in "iu":
        return column.astype(">i8")
    if column.dtype.kind == "f":
        return column.astype(">f8")
    text = column.astype(str)
    if not len(text):
        return text.astype("S1")
    width = max(1, text.dtype.itemsize // 4)
    return np.char.ljust(text, width).astype(f"S{width}")
