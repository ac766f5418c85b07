"""Finding rows by what somebody typed: parts of words to tokens, tokens to rows.

Two tables serve each kind of thing that is found: a dictionary of all tokens, in which parts of
words are looked up, and a row of tokens for each thing, found by whole tokens through a GIN index.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from django.db import connection, models, transaction
from django.db.models import Q

# A part of a word stands for so many whole ones at most, some of them those that end with it.
MOST_TOKENS, MOST_ENDS = 60, 30
# From here on the index of three letters finds parts inside a word; so many are looked at.
SHORTEST_PART = 3
MOST_INSIDE = 1_000
# Digits are known by their end too, from so many on; a number this long by its end first.
SHORTEST_END, TELLING_DIGITS = 4, 8
# A word with a wrong letter stands for so many others; a beginning has to be this long.
MOST_ALIKE, SHORTEST_BEGINNING = 20, 5
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
# So many rows are ranked at most; so many where the best were looked through as well.
MOST_FOUND, MOST_BESIDE = 400, 200
# Where so many rows have the words, the best of all rows are looked through instead of the index of
# words: so many of them at most, since words that are frequent alone may be rare together.
COMMON, LOOKED_THROUGH = 5_000, 3_000
# Of who sees a twentieth of all, twenty times as many are passed on the way.
LOOKED_THROUGH_OF_SOME = 400
COMMON_SECONDS = 300
SHARES = """
    SELECT word, share, c.reltuples FROM pg_stats s
    JOIN pg_class c ON c.oid = %(table)s::regclass,
        unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS e (word, share)
    WHERE s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = 'tokens'
        AND word IS NOT NULL
"""
_shares: dict[tuple[str, str], tuple[dict[str, float], float, float]] = {}

# Arms are read one after the other until there is enough: those inside words only as a last
# resort. Words are letters and digits, so that none is a wildcard. Of the sort orders only this
# one is that of the index, whatever the database's collation.
BEGINNING = """
    (SELECT token, CASE WHEN token = %(part)s THEN 0 ELSE 1 END AS place FROM {table}
     WHERE token LIKE %(part)s || '%%' ORDER BY token USING ~<~ LIMIT %(most)s)
"""
ENDING = """
    (SELECT token, CASE WHEN token = %(part)s THEN 0 ELSE 1 END FROM {table}
     WHERE reverse(token) LIKE reverse(%(part)s) || '%%'
     ORDER BY reverse(token) USING ~<~ LIMIT %(ends)s)
"""
INSIDE = """
    (SELECT token, 2 FROM (SELECT token FROM {table} WHERE token LIKE '%%' || %(part)s || '%%'
                           LIMIT %(inside)s) held
     ORDER BY length(token), token)
"""
PARTS = """
    (SELECT %(part)s AS part, token, place
     FROM ({arms}) AS found (token, place) LIMIT %(tokens)s)
"""
# Each way to write the word with one letter changed, as a whole word or as the beginning of one.
ALIKE = """
    SELECT word, token, is_beginning FROM (
        SELECT word, token, is_beginning,
            row_number() OVER (PARTITION BY word ORDER BY is_beginning, token) AS place
        FROM (
            SELECT meant.word, found.token, bool_and(found.token <> way) AS is_beginning
            FROM unnest(%(words)s::text[], %(ways)s::text[]) AS meant (word, way)
            CROSS JOIN LATERAL (
                SELECT token FROM {table} WHERE token ~>=~ way AND token ~<~ (way || %(last)s)
                ORDER BY token USING ~<~ LIMIT 2
            ) AS found
            WHERE found.token = way OR length(word) >= %(shortest)s
            GROUP BY meant.word, found.token
        ) AS alike
    ) AS placed
    WHERE place <= %(most)s ORDER BY word, place
"""
LAST = "\U0010ffff"


@dataclass
class Group:
    """The tokens that one word of a question stands for, by how well."""

    word: str
    whole: list[str] = field(default_factory=list)
    beginning: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)  # with one letter wrong
    alike_beginning: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> list[str]:
        return [*self.whole, *self.beginning, *self.inside, *self.stood_in]

    @property
    def stood_in(self) -> list[str]:
        """Words that stand in for a misspelt one, the likeliest first."""
        return [*self.alike, *self.alike_beginning]

    def add(self, token: str, place: int) -> None:
        if token not in self.tokens:
            (self.whole, self.beginning, self.inside)[place].append(token)


# A way to read what was typed: all of its groups have to be found.
Way = Sequence[Group]


class DictionaryQuerySet(models.QuerySet):
    """All tokens of a kind of thing, in the column `token`, its primary key."""

    def with_parts(self, parts: Sequence[str]) -> dict[str, Group]:
        """The whole words of each part, in one query. Parts are letters and digits."""
        groups = {part: Group(part) for part in parts}
        if not groups:
            return groups
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            pieces = [cursor.mogrify(*_arms(part, table)).decode() for part in groups]
            cursor.execute(" UNION ALL ".join(pieces))
            for part, token, place in cursor.fetchall():
                groups[part].add(token, place)
        return groups

    def one_letter_from(self, groups: Sequence[Group]) -> None:
        """Add to each group the words that one letter more, less, other, or two swapped, make of
        its word; then words that begin so, where it is long enough to tell."""
        meant = [(group.word, way) for group in groups for way in one_letter_changed(group.word)]
        by_word = {group.word: group for group in groups}
        given = {
            "words": [word for word, _way in meant],
            "ways": [way for _word, way in meant],
            "last": LAST,
            "shortest": SHORTEST_BEGINNING,
            "most": MOST_ALIKE,
        }
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(self.model._meta.db_table)
            cursor.execute(ALIKE.format(table=table), given)
            for word, token, is_beginning in cursor.fetchall():
                group = by_word[word]
                (group.alike_beginning if is_beginning else group.alike).append(token)


def _arms(part: str, table: str) -> tuple[str, dict]:
    arms = [BEGINNING]
    most = MOST_TOKENS
    if part.isdecimal() and len(part) >= SHORTEST_END:
        most = MOST_TOKENS - MOST_ENDS
        arms.insert(0 if len(part) >= TELLING_DIGITS else 1, ENDING)
    if len(part) >= SHORTEST_PART:
        arms.append(INSIDE)
    statement = PARTS.format(arms=" UNION ALL ".join(arms)).format(table=table)
    given = {"part": part, "most": most, "ends": MOST_ENDS, "inside": MOST_INSIDE}
    return statement, given | {"tokens": MOST_TOKENS}


def one_letter_changed(word: str) -> list[str]:
    """All that one letter more, less, other, or two neighbours swapped, make of a word."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    ways = {head + tail[1:] for head, tail in cuts if tail}
    ways |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    ways |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    ways |= {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return sorted(ways - {word, ""})


class TokensQuerySet(models.QuerySet):
    """Things with their tokens in an array, found by whole tokens."""

    def having(self, ways: Iterable[Way]):
        """With a token of each group, in one of the ways."""
        return self.filter(holding(ways, "tokens"))

    def is_common(self, ways: Iterable[Way]) -> bool:
        """Whether thousands are likely to have all words, in one of the ways."""
        shares, rows = self._shares()
        for way in ways:
            likely = rows
            for group in way:
                likely *= min(1.0, sum(shares.get(token, 0.0) for token in group.tokens))
            if way and likely > COMMON:
                return True
        return False

    def _shares(self) -> tuple[dict[str, float], float]:
        """Which share of all rows has a frequent word, and how many rows there are, as the last
        ANALYZE saw it."""
        table = self.model._meta.db_table
        key = connection.alias, f"{connection.settings_dict['NAME']} {table}"
        shares, rows, until = _shares.get(key, ({}, 0.0, 0.0))
        if time.monotonic() > until:
            with connection.cursor() as cursor:
                cursor.execute(SHARES, {"table": table})
                found = cursor.fetchall()
            shares = {word: share for word, share, _rows in found}
            rows = found[0][2] if found else 0.0
            _shares[key] = shares, rows, time.monotonic() + COMMON_SECONDS
        return shares, rows


def holding(ways: Iterable[Way], column: str) -> Q:
    """The condition that an array has a token of each group, in one of the ways."""
    rules = [
        reduce(and_, (Q(**{f"{column}__overlap": group.tokens}) for group in way))
        for way in ways
        if way and all(group.tokens for group in way)
    ]
    return reduce(or_, rules) if rules else Q(pk__in=[])


# One after the other by their indexes; nothing is compiled first for what takes a millisecond.
BY_INDEX = "; ".join(
    f"SET LOCAL {setting} = off"
    for setting in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")
)


@contextmanager
def by_index():
    """Read by indexes, row by row, whatever the planner thinks.

    It takes an overlap with dozens of rare words for a large part of all rows, and then reads all
    of them: seconds where the index needs milliseconds.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BY_INDEX)
        yield
