"""Recovery proof: complainants before and after, against matched customers without complaint.

Complaints of twelve months whose half-year afterwards is over. Before is the half-year up to the
month of the first complaint of a customer, after the half-year from the month's end on; the month
itself counts for neither. Customers who did not complain in all that time stand for the same
months. Alike are those of the same quarter, tier at the month-end before, industry, band of
12-month revenue (each twice as wide as the one below), of purchase days before and of days since
the last one: nothing that the complaint itself could have changed.

Content: {"first", "last" (months), "groups": {group: {measure: `matching.Effect` as a dict}}}.
"""

import datetime as dt
from dataclasses import asdict
from typing import Any

import numpy as np
from dateutil.relativedelta import relativedelta
from django.db import connection

from complaints.analytics.matching import compare
from crm.platform.models import Installation

MONTHS, DAYS, YEAR = 12, 180, 365
MOST_COMPLAINANTS, MOST_CONTROLS = 20_000, 60_000
# Purchase days of the half-year before, cut here.
ACTIVITY = (1, 3, 6, 12)
# Days since the last purchase before the month, cut here: who complains still buys.
RECENCY = (15, 30, 60, 120)
MEASURES = ("purchases", "sales", "satisfaction", "active")
# The answer was in time or late; by one person or several; decided on the spot or passed up.
GROUPS = ("all", "in_time", "late", "one", "several", "on_the_spot", "passed_up")

COMPLAINED = """
    CREATE TEMP TABLE recovery_pair ON COMMIT DROP AS
    SELECT c.customer_id, c.id AS case_id,
        date_trunc('month', c.received_at AT TIME ZONE %(zone)s)::date AS anchor
    FROM (
        SELECT DISTINCT ON (customer_id) * FROM complaints_case
        WHERE kind = 'complaint' AND state <> 'merged' AND customer_id IS NOT NULL
            AND received_at >= %(first)s AND received_at < %(until)s
        ORDER BY customer_id, received_at, id) c
    JOIN customers_dealingsummary d USING (customer_id)
    WHERE d.first_purchase <= date_trunc('month', c.received_at AT TIME ZONE %(zone)s)::date
        - %(days)s
    ORDER BY hashint8(c.customer_id) LIMIT %(most)s
"""
# Each stands for as many months as are needed, chosen by its number: again and again the same.
QUIET = """
    WITH quiet AS (
        SELECT s.customer_id, d.first_purchase, hashint8(s.customer_id) & 2147483647 AS hash
        FROM customers_standing s JOIN customers_dealingsummary d USING (customer_id)
        WHERE d.first_purchase <= %(last)s::date - %(days)s AND NOT EXISTS (
            SELECT FROM complaints_case c WHERE c.customer_id = s.customer_id
                AND c.kind = 'complaint' AND c.received_at >= %(earlier)s)
        ORDER BY hash LIMIT %(most)s),
    several AS (
        SELECT greatest(least(%(months)s, %(most)s / greatest(count(*), 1)), 1) AS months
        FROM quiet)
    INSERT INTO recovery_pair (customer_id, case_id, anchor)
    SELECT q.customer_id, NULL, (%(first_month)s::date
        + make_interval(months => ((q.hash + step) %% %(months)s)::int))::date AS anchor
    FROM quiet q, several, generate_series(0, several.months - 1) AS step
    WHERE q.first_purchase <= (%(first_month)s::date
        + make_interval(months => ((q.hash + step) %% %(months)s)::int))::date - %(days)s
"""
FIGURES = """
    SELECT p.case_id IS NOT NULL, extract(year FROM p.anchor) * 4 + extract(quarter FROM p.anchor),
        coalesce(held.tier, ''), u.industry, d.year_net::float, d.days_before, d.days_after,
        d.net_before::float, d.net_after::float, a.before, a.after,
        1 - held.risk, 1 - later.risk, k.breached_at IS NOT NULL OR k.state <> 'met',
        k.case_id IS NOT NULL, e.owners, e.approved, c.resolved_at IS NOT NULL,
        coalesce(p.anchor - d.last_day, %(year)s)
    FROM recovery_pair p
    JOIN customers_customer u ON u.id = p.customer_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(net) FILTER (WHERE day < p.anchor), 0) AS year_net,
            count(*) FILTER (WHERE gross > 0 AND day < p.anchor AND day >= p.anchor - %(days)s)
                AS days_before,
            count(*) FILTER (WHERE gross > 0 AND day >= m.month_end) AS days_after,
            max(day) FILTER (WHERE gross > 0 AND day < p.anchor) AS last_day,
            coalesce(sum(net) FILTER (WHERE day < p.anchor AND day >= p.anchor - %(days)s), 0)
                AS net_before,
            coalesce(sum(net) FILTER (WHERE day >= m.month_end), 0) AS net_after
        FROM (SELECT (p.anchor + interval '1 month')::date AS month_end) m
        LEFT JOIN customers_dealingday g ON g.customer_id = p.customer_id
            AND g.day >= p.anchor - %(year)s AND g.day < m.month_end + %(days)s) d
    CROSS JOIN LATERAL (
        SELECT avg(r.index) FILTER (WHERE r.finished_at < p.anchor) AS before,
            avg(r.index) FILTER (WHERE r.finished_at >= p.anchor + interval '1 month') AS after
        FROM satisfaction_response r WHERE r.customer_id = p.customer_id
            AND r.finished_at >= p.anchor - interval '1 year'
            AND r.finished_at < p.anchor + interval '13 months' AND r.index IS NOT NULL
            AND r.wave_id IN (SELECT id FROM satisfaction_wave WHERE occasion = 'plan')) a
    LEFT JOIN lifecycle_standingmonth held
        ON held.customer_id = p.customer_id AND held.month = p.anchor - 1
    LEFT JOIN lifecycle_standingmonth later ON later.customer_id = p.customer_id
        AND later.month = (p.anchor + interval '7 months')::date - 1
    LEFT JOIN complaints_case c ON c.id = p.case_id
    LEFT JOIN complaints_clock k ON k.case_id = p.case_id AND k.kind = 'resolution'
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT v.data->'values'->>'owner') AS owners,
            bool_or(v.action = 'approve') AS approved
        FROM complaints_caseevent v WHERE v.case_id = p.case_id) e ON p.case_id IS NOT NULL
    ORDER BY p.anchor, p.customer_id
"""


def study(as_of: dt.date) -> dict[str, Any]:
    """The effects of the newest twelve months whose half-year afterwards is over."""
    # The last month that ended half a year ago.
    end = (as_of + dt.timedelta(days=1) - dt.timedelta(days=DAYS)).replace(day=1)
    first = end - relativedelta(months=MONTHS)
    zone = Installation.cached().zone
    moments = {
        name: dt.datetime.combine(day, dt.time.min, tzinfo=zone)
        for name, day in (
            ("first", first),
            ("until", end),
            ("earlier", first - dt.timedelta(days=DAYS)),
        )
    }
    values = {
        **moments,
        "zone": str(zone),
        "first_month": first,
        "last": end - relativedelta(months=1),
        "months": MONTHS,
        "days": DAYS,
        "year": YEAR,
    }
    with connection.cursor() as cursor:
        cursor.execute(COMPLAINED, values | {"most": MOST_COMPLAINANTS})
        if cursor.rowcount:
            cursor.execute(QUIET, values | {"most": MOST_CONTROLS})
        cursor.execute("ANALYZE recovery_pair")
        cursor.execute(FIGURES, values)
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE recovery_pair")
    months = {"first": first.isoformat(), "last": values["last"].isoformat()}
    return {**months, "groups": _effects(rows)}


def _effects(rows: list[tuple]) -> dict[str, dict]:
    """Each group of complainants against all who did not complain, in each measure."""
    if not rows:
        return {}
    columns = list(zip(*rows, strict=True))
    complained = np.array(columns[0], dtype=bool)
    strata = np.array(_strata(columns))
    pairs = {
        "purchases": (columns[5], columns[6]),
        "sales": (columns[7], columns[8]),
        "satisfaction": (columns[9], columns[10]),
        "active": (columns[11], columns[12]),
    }
    figures = {name: [np.array(one, dtype=float) for one in pair] for name, pair in pairs.items()}
    return {
        group: {
            name: asdict(compare(strata[kept], complained[kept], before[kept], after[kept]))
            for name, (before, after) in figures.items()
        }
        for group, kept in _kept(columns, complained).items()
    }


def _strata(columns: list[tuple]) -> list[str]:
    """Quarter, tier, industry, bands of revenue, purchase days and days since, as one label."""
    net = np.maximum(np.array(columns[4], dtype=float), 0)
    revenue = np.where(net >= 1, np.floor(np.log2(np.maximum(net, 1))), -1).astype(int)
    activity = np.searchsorted(ACTIVITY, np.array(columns[5], dtype=int), side="right")
    recency = np.searchsorted(RECENCY, np.array(columns[18], dtype=int), side="right")
    parts = zip(columns[1], columns[2], columns[3], revenue, activity, recency, strict=True)
    return ["|".join(map(str, part)) for part in parts]


def _kept(columns: list[tuple], complained: np.ndarray) -> dict[str, np.ndarray]:
    """By group, its complainants and everybody who did not complain."""
    late, has_clock, solved = (np.array(columns[at], dtype=bool) for at in (13, 14, 17))
    owners = np.array([number or 0 for number in columns[15]])
    approved = np.array(columns[16], dtype=bool)
    groups = {
        "all": complained,
        "in_time": complained & has_clock & ~late,
        "late": complained & has_clock & late,
        "one": complained & (owners == 1),
        "several": complained & (owners > 1),
        "on_the_spot": complained & has_clock & solved & ~approved,
        "passed_up": complained & has_clock & approved,
    }
    return {name: rows | ~complained for name, rows in groups.items()}
