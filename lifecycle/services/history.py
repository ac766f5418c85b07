"""What changed on a date, and month-ends: written so that a date can be computed again."""

import datetime as dt

from django.db import connection

from lifecycle.models import BaseCell, NightlyRun, ParetoPoint
from lifecycle.services import signal_history
from lifecycle.services.shards import IN_SHARD, Shard
from lifecycle.services.tiering import is_month_end

# This date's rows are made anew; those of later dates fell with their runs.
FORGET_CHANGES = (
    'DELETE FROM lifecycle_tierchange WHERE {in_shard} AND "on" >= %(as_of)s',
    'DELETE FROM lifecycle_stagechange WHERE {in_shard} AND "on" >= %(as_of)s',
    "DELETE FROM lifecycle_standingmonth WHERE {in_shard} AND month >= %(as_of)s",
)
# A customer may have gone into another one since it was scored.
THERE = "EXISTS (SELECT FROM customers_customer c WHERE c.id = customer_id)"
TIER_CHANGES = """
    INSERT INTO lifecycle_tierchange (customer_id, "on", before, after, basis, overridden)
    SELECT customer_id, %(as_of)s, tier_before, tier, s.tier_basis::numeric, tier_by_numbers <> ''
    FROM lifecycle_placed JOIN lifecycle_scored s USING (customer_id)
    WHERE {in_shard} AND tier <> tier_before AND {there} ORDER BY customer_id
"""
STAGE_CHANGES = """
    INSERT INTO lifecycle_stagechange (customer_id, "on", before, after, reason, numbers,
        overridden)
    SELECT customer_id, %(as_of)s, stage_before, stage, stage_reason,
        jsonb_build_object('figure', stage_figure, 'mark', stage_mark), stage_by_rules <> ''
    FROM lifecycle_scored
    WHERE {in_shard} AND stage <> stage_before AND {there} ORDER BY customer_id
"""
MONTH_END = """
    INSERT INTO lifecycle_standingmonth (month, customer_id, tier, raw_tier, stage, risk,
        lifetime_value, value_at_risk, revenue_12m)
    SELECT %(as_of)s, customer_id, p.tier, p.raw_tier, s.stage, s.risk,
        v.lifetime_value::numeric(18, 2), s.value_at_risk::numeric(18, 2),
        s.revenue_12m::numeric(18, 4)
    FROM lifecycle_scored s JOIN lifecycle_placed p USING (customer_id)
    JOIN lifecycle_valueparts v USING (customer_id)
    WHERE {in_shard} AND {there} ORDER BY customer_id
"""


def record(run: NightlyRun, shard: Shard) -> int:
    """Write the shard's changes, signals and, on the last day of a month, figures."""
    values = {**shard.ids, "as_of": run.as_of}
    queries = [*FORGET_CHANGES, TIER_CHANGES, STAGE_CHANGES]
    if is_month_end(run.as_of):
        queries.append(MONTH_END)
    rows = 0
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query.format(in_shard=IN_SHARD, there=THERE), values)
            rows += cursor.rowcount if query not in FORGET_CHANGES else 0
        return rows + signal_history.record(cursor, run, shard)


def forget_after(date: dt.date) -> None:
    """Drop the runs of later dates, which an earlier one computed again makes untrue."""
    for run in NightlyRun.objects.filter(as_of__gt=date).select_related("job"):
        run.delete()
        run.job.delete()
    for model in (BaseCell, ParetoPoint):
        model.objects.filter(as_of__gt=date).delete()
