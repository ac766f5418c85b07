"""Finding customers by what somebody typed: words to tokens, tokens to customers."""

import time
from collections.abc import Sequence
from functools import reduce

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, models, transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Length, Lower

# A part of a word stands for so many whole ones at most.
MOST_TOKENS = 60
MOST_ALIKE = 30
# So many customers are ranked at most, and so many of them by the beginning of their name.
MOST_CANDIDATES = 1_000
MOST_NAMED_SO = 200
MOST_FOUND = 20_000
# From so many customers on a word is common: many rows are soon found without the index.
COMMON = 5_000
COMMON_SECONDS = 300
COMMON_WORDS = """
    SELECT word FROM pg_stats s
    JOIN pg_class c ON c.oid = 'customers_customertokens'::regclass,
        unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS e (word, share)
    WHERE s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = 'tokens'
        AND word IS NOT NULL AND share * c.reltuples > %s
"""
_common: dict[str, tuple[frozenset[str], float]] = {}
# From here on the index of three letters finds parts inside a word.
SHORTEST_PART = 3

EXACT_NUMBER, NAME_BEGINS, OTHERWISE = 0, 1, 2


class SearchTokenQuerySet(models.QuerySet):
    def with_part(self, part: str):
        """Whole words with this part: itself, those that begin with it, those that hold it."""
        if len(part) < SHORTEST_PART:
            return self.filter(token__startswith=part).order_by("token")[:MOST_TOKENS]
        rank = Case(
            When(token=part, then=0),
            When(token__startswith=part, then=1),
            default=2,
            output_field=IntegerField(),
        )
        found = self.filter(token__contains=part)
        return found.order_by(rank, Length("token"), "token")[:MOST_TOKENS]

    def with_parts(self, parts: Sequence[str]) -> dict[str, list[str]]:
        """The whole words of each part, in one query."""
        found: dict[str, list[str]] = {part: [] for part in parts}
        each = [
            self.annotate(part=Value(part, output_field=models.CharField()))
            .with_part(part)
            .values_list("part", "token")
            for part in found
        ]
        if each:
            for part, token in reduce(lambda one, two: one.union(two, all=True), each):
                found[part].append(token)
        return found

    def spelled_like(self, word: str) -> list[str]:
        """Words that look like it; the caller decides how alike they have to be."""
        alike = self.filter(token__trigram_similar=word)
        alike = alike.annotate(likeness=TrigramSimilarity("token", word)).order_by("-likeness")
        return list(alike.values_list("token", flat=True)[:MOST_ALIKE])


class CustomerTokensQuerySet(models.QuerySet):
    def having(self, groups: Sequence[Sequence[str]]):
        """Customers with a word of each group."""
        found = self
        for group in groups:
            found = found.filter(tokens__overlap=list(group))
        return found

    def pks_by_index(self) -> list[int]:
        """The customers, read by the index of words whatever the planner thinks.

        It takes an overlap with dozens of rare words for a large part of all customers, and then
        reads all of them: seconds where the index needs milliseconds.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            return list(self.values_list("pk", flat=True)[:MOST_FOUND])

    def common_words(self) -> frozenset[str]:
        """Words that thousands of customers have, as the last ANALYZE saw it."""
        words, until = _common.get(connection.alias, (frozenset(), 0.0))
        if time.monotonic() > until:
            with connection.cursor() as cursor:
                cursor.execute(COMMON_WORDS, [COMMON])
                words = frozenset(word for (word,) in cursor.fetchall())
            _common[connection.alias] = words, time.monotonic() + COMMON_SECONDS
        return words


class FoundStandings(models.QuerySet):
    """The part of Standing's queryset that search needs."""

    def found(
        self,
        *,
        number: str,
        beginning: str,
        words: QuerySet | list[int],
        order: str,
    ) -> QuerySet:
        """The best of those with the number, a name that begins so, or the words; ranked.

        `words` are customers' ids, or for words that very many have a queryset of
        `CustomerTokens`; each arm is capped, so that a word that half of the customers have costs
        no more than a rare one. Start from `visible_to`.
        """
        rows = self.order_by().values("pk")
        arms = [rows.filter(number__in={number, number.upper(), number.lower()})]
        if beginning:
            arms.append(rows.filter(name_key__startswith=beginning)[:MOST_NAMED_SO])
        if isinstance(words, QuerySet):
            arms.append(rows.filter(pk__in=words.values("pk"))[:MOST_CANDIDATES])
        elif words:
            arms.append(rows.filter(pk__in=words)[:MOST_CANDIDATES])
        first, *others = arms
        candidates = first.union(*others) if others else first
        ranks = [When(folded=Lower(Value(number)), then=EXACT_NUMBER)]
        if beginning:
            ranks.append(When(name_key__startswith=beginning, then=NAME_BEGINS))
        rank = Case(*ranks, default=OTHERWISE, output_field=IntegerField())
        ranked = self.model.objects.filter(pk__in=candidates).alias(folded=Lower("number"))
        return ranked.annotate(rank=rank).order_by("rank", order, "pk")
