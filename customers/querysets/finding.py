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

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import Lower, Replace, RowNumber

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
# So many rows are ranked at most, and so many of them by the beginning of their name.
MOST_FOUND = 20_000
MOST_NAMED_SO = 200
# Where so many rows have a word, the best of all rows are looked through instead of its index.
COMMON = 5_000
COMMON_SECONDS = 300
SHARES = """
    SELECT word, (share * c.reltuples)::int FROM pg_stats s
    JOIN pg_class c ON c.oid = %(table)s::regclass,
        unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS e (word, share)
    WHERE s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = 'tokens'
        AND word IS NOT NULL
"""
_shares: dict[tuple[str, str], tuple[dict[str, int], float]] = {}

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
    SELECT DISTINCT found.token, found.token <> way AS is_beginning
    FROM unnest(%(ways)s::text[]) AS way
    CROSS JOIN LATERAL (
        SELECT token FROM {table}
        WHERE token ~>=~ way AND token ~<~ (way || %(last)s) ORDER BY token USING ~<~ LIMIT 2
    ) AS found
    WHERE found.token = way OR %(beginnings)s
    ORDER BY is_beginning, found.token LIMIT %(most)s
"""
LAST = "\U0010ffff"


@dataclass
class Group:
    """The tokens that one word of a question stands for, by how well."""

    word: str
    whole: list[str] = field(default_factory=list)
    beginning: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> list[str]:
        return [*self.whole, *self.beginning, *self.inside, *self.alike]

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

    def one_letter_from(self, word: str) -> list[str]:
        """Words that one letter more, less, other, or two swapped, make of this one; then words
        that begin so, where it is long enough to tell."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        given = {
            "ways": one_letter_changed(word),
            "last": LAST,
            "beginnings": len(word) >= SHORTEST_BEGINNING,
            "most": MOST_ALIKE,
        }
        with connection.cursor() as cursor:
            cursor.execute(ALIKE.format(table=table), given)
            return [token for token, _is_beginning in cursor.fetchall()]


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
        """Whether each word alone is one that thousands have, in one of the ways."""
        shares = self._shares()
        return any(
            all(sum(shares.get(token, 0) for token in group.tokens) > COMMON for group in way)
            for way in ways
        )

    def _shares(self) -> dict[str, int]:
        """How many things have a frequent word, as the last ANALYZE saw it."""
        table = self.model._meta.db_table
        key = connection.alias, f"{connection.settings_dict['NAME']} {table}"
        shares, until = _shares.get(key, ({}, 0.0))
        if time.monotonic() > until:
            with connection.cursor() as cursor:
                cursor.execute(SHARES, {"table": table})
                shares = dict(cursor.fetchall())
            _shares[key] = shares, time.monotonic() + COMMON_SECONDS
        return shares


def holding(ways: Iterable[Way], column: str, *, kinds: Sequence[str] = ("tokens",)) -> Q:
    """The condition that an array has a token of each group, in one of the ways.

    `kinds`: which tokens of a group count. Nothing holds where a group has none of them.
    """
    rules = []
    for way in ways:
        wanted = [[t for kind in kinds for t in getattr(group, kind)] for group in way]
        if wanted and all(wanted):
            rules.append(reduce(and_, (Q(**{f"{column}__overlap": some}) for some in wanted)))
    return reduce(or_, rules) if rules else Q(pk__in=[])


@contextmanager
def by_index():
    """Read by indexes, whatever the planner thinks.

    It takes an overlap with dozens of rare words for a large part of all rows, and then reads all
    of them: seconds where the index needs milliseconds.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield


# How well a customer fits, best first.
(NUMBER, NAME, NAME_BEGINS_WITH_WORDS, NAME_BEGINS, NAME_HOLDS, WHOLE_WORDS, WORDS_BEGIN) = range(7)
OTHERWISE = 7


@dataclass(frozen=True)
class Wanted:
    """What customers are looked for by: `text` is for numbers and names as they are written,
    `beginning` the sort key of names that begin so (empty for Chinese)."""

    text: str
    beginning: str
    ways: Sequence[Way]


class FoundStandings(models.QuerySet):
    """The part of Standing's queryset that search needs."""

    def found(self, wanted: Wanted, *, order: str, most: int) -> QuerySet:
        """The best of those with the number, a name that begins so, or the words; ranked.

        At most `most` that are found by themselves and as many that only their contacts tell
        (`by_contact`). Each arm is capped, so that a word that half of the customers have costs
        no more than a rare one. Start from `visible_to`; evaluate it within `by_index()`.
        """
        ranked = self.model.objects.filter(pk__in=self._candidates(wanted, order, most))
        ranked = ranked.alias(folded=Lower("number"), spelled=Replace("name_key", Value(" ")))
        ranked = ranked.annotate(rank=_rank(wanted))
        own = Q(rank__lte=NAME_HOLDS) | holding(wanted.ways, "customer__tokens__own")
        ranked = ranked.annotate(by_contact=Case(When(own, then=False), default=True))
        by_rank = [F("rank").asc(), *_directed(order), F("pk").asc()]
        place = Window(RowNumber(), partition_by=F("by_contact"), order_by=by_rank)
        placed = ranked.annotate(place=place).filter(place__lte=most)
        return placed.order_by("by_contact", "place")

    def _candidates(self, wanted: Wanted, order: str, most: int) -> QuerySet:
        rows = self.order_by().values("pk")
        text = wanted.text
        arms = [
            rows.filter(number__in={text, text.upper(), text.lower()}),
            rows.filter(pk__in=_once_numbered(text)),
        ]
        if wanted.beginning:
            arms.append(rows.filter(name_key__startswith=wanted.beginning)[:MOST_NAMED_SO])
        if any(all(group.tokens for group in way) for way in wanted.ways):
            tokens = apps.get_model("customers", "CustomerTokens").objects
            having = tokens.having(wanted.ways).values("pk")
            if tokens.is_common(wanted.ways):
                arms.append(self.order_by(order, "pk").filter(pk__in=having).values("pk")[:most])
            else:
                arms.append(rows.filter(pk__in=having[:MOST_FOUND]))
        first, *others = arms
        return first.union(*others)


def _directed(order: str) -> list:
    return [F(order[1:]).desc() if order.startswith("-") else F(order).asc()]


def _once_numbered(text: str) -> QuerySet:
    """Customers that another one with this number went into."""
    former = apps.get_model("customers", "FormerNumber").objects.alias(folded=Lower("number"))
    return former.filter(folded=Lower(Value(text))).values("customer")


def _rank(wanted: Wanted) -> Case:
    text, beginning = wanted.text, wanted.beginning
    named = Q(folded=Lower(Value(text))) | Q(pk__in=_once_numbered(text))
    rules = [When(named, then=NUMBER), When(name__iexact=text, then=NAME)]
    if beginning:
        rules += [
            When(name_key=beginning, then=NAME),
            When(name_key__startswith=f"{beginning} ", then=NAME_BEGINS_WITH_WORDS),
            When(spelled__startswith=beginning.replace(" ", ""), then=NAME_BEGINS),
        ]
    else:
        # Pairs of Chinese characters may stand apart in a name.
        rules += [
            When(name__istartswith=text, then=NAME_BEGINS_WITH_WORDS),
            When(name__icontains=text, then=NAME_HOLDS),
        ]
    words = (("whole",), WHOLE_WORDS), (("whole", "beginning"), WORDS_BEGIN)
    rules += [
        When(holding(wanted.ways, "customer__tokens__tokens", kinds=kinds), then=rank)
        for kinds, rank in words
    ]
    return Case(*rules, default=OTHERWISE, output_field=IntegerField())
