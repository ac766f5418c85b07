"""Taking a whole import back: all of it or nothing, in one transaction.

What it made goes, what it changed gets the former values of the columns that it changed, what it
removed comes back with its keys. Where something stands on it by now nothing happens and the
reasons are told (`undo_checks`). Products that others use meanwhile stay.
"""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from psycopg2 import sql

from crm.accounts.audit import Action, audit
from crm.platform.acting import acting
from crm.platform.roles import APPEND_ONLY
from customers.imports import undo_checks
from customers.imports.kinds.parties import refresh_all
from customers.imports.service import SESSION, Report, lock_imports, silent
from customers.imports.undo_checks import KEPT, SHARED, names_of, relations_to
from customers.models import ImportedRow, ImportRun

CUSTOMERS = "customers_customer"

# Whose list rows and words for the search are made anew; of what names a customer, that one's.
AFFECTED = """
DROP TABLE IF EXISTS undo_customers, undo_dealings;
CREATE TEMP TABLE undo_customers (id bigint) ON COMMIT DROP;
CREATE TEMP TABLE undo_dealings (customer_id bigint, date date) ON COMMIT DROP;
INSERT INTO undo_customers
SELECT row_id FROM undo_rows
WHERE "table" = 'customers_customer' AND before IS NOT NULL
"""
AFFECTED_BY = """
INSERT INTO undo_customers
SELECT DISTINCT t.customer_id FROM undo_rows r JOIN {table} t ON t.id = r.row_id AND {near}
WHERE r."table" = {name} AND {which}
UNION
SELECT DISTINCT (r.before ->> 'customer_id')::bigint FROM undo_rows r
WHERE r."table" = {name} AND r.before ? 'customer_id'
"""
NAMING_CUSTOMERS = ("customers_contact", "customers_customeridentity")
# The customers' dealings before and after the undo, for the next nightly run.
DEALINGS = """
INSERT INTO undo_dealings
SELECT t.customer_id, min(t.date)
FROM undo_rows r JOIN {table} t ON t.id = r.row_id AND {near}
WHERE r."table" = {name} AND {which}
GROUP BY t.customer_id
"""
TOUCH = """
INSERT INTO customers_touchedcustomer (customer_id, since)
SELECT d.customer_id, min(d.date) FROM undo_dealings d
JOIN customers_customer c ON c.id = d.customer_id
GROUP BY d.customer_id ORDER BY d.customer_id
"""

# Whoever changed a row since it was judged is seen here: fewer rows go, and all is put back.
DELETE = """
DELETE FROM {table} t USING undo_rows r
WHERE r."table" = {name} AND r.before IS NULL AND t.id = r.row_id
    AND {near} AND NOT ({is_other}) {unless}
"""
# One look through the other table, which may have no index for it.
UNLESS_USED = """
AND t.id NOT IN (
    SELECT o.{column} FROM {other} o JOIN undo_rows u ON u.row_id = o.{column}
    WHERE u."table" = {name})
"""
DELETE_DERIVED = """
DELETE FROM {other} o USING undo_rows r
WHERE r."table" = {name} AND r.before IS NULL
    AND o.{column} = r.row_id
"""
CHANGED_COLUMNS = """
SELECT DISTINCT key FROM undo_rows r CROSS JOIN LATERAL jsonb_object_keys(r.before) key
WHERE r."table" = %(table)s AND r.before IS NOT NULL
    AND r.digest IS NOT NULL ORDER BY key
"""
# The table twice, since what an UPDATE changes can't be unfolded in its own FROM.
RESTORE = """
UPDATE {table} changed SET {values}
FROM undo_rows r JOIN {table} t ON t.id = r.row_id AND {near}
CROSS JOIN LATERAL jsonb_populate_record(t, r.before) n
WHERE r."table" = {name} AND r.before IS NOT NULL
    AND r.digest IS NOT NULL AND changed.id = t.id AND changed.xmin = t.xmin AND NOT ({is_other})
"""
# Customers and the like tell who is editing them that they were changed.
RAISED = {"version": sql.SQL("changed.version + 1"), "updated_at": sql.SQL("now()")}
PUT_BACK = """
INSERT INTO {table} ({columns})
SELECT {found} FROM undo_rows r
CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, r.before) n
WHERE r."table" = {name} AND r.digest IS NULL
ORDER BY n.id
"""
EXPECTED = """
SELECT count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE digest IS NULL),
    count(*) FILTER (WHERE before IS NOT NULL AND digest IS NOT NULL)
FROM undo_rows WHERE "table" = %(table)s
"""


class UndoRefused(Exception):  # noqa: N818 -- an outcome for the person, no fault
    """Something stands on the import by now; nothing was changed. `reasons` says what and where."""

    def __init__(self, reasons: list[dict]):
        super().__init__("undo refused")
        self.reasons = reasons


def undo(*, import_run_id: int, by, report: Report = silent, finish=None) -> bool:
    """Take the import back; False where that is done already. `finish` ends the transaction.

    Waits for other imports. UndoRefused where something stands against it.
    """
    with transaction.atomic(), acting(by):
        with connection.cursor() as cursor:
            cursor.execute(SESSION)
        report("waiting", 0)
        lock_imports()
        # Not locked, so that its progress is seen: whoever undoes it has the lock of imports.
        import_run = ImportRun.objects.get(pk=import_run_id)
        is_new = import_run.state != ImportRun.State.UNDONE
        if is_new:
            _undo(import_run, by, report)
        if finish:
            finish()
    return is_new


def _undo(import_run: ImportRun, by, report: Report) -> None:
    if not import_run.is_kept:
        raise UndoRefused([_whole("too_old" if import_run.traced else "nothing")])
    report("comparing", 0)
    reasons = undo_checks.reasons_against(import_run)
    if reasons:
        raise UndoRefused(reasons)
    report("writing", 0)
    try:
        with transaction.atomic():
            _take_back(import_run, report)
    except IntegrityError:
        # A value it goes back to is another's by now, or something new hangs on a row.
        raise UndoRefused([_whole("taken")]) from None
    ImportedRow.objects.filter(import_run=import_run).delete()
    ImportRun.objects.filter(pk=import_run.pk).update(
        state=ImportRun.State.UNDONE,
        undone_by=by,
        undone_at=timezone.now(),
        undo_refusal={},
        traced={},
        phase="",
        percent=100,
    )
    figures = {name: getattr(import_run, name) for name in ("rows", "new", "changed", "same")}
    audit(by, Action.IMPORT_UNDONE, import_run.file_name, **figures)


def _whole(code: str) -> dict:
    return {"code": code, "table": "", "other": "", "count": 0, "rows": []}


def _take_back(import_run: ImportRun, report: Report) -> None:
    params = {"run": import_run.pk}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _find_affected(cursor, import_run, params)
        # Products last: by then it shows who else uses them.
        tables = sorted(import_run.traced, key=lambda table: table in SHARED)
        for done, table in enumerate(tables):
            report("writing", done / len(tables))
            _take_back_table(cursor, import_run, table, params)
        if "customers_transaction" in import_run.traced:
            names = names_of(import_run, "customers_transaction", made=False)
            cursor.execute(sql.SQL(DEALINGS).format(**names), params)
        cursor.execute(TOUCH)
        report("finishing", 0)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    refresh_all("undo_customers")


def _find_affected(cursor, import_run: ImportRun, params: dict) -> None:
    cursor.execute(AFFECTED, params)
    statements = [(table, AFFECTED_BY) for table in NAMING_CUSTOMERS]
    for table, statement in [*statements, ("customers_transaction", DEALINGS)]:
        for made in (True, False):
            if table in import_run.traced:
                names = names_of(import_run, table, made=made)
                cursor.execute(sql.SQL(statement).format(**names), params)


def _take_back_table(cursor, import_run: ImportRun, table: str, params: dict) -> None:
    cursor.execute(EXPECTED, {**params, "table": table})
    made, removed, changed = cursor.fetchone()
    if made:
        names = names_of(import_run, table, made=True)
        if _delete(cursor, names, table, params) != made and table not in SHARED:
            raise UndoRefused([_whole("just_now")])
    names = names_of(import_run, table, made=False)
    if changed and _restore(cursor, names, table, params) != changed:
        raise UndoRefused([_whole("just_now")])
    if removed:
        _put_back(cursor, import_run, names, table, params)


def _delete(cursor, names: dict, table: str, params: dict) -> int:
    """Delete what the import made, with what is derived from it; returns how many rows went."""
    unless = []
    for relation in relations_to(table):
        other = {
            "other": sql.Identifier(relation.table),
            "column": sql.Identifier(relation.column),
        }
        if table in SHARED:
            unless.append(sql.SQL(UNLESS_USED).format(**names, **other))
        elif relation.is_derived and relation.table not in KEPT:
            cursor.execute(sql.SQL(DELETE_DERIVED).format(**names, **other), params)
    if table in APPEND_ONLY:
        cursor.execute("SELECT delete_imported_rows(%s, %s)", [params["run"], table])
        return cursor.fetchone()[0]
    cursor.execute(sql.SQL(DELETE).format(**names, unless=sql.SQL(" ").join(unless)), params)
    return cursor.rowcount


def _restore(cursor, names: dict, table: str, params: dict) -> int:
    """Give changed rows their former values back; returns how many."""
    cursor.execute(CHANGED_COLUMNS, {**params, "table": table})
    values = {column: sql.SQL("n.{}").format(sql.Identifier(column)) for (column,) in cursor}
    described = connection.introspection.get_table_description(cursor, table)
    values |= {name: RAISED[name] for name in RAISED if name in {c.name for c in described}}
    assigned = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in values.items()
    )
    cursor.execute(sql.SQL(RESTORE).format(**names, values=assigned), params)
    return cursor.rowcount


def _put_back(cursor, import_run: ImportRun, names: dict, table: str, params: dict) -> None:
    """Make again what the import removed, with its keys; with what came of columns since, empty."""
    described = connection.introspection.get_table_description(cursor, table)
    known = {"id", "version", "updated_at", *import_run.traced[table]["columns"]}
    columns = [sql.Identifier("n", column.name) for column in described if column.name in known]
    bare = [sql.Identifier(column.name) for column in described if column.name in known]
    cursor.execute(
        sql.SQL(PUT_BACK).format(
            **names, columns=sql.SQL(", ").join(bare), found=sql.SQL(", ").join(columns)
        ),
        params,
    )


def tidy() -> int:
    """Forget what too old imports would need for an undo; returns of how many imports."""
    oldest = timezone.now() - dt.timedelta(days=settings.IMPORT_UNDO_DAYS)
    old = ImportRun.objects.filter(created_at__lt=oldest).exclude(traced={})
    found = list(old.values_list("pk", flat=True))
    for pk in found:
        with transaction.atomic():
            ImportedRow.objects.filter(import_run=pk).delete()
            ImportRun.objects.filter(pk=pk).update(traced={})
    return len(found)
