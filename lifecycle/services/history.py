"""What changed on a date, and month-ends: written so that a date can be computed again."""

import datetime as dt

from django.db import connection

from crm.platform.amounts import rounded
from lifecycle.models import BaseCell, NightlyRun, ParetoPoint
from lifecycle.services import signal_history
from lifecycle.services.shards import IN_SHARD, Shard
from lifecycle.services.tiering import is_month_end

# This date's rows are made anew; those of later dates fell with their runs.
FORGET_CHANGES = (
    'DELETE FROM lifecycle_tierchange WHERE {in_shard} AND "on" >= %(as_of)s',
    'DELETE FROM lifecycle_stagechange WHERE {in_shard} AND "on" >= %(as_of)s',
    "DELETE FROM lifecycle_standingmonth WHERE {in_shard} AND month >= %(as_of)s",
    "DELETE FROM lifecycle_stagewait WHERE {in_shard} AND since >= %(as_of)s",
    "UPDATE lifecycle_stagewait SET until = NULL WHERE {in_shard} AND until >= %(as_of)s",
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
# What waits goes on from night to night; what is placed by now, or no more, has waited.
WAITING = "(s.stage_candidate <> s.stage OR s.stage_by_rules <> '')"
WAITED = f"""
    UPDATE lifecycle_stagewait w SET until = %(as_of)s
    WHERE {{in_shard}} AND until IS NULL AND NOT EXISTS (
        SELECT FROM lifecycle_scored s
        WHERE s.customer_id = w.customer_id AND s.stage_candidate = w.stage AND {WAITING})
"""  # noqa: S608 -- no value in it
WAITS = f"""
    INSERT INTO lifecycle_stagewait (customer_id, stage, since)
    SELECT customer_id, stage_candidate, %(as_of)s FROM lifecycle_scored s
    WHERE {{in_shard}} AND {WAITING} AND {{there}} AND NOT EXISTS (
        SELECT FROM lifecycle_stagewait w WHERE w.customer_id = s.customer_id AND w.until IS NULL)
    ORDER BY customer_id
"""  # noqa: S608 -- no value in it
MONEY = {
    "lifetime_value": rounded("v.lifetime_value"),
    "value_at_risk": rounded("s.value_at_risk"),
    "revenue_12m": rounded("s.revenue_12m", 4),
}
MONTH_END = """
    INSERT INTO lifecycle_standingmonth (month, customer_id, tier, raw_tier, stage, risk,
        lifetime_value, value_at_risk, revenue_12m)
    SELECT %(as_of)s, customer_id, p.tier, p.raw_tier, s.stage, s.risk,
        {lifetime_value}, {value_at_risk}, {revenue_12m}
    FROM lifecycle_scored s JOIN lifecycle_placed p USING (customer_id)
    JOIN lifecycle_valueparts v USING (customer_id)
    WHERE {in_shard} AND {there} ORDER BY customer_id
"""


def record(run: NightlyRun, shard: Shard) -> int:
    """Write the shard's changes, signals and, on the last day of a month, figures."""
    values = {**shard.ids, "as_of": run.as_of}
    queries = [*FORGET_CHANGES, TIER_CHANGES, STAGE_CHANGES, WAITED, WAITS]
    if is_month_end(run.as_of):
        queries.append(MONTH_END)
    rows = 0
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query.format(in_shard=IN_SHARD, there=THERE, **MONEY), values)
            rows += cursor.rowcount if query not in FORGET_CHANGES else 0
        return rows + signal_history.record(cursor, run, shard)


def forget_after(date: dt.date) -> None:
    """Drop the runs of later dates, which an earlier one computed again makes untrue."""
    for run in NightlyRun.objects.filter(as_of__gt=date).select_related("job"):
        run.delete()
        run.job.delete()
    for model in (BaseCell, ParetoPoint):
        model.objects.filter(as_of__gt=date).delete()
