"""Counting at night what complaints teach: cells by month and week, so that pages only sum.

A month is counted again when its cases or their events are others than when it was counted, and
once a week, a seventh of the months each night, since customers change team and region without an
event. The times of open complaints grow: the times of their months are counted each night.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Sum

from complaints.analytics.times import GROWTH
from complaints.models import (
    CountedMonth,
    CustomersOfMonth,
    LearningCell,
    Terms,
    TimeCell,
    WeekCell,
)
from complaints.services.terms import work_of
from complaints.states import OPEN
from complaints.worktime import MINUTE, WorkTime
from crm.platform.bulk import copy_rows
from crm.platform.models import Installation
from customers.models.standing import NEVER

SUNDAY = 6
CELLS = (LearningCell, TimeCell, WeekCell, CountedMonth)

# Merged ones are counted with what they were merged into.
COUNTED = "c.kind = 'complaint' AND c.state <> 'merged'"
MONTH = "date_trunc('month', c.received_at AT TIME ZONE %(zone)s)::date"
STATE_OF_MONTHS = f"""
    SELECT {MONTH} AS month, count(*), sum(c.last_seq),
        count(*) FILTER (WHERE c.state = ANY(%(open)s))
    FROM complaints_case c WHERE {COUNTED} AND c.received_at <= %(now)s
    GROUP BY 1 ORDER BY 1
"""  # noqa: S608 -- words of ours
CASES = f"""
    CREATE TEMP TABLE learning_case ON COMMIT DROP AS
    SELECT c.id, {MONTH} AS month,
        date_trunc('week', c.received_at AT TIME ZONE %(zone)s)::date AS week,
        c.tier, u.region, u.team_id, c.product_id, c.category_id, c.root_cause_id, c.severity,
        c.received_at, c.resolved_at, c.ended_at, c.reopened, c.remedy_cost
    FROM complaints_case c LEFT JOIN customers_customer u ON u.id = c.customer_id
    WHERE {COUNTED} AND c.received_at <= %(now)s
        AND c.received_at >= %(first)s AND c.received_at < %(end)s
        AND {MONTH} = ANY(%(months)s)
"""  # noqa: S608
DIMENSIONS = """
    CROSS JOIN LATERAL (VALUES ('all', ''), ('tier', c.tier), ('region', c.region),
        ('team', c.team_id::text), ('product', c.product_id::text)) AS d (dimension, key)
"""
KNOWN = "(d.dimension = 'all' OR d.key <> '')"
# The first word of a person to the customer was the solution.
FIRST_CONTACT = """
    CREATE TEMP TABLE learning_handled ON COMMIT DROP AS
    SELECT c.id, c.reopened = 0 AND NOT EXISTS (
        SELECT FROM complaints_caseevent e WHERE e.case_id = c.id
            AND (e.action = 'ask_customer' OR (e.action = 'reply' AND e.actor = 'user'))
        ) AS at_first
    FROM learning_case c
    WHERE (c.resolved_at IS NOT NULL OR c.reopened > 0)
        AND EXISTS (SELECT FROM complaints_clock k WHERE k.case_id = c.id)
"""
DROP_HANDLED = "DROP TABLE learning_handled"
COUNTS = f"""
    INSERT INTO complaints_learningcell (month, dimension, key, category_id, root_cause_id,
        complaints, solved, reopened, handled, first_contact, remedies, remedy_cost)
    SELECT c.month, d.dimension, d.key, c.category_id, c.root_cause_id, count(*),
        count(*) FILTER (WHERE c.resolved_at IS NOT NULL OR c.reopened > 0),
        count(*) FILTER (WHERE c.reopened > 0), count(h.id), count(*) FILTER (WHERE h.at_first),
        count(c.remedy_cost), coalesce(sum(c.remedy_cost), 0)
    FROM learning_case c LEFT JOIN learning_handled h USING (id) {DIMENSIONS}
    WHERE {KNOWN} GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608
WEEKS = """
    INSERT INTO complaints_weekcell (month, week, category_id, root_cause_id, complaints)
    SELECT month, week, category_id, root_cause_id, count(*) FROM learning_case GROUP BY 1, 2, 3, 4
"""
TIMES = f"""
    INSERT INTO complaints_timecell (month, dimension, key, severity, clock, bucket,
        met, met_late, open, open_late)
    SELECT c.month, d.dimension, d.key, c.severity, t.clock,
        ceil(ln(greatest(t.minutes, 1)) / ln(%(growth)s))::int AS bucket,
        count(*) FILTER (WHERE t.met), count(*) FILTER (WHERE t.met AND t.late),
        count(*) FILTER (WHERE NOT t.met), count(*) FILTER (WHERE NOT t.met AND t.late)
    FROM learning_case c JOIN (
        SELECT k.case_id, k.kind AS clock, coalesce(r.minutes, k.minutes) AS minutes,
            k.state = 'met' AS met, k.breached_at IS NOT NULL OR coalesce(r.late, false) AS late
        FROM complaints_clock k LEFT JOIN learning_running r ON r.clock_id = k.id
        WHERE k.kind IN ('first_response', 'resolution')
        UNION ALL
        SELECT id, 'elapsed', extract(epoch FROM
            coalesce(resolved_at, ended_at, %(now)s) - received_at)::float / 60,
            resolved_at IS NOT NULL, false
        FROM learning_case) t ON t.case_id = c.id {DIMENSIONS}
    WHERE {KNOWN} GROUP BY 1, 2, 3, 4, 5, 6
    -- What a page reads together stands together.
    ORDER BY 2, 3, 5, 1
"""  # noqa: S608
RUNNING = """
    CREATE TEMP TABLE learning_running (clock_id bigint PRIMARY KEY, minutes float, late boolean)
    ON COMMIT DROP
"""
# Those who have bought and whose relationship has not ended.
ACTIVE = """
    INSERT INTO complaints_customersofmonth (month, dimension, key, customers)
    SELECT %(month)s, CASE WHEN grouping(tier) = 0 THEN 'tier'
            WHEN grouping(team_id) = 0 THEN 'team'
            WHEN grouping(region) = 0 THEN 'region' ELSE 'all' END,
        coalesce(tier, team_id::text, region, ''), count(*)
    FROM customers_standing WHERE stage <> 'ended' AND last_purchase > %(never)s
    GROUP BY GROUPING SETS ((), (tier), (team_id), (region))
    HAVING grouping(tier) + grouping(team_id) + grouping(region) = 3
        OR coalesce(tier, team_id::text, region, '') <> ''
"""
RUNNING_CLOCKS = """
    SELECT k.id, k.target, k.due_at, c.terms_id
    FROM complaints_clock k JOIN learning_case l ON l.id = k.case_id
    JOIN complaints_case c ON c.id = l.id
    WHERE k.state = 'running' AND k.kind IN ('first_response', 'resolution')
"""


@dataclass(frozen=True)
class _Month:
    """What a month's complaints are now."""

    month: dt.date
    cases: int
    events: int
    open_cases: int


@transaction.atomic
def record(as_of: dt.date) -> int:
    """Count what changed; returns how many complaints stand in cells afterwards."""
    with connection.cursor() as cursor:
        # Two that count at once, as a night that is done again: one waits for the other.
        cursor.execute("LOCK TABLE complaints_countedmonth IN SHARE ROW EXCLUSIVE MODE")
    zone = Installation.cached().zone
    now = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    months = _months(zone, now)
    known = {row.month: row for row in CountedMonth.objects.all()}
    _forget(set(known) - {month.month for month in months})
    changed = [one for one in months if _is_due(one, known.get(one.month), as_of)]
    grown = [one for one in months if one.open_cases and one not in changed]
    for part, with_counts in ((changed, True), (grown, False)):
        for year in sorted({one.month.year for one in part}):
            _count([one for one in part if one.month.year == year], zone, now, with_counts)
    keep_base(as_of)
    return CountedMonth.objects.aggregate(total=Sum("cases"))["total"] or 0


def _months(zone, now: dt.datetime) -> list[_Month]:
    with connection.cursor() as cursor:
        values = {"zone": str(zone), "now": now, "open": [str(state) for state in OPEN]}
        cursor.execute(STATE_OF_MONTHS, values)
        return [_Month(*row) for row in cursor.fetchall()]


def _is_due(now: _Month, then: CountedMonth | None, as_of: dt.date) -> bool:
    if then is None or (12 * now.month.year + now.month.month) % 7 == as_of.weekday():
        return True
    return (now.cases, now.events) != (then.cases, then.events)


def _forget(months: Iterable[dt.date], models=CELLS) -> None:
    """Before it is counted anew, and where no complaint is left."""
    for model in models:
        model.objects.filter(month__in=list(months)).delete()


def _count(months: list[_Month], zone, now: dt.datetime, with_counts: bool) -> None:
    """The months of one year, which bounds what is held at a time; or their times alone."""
    first, last = months[0].month, months[-1].month
    end = (last + dt.timedelta(days=31)).replace(day=1)
    values = {
        "zone": str(zone),
        "now": now,
        "months": [one.month for one in months],
        "first": dt.datetime.combine(first, dt.time.min, tzinfo=zone),
        "end": dt.datetime.combine(end, dt.time.min, tzinfo=zone),
        "growth": GROWTH,
    }
    _forget(values["months"], CELLS if with_counts else (TimeCell, CountedMonth))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(CASES, values)
        cursor.execute("ANALYZE learning_case")
        cursor.execute(RUNNING)
        _keep_running(now)
        for query in (FIRST_CONTACT, COUNTS, WEEKS, DROP_HANDLED) if with_counts else ():
            cursor.execute(query, values)
        cursor.execute(TIMES, values)
        cursor.execute("DROP TABLE learning_case, learning_running")
    CountedMonth.objects.bulk_create(
        CountedMonth(
            month=one.month,
            cases=one.cases,
            events=one.events,
            open_cases=one.open_cases,
            counted_at=now,
        )
        for one in months
    )


def _keep_running(now: dt.datetime) -> None:
    """The minutes that running clocks have counted, by the calendar of each case's terms."""
    with connection.cursor() as cursor:
        cursor.execute(RUNNING_CLOCKS)
        rows = cursor.fetchall()
    if not rows:
        return
    terms = Terms.objects.in_bulk({row[3] for row in rows})
    work = {pk: work_of(one) for pk, one in terms.items()}
    found = (
        (pk, max(target - _left(work[of], now, due_at), 0), due_at <= now)
        for pk, target, due_at, of in rows
    )
    copy_rows("learning_running", ("clock_id", "minutes", "late"), found)


def _left(work: WorkTime, now: dt.datetime, due_at: dt.datetime) -> float:
    """Minutes of business until then; below 0 once it is over."""
    return (work.between(now, due_at) - work.between(due_at, now)) / MINUTE


def keep_base(as_of: dt.date) -> None:
    """Active customers of the month: when it begins, on Sundays and at its end, which stays."""
    month = as_of.replace(day=1)
    is_last = (as_of + dt.timedelta(days=1)).day == 1
    kept = CustomersOfMonth.objects.filter(month=month)
    if kept.exists() and not is_last and as_of.weekday() != SUNDAY:
        return
    kept.delete()
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE, {"month": month, "never": NEVER})
