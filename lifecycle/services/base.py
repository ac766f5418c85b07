"""The customer base in cells, recorded after the swap of the standings."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import TruncMonth

from lifecycle.models import BaseCell, ParetoPoint
from lifecycle.services.summaries import year_before

KEEP_DAYS = 7  # of days that are no month-end
PARETO_POINTS = 200
PARTS = (
    *("transaction_value", "growth_value", "referral_value", "referral_realised"),
    *("knowledge_value", "cost_to_serve", "margin_12m", "cost_12m"),
)

RECORD_CELLS = """
    INSERT INTO lifecycle_basecell (as_of, team_id, owner_id, tier, stage, risk_band, signal,
        customers, lifetime_value, value_at_risk, revenue_12m, equity, {parts},
        benefits_12m, benefit_customers)
    SELECT %(as_of)s, s.team_id, s.owner_id, s.tier, s.stage,
        least(9, floor(s.risk * 10))::int AS risk_band, s.signal,
        count(*), sum(s.lifetime_value), sum(s.value_at_risk), sum(s.revenue_12m),
        sum(s.lifetime_value - coalesce(v.referral_realised, 0)), {sums},
        coalesce(sum(b.amount), 0), count(b.amount)
    FROM customers_standing s
    LEFT JOIN lifecycle_valuation v ON v.customer_id = s.customer_id
    LEFT JOIN (
        SELECT customer_id, sum(amount) AS amount FROM customers_benefit
        WHERE removed_at IS NULL AND "on" > %(since)s AND "on" <= %(as_of)s
        GROUP BY customer_id) b ON b.customer_id = s.customer_id
    GROUP BY s.team_id, s.owner_id, s.tier, s.stage, risk_band, s.signal
"""
# Customers by falling basis in so many groups of equal size; the last of a group is a point. The
# share is that of all customers, those without any basis too.
RECORD_PARETO = """
    INSERT INTO lifecycle_paretopoint (as_of, customers_share, basis_share)
    SELECT %s, max(place)::float / max(total), max(sum) / max(sum_all)
    FROM (
        SELECT row_number() OVER w AS place,
            (SELECT count(*) FROM customers_standing) AS total,
            ntile(%s) OVER w AS part, sum(tier_basis) OVER w AS sum,
            sum(tier_basis) OVER () AS sum_all
        FROM lifecycle_valuation WHERE tier_basis > 0
        WINDOW w AS (ORDER BY tier_basis DESC, customer_id
                     ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ) ranked GROUP BY part ORDER BY part
"""


@transaction.atomic
def record_base(as_of: dt.date) -> int:
    """Sum the base at the date into cells and Pareto points; repeatable. Returns the cells."""
    for model in (BaseCell, ParetoPoint):
        model.objects.filter(as_of=as_of).delete()
    with connection.cursor() as cursor:
        sums = ", ".join(f"coalesce(sum(v.{name}), 0)" for name in PARTS)
        query = RECORD_CELLS.format(parts=", ".join(PARTS), sums=sums)
        cursor.execute(query, {"as_of": as_of, "since": year_before(as_of)})
        cells = cursor.rowcount
        cursor.execute(RECORD_PARETO, [as_of, PARETO_POINTS])
    for model in (BaseCell, ParetoPoint):
        _thin_out(model, as_of - dt.timedelta(days=KEEP_DAYS))
    return cells


def _thin_out(model: type[BaseCell] | type[ParetoPoint], before: dt.date) -> None:
    """Of the dates before, only the newest of each month stays."""
    newest = (
        model.objects.order_by()
        .values(month=TruncMonth("as_of"))
        .annotate(newest=Max("as_of"))
        .values("newest")
    )
    model.objects.filter(as_of__lt=before).exclude(as_of__in=newest).delete()
