"""Prepares the figures of cases that pages show: see `services.figures`."""

import datetime as dt
import json
import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from complaints.models import CaseFigure, ClockKind
from complaints.services.figures import RESOLUTION, WINDOW, Figures, Sums, last_months, start_of
from crm.platform.models import Installation

Cell = tuple[int | None, int | None]  # account manager and team
ROWS = 500

# Complaints by category count without their month; neither month nor kind is ever unknown.
RECEIVED = """
    SELECT u.account_manager_id, u.team_id, c.month, c.kind, c.category_id, count(*)
    FROM (SELECT customer_id, kind, category_id,
            date_trunc('month', received_at AT TIME ZONE %(zone)s)::date AS month
        FROM complaints_case WHERE received_at >= %(first)s) c
    LEFT JOIN customers_customer u ON u.id = c.customer_id
    GROUP BY GROUPING SETS ((u.account_manager_id, u.team_id, c.month, c.kind),
        (u.account_manager_id, u.team_id, c.kind, c.category_id))
    HAVING grouping(c.month) = 0 OR c.kind = 'complaint'
"""
TIMES = """
    SELECT u.account_manager_id, u.team_id, k.kind,
        CASE k.kind WHEN 'resolution' THEN c.tier ELSE '' END,
        count(*) FILTER (WHERE k.breached_at IS NULL), array_agg(k.minutes ORDER BY k.minutes)
    FROM complaints_clock k JOIN complaints_case c ON c.id = k.case_id
    LEFT JOIN customers_customer u ON u.id = c.customer_id
    WHERE k.state = 'met' AND k.kind = ANY(%(kinds)s) AND k.stopped_at >= %(since)s
        AND c.kind = 'complaint'
    GROUP BY 1, 2, 3, 4
"""


@transaction.atomic
def prepare(now: dt.datetime | None = None) -> int:
    """Count the figures of everybody; returns how many rows have changed."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        # Of two that count at once one waits for the other; nobody who reads does.
        cursor.execute("LOCK TABLE complaints_casefigure IN SHARE ROW EXCLUSIVE MODE")
    cells, total = _count(now), Sums()
    for sums in cells.values():
        total.add(sums)
    cells.pop((None, None), None)  # nobody's, seen by those who see all
    of_cells = [_row(_of(sums), _minutes(sums), *cell) for cell, sums in cells.items()]
    changed = _keep([_row(_of(total), _took(total.figures(now)), is_of_all=True), *of_cells], now)
    CaseFigure.objects.filter(is_of_all=True).update(made_at=now)
    return changed


def _count(now: dt.datetime) -> dict[Cell, Sums]:
    zone = Installation.cached().zone
    values = {
        "zone": str(zone),
        "first": start_of(last_months()[0], zone),
        "since": now - WINDOW,
        "kinds": [str(kind) for kind in ClockKind],
    }
    found: dict[Cell, Sums] = defaultdict(Sums)
    with connection.cursor() as cursor:
        cursor.execute(RECEIVED, values)
        for manager, team, month, kind, category, number in cursor.fetchall():
            sums = found[manager, team]
            if month is None:
                sums.categories[category] = number
            else:
                sums.months[month, kind] = number
        cursor.execute(TIMES, values)
        for manager, team, kind, tier, in_time, minutes in cursor.fetchall():
            sums = found[manager, team]
            sums.in_time[kind, tier], sums.minutes[kind, tier] = in_time, minutes
    return found


def _of(sums: Sums) -> dict[str, list]:
    """What came in, in an order of its own."""
    return {
        "months": sorted([month.isoformat(), kind, n] for (month, kind), n in sums.months.items()),
        "categories": sorted(sums.categories.items(), key=lambda pair: pair[0] or 0),
    }


def _minutes(sums: Sums) -> list[list]:
    return sorted([*one, sums.in_time[one], minutes] for one, minutes in sums.minutes.items())


def _took(figures: Figures) -> list[list]:
    """As `_minutes`, but for what they come to."""
    found = [(kind, "", took) for kind, took in figures.times.items()]
    found += [(RESOLUTION, tier, took) for tier, took in figures.tiers.items()]
    return sorted(
        [kind, tier, took.cases, took.in_time, took.median, took.ninetieth]
        for kind, tier, took in found
    )


def _row(
    received: dict[str, list],
    times: list[list],
    manager: int | None = None,
    team: int | None = None,
    *,
    is_of_all: bool = False,
) -> CaseFigure:
    return CaseFigure(
        is_of_all=is_of_all,
        account_manager_id=manager,
        team_id=team,
        received=received,
        times=times,
        digest=uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([received, times])),
    )


def _keep(rows: Sequence[CaseFigure], now: dt.datetime) -> int:
    """Write what has changed: most cells are as they were a few minutes ago."""
    found = {(row.account_manager_id, row.team_id): row for row in rows}
    same, others = set(), []
    for pk, *cell, digest in CaseFigure.objects.values_list(
        "pk", "account_manager", "team", "digest"
    ):
        row = found.get(tuple(cell))
        if row is not None and row.digest == digest:
            same.add(tuple(cell))
        else:
            others.append(pk)
    CaseFigure.objects.filter(pk__in=others).delete()
    new = [row for cell, row in found.items() if cell not in same]
    for row in new:
        row.made_at = now
    CaseFigure.objects.bulk_create(new, batch_size=ROWS)
    return len(new) + len(others)
