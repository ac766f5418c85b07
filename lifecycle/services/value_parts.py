"""A shard's customers: the parts of their lifetime value, and what serving them costs."""

import datetime as dt
import json

import numpy as np
from django.db import connection

from crm.platform.models import Installation
from customers import wallet
from lifecycle.analytics import value_parts
from lifecycle.analytics.value_parts import Part
from lifecycle.models import NightlyRun, ValueAmounts, ValueParts
from lifecycle.services import columns
from lifecycle.services.scoring import DIGITS
from lifecycle.services.shards import IN_SHARD, Shard
from lifecycle.services.summaries import year_before
from lifecycle.services.value_rates import MADE, span

DAYS_A_YEAR = 365
# Index of credit, 0 to 100, by how it pays.
CREDIT = {"early": 100, "punctual": 80, "late": 40, "very_late": 20, "default": 0}
WALLET, CATEGORIES = "wallet", "categories"

BASKET = """
    bought AS MATERIALIZED (
        SELECT customer_id, category FROM customers_dealingcategory
        WHERE {in_shard} AND last_day > %(since)s),
    breadth AS (
        SELECT customer_id, count(*) AS categories FROM bought GROUP BY customer_id),
    basket AS (
        SELECT s.customer_id,
            sum(t.weight) FILTER (WHERE b.customer_id IS NOT NULL) AS held,
            sum(t.weight) FILTER (WHERE b.customer_id IS NULL) AS missing,
            sum(t.weight * t.rate) FILTER (WHERE b.customer_id IS NULL) AS rate,
            sum(t.weight * t.rate_low) FILTER (WHERE b.customer_id IS NULL) AS rate_low,
            sum(t.weight * t.rate_high) FILTER (WHERE b.customer_id IS NULL) AS rate_high
        FROM lifecycle_scored s
        JOIN customers_customer c ON c.id = s.customer_id
        JOIN lifecycle_categorytakeup t ON t.industry = c.industry
        LEFT JOIN bought b ON b.customer_id = s.customer_id AND b.category = t.category
        WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s AND s.revenue_12m > 0
            AND c.id >= %(low)s AND c.id < %(high)s
            AND (t.is_common OR b.customer_id IS NOT NULL)
        GROUP BY s.customer_id)
"""
# What one customer brought: its part of the value of each customer.
BROUGHT = """
    brought AS (
        SELECT made.customer_id, count(*) AS referred,
            sum(round(greatest(f.transaction_value, 0)::numeric / made.referrers, 9)) AS worth,
            sum(round(greatest(f.transaction_value_low, 0)::numeric / made.referrers, 9)) AS low,
            sum(round(greatest(f.transaction_value_high, 0)::numeric / made.referrers, 9)) AS high
        FROM (SELECT * FROM ({made}) everybody WHERE {in_shard}) made
        LEFT JOIN lifecycle_scored f ON f.customer_id = made.referred_id
        GROUP BY made.customer_id)
"""
GIVEN = """
    given AS (
        SELECT customer_id, count(*) FILTER (WHERE worth > 0) AS ideas, sum(worth) AS worth,
            count(*) FILTER (WHERE kind = 'reference') AS showings
        FROM (SELECT customer_id, kind,
                coalesce(amount, (%(amounts)s::jsonb ->> kind)::numeric) AS worth
            FROM customers_idea
            WHERE {in_shard} AND removed_at IS NULL AND state = 'adopted'
                AND "on" > %(horizon_ago)s AND "on" <= %(as_of)s) adopted
        GROUP BY customer_id)
"""
SERVED = """
    served AS (
        SELECT customer_id, sum(coalesce((%(amounts)s::jsonb ->> kind)::numeric, 0)) AS cost,
            count(*) FILTER (WHERE heard && ARRAY['compares', 'competitor', 'idea']::varchar[])
                AS told
        FROM customers_interaction
        WHERE {in_shard} AND at >= %(start)s AND at < %(end)s GROUP BY customer_id),
    remedied AS (
        SELECT customer_id, sum(remedy_cost) AS cost FROM complaints_case
        WHERE {in_shard} AND received_at >= %(start)s AND received_at < %(end)s
            AND remedy_cost > 0 GROUP BY customer_id)
"""
JUDGED = """
    credit AS (
        SELECT DISTINCT ON (customer_id) customer_id, payment FROM customers_creditrecord
        WHERE {in_shard} AND removed_at IS NULL AND payment <> '' AND "on" <= %(as_of)s
        ORDER BY customer_id, "on" DESC, id DESC),
    answered AS (
        SELECT customer_id, avg(round(index::numeric, 9)) AS index, avg(recommend) AS recommend
        FROM satisfaction_response
        WHERE {in_shard} AND finished_at >= %(start)s AND finished_at < %(end)s
            AND wave_id IN (SELECT id FROM satisfaction_wave WHERE occasion = 'plan')
        GROUP BY customer_id),
    recommended AS (
        SELECT customer_id, count(*) AS times FROM customers_referral
        WHERE {in_shard} AND removed_at IS NULL AND "on" <= %(as_of)s GROUP BY customer_id),
    joined AS (
        SELECT customer_id, count(*) AS clubs FROM customers_membership
        WHERE {in_shard} AND removed_at IS NULL AND since <= %(as_of)s
            AND (until IS NULL OR until > %(as_of)s) GROUP BY customer_id)
"""
KNOWN = """
    WITH {ctes}
    SELECT s.customer_id, s.purchase_days, s.age, s.risk, s.probability_alive, s.margin,
        s.transaction_value, s.transaction_value_low, s.transaction_value_high, s.revenue_12m,
        s.revenue_year_before AS revenue_before,
        coalesce(shares.share::float8, 'NaN') AS share, coalesce(shares.purchases, 0) AS purchases,
        coalesce(breadth.categories, 0) AS categories,
        coalesce(basket.held, 0) AS held, coalesce(basket.missing, 0) AS missing,
        coalesce(basket.rate, 0) AS rate, coalesce(basket.rate_low, 0) AS rate_low,
        coalesce(basket.rate_high, 0) AS rate_high,
        coalesce(brought.referred, 0) AS referred, coalesce(brought.worth, 0) AS brought,
        coalesce(brought.low, 0) AS brought_low, coalesce(brought.high, 0) AS brought_high,
        coalesce(peers.rate, %(referral_rate)s) AS peers_rate,
        coalesce(given.ideas, 0) AS ideas, coalesce(given.worth, 0) AS given,
        coalesce(served.cost, 0) AS interactions, coalesce(remedied.cost, 0) AS remedies,
        coalesce(credit.payment, '') AS payment, coalesce(answered.index, 'NaN') AS answered,
        coalesce(answered.recommend, 'NaN') AS recommend,
        coalesce(recommended.times, 0) AS recommended, coalesce(given.showings, 0) AS showings,
        coalesce(joined.clubs, 0) AS clubs, coalesce(served.told, 0) AS told
    FROM lifecycle_scored s
    JOIN customers_customer c ON c.id = s.customer_id
    LEFT JOIN ({shares}) shares ON shares.customer_id = s.customer_id
    LEFT JOIN jsonb_to_recordset(%(industries)s::jsonb)
        AS peers (industry text, rate float8) ON peers.industry = c.industry
    {joins}
    WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
        AND c.id >= %(low)s AND c.id < %(high)s ORDER BY s.customer_id
"""
JOINED = (
    *("breadth", "basket", "brought", "given"),
    *("served", "remedied", "credit", "answered", "recommended", "joined"),
)
WHOLE = (
    *("customer_id", "categories", "referred", "ideas"),
    *("recommended", "showings", "clubs", "told"),
)
FLOATS = (
    *("purchase_days", "age", "risk", "probability_alive", "margin", "transaction_value"),
    *("transaction_value_low", "transaction_value_high", "revenue_12m", "revenue_before"),
    *("share", "purchases", "held", "missing", "rate", "rate_low", "rate_high"),
    *("brought", "brought_low", "brought_high", "peers_rate", "given", "interactions"),
    *("remedies", "answered", "recommend"),
)
KINDS = {
    **dict.fromkeys(WHOLE, "int"),
    **dict.fromkeys(FLOATS, "float"),
    "payment": "9",
}
# Where tiers go by lifetime value, what they are cut by is known only now.
TAKE_AS_BASIS = """
    UPDATE lifecycle_scored s SET tier_basis = round(v.lifetime_value::numeric, 4)
    FROM lifecycle_valueparts v WHERE v.customer_id = s.customer_id
        AND s.customer_id >= %(low)s AND s.customer_id < %(high)s
"""


def value(run: NightlyRun, shard: Shard) -> int:
    """The parts of the shard's customers into the scratch table; those of an earlier try go."""
    ValueParts.objects.filter(customer_id__gte=shard.low, customer_id__lt=shard.high).delete()
    found = _load(run, shard)
    if not len(found["customer_id"]):
        return 0
    rows = columns.write(ValueParts._meta.db_table, figures(found, run.models_used))
    if run.models_used["tier_basis"] == Installation.TierBasis.LIFETIME_VALUE:
        with connection.cursor() as cursor:
            cursor.execute(TAKE_AS_BASIS, shard.ids)
    return rows


def has_changed(run: NightlyRun) -> bool:
    """Whether managers set other amounts since the run."""
    noted = run.models_used.get("value", {}).get("amounts")
    return noted is not None and noted != ValueAmounts.get().as_texts()


def _load(run: NightlyRun, shard: Shard) -> dict[str, np.ndarray]:
    """What is known of the shard's customers; NaN and nothing where it is not."""
    used = run.models_used
    values = {
        **shard.ids,
        **span(run.as_of),
        "as_of": run.as_of,
        "since": year_before(run.as_of),
        "horizon_ago": run.as_of - dt.timedelta(days=used["value_horizon_days"]),
        "amounts": json.dumps(used["value"]["amounts"]),
        "industries": json.dumps(used["value"]["industries"]),
        "referral_rate": used["value"]["referral_rate"],
    }
    ctes = ",".join((BASKET, BROUGHT, GIVEN, SERVED, JUDGED))
    query = KNOWN.format(
        ctes=ctes.format(in_shard=IN_SHARD, made=MADE),
        shares=wallet.SHARES.format(chosen="f.customer_id >= %(low)s AND f.customer_id < %(high)s"),
        joins="\n".join(
            f"LEFT JOIN {name} ON {name}.customer_id = s.customer_id" for name in JOINED
        ),
    )
    with connection.cursor() as cursor:
        # Before their first statistics tables look empty: rows would be sought one by one, for
        # each customer in what was summed up for all, which takes minutes of a new company's night.
        cursor.execute("SET LOCAL enable_nestloop = off")
    return columns.read(query, values, KINDS)


def figures(found: dict[str, np.ndarray], used: dict) -> dict[str, np.ndarray]:
    """All columns of `ValueParts` from what is known of the customers and of all of them."""
    days, rate = used["value_horizon_days"], float(used["settings"]["discount_rate"])
    years = value_parts.years_worth(days, rate)
    alive = found["probability_alive"]
    headroom, rates, source = _headroom(found, used["value"]["share_gain"])
    growth = value_parts.growth(headroom, rates, found["margin"], alive, days, rate)
    own_rate = value_parts.referral_rate(
        found["referred"], found["age"] / DAYS_A_YEAR, found["peers_rate"]
    )
    brought = Part(found["brought"], found["brought_low"], found["brought_high"])
    referral = value_parts.referral(
        brought, own_rate, used["value"]["worth_of_referred"], alive, years
    )
    knowledge = value_parts.knowledge(
        found["ideas"], found["given"], alive, years, days / DAYS_A_YEAR
    )
    cost_12m = found["interactions"] + found["remedies"]
    cost = value_parts.cost_to_serve(cost_12m, alive, years)
    names = ("transaction_value", "transaction_value_low", "transaction_value_high")
    transactions = Part(*(found[name] for name in names))
    parts = {"growth": growth, "referral": referral, "knowledge": knowledge}
    total = value_parts.lifetime([transactions, *parts.values()], cost)
    columns_of = {
        **_columns({**parts, "lifetime": total}),
        "headroom": headroom,
        "take_up": rates.value,
        "referral_realised": found["brought"],
        "referral_rate": own_rate,
        "cost_to_serve": cost,
        "cost_12m": cost_12m,
        "interactions_12m": found["interactions"],
        "revenue_before": found["revenue_before"],
        **_indices(found, used["value"]["breadth"]),
    }
    rounded = {name: np.round(column, DIGITS) for name, column in columns_of.items()}
    whole = {name: found[name] for name in WHOLE}
    return {**whole, **rounded, "growth_from": source}


def _columns(parts: dict[str, Part]) -> dict[str, np.ndarray]:
    return {
        f"{name}_{end}": getattr(part, end)
        for name, part in parts.items()
        for end in ("value", "low", "high")
    }


def _headroom(found: dict, gain: list[float] | None) -> tuple[np.ndarray, Part, np.ndarray]:
    """Headroom of a year, the rates at which it is taken up, and what it was read from.

    The share of wallet, where it is known, holds all categories; else the categories that similar
    customers buy.
    """
    share = found["share"]
    by_wallet = np.isfinite(share) & (share < 1) & (gain is not None)
    basket = value_parts.headroom_of_basket(found["revenue_12m"], found["held"], found["missing"])
    open_purchases = found["purchases"] * (1 - np.nan_to_num(share))
    headroom = np.where(by_wallet, open_purchases, basket)
    missing = found["missing"]
    ends = []
    for place, name in enumerate(("rate", "rate_low", "rate_high")):
        mean = np.divide(found[name], missing, out=np.zeros(len(missing)), where=missing > 0)
        ends.append(np.where(by_wallet, gain[place] if gain else 0.0, mean))
    source = np.select([by_wallet, basket > 0], [WALLET, CATEGORIES], "")
    return headroom, Part(*ends), source


def _indices(found: dict, broad: int | None) -> dict[str, np.ndarray]:
    """Loyalty, credit and satisfaction from 0 to 100, NaN where nothing is known.

    `broad` is the number of categories that nine in ten customers don't exceed.
    """
    bought = found["purchase_days"] > 0
    nothing = np.full(len(bought), np.nan)
    marks = value_parts.loyalty(
        1 - found["risk"],
        found["categories"] / broad if broad else nothing,
        found["referred"],
        found["share"],
    )
    payments = [CREDIT.get(payment, np.nan) for payment in found["payment"]]
    return {
        "loyalty": np.where(bought, marks, np.nan),
        "credit": np.array(payments, dtype=float),
        "satisfaction": found["answered"],
        "recommend": found["recommend"],
    }
