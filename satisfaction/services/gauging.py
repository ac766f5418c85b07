"""One measure, or each touchpoint, over the customers of waves: what verifies improvements.

Contacts of a customer are averaged first; an anonymous response stands for a customer of its own.
Statements for all customers run in the background; what pages show is what they stored.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from satisfaction.analytics import Moments
from satisfaction.analytics.scores import DETRACTOR
from satisfaction.models import (
    BURDENS,
    SCALES,
    Aspect,
    ImprovementAction,
    Measure,
    Response,
    TouchpointFigure,
    Wave,
)
from satisfaction.services.sums import CELL, TODAY, Cell, cell_of

CELL_TODAY = {name: TODAY[name] for name in CELL}
# On 0 to 100: the lower two of five points; of a burden, where high is bad, the upper two.
LOW, HIGH = 25, 75
FRESH = dt.timedelta(days=1)

SCALE_ROWS = ", ".join(f"('{kind}', {low}, {high})" for kind, (low, high) in SCALES.items())
BURDEN_NAMES = ", ".join(f"'{one}'" for one in BURDENS)
PLACE = "100.0 * (a.score - scale.low) / (scale.high - scale.low)"
ANSWERS = f"""answered r
    JOIN satisfaction_answer a ON a.response_id = r.id AND a.score IS NOT NULL
    JOIN satisfaction_question q ON q.id = a.question_id AND q.aspect = '{Aspect.PERCEPTION}'
    JOIN (VALUES {SCALE_ROWS}) AS scale (kind, low, high) ON scale.kind = q.kind"""
# Of each customer in a wave.
TOUCHED = f"""
    WITH answered AS ({{responses}}),
    one AS (
        SELECT r.wave_id, q.touchpoint_id, min(r.manager_now) AS manager_now,
            min(r.team_now) AS team_now, avg(CASE WHEN q.measure IN ({BURDEN_NAMES})
            THEN 100 - {PLACE} ELSE {PLACE} END)::float AS x
        FROM {ANSWERS}
        WHERE q.touchpoint_id IS NOT NULL
        GROUP BY 1, 2, r.customer_id, CASE WHEN r.customer_id IS NULL THEN r.id END
    )"""  # noqa: S608 -- put together from names of this file
BY_TOUCHPOINT = f"""{TOUCHED}
    SELECT wave_id, touchpoint_id, count(*), sum(x), sum(x * x) FROM one GROUP BY 1, 2
    """  # noqa: S608 -- put together from names of this file
BY_CELL = f"""{TOUCHED}
    SELECT manager_now, team_now, touchpoint_id, count(*), sum(x), sum(x * x)
    FROM one GROUP BY 1, 2, 3
    """  # noqa: S608 -- put together from names of this file
OF_MEASURE = f"""
    WITH answered AS ({{responses}}),
    one AS (
        SELECT r.wave_id, avg({PLACE})::float AS x
        FROM {ANSWERS}
        WHERE q.measure = %s
        GROUP BY 1, r.customer_id, CASE WHEN r.customer_id IS NULL THEN r.id END
    )
    SELECT wave_id, count(*), sum(x), sum(x * x) FROM one GROUP BY 1
    """  # noqa: S608 -- put together from names of this file
AFFECTED = f"""
    WITH answered AS ({{responses}}),
    one AS (
        SELECT DISTINCT r.customer_id
        FROM {ANSWERS}
        WHERE q.measure = %s AND r.customer_id IS NOT NULL
            AND CASE WHEN q.measure IN ({BURDEN_NAMES}) THEN {PLACE} >= {HIGH}
                WHEN q.measure = '{Measure.RECOMMEND}' AND q.kind = 'scale_10'
                    THEN a.score <= {DETRACTOR}
                ELSE {PLACE} <= {LOW} END
    )
    SELECT count(*), coalesce(sum(s.lifetime_value), 0)
    FROM one LEFT JOIN customers_standing s USING (customer_id)
    """  # noqa: S608 -- put together from names of this file


def by_touchpoint(responses: QuerySet, waves: Sequence[Wave]) -> dict[tuple[int, int], Moments]:
    """Of these responses (`visible_to` somebody): the sums by wave and touchpoint."""
    rows = _rows(BY_TOUCHPOINT, responses, waves)
    return {(wave, touchpoint): Moments(*sums) for wave, touchpoint, *sums in rows}


def by_cell_and_touchpoint(responses: QuerySet, wave: Wave) -> dict[Cell, dict[int, Moments]]:
    """The sums of a wave by touchpoint, for each cell of customers by itself."""
    found: dict[Cell, dict[int, Moments]] = defaultdict(dict)
    for *cell, touchpoint, n, total, squares in _rows(BY_CELL, responses, [wave]):
        if whose := cell_of(*cell):
            found[whose][touchpoint] = Moments(n, total, squares)
    return found


def of_measure(responses: QuerySet, waves: Sequence[Wave], measure: str) -> dict[int, Moments]:
    """The sums of a measure by wave; a wave that did not ask for it is left out."""
    rows = _rows(OF_MEASURE, responses, waves, [measure])
    return {wave: Moments(*sums) for wave, *sums in rows}


def affected(wave: Wave, measure: str) -> tuple[int, Decimal]:
    """Customers of whom somebody scored the measure low in the wave, and their lifetime value."""
    ((customers, value),) = _rows(AFFECTED, Response.objects.all(), [wave], [measure])
    return customers, value


def _rows(
    statement: str, responses: QuerySet, waves: Sequence[Wave], params: Sequence = ()
) -> list[tuple]:
    chosen = responses.finished().filter(wave__in=waves).order_by()
    try:
        sql, inner = chosen.values(
            "id", "wave_id", "customer_id", **CELL_TODAY
        ).query.sql_with_params()
    except EmptyResultSet:  # somebody who sees nothing, or no wave
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{responses}", sql), [*inner, *params])
        return cursor.fetchall()


@transaction.atomic
def refresh_touchpoints(wave: Wave) -> int:
    """Prepare the figures of a wave's touchpoints anew; the caller holds the wave's row."""
    found = by_touchpoint(Response.objects.all(), [wave])
    TouchpointFigure.objects.filter(wave=wave).delete()
    rows = [
        TouchpointFigure(
            wave_id=wave_id,
            touchpoint_id=touchpoint,
            customers=sums.n,
            total=sums.total,
            squares=sums.squares,
        )
        for (wave_id, touchpoint), sums in found.items()
    ]
    return len(TouchpointFigure.objects.bulk_create(rows))


def gauge(action: ImprovementAction) -> None:
    """Store what an action is ranked and verified by: whom it is for, the measure in both waves."""
    values = {"affected": 0, "affected_value": Decimal(0), "gauged": {}}
    if action.gauge and action.wave_before_id:
        waves = [wave for wave in (action.wave_before, action.wave_after) if wave]
        found = of_measure(Response.objects.all(), waves, action.gauge)
        values["gauged"] = {
            name: list(_plain(found[pk]))
            for name, pk in (("before", action.wave_before_id), ("after", action.wave_after_id))
            if pk in found
        }
        customers, value = affected(action.wave_before, action.gauge)
        values |= {"affected": customers, "affected_value": value}
    ImprovementAction.objects.filter(pk=action.pk).update(gauged_at=timezone.now(), **values)


def _plain(sums: Moments) -> tuple[int, float, float]:
    return sums.n, sums.total, sums.squares


def gauge_due() -> int:
    """Those that are not judged yet, once a day: answers come in, values change."""
    old = Q(gauged_at=None) | Q(gauged_at__lt=timezone.now() - FRESH, verdict="")
    waiting = ImprovementAction.objects.filter(old, wave_before__isnull=False)
    due = list(waiting.select_related("wave_before", "wave_after").order_by(F("pk")))
    for action in due:
        gauge(action)
    return len(due)
