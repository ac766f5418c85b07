"""The SQL by which a kind types its rows: the columns, the joins and the flaws of its fields.

`SELECT row_no, {columns}, concat_ws(' ', nullif(r.flaw, ''), {flaws}) AS flaw FROM import_rows r
{joins}` gives each field under its name: texts and words, empty where nothing stands; dates and
numbers, null there. A timed date has a second column, `<name>_text`: ISO text with its time.
"""

from collections.abc import Sequence
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
    missing = f"WHEN r.{one.name} = '' THEN 'missing:{one.name}'" if one.required else ""
    if not isinstance(one.type, Text):
        return (
            f"CASE {missing} ELSE v_{one.name}.flaw || ':{one.name}' END"
            if missing
            else (f"v_{one.name}.flaw || ':{one.name}'")
        )
    if one.type.cut:
        return f"CASE {missing} END" if missing else "NULL"
    long = f"WHEN length(r.{one.name}) > {one.type.most} THEN 'too_long:{one.name}'"
    return f"CASE {missing} {long} END"
