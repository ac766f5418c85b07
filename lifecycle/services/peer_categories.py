"""What customers of an industry buy: counted each night, so that a card can propose the next."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from lifecycle.models import PeerCategory

# Fewer buyers than this are no habit of an industry.
FEWEST_BUYERS = 3
# A category is proposed where at least this share of the industry's active customers buys it.
COMMON = 0.3

# So many customers of an industry tell what is common there (give or take six in a hundred), and
# bound the work: of 50,000,000 lines only theirs are read, each customer's by its index.
SAMPLE = 300

COUNT = """
    WITH ranked AS MATERIALIZED (
        SELECT customer_id, industry, row_number() OVER (
            -- By chance, and the same ones each night.
            PARTITION BY industry ORDER BY hashint8(customer_id), customer_id) AS place
        FROM customers_standing
        WHERE industry <> '' AND last_purchase > %(since)s),
    bought AS (
        SELECT r.customer_id, r.industry, line.category, line.net
        FROM ranked r CROSS JOIN LATERAL (
            SELECT p.category, sum(t.amount) AS net
            FROM customers_transaction t JOIN customers_product p ON p.id = t.product_id
            WHERE t.customer_id = r.customer_id AND t.date > %(since)s AND t.date <= %(as_of)s
                AND p.category <> ''
            GROUP BY p.category HAVING sum(t.amount) > 0) line
        WHERE r.place <= %(sample)s),
    sizes AS (
        SELECT industry, count(DISTINCT customer_id) AS customers FROM bought GROUP BY industry)
    INSERT INTO lifecycle_peercategory (industry, category, buyers, customers, spend)
    SELECT b.industry, b.category, count(*), z.customers, avg(b.net)
    FROM bought b JOIN sizes z USING (industry)
    GROUP BY b.industry, b.category, z.customers HAVING count(*) >= %(fewest)s
"""


@dataclass(frozen=True)
class Proposal:
    """A category that `share` of the peers buy, for `spend` a year on average."""

    category: str
    share: float
    spend: Decimal


@transaction.atomic
def count(as_of: dt.date) -> int:
    """Count buyers by industry and category over the twelve months up to the date, anew.

    After the swap of the standings. Returns the rows.
    """
    PeerCategory.objects.all().delete()
    values = {
        "as_of": as_of,
        "since": as_of - dt.timedelta(days=365),
        "fewest": FEWEST_BUYERS,
        "sample": SAMPLE,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        return cursor.rowcount


def proposals(industry: str, bought: Collection[str], most: int = 3) -> list[Proposal]:
    """Categories common among customers of the industry, without those bought; commonest first."""
    rows = PeerCategory.objects.filter(industry=industry).exclude(category__in=bought)
    found = [Proposal(row.category, row.buyers / row.customers, row.spend) for row in rows]
    common = [row for row in found if row.share >= COMMON]
    return sorted(common, key=lambda row: (-row.share, row.category))[:most]
