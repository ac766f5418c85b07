"""Recovery proof: complainants before and after, against matched customers without complaint.

Complaints of twelve months whose half-year afterwards is over. Before is the half-year up to the
month of the first complaint of a customer, after the half-year from the month's end on; the month
itself counts for neither. Customers who did not complain in all that time stand for the same
months. Alike are those of the same quarter, tier at the month-end before, industry, band of
12-month revenue (each twice as wide as the one below), of purchase days before and of days since
the last one: nothing that the complaint itself could have changed.
The probability alive is what the newest night's model of rhythm gives from the purchase days up to
the end of each half-year: one model for both dates, whenever the nightly runs began. Customers by
contract are left out of it, since they leave at its end and not after a purchase.

Content: {"first", "last" (months), "groups": {group: {measure: `matching.Effect` as a dict}},
"pairs": {group: {measure: `matching.Contrast` as a dict}}}, a pair by the name of its first group.
"""

import datetime as dt
from dataclasses import asdict
from typing import Any

import numpy as np
from dateutil.relativedelta import relativedelta
from django.db import connection

from complaints.analytics.matching import compare, contrast
from crm.platform.models import Installation
from lifecycle.analytics import mbgnbd
from lifecycle.models import NightlyRun
from lifecycle.services.contracts import METHOD

MONTHS, DAYS, YEAR = 12, 180, 365
MOST_COMPLAINANTS, MOST_CONTROLS = 20_000, 60_000
# Purchase days of the half-year before, cut here.
ACTIVITY = (1, 3, 6, 12)
# Days since the last purchase before the month, cut here: who complains still buys.
RECENCY = (15, 30, 60, 120)
MEASURES = ("purchases", "sales", "satisfaction", "alive")
# The answer was in time or late; by one person or several; decided on the spot or passed up.
GROUPS = ("all", "in_time", "late", "one", "several", "on_the_spot", "passed_up")
# Groups that are held against each other.
PAIRS = {"in_time": "late", "one": "several", "on_the_spot": "passed_up"}

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
    SELECT p.case_id IS NOT NULL AS complained,
        extract(year FROM p.anchor) * 4 + extract(quarter FROM p.anchor) AS quarter,
        coalesce(held.tier, '') AS tier, u.industry, d.year_net::float,
        d.days_before, d.days_after, d.net_before::float, d.net_after::float,
        a.before AS index_before, a.after AS index_after,
        k.breached_at IS NOT NULL OR k.state NOT IN ('met', 'ended') AS late,
        k.breached_at IS NOT NULL OR k.state <> 'ended' AS has_clock,
        coalesce(e.owners, 0) AS owners, e.approved, c.resolved_at IS NOT NULL AS solved,
        coalesce(p.anchor - d.last_before, %(year)s) AS silent,
        d.ever_before - 1 AS x_before, d.last_before - d.first AS t_before,
        p.anchor - 1 - d.first AS age_before,
        d.ever_after - 1 AS x_after, d.last_after - d.first AS t_after,
        d.until - 1 - d.first AS age_after, coalesce(v.method, '') = %(contract)s AS by_contract
    FROM recovery_pair p
    JOIN customers_customer u ON u.id = p.customer_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(net) FILTER (
                WHERE day < p.anchor AND day >= p.anchor - %(year)s), 0) AS year_net,
            count(*) FILTER (WHERE gross > 0 AND day < p.anchor AND day >= p.anchor - %(days)s)
                AS days_before,
            count(*) FILTER (WHERE gross > 0 AND day >= m.month_end) AS days_after,
            min(day) FILTER (WHERE gross > 0) AS first,
            max(day) FILTER (WHERE gross > 0 AND day < p.anchor) AS last_before,
            max(day) FILTER (WHERE gross > 0) AS last_after,
            count(*) FILTER (WHERE gross > 0 AND day < p.anchor) AS ever_before,
            count(*) FILTER (WHERE gross > 0) AS ever_after, max(m.month_end) + %(days)s AS until,
            coalesce(sum(net) FILTER (WHERE day < p.anchor AND day >= p.anchor - %(days)s), 0)
                AS net_before,
            coalesce(sum(net) FILTER (WHERE day >= m.month_end), 0) AS net_after
        FROM (SELECT (p.anchor + interval '1 month')::date AS month_end) m
        LEFT JOIN customers_dealingday g ON g.customer_id = p.customer_id
            AND g.day < m.month_end + %(days)s) d
    CROSS JOIN LATERAL (
        SELECT avg(r.index) FILTER (WHERE r.finished_at < p.anchor) AS before,
            avg(r.index) FILTER (WHERE r.finished_at >= p.anchor + interval '1 month') AS after
        FROM satisfaction_response r WHERE r.customer_id = p.customer_id
            AND r.finished_at >= p.anchor - interval '1 year'
            AND r.finished_at < p.anchor + interval '13 months' AND r.index IS NOT NULL
            AND r.wave_id IN (SELECT id FROM satisfaction_wave WHERE occasion = 'plan')) a
    LEFT JOIN lifecycle_standingmonth held
        ON held.customer_id = p.customer_id AND held.month = p.anchor - 1
    LEFT JOIN lifecycle_valuation v ON v.customer_id = p.customer_id
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
        "contract": METHOD,
    }
    with connection.cursor() as cursor:
        cursor.execute(COMPLAINED, values | {"most": MOST_COMPLAINANTS})
        if cursor.rowcount:
            cursor.execute(QUIET, values | {"most": MOST_CONTROLS})
        cursor.execute("ANALYZE recovery_pair")
        cursor.execute(FIGURES, values)
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE recovery_pair")
    months = {"first": first.isoformat(), "last": values["last"].isoformat()}
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    return months | _effects(columns, _rhythm(as_of))


def _rhythm(as_of: dt.date) -> mbgnbd.Fit | None:
    """The newest night's model of how customers buy; None before there is one."""
    runs = NightlyRun.objects.filter(as_of__lte=as_of, models_used__has_key="trained")
    run = runs.order_by("-as_of").first()
    fit = mbgnbd.Fit(**run.models_used["trained"]["timing"]) if run else None
    return fit if fit and fit.customers else None


def _effects(columns: dict[str, tuple], rhythm: mbgnbd.Fit | None) -> dict[str, dict]:
    """Each group of complainants against all who did not complain, and against its pair."""
    if not columns:
        return {"groups": {}, "pairs": {}}
    complained = np.array(columns["complained"], dtype=bool)
    strata = np.array(_strata(columns))
    figures = {
        "purchases": (columns["days_before"], columns["days_after"]),
        "sales": (columns["net_before"], columns["net_after"]),
        "satisfaction": (columns["index_before"], columns["index_after"]),
        "alive": tuple(_alive(rhythm, columns, when) for when in ("before", "after")),
    }
    figures = {name: [np.array(one, dtype=float) for one in two] for name, two in figures.items()}
    kept = _kept(columns, complained)
    groups = {
        group: {
            name: asdict(compare(strata[rows], complained[rows], before[rows], after[rows]))
            for name, (before, after) in figures.items()
        }
        for group, rows in kept.items()
    }
    pairs = {
        first: {
            name: asdict(
                contrast(
                    strata, kept[first] & complained, kept[second] & complained, ~complained, *two
                )
            )
            for name, two in figures.items()
        }
        for first, second in PAIRS.items()
    }
    return {"groups": groups, "pairs": pairs}


def _alive(rhythm: mbgnbd.Fit | None, columns: dict[str, tuple], when: str) -> np.ndarray:
    """Probability alive at a half-year's end; NaN of contract customers and without a model."""
    x, t_x, age = (np.array(columns[f"{name}_{when}"], dtype=float) for name in ("x", "t", "age"))
    if rhythm is None:
        return np.full(len(x), np.nan)
    found = mbgnbd.probability_alive(rhythm, x, t_x, age)
    return np.where(np.array(columns["by_contract"], dtype=bool), np.nan, found)


def _strata(columns: dict[str, tuple]) -> list[str]:
    """Quarter, tier, industry, bands of revenue, purchase days and days since, as one label."""
    net = np.maximum(np.array(columns["year_net"], dtype=float), 0)
    revenue = np.where(net >= 1, np.floor(np.log2(np.maximum(net, 1))), -1).astype(int)
    bought = np.array(columns["days_before"], dtype=int)
    activity = np.searchsorted(ACTIVITY, bought, side="right")
    recency = np.searchsorted(RECENCY, np.array(columns["silent"], dtype=int), side="right")
    same = (columns[name] for name in ("quarter", "tier", "industry"))
    return [
        "|".join(map(str, part)) for part in zip(*same, revenue, activity, recency, strict=True)
    ]


def _kept(columns: dict[str, tuple], complained: np.ndarray) -> dict[str, np.ndarray]:
    """By group, its complainants and everybody who did not complain."""
    late, has_clock, solved, approved = (
        np.array(columns[name], dtype=bool) for name in ("late", "has_clock", "solved", "approved")
    )
    owners = np.array(columns["owners"])
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
