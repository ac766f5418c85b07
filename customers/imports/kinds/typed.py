"""The SQL by which a kind types its rows: the columns, the joins and the flaws of its fields.

`SELECT row_no, {columns}, concat_ws(' ', nullif(r.flaw, ''), {flaws}) AS flaw FROM import_rows r
{joins}` gives each field under its name: texts and words, empty where nothing stands; dates and
numbers, null there. A timed date has a second column, `<name>_text`: ISO text with its time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customers.imports.fields import Date, Field, Number, Text


@dataclass(frozen=True)
class Typed:
    """Parts of a SELECT, each between commas; joins between spaces."""

    columns: str
    joins: str
    flaws: str


def typed(fields: Sequence[Field], prefix: str = "") -> Typed:
    """The parts for these fields; `prefix` goes before the names of the columns."""
    return Typed(
        columns=", ".join(_column(one, prefix) for one in fields),
        joins=" ".join(_join(one) for one in fields if not isinstance(one.type, Text)),
        flaws=", ".join(_flaw(one) for one in fields),
    )


def _column(one: Field, prefix: str) -> str:
    name, kind = f"{prefix}{one.name}", one.type
    if isinstance(kind, Text):
        text = f"left(r.{one.name}, {kind.most})" if kind.cut else f"r.{one.name}"
        return f'{text} AS "{name}"'
    if isinstance(kind, Number):
        return f'v_{one.name}.number::numeric({kind.digits}, {kind.places}) AS "{name}"'
    if isinstance(kind, Date):
        timed = f', v_{one.name}.word AS "{name}_text"' if kind.timed else ""
        return f'v_{one.name}.date AS "{name}"{timed}'
    return f"coalesce(v_{one.name}.word, '') AS \"{name}\""


def _join(one: Field) -> str:
    name = f"v_{one.name}"
    return (
        f"LEFT JOIN import_values {name}"
        f" ON {name}.field = '{one.name}' AND {name}.text = r.{one.name}"
    )


def _flaw(one: Field) -> str:
    cases = [f"WHEN r.{one.name} = '' THEN 'missing:{one.name}'"] if one.required else []
    if isinstance(one.type, Text):
        if not one.type.cut:
            long = f"length(r.{one.name}) > {one.type.most}"
            cases.append(f"WHEN {long} THEN 'too_long:{one.name}'")
        return f"CASE {' '.join(cases)} END" if cases else "NULL"
    flaw = f"v_{one.name}.flaw || ':{one.name}'"
    return f"CASE {' '.join(cases)} ELSE {flaw} END" if cases else flaw


def differences(pairs: Mapping[str, tuple[str, str]], rows: str) -> str:
    """SQL of a preview: field -> (what is there, what comes), in the tables and aliases of `rows`.

    What comes is null or empty where the cell is, and then nothing changes.
    """
    values = ", ".join(
        f"('{name}', ({ours})::text, coalesce(nullif(({theirs})::text, ''), ({ours})::text))"
        for name, (ours, theirs) in pairs.items()
    )
    return (
        "SELECT m.row_no, d.field, d.before, d.after FROM import_matches m"  # noqa: S608 -- no value in it
        f" {rows} CROSS JOIN LATERAL (VALUES {values}) AS d (field, before, after)"
        " WHERE m.row_no = ANY(%(shown)s) AND d.before IS DISTINCT FROM d.after"
    )
