"""Sums of value by cohort, source, segment and industry, recorded after the swap."""

import datetime as dt

import numpy as np
from django.db import connection, transaction

from lifecycle.analytics import value_parts
from lifecycle.models import EquityPoint, ValueCell
from lifecycle.services import columns
from lifecycle.services.summaries import year_before

DAYS_A_MONTH = 365.25 / 12
POINTS = 200

# `earned` is the margin since the first purchase: of the lines with known cost theirs, of the
# others their net at the customer's margin. Customers alike in all are summed first, so that what
# is summed four times over is few.
FACTS = """
    WITH facts AS (
        SELECT s.team_id, s.owner_id, c.won_through AS source, c.segment, c.industry,
            coalesce(date_part('year', d.first_purchase)::int::text, '') AS cohort,
            s.lifetime_value, s.lifetime_value - coalesce(v.referral_realised, 0) AS equity,
            s.revenue_12m, coalesce(v.revenue_before, 0) AS revenue_before,
            coalesce(v.margin_12m, 0) AS margin_12m, coalesce(v.cost_12m, 0) AS cost_12m,
            coalesce(v.revenue_before, 0) > 0 AS could_stay,
            coalesce(v.revenue_before, 0) > 0 AND s.last_purchase > %(since)s AS stayed,
            CASE WHEN d.first_purchase IS NOT NULL THEN c.acquisition_cost END AS cost,
            (d.known_net - d.cost
                + (d.net - d.known_net) * v.margin::numeric)::numeric(30, 2) AS earned,
            (%(as_of)s - d.first_purchase) / %(month)s AS months
        FROM customers_standing s
        JOIN customers_customer c ON c.id = s.customer_id
        LEFT JOIN lifecycle_valuation v ON v.customer_id = s.customer_id
        LEFT JOIN customers_dealingsummary d ON d.customer_id = s.customer_id
    ), alike AS (
        SELECT team_id, owner_id, cohort, source, segment, industry, count(*) AS customers,
            sum(equity) AS equity, sum(lifetime_value) AS lifetime_value,
            sum(revenue_12m) AS revenue_12m, sum(revenue_before) AS revenue_before,
            sum(margin_12m) AS margin_12m, sum(cost_12m) AS cost_12m,
            count(*) FILTER (WHERE could_stay) AS could_stay,
            count(*) FILTER (WHERE stayed) AS stayed,
            sum(cost_12m) FILTER (WHERE stayed) AS cost_of_stayed,
            count(cost) AS acquired, sum(cost) AS cost,
            sum(earned) FILTER (WHERE cost IS NOT NULL) AS earned,
            sum(months::numeric) FILTER (WHERE cost IS NOT NULL) AS months,
            count(*) FILTER (WHERE earned >= cost) AS paid_back
        FROM facts GROUP BY team_id, owner_id, cohort, source, segment, industry)
    INSERT INTO lifecycle_valuecell (as_of, team_id, owner_id, dimension, key, customers, equity,
        lifetime_value, revenue_12m, revenue_before, margin_12m, cost_12m, could_stay, stayed,
        cost_of_stayed, acquired, acquisition_cost, earned, months, paid_back)
    SELECT %(as_of)s, team_id, owner_id,
        CASE WHEN grouping(cohort) = 0 THEN 'cohort' WHEN grouping(source) = 0 THEN 'source'
            WHEN grouping(segment) = 0 THEN 'segment' ELSE 'industry' END,
        coalesce(cohort, source, segment, industry), sum(customers), sum(equity),
        sum(lifetime_value), sum(revenue_12m), sum(revenue_before), sum(margin_12m), sum(cost_12m),
        sum(could_stay), sum(stayed), coalesce(sum(cost_of_stayed), 0),
        sum(acquired), coalesce(sum(cost), 0), coalesce(sum(earned), 0),
        coalesce(sum(months), 0), sum(paid_back)
    FROM alike
    GROUP BY team_id, owner_id, GROUPING SETS ((cohort), (source), (segment), (industry))
"""
EQUITY = """
    SELECT s.lifetime_value - coalesce(v.referral_realised, 0) AS equity
    FROM customers_standing s LEFT JOIN lifecycle_valuation v ON v.customer_id = s.customer_id
"""


@transaction.atomic
def record(as_of: dt.date) -> int:
    """Sum the base as it stands now, in place of the sums before; returns the cells."""
    ValueCell.objects.all().delete()
    EquityPoint.objects.all().delete()
    values = {
        "as_of": as_of,
        "since": year_before(as_of),
        "month": DAYS_A_MONTH,
    }
    with connection.cursor() as cursor:
        cursor.execute(FACTS, values)
        cells = cursor.rowcount
    equity = columns.read(EQUITY, {}, {"equity": "float"})["equity"]
    points = value_parts.concentration(np.sort(equity), POINTS)
    EquityPoint.objects.bulk_create(
        EquityPoint(customers_share=x, equity_share=y) for x, y in points.tolist()
    )
    return cells + len(points)
