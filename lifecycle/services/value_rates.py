"""What the parts of all customers' lifetime value rest on, counted once a night."""

import datetime as dt

import numpy as np
from django.db import connection

from lifecycle.analytics import value_parts
from lifecycle.models import CategoryTakeUp, NightlyRun, ValueAmounts, ValueParts
from lifecycle.services import columns
from lifecycle.services.business_days import end_of
from lifecycle.services.peers import ENOUGH_PEERS
from lifecycle.services.summaries import year_before

# A category is common where at least this share of the industry's active customers buys it.
COMMON = 0.3
FEWEST_BUYERS = 3
DIGITS = 9
# Customers whose share of wallet of two years tells how it grows: enough for its mean.
SAMPLE = 10_000

# Customers who had bought before the last twelve months could take a category up in them.
TAKEN_UP = """
    WITH active AS MATERIALIZED (
        SELECT s.customer_id, c.industry, s.first_purchase <= %(since)s AS is_settled
        FROM customers_dealingsummary s JOIN customers_customer c ON c.id = s.customer_id
        WHERE c.industry <> '' AND s.last_purchase > %(since)s),
    sizes AS (
        SELECT industry, count(*) AS customers, count(*) FILTER (WHERE is_settled) AS settled
        FROM active GROUP BY industry),
    bought AS (
        SELECT a.industry, d.category,
            count(*) FILTER (WHERE d.last_day > %(since)s) AS buyers,
            count(*) FILTER (WHERE a.is_settled AND d.first_day > %(since)s) AS took,
            count(*) FILTER (WHERE a.is_settled AND d.first_day <= %(since)s) AS had,
            coalesce(sum(d.net) FILTER (WHERE d.net > 0), 0) AS net
        FROM active a JOIN customers_dealingcategory d ON d.customer_id = a.customer_id
        GROUP BY a.industry, d.category)
    SELECT industry, category, customers, buyers, settled - had AS could, took,
        net / nullif(sum(net) OVER (PARTITION BY industry), 0)
    FROM bought JOIN sizes USING (industry) ORDER BY industry, category
"""
BREADTH = """
    SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY categories) FROM (
        SELECT count(*) AS categories FROM customers_dealingcategory
        WHERE last_day > %(since)s GROUP BY customer_id) each
"""
# Shares of wallet of two years that follow each other, doubtful ones left out.
TWO_SHARES = """
    WITH figures AS (
        SELECT customer_id, year, purchases FROM customers_yearfigure
        WHERE removed_at IS NULL AND purchases > 0 AND known_on <= %(as_of)s
            AND year BETWEEN %(year)s - 3 AND %(year)s - 1
        ORDER BY hashint8(customer_id), customer_id, year LIMIT %(sample)s),
    shares AS (
        SELECT customer_id, year, greatest(coalesce((
            SELECT sum(net) FROM customers_dealingday d WHERE d.customer_id = figures.customer_id
                AND d.day >= make_date(year, 1, 1) AND d.day < make_date(year + 1, 1, 1)
        ), 0), 0) / purchases AS share FROM figures)
    SELECT b.share AS before, a.share AS after
    FROM shares a JOIN shares b ON b.customer_id = a.customer_id AND b.year = a.year - 1
    WHERE a.share <= 1 AND b.share <= 1 ORDER BY a.customer_id, a.year
"""
# Who brought whom, up to the date; of several who brought the same one each has its part.
MADE = """
    SELECT customer_id, referred_id, count(*) OVER (PARTITION BY referred_id) AS referrers
    FROM customers_referral
    WHERE removed_at IS NULL AND state = 'customer' AND referred_id IS NOT NULL
        AND "on" <= %(as_of)s
"""
REFERRALS = f"""
    WITH made AS ({MADE}),
    brought AS (SELECT customer_id, count(*) AS count FROM made GROUP BY customer_id)
    SELECT c.industry, count(*), coalesce(sum(b.count), 0)::float8,
        sum(round(s.age::numeric, 9))::float8 / 365
    FROM lifecycle_scored s JOIN customers_customer c ON c.id = s.customer_id
    LEFT JOIN brought b ON b.customer_id = s.customer_id
    WHERE s.purchase_days > 0 GROUP BY c.industry ORDER BY c.industry
"""  # noqa: S608 -- no value in it
WORTH_OF_REFERRED = f"""
    SELECT coalesce(avg(round(greatest(s.transaction_value, 0)::numeric / made.referrers, 9)),
        0)::float8
    FROM ({MADE}) made JOIN lifecycle_scored s ON s.customer_id = made.referred_id
"""  # noqa: S608 -- no value in it
# How often each kind was, which the page of the amounts shows beside it.
OCCURRED = """
    SELECT kind, count(*) FROM customers_interaction WHERE at >= %(start)s AND at < %(end)s
    GROUP BY kind
    UNION ALL
    SELECT kind, count(*) FROM customers_idea
    WHERE removed_at IS NULL AND state = 'adopted' AND "on" > %(since)s AND "on" <= %(as_of)s
    GROUP BY kind
"""


def count(run: NightlyRun) -> int:
    """Count rates of take-up and referral and note them with the run; returns the categories."""
    empty_scratch()
    values = {
        "as_of": run.as_of,
        "since": year_before(run.as_of),
        "year": run.as_of.year,
        "sample": SAMPLE,
        **span(run.as_of),
    }
    rows = _count_take_up(values)
    amounts = ValueAmounts.get().as_texts()
    with connection.cursor() as cursor:
        run.models_used["value"] = {
            "amounts": amounts,
            "occurred": _occurred(cursor, values),
            "breadth": _one(cursor, BREADTH, values),
            "share_gain": _share_gain(values),
            **_referral_rates(cursor, values),
        }
    run.save(update_fields=["models_used"])
    return rows


def empty_scratch() -> None:
    """Clear what the shards of the night hand on."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {ValueParts._meta.db_table}")


def span(as_of: dt.date) -> dict[str, dt.datetime]:
    """The twelve months up to the date as moments, from `start` to before `end`."""
    days = {"start": year_before(as_of), "end": as_of}
    return {name: end_of(day) for name, day in days.items()}


def _count_take_up(values: dict) -> int:
    CategoryTakeUp.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_UP, values)
        found = cursor.fetchall()
    if not found:
        return 0
    could, took = (np.array([row[place] for row in found], dtype=float) for place in (4, 5))
    rates = value_parts.take_up_rates(took, could)
    made = [
        CategoryTakeUp(
            **dict(zip(("industry", "category", "customers", "buyers"), row[:4], strict=True)),
            could=row[4],
            took=row[5],
            weight=round(row[6] or 0, DIGITS),
            is_common=row[3] >= max(FEWEST_BUYERS, COMMON * row[2]),
            rate=round(rates.value[place], DIGITS),
            rate_low=round(rates.low[place], DIGITS),
            rate_high=round(rates.high[place], DIGITS),
        )
        for place, row in enumerate(found)
    ]
    CategoryTakeUp.objects.bulk_create(made, batch_size=2_000)
    return len(made)


def _share_gain(values: dict) -> list[float] | None:
    found = columns.read(TWO_SHARES, values, {"before": "float", "after": "float"})
    gain = value_parts.share_gain(found["before"], found["after"])
    return gain and [round(float(end), DIGITS) for end in (gain.value, gain.low, gain.high)]


def _referral_rates(cursor, values: dict) -> dict:
    """Customers brought a year of relationship, by industry where it is large enough."""
    cursor.execute(REFERRALS, values)
    rows = cursor.fetchall()
    brought, years = (sum(row[place] for row in rows) for place in (2, 3))
    return {
        "referral_rate": round(brought / years, DIGITS) if years else 0.0,
        "industries": [
            {"industry": industry, "rate": round(own / span, DIGITS)}
            for industry, customers, own, span in rows
            if industry and customers >= ENOUGH_PEERS and span
        ],
        "worth_of_referred": round(_one(cursor, WORTH_OF_REFERRED, values), DIGITS),
    }


def _occurred(cursor, values: dict) -> dict[str, int]:
    cursor.execute(OCCURRED, values)
    return dict(cursor.fetchall())


def _one(cursor, query: str, values: dict):
    cursor.execute(query, values)
    return cursor.fetchone()[0]
