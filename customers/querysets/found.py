"""The customers that search finds, ranked in the database: one statement, written as SQL.

Put together by the ORM it took twenty times as long to write as to run.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from customers.querysets.finding import (
    LAST,
    LOOKED_THROUGH,
    LOOKED_THROUGH_OF_SOME,
    MOST_BESIDE,
    MOST_FOUND,
    Way,
)

MOST_NAMED_SO = 200


class Rank(enum.IntEnum):
    """How well a customer fits, best first."""

    NUMBER = 0
    NAME = 1
    NAME_BEGINS_WITH_WORDS = 2
    NAME_BEGINS = 3
    NAME_HOLDS = 4
    WHOLE_WORDS = 5
    WORDS_BEGIN = 6
    OTHERWISE = 7


RANKS = {rank.name: rank.value for rank in Rank}
BY_NUMBER = """
    SELECT customer_id FROM ({rows}) s WHERE number = ANY(%(numbers)s)
    UNION
    SELECT customer_id FROM ({rows}) s WHERE customer_id IN (
        SELECT f.customer_id FROM customers_formernumber f WHERE lower(f.number) = lower(%(text)s))
"""
BY_BEGINNING = """
    (SELECT customer_id FROM ({rows}) s
     WHERE name_key >= %(beginning)s AND name_key < %(beginning)s || %(last)s LIMIT %(named_so)s)
"""
BY_WORDS = "SELECT customer_id FROM ({rows}) s WHERE customer_id IN (SELECT * FROM by_words)"
# Where more have the words than are ranked, the best are looked through until there are enough.
BY_WORTH = """
    (SELECT customer_id FROM (
        SELECT customer_id, name_key, lifetime_value FROM ({rows}) s
        ORDER BY {order}, customer_id LIMIT %(looked_through)s) s
     JOIN customers_customertokens t USING (customer_id)
     WHERE (SELECT count(*) FROM by_words) >= %(most_found)s AND ({having})
     ORDER BY {order}, customer_id LIMIT %(most)s)
"""
HAVING_WORDS = """
    WITH by_words AS MATERIALIZED (
        SELECT t.customer_id FROM customers_customertokens t WHERE {having} LIMIT %(most_found)s)
"""
FEW = 3
OVERLAPS = "t.{column} && %({name})s::varchar[]"
HOLDS_ONE = "EXISTS (SELECT FROM unnest(t.{column}) held WHERE held = ANY(%({name})s::varchar[]))"
LATIN = """
    WHEN name_key = %(beginning)s THEN {NAME}
    WHEN starts_with(name_key, %(beginning)s || ' ') THEN {NAME_BEGINS_WITH_WORDS}
    WHEN starts_with(replace(name_key, ' ', ''), replace(%(beginning)s, ' ', '')) THEN {NAME_BEGINS}
"""
# Pairs of Chinese characters may stand apart in a name.
CHINESE = """
    WHEN starts_with(lower(name), lower(%(text)s)) THEN {NAME_BEGINS_WITH_WORDS}
    WHEN position(lower(%(text)s) IN lower(name)) > 0 THEN {NAME_HOLDS}
"""
RANKED = """
    {having_words}
    SELECT * FROM (
        SELECT *, row_number() OVER (PARTITION BY by_contact ORDER BY rank, {order}, customer_id)
            AS place
        FROM (
            SELECT s.*, rank, NOT (rank <= {NAME_HOLDS} OR ({own})) AS by_contact
            FROM ({candidates}) found
            JOIN customers_standing s USING (customer_id)
            LEFT JOIN customers_customertokens t USING (customer_id)
            CROSS JOIN LATERAL (SELECT CASE
                WHEN lower(s.number) = lower(%(text)s) OR EXISTS (
                    SELECT FROM customers_formernumber f
                    WHERE f.customer_id = s.customer_id AND lower(f.number) = lower(%(text)s))
                    THEN {NUMBER}
                WHEN lower(name) = lower(%(text)s) THEN {NAME}
                {named}
                WHEN {whole} THEN {WHOLE_WORDS}
                WHEN {begin} THEN {WORDS_BEGIN}
                ELSE {OTHERWISE} END AS rank) ranks
        ) ranked
    ) placed
    WHERE place <= %(most)s ORDER BY by_contact, place
"""
ORDERS = {"worth": "lifetime_value DESC", "name": "name_key"}
SEEN = ("customer_id", "number", "name_key", "lifetime_value")


@dataclass(frozen=True)
class Wanted:
    """What customers are looked for by: `text` is for numbers and names as they are written,
    `beginning` the sort key of names that begin so (empty for Chinese)."""

    text: str
    beginning: str
    ways: Sequence[Way]


class FoundStandings(models.QuerySet):
    """The part of Standing's queryset that search needs."""

    def found(self, wanted: Wanted, *, order: str, most: int) -> list[models.Model]:
        """The best of those with the number, a name that begins so, or the words; ranked.

        At most `most` that are found by themselves and as many that only their contacts tell
        (`by_contact`); of those that fit alike, by `order`: "worth" or "name". Each arm is capped,
        so that a word that half of the customers have costs no more than a rare one. Start from
        `visible_to`; call it within `by_index()`.
        """
        try:
            rows, values = self.order_by().values(*SEEN).query.sql_with_params()
        except EmptyResultSet:
            return []  # who sees nobody
        with connection.cursor() as cursor:
            seen = cursor.mogrify(rows, values).decode().replace("%", "%%")
        text, beginning = wanted.text, wanted.beginning
        given = {
            "text": text,
            "numbers": [text, text.upper(), text.lower()],
            "beginning": beginning,
            "last": LAST,
            "named_so": MOST_NAMED_SO,
            "most_found": MOST_FOUND,
            "looked_through": LOOKED_THROUGH_OF_SOME if self.query.where else LOOKED_THROUGH,
            "most": most,
        }
        having_words, candidates = _candidates(wanted, ORDERS[order], given)
        statement = RANKED.format(
            having_words=having_words,
            candidates=candidates.format(rows=seen),
            own=_holding(wanted.ways, "own", ("tokens",), given),
            named=(LATIN if beginning else CHINESE).format(**RANKS),
            whole=_holding(wanted.ways, "tokens", ("whole", "alike"), given),
            begin=_holding(wanted.ways, "tokens", ("whole", "beginning", "stood_in"), given),
            order=ORDERS[order],
            **RANKS,
        )
        return list(self.model.objects.raw(statement, given))


def _candidates(wanted: Wanted, order: str, given: dict) -> tuple[str, str]:
    """Those with the words, and all who come into question; the rows that are seen are put in for
    {rows} afterwards."""
    arms = [BY_NUMBER]
    having_words = ""
    if wanted.beginning:
        arms.append(BY_BEGINNING)
    if any(all(group.tokens for group in way) for way in wanted.ways):
        tokens = apps.get_model("customers", "CustomerTokens").objects
        if tokens.is_common(wanted.ways):
            # To read all that have a word that very many have would take longer than the rest.
            given["most_found"] = MOST_BESIDE if any(len(way) > 1 for way in wanted.ways) else 0
        indexed = _holding(wanted.ways, "tokens", ("tokens",), given, by_index=True)
        having_words = HAVING_WORDS.format(having=indexed)
        having = _holding(wanted.ways, "tokens", ("tokens",), given)
        arms += [BY_WORDS, BY_WORTH.format(having=having, order=order, rows="{rows}")]
    return having_words, " UNION ".join(arms)


def _holding(
    ways: Sequence[Way], column: str, kinds: Sequence[str], given: dict, *, by_index: bool = False
) -> str:
    """The condition that an array has a token of each group, in one of the ways.

    `kinds`: which tokens of a group count. Nothing holds where a group has none of them. The
    tokens are added to what is given with the statement. Unless it is for the index, an array is
    compared with many tokens by their hashes: dozens against dozens take too long for each row.
    """
    rules = []
    for way in ways:
        wanted = [[t for kind in kinds for t in getattr(group, kind)] for group in way]
        if not wanted or not all(wanted):
            continue
        tests = []
        for some in wanted:
            name = f"tokens_{len(given)}"
            given[name] = some
            test = OVERLAPS if by_index or len(some) <= FEW else HOLDS_ONE
            tests.append(test.format(column=column, name=name))
        rules.append(" AND ".join(tests))
    return " OR ".join(f"({rule})" for rule in rules) or "false"
