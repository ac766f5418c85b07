"""The first rows of a plan as the check page shows them: new, changed field by field, same."""

from django.db import connection
from psycopg2 import sql

from customers.imports.staging import Staged

SHOWN = 20
SHOWN_COLUMNS = 12
SHOWN_CHARACTERS = 80
VERDICTS = ("new", "changed", "same")

FIRST = """
SELECT row_no FROM ({verdicts}) found (row_no, verdict)
WHERE verdict = %(verdict)s ORDER BY row_no LIMIT %(most)s
"""
CELLS = """
SELECT row_no, coalesce(nullif(original, ''), file_line::text), {cells}
FROM import_rows WHERE row_no = ANY(%(shown)s) ORDER BY row_no
"""
DIFFERENCES = """
SELECT row_no, field, left(coalesce(before, ''), %(longest)s),
    left(coalesce(after, ''), %(longest)s)
FROM ({differences}) found (row_no, field, before, after)
WHERE coalesce(before, '') <> coalesce(after, '')
"""
REMOVALS = """
SELECT row_id, field, left(coalesce(before, ''), %(longest)s)
FROM ({removals}) found (row_id, field, before) WHERE coalesce(before, '') <> '' ORDER BY row_id
"""


def read(staged: Staged) -> dict:
    """What ImportRun.preview holds; to be read between the plan and the writing.

    {"fields": names of fields, "new": rows, "same": rows, "changed": changes, "removed": changes};
    a row is {"line", "cells" of those fields}, a change {"line" or null, "name", "fields": [[name
    of the field, before, after]]}.
    """
    matched = [one.name for one in staged.kind.fields if one.name in staged.columns]
    fields = matched[:SHOWN_COLUMNS]
    params = {**staged.params, "most": SHOWN, "longest": SHOWN_CHARACTERS}
    with connection.cursor() as cursor:
        shown = {verdict: _first(cursor, staged, verdict, params) for verdict in VERDICTS}
        found = {
            verdict: [
                {"line": line, "cells": cells}
                for line, cells in _cells(cursor, fields, shown[verdict], params).values()
            ]
            for verdict in ("new", "same")
        }
        found["changed"] = _changed(cursor, staged, shown["changed"], params)
        found["removed"] = _removed(cursor, staged, params)
    return {"fields": fields, **found}


def _first(cursor, staged: Staged, verdict: str, params: dict) -> list[int]:
    verdicts = sql.SQL(staged.kind.preview.verdicts)
    cursor.execute(sql.SQL(FIRST).format(verdicts=verdicts), {**params, "verdict": verdict})
    return [row_no for (row_no,) in cursor.fetchall()]


def _cells(cursor, fields: list[str], shown: list[int], params: dict) -> dict[int, tuple]:
    """Row number -> (line, cells)."""
    cells = sql.SQL(", ").join(
        sql.SQL("left({}, %(longest)s)").format(sql.Identifier(name)) for name in fields
    )
    cursor.execute(sql.SQL(CELLS).format(cells=cells), {**params, "shown": shown})
    return {row_no: (line, list(cells)) for row_no, line, *cells in cursor.fetchall()}


def _changed(cursor, staged: Staged, shown: list[int], params: dict) -> list[dict]:
    """With the cells of the fields that every row has, as its name."""
    naming = [one.name for one in staged.kind.fields if one.required and one.name in staged.columns]
    rows = {
        row_no: {"line": line, "name": " · ".join(cells), "fields": []}
        for row_no, (line, cells) in _cells(cursor, naming, shown, params).items()
    }
    differences = sql.SQL(staged.kind.preview.differences)
    statement = sql.SQL(DIFFERENCES).format(differences=differences)
    cursor.execute(statement, {**params, "shown": shown})
    order = {one.name: place for place, one in enumerate(staged.kind.fields)}
    for row_no, *difference in sorted(cursor.fetchall(), key=lambda row: order.get(row[1], 0)):
        rows[row_no]["fields"].append(difference)
    return list(rows.values())


def _removed(cursor, staged: Staged, params: dict) -> list[dict]:
    if not staged.kind.preview.removals:
        return []
    removals = sql.SQL(staged.kind.preview.removals)
    cursor.execute(sql.SQL(REMOVALS).format(removals=removals), params)
    rows: dict[int, dict] = {}
    for row_id, field, before in cursor.fetchall():
        row = rows.setdefault(row_id, {"line": None, "name": "", "fields": []})
        row["fields"].append([field, before, ""])
    return list(rows.values())
