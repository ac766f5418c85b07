"""What an import makes, changes and removes, written down for its undo.

A kind writes through one of two: `insert` for a statement that makes rows, `watch` around
statements that change, remove or make some of the rows that a query names. Both are no more than
the bare statements where the import has no run to belong to. They take any table with a key `id`;
a row is written down once an import: what makes and then changes it stands in one `watch`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg2 import sql

from customers.imports.staging import Staged

# They go up with every edit, and say nothing about what a row holds.
UNTRACED = ("id", "version", "updated_at")

# Of a row that an import made the digest is of all columns, of a changed one of those it changed.
INSERT = """
WITH made AS ({statement} RETURNING *)
INSERT INTO customers_importedrow (import_run_id, "table", row_id, digest)
SELECT %(run)s, {name}, t.id, hashtextextended(ROW({columns})::text, 0) FROM made t
"""
BEFORE = """
CREATE TEMP TABLE {aside} ON COMMIT DROP AS
SELECT id, to_jsonb(t) AS whole FROM {table} t WHERE id IN ({ids});
ANALYZE {aside}
"""
# A row that was not there before, one that is gone, and one that has other values now.
AFTER = """
INSERT INTO customers_importedrow (import_run_id, "table", row_id, before, digest)
SELECT %(run)s, {name}, coalesce(b.id, t.id),
    CASE WHEN t.id IS NULL THEN b.whole ELSE d.before END,
    CASE WHEN t.id IS NULL THEN NULL
        WHEN b.id IS NULL THEN hashtextextended(ROW({columns})::text, 0)
        ELSE hashtextextended(d.now::text, 0) END
FROM {aside} b
FULL JOIN (SELECT * FROM {table} WHERE id IN (SELECT id FROM {aside} UNION {ids})) t
    ON t.id = b.id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(o.key, o.value) AS before, jsonb_object_agg(o.key, n.value) AS now
    FROM jsonb_each(b.whole) o JOIN jsonb_each(to_jsonb(t)) n ON n.key = o.key
    WHERE n.value <> o.value AND n.key <> ALL (%(untraced)s)) d ON true
WHERE b.id IS NULL OR t.id IS NULL OR d.before IS NOT NULL
"""

LAST = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')::regclass), 0)"


def insert(staged: Staged, table: str, statement: str, params: dict) -> int:
    """Run an INSERT without RETURNING; returns how many rows it made."""
    with connection.cursor() as cursor:
        if staged.run_id is None:
            cursor.execute(statement, params)
            return cursor.rowcount
        traced = sql.SQL(INSERT).format(
            statement=sql.SQL(statement), name=sql.Literal(table), columns=_columns(staged, table)
        )
        cursor.execute(traced, {**params, "run": staged.run_id})
        return cursor.rowcount


@contextmanager
def watch(staged: Staged, table: str, ids: str, params: dict | None = None) -> Iterator[None]:
    """Write down what becomes of the rows whose ids the query `ids` gives, before or after."""
    if staged.run_id is None:
        yield
        return
    names = {
        "table": sql.Identifier(table),
        "name": sql.Literal(table),
        "aside": sql.Identifier(f"before_{table}"[:63]),
        "ids": sql.SQL(ids),
        "columns": _columns(staged, table),
    }
    values = {**(params or {}), "run": staged.run_id, "untraced": list(UNTRACED)}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {aside}").format(**names))
        cursor.execute(sql.SQL(BEFORE).format(**names), values)
    yield
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(AFTER).format(**names), values)
        cursor.execute(sql.SQL("DROP TABLE {aside}").format(**names))


def _columns(staged: Staged, table: str) -> sql.Composable:
    """The columns of which a digest of the table's rows is made; the run remembers them."""
    if table not in staged.traced:
        with connection.cursor() as cursor:
            described = connection.introspection.get_table_description(cursor, table)
        names = sorted(column.name for column in described)
        columns = [name for name in names if name not in UNTRACED]
        staged.traced[table] = {"columns": columns, "last": 0}
    return columns_of(staged.traced[table]["columns"])


def close(staged: Staged) -> None:
    """After the writing: the last key of each table, to tell what came later."""
    with connection.cursor() as cursor:
        for table, traced in staged.traced.items():
            cursor.execute(LAST, [connection.ops.quote_name(table)])
            traced["last"] = cursor.fetchone()[0]


def columns_of(names: list[str]) -> sql.Composable:
    """Columns of the table t, for a digest."""
    return sql.SQL(", ").join(sql.Identifier("t", name) for name in names)
