"""Moving, changing and removing rows of any table, and putting them back as they were.

Each act is one statement that writes down in `MergedRows` what it did. Names of tables and columns
come from models; conditions and values from the rules.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from psycopg2 import sql

from customers.history import model_of
from customers.models import Customer, Merge, MergedRows

REMEMBER = sql.SQL(
    'INSERT INTO customers_mergedrows (merge_id, kind, "table", "column", ids, rows) '
    "SELECT %(merge)s, {kind}, {table}, {column}, {ids}, {rows} FROM done HAVING count(*) > 0 "
    "RETURNING {count}"
)
MOVE = sql.SQL(
    "WITH done AS (UPDATE {table} SET {column} = %(kept)s WHERE {column} = %(gone)s"
    " RETURNING {key} AS id) "
)
REMOVE = sql.SQL("WITH done AS (DELETE FROM {table} WHERE {where} RETURNING *) ")
CHANGE = sql.SQL(
    "WITH was AS (SELECT * FROM {table} t WHERE {where} FOR UPDATE),"
    " now_is AS (UPDATE {table} t SET {sets} FROM was WHERE t.{key} = was.{key} RETURNING t.*),"
    " done AS (SELECT jsonb_build_object("
    "'key', jsonb_build_object({key_name}, was.{key}),"
    " 'before', jsonb_build_object({before}), 'after', jsonb_build_object({after})) AS row"
    " FROM was JOIN now_is ON now_is.{key} = was.{key}) "
)


def _do(merge: Merge, act: sql.Composable, values: Mapping[str, Any], **remembered: str) -> int:
    """Run an act and write down what it did, in one statement; returns of how many rows."""
    kind, table = remembered["kind"], remembered["table"]
    is_moved = kind == MergedRows.Kind.MOVED
    statement = act + REMEMBER.format(
        kind=sql.Literal(str(kind)),
        table=sql.Literal(table),
        column=sql.Literal(remembered.get("column", "")),
        ids=sql.SQL("array_agg(id ORDER BY id)" if is_moved else "'{}'"),
        rows=sql.SQL(remembered.get("rows", "'[]'")),
        count=sql.SQL("cardinality(ids)" if is_moved else "jsonb_array_length(rows)"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "merge": merge.pk})
        found = cursor.fetchone()
    return found[0] if found else 0


def move(merge: Merge, table: str, column: str) -> int:
    """The rows of who goes become the kept one's; returns how many.

    In tables whose key is the customer, that is the row itself.
    """
    act = MOVE.format(
        table=sql.Identifier(table),
        column=sql.Identifier(column),
        key=sql.Identifier(_key_of(table)),
    )
    values = {"kept": merge.customer_id, "gone": merge.gone_id}
    return _do(merge, act, values, kind=MergedRows.Kind.MOVED, table=table, column=column)


def remove(merge: Merge, table: str, where: sql.Composable, values: Mapping[str, Any]) -> int:
    """Delete rows and remember them whole; returns how many."""
    act = REMOVE.format(table=sql.Identifier(table), where=where)
    remembered = {"kind": MergedRows.Kind.REMOVED, "table": table}
    return _do(merge, act, values, **remembered, rows="jsonb_agg(to_jsonb(done))")


def change(
    merge: Merge,
    table: str,
    assignments: Mapping[str, sql.Composable],
    where: sql.Composable,
    values: Mapping[str, Any],
) -> int:
    """Set columns, and remember them as they were and as they are now; returns how many rows.

    The row is `t` in both; a version is raised, so that a form that is open elsewhere is refused.
    """
    key = _key_of(table)
    sets = [
        sql.SQL("{} = {}").format(sql.Identifier(name), value)
        for name, value in assignments.items()
    ]
    if _has_version(table):
        sets.append(sql.SQL("version = t.version + 1"))
    act = CHANGE.format(
        table=sql.Identifier(table),
        where=where,
        sets=sql.SQL(", ").join(sets),
        key=sql.Identifier(key),
        key_name=sql.Literal(key),
        before=_pairs("was", assignments),
        after=_pairs("now_is", assignments),
    )
    remembered = {"kind": MergedRows.Kind.CHANGED, "table": table}
    return _do(merge, act, values, **remembered, rows="jsonb_agg(done.row)")


def _pairs(row: str, columns: Iterable[str]) -> sql.Composable:
    """Names and values of columns, for a JSON object."""
    return sql.SQL(", ").join(
        sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier(row, name)) for name in columns
    )


def put_back(merge: Merge, now_called: Mapping[int, int]) -> None:
    """Undo all of it, the last first; what people changed since stays as they left it.

    `now_called`: customers that went into others, to those; a row that is put back and names one
    names the other.
    """
    ways = {
        MergedRows.Kind.MOVED: lambda rows: _move_back(merge, rows),
        MergedRows.Kind.CHANGED: _change_back,
        MergedRows.Kind.REMOVED: lambda rows: _insert_again(rows, now_called),
    }
    for rows in merge.rows.order_by("-pk"):
        ways[rows.kind](rows)


def _move_back(merge: Merge, rows: MergedRows) -> None:
    """Those that are still the kept one's."""
    statement = sql.SQL(
        "UPDATE {table} SET {column} = %(gone)s WHERE {column} = %(kept)s AND {key} = ANY(%(ids)s)"
    ).format(
        table=sql.Identifier(rows.table),
        column=sql.Identifier(rows.column),
        key=sql.Identifier(_key_of(rows.table)),
    )
    values = {"gone": merge.gone_id, "kept": merge.customer_id, "ids": rows.ids}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _change_back(rows: MergedRows) -> None:
    columns = list(rows.rows[0]["before"])
    key = next(iter(rows.rows[0]["key"]))
    sets = [
        sql.SQL(
            "{name} = CASE WHEN coalesce(to_jsonb(t.{name}), 'null') = r.value -> 'after' -> {text}"
            " THEN (jsonb_populate_record(NULL::{table}, r.value -> 'before')).{name}"
            " ELSE t.{name} END"
        ).format(
            name=sql.Identifier(name), text=sql.Literal(name), table=sql.Identifier(rows.table)
        )
        for name in columns
    ]
    if _has_version(rows.table):
        sets.append(sql.SQL("version = t.version + 1"))
    statement = sql.SQL(
        "UPDATE {table} t SET {sets} FROM customers_mergedrows m,"
        " jsonb_array_elements(m.rows) r"
        " WHERE m.id = %(rows)s AND t.{key} = (r.value -> 'key' ->> {text})::bigint"
    ).format(
        table=sql.Identifier(rows.table),
        sets=sql.SQL(", ").join(sets),
        key=sql.Identifier(key),
        text=sql.Literal(key),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"rows": rows.pk})


def _insert_again(rows: MergedRows, now_called: Mapping[int, int]) -> None:
    """The rows as they were; columns that came since have what the database gives them.

    A row about another customer that is there no more, such as a pair, is left out.
    """
    model = model_of(rows.table)
    known = {each.column: each for each in _fields(model) if each.column in rows.rows[0]}
    others = [name for name, each in known.items() if each.related_model is Customer]
    required = [name for name in others if not known[name].null and not known[name].primary_key]
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM customers_mergedrows m,"
        " jsonb_populate_recordset(NULL::{table}, m.rows) r WHERE {where} ON CONFLICT DO NOTHING"
    ).format(
        table=sql.Identifier(rows.table),
        names=sql.SQL(", ").join(map(sql.Identifier, known)),
        values=sql.SQL(", ").join(
            _called_now(name) if name in others and known[name].null else sql.Identifier("r", name)
            for name in known
        ),
        where=sql.SQL(" AND ").join(
            [sql.SQL("m.id = %(rows)s"), *(_is_there(name) for name in required)]
        ),
    )
    values = {
        "rows": rows.pk,
        "former": list(now_called),
        "called": [now_called[former] for former in now_called],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _called_now(column: str) -> sql.Composable:
    """Who went into somebody else meanwhile is that one."""
    return sql.SQL(
        "coalesce((%(called)s::bigint[])[array_position(%(former)s::bigint[], r.{name})], r.{name})"
    ).format(name=sql.Identifier(column))


def _is_there(column: str) -> sql.Composable:
    return sql.SQL("EXISTS (SELECT FROM customers_customer c WHERE c.id = r.{})").format(
        sql.Identifier(column)
    )


def _fields(model: type[Model]) -> list[Field]:
    return list(model._meta.concrete_fields)


def _has_version(table: str) -> bool:
    return any(each.column == "version" for each in _fields(model_of(table)))


def _key_of(table: str) -> str:
    return model_of(table)._meta.pk.column
