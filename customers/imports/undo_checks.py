"""What stands against the undo of an import: later changes of its rows, and rows that need them.

Everything is found by the models' foreign keys, on whatever floor they are: a table that begins to
hang on customers tomorrow stands in the way of an undo without a word here. Only tables whose rows
are made from others, and made anew from them, go with what they belong to.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from psycopg2 import sql

from customers.imports.kinds import invoices
from customers.imports.traces import columns_of
from customers.models import ImportRun

SHOWN = 20
# Rows that a nightly run, or the saving of something else, makes.
DERIVED = {
    *("customers_standing", "customers_customertokens", "customers_customerkeys"),
    *("customers_dealingday", "customers_dealingsummary", "customers_touchedcustomer"),
    *("customers_dealingcategory", "lifecycle_missedleaver"),
    *("customers_caredue", "customers_notice", "customers_duplicatepair", "customers_change"),
    *("lifecycle_valuation", "lifecycle_standingmonth", "lifecycle_tierchange"),
    *("lifecycle_stagechange", "lifecycle_stagewait", "lifecycle_signal"),
    *("complaints_clock", "complaints_casetokens", "satisfaction_silentaccount"),
}
# History stays; it says in the end that the row was deleted.
KEPT = {"customers_change"}
# Made beside others, and left where somebody else uses them by now.
SHARED = {"customers_product"}

# Aside, with figures for the planner: nobody has counted the rows of an import of just now.
ROWS = """
DROP TABLE IF EXISTS undo_rows, undo_conflicts;
CREATE TEMP TABLE undo_rows ON COMMIT DROP AS
SELECT "table", row_id, before, digest FROM customers_importedrow WHERE import_run_id = %(run)s;
ANALYZE undo_rows;
CREATE TEMP TABLE undo_conflicts ("table" text, row_id bigint, code text, other text)
    ON COMMIT DROP
"""
# What an import made has keys beside each other: of a large table only these are read.
BOUNDS = """
SELECT coalesce(min(row_id), 0), coalesce(max(row_id), 0)
FROM undo_rows r WHERE "table" = {name} AND {which}
"""
# Erased is what an import knew of a person who was erased since.
JUDGE_ROWS = """
INSERT INTO undo_conflicts ("table", row_id, code)
SELECT r."table", r.row_id, CASE WHEN r.before = '{{}}' THEN 'erased'
    WHEN t.id IS NULL AND r.digest IS NOT NULL THEN 'removed' ELSE 'changed' END
FROM undo_rows r LEFT JOIN {table} t ON t.id = r.row_id AND {near}
WHERE r."table" = {name} AND {which} AND (r.before = '{{}}' OR {is_other})
"""
# Of a changed row, the columns that the import changed as they are now.
NOW = """
(SELECT jsonb_object_agg(n.key, n.value) FROM jsonb_each(to_jsonb(t)) n WHERE r.before ? n.key)
"""
# Whether our row is another one than the import left.
IS_OTHER = """
CASE WHEN r.digest IS NULL THEN t.id IS NOT NULL WHEN t.id IS NULL THEN true
    WHEN r.before IS NULL THEN hashtextextended(ROW({columns})::text, 0) <> r.digest
    ELSE hashtextextended({now}::text, 0) <> r.digest END
"""
# Rows that name a row which the import made, and that it neither made nor changed itself.
JUDGE_DEPENDANTS = """
INSERT INTO undo_conflicts ("table", row_id, code, other)
SELECT r."table", r.row_id, 'needed', {other_name}
FROM undo_rows r JOIN {other} o ON o.{column} = r.row_id
WHERE r."table" = {name} AND r.before IS NULL {unless}
"""
UNLESS_OWN = """
AND NOT EXISTS (
    SELECT FROM undo_rows own
    WHERE own."table" = {other_name} AND own.row_id = o.id
        AND (own.before IS NULL OR own.before ? {column_name}))
"""
# Who changed it since: a later import, or a merge that took the row elsewhere.
EXPLAIN = """
UPDATE undo_conflicts c SET code = 'later', other = run.id || ' ' || run.file_name
FROM customers_importedrow i JOIN customers_importrun run ON run.id = i.import_run_id
WHERE c.code IN ('changed', 'removed') AND i."table" = c."table" AND i.row_id = c.row_id
    AND i.before IS NOT NULL AND i.import_run_id > %(run)s;
UPDATE undo_conflicts c SET code = 'merged'
FROM (
    SELECT m."table", unnest(m.ids) AS row_id
    FROM customers_mergedrows m JOIN customers_merge g ON g.id = m.merge_id
    WHERE g.undone_at IS NULL AND m."table" IN (SELECT "table" FROM undo_conflicts)) moved
WHERE c.code IN ('changed', 'removed') AND moved."table" = c."table" AND moved.row_id = c.row_id;
UPDATE undo_conflicts c SET code = 'merged'
FROM customers_merge g
WHERE c.code IN ('changed', 'removed') AND c."table" = 'customers_customer'
    AND g.gone_id = c.row_id AND g.undone_at IS NULL
"""
COUNT = """
SELECT code, "table", coalesce(other, ''), count(DISTINCT row_id)
FROM undo_conflicts GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
# A row by what people call it, from its table or from what the import knew of it.
FIRST = """
SELECT coalesce(nullif(concat_ws(' ', j->>'number', j->>'reference', j->>'line', j->>'code',
    j->>'key', j->>'name'), ''), '#' || c.row_id)
FROM (SELECT DISTINCT row_id FROM undo_conflicts
      WHERE code = %(code)s AND "table" = {name} AND coalesce(other, '') = %(other)s
      ORDER BY row_id LIMIT %(most)s) c
LEFT JOIN {table} t ON t.id = c.row_id
LEFT JOIN undo_rows r ON r."table" = {name} AND r.row_id = c.row_id
CROSS JOIN LATERAL (SELECT coalesce(r.before, '{{}}') || coalesce(to_jsonb(t), '{{}}') AS j) found
ORDER BY c.row_id
"""


@dataclass(frozen=True)
class Relation:
    """A column by which rows of another table name rows of ours."""

    table: str
    column: str
    has_id: bool

    @property
    def is_derived(self) -> bool:
        return self.table in DERIVED


def relations_to(table: str) -> Iterator[Relation]:
    """All foreign keys of all floors to the table, those of links between two among them."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model._meta.db_table == table:
                names = {one.column for one in model._meta.concrete_fields}
                yield Relation(model._meta.db_table, field.column, "id" in names)


def _is_rebuilt(import_run: ImportRun, table: str) -> bool:
    """Whether a column is gone by which the rows' digests were made."""
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return not {column.name for column in described}.issuperset(import_run.traced[table]["columns"])


def names_of(import_run: ImportRun, table: str, *, made: bool) -> dict[str, sql.Composable]:
    """What the SQL of an undo calls a table, its columns, and the rows made or the other ones.

    `near` keeps it from reading all of the table.
    """
    name = sql.Literal(table)
    which = sql.SQL("r.before IS NULL" if made else "r.before IS NOT NULL")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(BOUNDS).format(name=name, which=which))
        first, last = cursor.fetchone()
    return {
        "near": sql.SQL("t.id BETWEEN {} AND {}").format(sql.Literal(first), sql.Literal(last)),
        "which": which,
        "table": sql.Identifier(table),
        "name": name,
        "is_other": sql.SQL(IS_OTHER).format(
            columns=columns_of(import_run.traced[table]["columns"]), now=sql.SQL(NOW)
        ),
    }


def reasons_against(import_run: ImportRun) -> list[dict]:
    """What stands against the undo: code, table, other table, count and names of the first rows."""
    params = {"run": import_run.pk}
    rebuilt = [table for table in import_run.traced if _is_rebuilt(import_run, table)]
    if rebuilt:
        return [
            {"code": "rebuilt", "table": table, "other": "", "count": 0, "rows": []}
            for table in rebuilt
        ]
    with connection.cursor() as cursor:
        cursor.execute(ROWS, params)
        for table in import_run.traced:
            if table not in SHARED:
                _judge(cursor, import_run, table, params)
        if invoices.TABLE in import_run.traced:
            for made in (True, False):
                names = names_of(import_run, invoices.TABLE, made=made)
                invoices.judge_undo(cursor, import_run, names)
        cursor.execute("ANALYZE undo_conflicts")
        cursor.execute(EXPLAIN, params)
        cursor.execute(COUNT)
        return [_reason(cursor, params, *found) for found in cursor.fetchall()]


def _judge(cursor, import_run: ImportRun, table: str, params: dict) -> None:
    for made in (False, True):
        names = names_of(import_run, table, made=made)
        cursor.execute(sql.SQL(JUDGE_ROWS).format(**names), params)
    for relation in relations_to(table):
        if relation.is_derived:
            continue
        other = {
            "other": sql.Identifier(relation.table),
            "other_name": sql.Literal(relation.table),
            "column": sql.Identifier(relation.column),
            "column_name": sql.Literal(relation.column),
        }
        unless = sql.SQL(UNLESS_OWN if relation.has_id else "").format(**other)
        cursor.execute(sql.SQL(JUDGE_DEPENDANTS).format(**names, **other, unless=unless), params)


def _reason(cursor, params: dict, code: str, table: str, other: str, count: int) -> dict:
    names = {"table": sql.Identifier(table), "name": sql.Literal(table)}
    values = {**params, "code": code, "other": other, "most": SHOWN}
    cursor.execute(sql.SQL(FIRST).format(**names), values)
    rows = [name for (name,) in cursor.fetchall()]
    return {"code": code, "table": table, "other": other, "count": count, "rows": rows}
