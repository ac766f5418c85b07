"""Customers that may be one: their keys, the pairs that share some, and what people say of them."""

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.accounts.models import User
from crm.platform.bulk import copy_rows
from customers.doubles import WEIGHTS, keys_of, score_of
from customers.models import Customer, CustomerKeys, DuplicatePair

OF_KEYS = ("name", "phone", "email", "website", "tax_number")
# What more customers share tells nothing of any two: the phone of an accountant, a common name.
MOST_SHARING = 20
SHOWN, MOST_ASKED = 5, 1_000
BATCH = 10_000

UPSERT_KEYS = """
    INSERT INTO customers_customerkeys (customer_id, keys)
    SELECT customer_id, keys FROM fresh_keys ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET keys = EXCLUDED.keys
    WHERE customers_customerkeys.keys IS DISTINCT FROM EXCLUDED.keys
"""
# Groups of companies share much; parent and child are two, children of one parent unless they bear
# one name or tax number. What a pair shares is a sum of bits: its place among what may be said.
FIND = """
    CREATE TEMP TABLE found_pairs ON COMMIT DROP AS
    WITH sharing AS (
        SELECT 1 << array_position(%(kinds)s::text[], split_part(key, ':', 1)) - 1 AS kind,
            array_agg(customer_id) AS ids
        FROM customers_customerkeys, unnest(keys) AS key
        GROUP BY key HAVING count(*) BETWEEN 2 AND %(most)s),
    pairs AS (
        SELECT one AS first_id, two AS second_id, bit_or(kind) AS kinds
        FROM sharing, unnest(ids) AS one, unnest(ids) AS two WHERE one < two GROUP BY one, two),
    children AS MATERIALIZED (
        SELECT id, parent_id FROM customers_customer WHERE parent_id IS NOT NULL),
    said AS (
        SELECT p.first_id, p.second_id,
            string_to_array((%(reasons)s::text[])[kinds], ',')::varchar[] AS reasons,
            (%(scores)s::int[])[kinds] AS score FROM pairs p)
    SELECT s.* FROM said s
    LEFT JOIN children a ON a.id = s.first_id LEFT JOIN children b ON b.id = s.second_id
    WHERE (a.parent_id = s.second_id) IS NOT TRUE AND (b.parent_id = s.first_id) IS NOT TRUE
        AND ((a.parent_id = b.parent_id) IS NOT TRUE
            OR s.reasons && ARRAY['name', 'tax']::varchar[])
"""
# Most pairs are there since long: to meet them again would write each one's lock.
WRITE = """
    INSERT INTO customers_duplicatepair AS p (first_id, second_id, reasons, score, found_at)
    SELECT first_id, second_id, reasons, score, now() FROM found_pairs f
    WHERE NOT EXISTS (
        SELECT FROM customers_duplicatepair k
        WHERE k.first_id = f.first_id AND k.second_id = f.second_id
            AND (k.dismissed_at IS NOT NULL OR (k.reasons, k.score) = (f.reasons, f.score)))
    ORDER BY score, first_id
    ON CONFLICT (first_id, second_id) DO UPDATE
        SET reasons = EXCLUDED.reasons, score = EXCLUDED.score
    WHERE p.dismissed_at IS NULL
        AND (p.reasons, p.score) IS DISTINCT FROM (EXCLUDED.reasons, EXCLUDED.score)
"""
FORGET = """
    DELETE FROM customers_duplicatepair p WHERE dismissed_at IS NULL AND NOT EXISTS (
        SELECT FROM found_pairs f WHERE f.first_id = p.first_id AND f.second_id = p.second_id)
"""


@transaction.atomic
def refresh_keys(customer_ids: Sequence[int]) -> None:
    """Bring the keys of customers in line with their names and numbers; of a batch of them."""
    customers = Customer.objects.filter(pk__in=customer_ids).values("pk", *OF_KEYS)
    rows = [
        (row.pop("pk"), "{" + ",".join(f'"{key}"' for key in keys_of(**row)) + "}")
        for row in customers
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS fresh_keys (customer_id bigint, keys text[])"
            " ON COMMIT DELETE ROWS"
        )
        cursor.execute("DELETE FROM fresh_keys")
        copy_rows("fresh_keys", ("customer_id", "keys"), rows)
        cursor.execute(UPSERT_KEYS)


@transaction.atomic
def find_all() -> int:
    """Write the pairs that share something and forget those that no longer do; dismissed ones stay.

    Returns how many rows changed; the same again changes nothing.
    """
    _complete()
    kinds = sorted(WEIGHTS, key=WEIGHTS.__getitem__, reverse=True)
    shared = [
        [kind for place, kind in enumerate(kinds) if bits >> place & 1]
        for bits in range(1, 2 ** len(kinds))
    ]
    values = {
        "most": MOST_SHARING,
        "kinds": kinds,
        "reasons": [",".join(some) for some in shared],
        "scores": [score_of(some) for some in shared],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(FIND, values)
        cursor.execute("ANALYZE found_pairs")
        cursor.execute(WRITE)
        changed = cursor.rowcount
        cursor.execute(FORGET)
        changed += cursor.rowcount
        cursor.execute("DROP TABLE found_pairs")
    return changed


def _complete() -> None:
    """Keys of customers that have none: those of before there were keys."""
    without = Customer.objects.filter(keys__isnull=True).order_by("pk")
    ids = list(without.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        refresh_keys(ids[start : start + BATCH])


def _sharing(keys: Sequence[str]) -> list[int]:
    """Customers with one of the keys, read by their index whatever the planner thinks.

    It expects thousands for a key that two have, and would read all customers for that.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = CustomerKeys.objects.filter(keys__overlap=list(keys)).order_by()
        return list(rows.values_list("customer", flat=True)[:MOST_ASKED])


def possible_doubles(
    *, user: User, values: Mapping[str, str], besides: int | None = None
) -> list[Customer]:
    """Customers that the user sees and that share something telling with these values, a few.

    Not those of which somebody said that they are others.
    """
    keys = keys_of(**{name: values.get(name, "") for name in OF_KEYS})
    if not keys:
        return []
    found = Customer.objects.visible_to(user).filter(pk__in=_sharing(keys)).exclude(pk=besides)
    if besides:
        known = DuplicatePair.objects.with_customer(besides).exclude(dismissed_at=None)
        others = {pk for pair in known.values_list("first", "second") for pk in pair}
        found = found.exclude(pk__in=others)
    return list(found.order_by("pk")[:SHOWN])


def dismiss(*, pair: QuerySet[DuplicatePair], by: User) -> int:
    """These are others; twice is the same as once."""
    return pair.open().update(dismissed_at=timezone.now(), dismissed_by=by)


def restore(*, pair: QuerySet[DuplicatePair]) -> int:
    """They may be one after all."""
    return pair.exclude(dismissed_at=None).update(dismissed_at=None, dismissed_by=None)
