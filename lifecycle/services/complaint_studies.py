"""Complaints together with values and answers, counted at night: what no page may compute.

Contents: iceberg {"unhappy", "speaking", "complainants", "days"} (customers); stake {"ages": open
complaints by `AGES`, "open", "customers", "value", "bands", "mean_value", "remedy_cost",
"remedies", "lost", "lost_value"}; recovery as `recovery.study` gives it.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from complaints.analytics.iceberg import REACH
from complaints.states import OPEN
from crm.platform.models import Installation
from lifecycle.models import ComplaintStudy
from lifecycle.services import recovery
from satisfaction.analytics.scores import DETRACTOR
from satisfaction.services.closed_loop import LOW

Kind = ComplaintStudy.Kind
SUNDAY = 6
YEAR = 365
# Answers of so long; a complaint so long before or after an answer is about the same.
ANSWERS, BEFORE, AFTER = 2 * YEAR, 180, 30
# Who leaves so soon after a complaint may have left because of it.
LOST_WITHIN = 180

# The newest unhappy answer of each customer, once it is clear whether a complaint followed. Who is
# asked after a complaint, or a loss, has spoken already: those waves say nothing of the silent.
ICEBERG = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM complaints_case c WHERE c.customer_id = r.customer_id
            AND c.kind = 'complaint' AND c.state <> 'merged'
            AND c.received_at >= r.finished_at - make_interval(days => %(before)s)
            AND c.received_at < r.finished_at + make_interval(days => %(after)s)))
    FROM (
        SELECT DISTINCT ON (customer_id) customer_id, finished_at
        FROM satisfaction_response
        WHERE customer_id IS NOT NULL AND (recommend <= %(detractor)s OR lowest <= %(low)s)
            AND finished_at >= %(since)s
            AND finished_at < %(now)s::timestamptz - make_interval(days => %(after)s)
            AND wave_id IN (SELECT id FROM satisfaction_wave WHERE occasion = 'plan')
        ORDER BY customer_id, finished_at DESC) r
"""
COMPLAINANTS = """
    SELECT count(DISTINCT customer_id), count(remedy_cost), coalesce(sum(remedy_cost), 0)
    FROM complaints_case
    WHERE kind = 'complaint' AND state <> 'merged'
        AND received_at >= %(year)s AND received_at < %(now)s
"""
AGES = """
    SELECT width_bucket(
            extract(epoch FROM %(now)s - received_at)::float / 86400, %(steps)s::float[]), count(*)
    FROM complaints_case
    WHERE kind = 'complaint' AND state = ANY(%(open)s) AND received_at < %(now)s GROUP BY 1
"""
STAKE = """
    SELECT s.value_band, count(*), sum(s.lifetime_value)
    FROM customers_standing s
    WHERE s.customer_id IN (
        SELECT customer_id FROM complaints_case
        WHERE kind = 'complaint' AND state = ANY(%(open)s) AND received_at < %(now)s)
    GROUP BY 1 ORDER BY 1
"""
MEAN_VALUE = """
    SELECT sum(lifetime_value) / nullif(sum(customers), 0) FROM lifecycle_basecell
    WHERE as_of = (SELECT max(as_of) FROM lifecycle_basecell) AND stage <> 'ended'
"""
LOST = """
    SELECT count(*), coalesce(sum(l.value_lost), 0) FROM lifecycle_loss l
    WHERE NOT l.was_gone AND l.closed_as NOT IN ('void', 'merged')
        AND l."on" > %(year)s::date AND l."on" <= %(as_of)s AND EXISTS (
        SELECT FROM complaints_case c WHERE c.customer_id = l.customer_id
            AND c.kind = 'complaint' AND c.state <> 'merged'
            AND c.received_at < l."on"::timestamptz
            AND c.received_at >= l."on"::timestamptz - make_interval(days => %(within)s))
"""


@transaction.atomic
def record(as_of: dt.date) -> int:
    """Make the studies of the date; recovery on Sundays, which looks at many dealings."""
    zone = Installation.cached().zone
    now = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    values = {
        "now": now,
        "as_of": as_of,
        "since": now - dt.timedelta(days=ANSWERS),
        "year": now - dt.timedelta(days=YEAR),
        "before": BEFORE,
        "after": AFTER,
        "within": LOST_WITHIN,
        "detractor": DETRACTOR,
        "low": LOW,
        "open": [str(state) for state in OPEN],
        "steps": [days for days, _people in REACH],
    }
    _keep(Kind.ICEBERG, as_of, _iceberg(values))
    _keep(Kind.STAKE, as_of, _stake(values))
    kept = ComplaintStudy.objects.filter(kind=Kind.RECOVERY).first()
    if kept is None or kept.as_of >= as_of or as_of.weekday() == SUNDAY:
        _keep(Kind.RECOVERY, as_of, recovery.study(as_of))
    return ComplaintStudy.objects.count()


def _keep(kind: str, as_of: dt.date, content: Mapping[str, Any]) -> None:
    ComplaintStudy.objects.update_or_create(
        kind=kind, defaults={"as_of": as_of, "content": dict(content)}
    )


def _rows(query: str, values: Mapping[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def _iceberg(values: Mapping[str, Any]) -> dict:
    ((unhappy, speaking),) = _rows(ICEBERG, values)
    ((complainants, *_costs),) = _rows(COMPLAINANTS, values)
    return {
        "unhappy": unhappy,
        "speaking": speaking,
        "complainants": complainants,
        "days": ANSWERS,
    }


def _stake(values: Mapping[str, Any]) -> dict:
    ages = dict(_rows(AGES, values))
    bands = _rows(STAKE, values)
    ((_complainants, remedies, cost),) = _rows(COMPLAINANTS, values)
    ((lost, lost_value),) = _rows(LOST, values)
    ((mean,),) = _rows(MEAN_VALUE, values)
    counts = [ages.get(step, 0) for step in range(len(values["steps"]) + 1)]
    return {
        "ages": counts,
        "open": sum(counts),
        "customers": sum(count for _band, count, _value in bands),
        "value": float(sum(value for _band, _count, value in bands)),
        "bands": {band: count for band, count, _value in bands},
        "mean_value": float(mean or 0),
        "remedies": remedies,
        "remedy_cost": float(cost),
        "lost": lost,
        "lost_value": float(lost_value),
    }
