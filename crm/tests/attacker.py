"""Whoever has the whole database, and knows who wrote a few answers, and wants to know the rest.

All rows of all tables are read with what else PostgreSQL knows of each: its place on disk and the
transactions that wrote and locked it. Rows are walked from along each foreign key, either way.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

import numpy as np
from django.db import connection
from scipy import stats

Row = tuple[str, str]  # a table, and the place on disk
Feature = tuple[str, str, str]  # a table, a column, and what is looked at of it

# Who shares what with so many cannot be told from them.
FEWEST = 5
PLACE, WRITTEN, LOCKED = "place on disk", "written by", "locked by"
# A shorter text may stand somewhere else by chance.
TELLING = 8
# Two orders of twenty things go together so closely by chance once in thirty million times.
CLOSELY = 0.9
TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname = 'public' ORDER BY 1"""
FOREIGN_KEYS = """
SELECT conrelid::regclass::text, confrelid::regclass::text,
    (SELECT string_agg(format('a.%I = b.%I', mine.attname, theirs.attname), ' AND ')
    FROM unnest(conkey, confkey) AS pair (mine, theirs)
    JOIN pg_attribute mine ON mine.attrelid = conrelid AND mine.attnum = pair.mine
    JOIN pg_attribute theirs ON theirs.attrelid = confrelid AND theirs.attnum = pair.theirs)
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"""


class Database:
    """All of it, as it stands."""

    def __init__(self):
        self.rows: dict[Row, dict[str, Any]] = {}
        self.beside: dict[Row, set[Row]] = defaultdict(set)
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            for (table,) in cursor.fetchall():
                self._read(cursor, table)
            cursor.execute(FOREIGN_KEYS)
            for one, other, equal in cursor.fetchall():
                cursor.execute(
                    f"SELECT a.ctid::text, b.ctid::text FROM {one} a JOIN {other} b ON {equal}"
                )
                for mine, theirs in cursor.fetchall():
                    self.beside[one, mine].add((other, theirs))
                    self.beside[other, theirs].add((one, mine))

    def _read(self, cursor, table: str) -> None:
        cursor.execute(f'SELECT ctid::text, xmin::text, xmax::text, * FROM "{table}"')
        names = [PLACE, WRITTEN, LOCKED, *(column.name for column in cursor.description[3:])]
        for row in cursor.fetchall():
            self.rows[table, row[0]] = dict(zip(names, row, strict=True))

    def find(self, table: str, **values) -> Iterator[Row]:
        """The rows of a table with these values."""
        for row, found in self.rows.items():
            if row[0] == table and all(found[name] == value for name, value in values.items()):
                yield row

    def saying(self, words: str) -> set[Row]:
        """All rows in any column of which these words stand."""
        return {row for row, found in self.rows.items() if words in str(list(found.values()))}

    def reached(self, starts: Mapping[Hashable, set[Row]]) -> dict[Hashable, set[Row]]:
        """By foreign keys, as far as they tell fewer than five of the starts apart."""
        found = {one: set(rows) for one, rows in starts.items()}
        edges = {one: set(rows) for one, rows in starts.items()}
        while any(edges.values()):
            steps = {
                one: {near for row in rows for near in self.beside[row]} - found[one]
                for one, rows in edges.items()
            }
            shared = Counter(row for one in found for row in found[one] | steps[one])
            edges = {
                one: {row for row in rows if shared[row] < FEWEST} for one, rows in steps.items()
            }
            for one, rows in edges.items():
                found[one] |= rows
        return found

    def features(self, rows: Mapping[Hashable, set[Row]]) -> dict[Feature, dict]:
        """All that can be known of each from its rows, and that tells fewer than five apart."""
        found: dict[Feature, dict] = defaultdict(dict)
        for one, places in rows.items():
            by_column = defaultdict(list)
            for row in places:
                for column, value in self.rows[row].items():
                    if (plain := _plain(column, value)) is not None:
                        by_column[row[0], column].append(plain)
                by_column[row[0], "rows"].append(len([1 for other in places if other[0] == row[0]]))
            for (table, column), values in by_column.items():
                for look, of in LOOKS.items():
                    # How many digits a number has is the same of many.
                    if look != "length" or isinstance(values[0], str):
                        found[table, column, look][one] = of(values)
        return {name: known for name, known in found.items() if _tells(known)}


def _plain(column: str, value: Any) -> float | str | None:
    """As a number, or else as text."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    if column == PLACE:
        block, place = value.strip("()").split(",")
        return int(block) * 100_000.0 + int(place)
    if column in (WRITTEN, LOCKED):
        return float(value) or None
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, dt.date):
        return float(value.toordinal())
    try:
        return float(value)
    except (TypeError, ValueError):
        return bytes(value).hex() if isinstance(value, memoryview | bytes) else str(value)


def _length(values: list) -> float:
    return float(sum(len(str(value)) for value in values))


LOOKS: dict[str, Callable] = {
    "least": lambda values: min(values, key=lambda value: (isinstance(value, str), value)),
    "most": lambda values: max(values, key=lambda value: (isinstance(value, str), value)),
    "length": _length,
}


def _tells(known: Mapping) -> bool:
    return any(number < FEWEST for number in Counter(known.values()).values())


def same_order(
    some: Mapping[Feature, Mapping], others: Mapping[Feature, Mapping]
) -> list[tuple[Feature, Feature]]:
    """What puts them into the same order, or the opposite one."""
    keys = sorted({one for known in some.values() for one in known}, key=str)
    left, right = (
        {
            name: ranks
            for name, known in features.items()
            if (ranks := _ranks(known, keys)) is not None
        }
        for features in (some, others)
    )
    return [
        (one, other)
        for one, mine in left.items()
        for other, theirs in right.items()
        if abs(float(mine @ theirs)) > CLOSELY
    ]


def _ranks(known: Mapping, keys: list) -> np.ndarray | None:
    """As a vector whose product with another one is their rank correlation (Spearman's)."""
    if (
        len(known.keys() & set(keys)) < len(keys)
        or len({type(value) for value in known.values()}) > 1
    ):
        return None
    _values, places = np.unique([known[key] for key in keys], return_inverse=True)
    ranks = stats.rankdata(places) - (len(keys) + 1) / 2
    length = np.linalg.norm(ranks)
    return ranks / length if length else None


def same_values(
    some: Mapping[Feature, Mapping], others: Mapping[Feature, Mapping]
) -> list[tuple[Feature, Feature]]:
    """What is the same of half of them: keys alone are the same by chance of one or two.

    What many share is no sign of any of them.
    """
    few = [(name, known, Counter(known.values())) for name, known in some.items()]
    found = []
    for one, mine, sizes in few:
        telling = [key for key in mine if sizes[mine[key]] < FEWEST]
        for other, theirs in others.items():
            if 2 * sum(mine[key] == theirs.get(key) for key in telling) >= len(mine):
                found.append((one, other))
    return found
