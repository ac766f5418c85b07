"""The customers that search finds, ranked in the database: one statement, written as SQL.

Put together by the ORM it took twenty times as long to write as to run.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from customers.querysets.finding import LAST, LOOKED_THROUGH, MOST_BESIDE, MOST_FOUND, Way

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
BY_WORDS = """
    SELECT customer_id FROM ({rows}) s WHERE customer_id IN (
        SELECT t.customer_id FROM customers_customertokens t WHERE {having} LIMIT %(most_found)s)
"""
# Where very many are likely to have the words, the best are looked through until there are enough.
BY_COMMON_WORDS = """
    (SELECT customer_id FROM (
        SELECT customer_id, name_key, lifetime_value FROM ({rows}) s
        ORDER BY {order}, customer_id LIMIT %(looked_through)s) s
     JOIN customers_customertokens t USING (customer_id)
     WHERE {having} ORDER BY {order}, customer_id LIMIT %(most)s)
"""
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
            "looked_through": LOOKED_THROUGH,
            "most": most,
        }
        statement = RANKED.format(
            candidates=_candidates(wanted, ORDERS[order], given).format(rows=seen),
            own=_holding(wanted.ways, "own", ("tokens",), given),
            named=(LATIN if beginning else CHINESE).format(**RANKS),
            whole=_holding(wanted.ways, "tokens", ("whole", "alike"), given),
            begin=_holding(wanted.ways, "tokens", ("whole", "beginning", "stood_in"), given),
            order=ORDERS[order],
            **RANKS,
        )
        return list(self.model.objects.raw(statement, given))


def _candidates(wanted: Wanted, order: str, given: dict) -> str:
    """Who comes into question; the rows that are seen are put in for {rows} afterwards."""
    arms = [BY_NUMBER]
    if wanted.beginning:
        arms.append(BY_BEGINNING)
    if any(all(group.tokens for group in way) for way in wanted.ways):
        is_common = apps.get_model("customers", "CustomerTokens").objects.is_common(wanted.ways)
        having = _holding(wanted.ways, "tokens", ("tokens",), given)
        put_in = {"having": having, "order": order, "rows": "{rows}"}
        if is_common:
            arms.append(BY_COMMON_WORDS.format(**put_in))
            given["most_found"] = MOST_BESIDE
        if not is_common or any(len(way) > 1 for way in wanted.ways):
            arms.append(BY_WORDS.format(**put_in))
    return " UNION ".join(arms)


def _holding(ways: Sequence[Way], column: str, kinds: Sequence[str], given: dict) -> str:
    """The condition that an array has a token of each group, in one of the ways.

    `kinds`: which tokens of a group count. Nothing holds where a group has none of them. The
    tokens are added to what is given with the statement.
    """
    rules = []
    for way in ways:
        wanted = [[t for kind in kinds for t in getattr(group, kind)] for group in way]
        if wanted and all(wanted):
            names = []
            for some in wanted:
                names.append(f"tokens_{len(given)}")
                given[names[-1]] = some
            rules.append(" AND ".join(f"t.{column} && %({name})s::varchar[]" for name in names))
    return " OR ".join(f"({rule})" for rule in rules) or "false"
