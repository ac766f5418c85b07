"""The dashboard of tiers: how the money is spread, and who moved."""

import datetime as dt

import numpy as np
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models.standing import Tier
from lifecycle.models import BaseCell, ParetoPoint, TierChange, TierOverride, Valuation
from lifecycle.querysets import FIGURES
from lifecycle.views.shared import day, list_url, month, percent, share, whole

FLOW_DAYS = 92  # the migration looks back a quarter


@require_safe
@only_with_worth
def tiers(request):
    cells = BaseCell.objects.visible_to(request.user)
    as_of = cells.latest_date()
    if as_of is None:
        return render(request, "lifecycle/no_figures.html", {"title": _("Tiers")})
    now = cells.at(as_of)
    rows = tier_rows(list(now.by("tier")))
    since = as_of - dt.timedelta(days=FLOW_DAYS)
    changes = TierChange.objects.visible_to(request.user).since(since)
    trend = list(cells.filter(as_of__in=cells.month_ends(as_of)).by("as_of", "tier"))
    context = {
        "standing_date": as_of,
        "since": since,
        "rows": rows,
        "total": now.totals(),
        "pareto": pareto_chart(request.user, as_of, rows),
        "migration": migration_chart(list(changes.flows()), since),
        "trend": trend_chart(trend),
        "changes": changes.newest(12),
        "proposed": TierOverride.objects.visible_to(request.user).proposed().count(),
    }
    return render(request, "lifecycle/tiers.html", context)


def tier_rows(by_tier: list[dict]) -> list[dict]:
    """A row a tier with its shares, and its place on the Pareto curve."""
    found = {row["tier"]: row for row in by_tier}
    customers = sum(row["sum_customers"] for row in by_tier)
    revenue = sum(row["sum_revenue_12m"] for row in by_tier)
    rows, seen, earned = [], 0, 0
    for tier in Tier.values:
        row = found.get(tier) or {f"sum_{name}": 0 for name in FIGURES}
        seen, earned = seen + row["sum_customers"], earned + row["sum_revenue_12m"]
        rows.append(
            {
                **row,
                "tier": tier,
                "customers_share": share(row["sum_customers"], customers),
                "revenue_share": share(row["sum_revenue_12m"], revenue),
                "place": share(seen, customers),
                "earned": share(earned, revenue),
                "url": list_url(tier=tier),
            }
        )
    return rows


def pareto_chart(user, as_of: dt.date, rows: list[dict]) -> dict:
    """The curve of the whole base as recorded; of a team's customers as they stand."""
    if user.sees_all_customers:
        recorded = ParetoPoint.objects.filter(as_of=as_of)
        points = [[point.customers_share, point.basis_share] for point in recorded]
    else:
        points = Valuation.objects.visible_to(user).pareto_points()
    points = [[0, 0], *points, [1, 1]]
    top = rows[0]
    heights = np.interp([row["place"] for row in rows], *zip(*points, strict=True))
    return {
        "title": _("%(customers)s of the customers are tier A and bring %(revenue)s of the revenue")
        % {"customers": percent(top["customers_share"], 1), "revenue": percent(top["earned"], 1)},
        "data": {
            "points": points,
            "cuts": [
                {"label": row["tier"], "x": row["place"], "y": float(height), "href": row["url"]}
                for row, height in zip(rows, heights, strict=True)
            ],
            "x_name": _("share of customers, best first"),
            "y_name": _("share of the 12-month basis"),
        },
        "head": [_("Share of customers"), _("Share of the basis")],
        "rows": [[percent(x, 1), percent(y, 1)] for x, y in points[:: max(1, len(points) // 20)]],
    }


def migration_chart(flows: list[dict], since: dt.date) -> dict:
    """From which tier to which, as a heat map."""
    names = list(Tier.values)
    up = sum(flow["customers"] for flow in flows if flow["after"] < flow["before"])
    down = sum(flow["customers"] for flow in flows if flow["after"] > flow["before"])
    cells = [
        [
            names.index(flow["after"]),
            names.index(flow["before"]),
            flow["customers"],
            list_url(tier=flow["after"]),
        ]
        for flow in flows
    ]
    return {
        "title": _("Since %(date)s, %(up)s moved up and %(down)s moved down")
        % {"date": day(since), "up": whole(up), "down": whole(down)},
        "data": {"x": names, "y": names, "cells": cells, "x_name": _("to"), "y_name": _("from")},
        "head": [_("From"), _("To"), _("Customers")],
        "rows": [[flow["before"], flow["after"], whole(flow["customers"])] for flow in flows],
    }


def trend_chart(trend: list[dict]) -> dict:
    """12-month revenue of each tier at the month-ends."""
    dates = sorted({row["as_of"] for row in trend})
    found = {(row["as_of"], row["tier"]): float(row["sum_revenue_12m"]) for row in trend}
    best = [found.get((date, Tier.A), 0.0) for date in dates]
    series = [
        {"name": tier, "values": [found.get((date, tier), 0.0) for date in dates]}
        for tier in Tier.values
    ]
    return {
        "title": _trend_title(best, dates),
        "data": {"labels": [month(date) for date in dates], "series": series, "stack": True},
        "head": [_("Month"), *Tier.values],
        "rows": [
            [month(date), *(whole(found.get((date, tier), 0)) for tier in Tier.values)]
            for date in dates
        ],
    }


def _trend_title(best: list[float], dates: list[dt.date]) -> str:
    """How the revenue of tier A went from the first month-end to the last."""
    if len(dates) < 2 or best[0] <= 0:
        return _("12-month revenue by tier at each month's end")
    change = best[-1] / best[0] - 1
    values = {"change": percent(abs(change), 1), "month": month(dates[0])}
    if round(change, 3) == 0:
        return _("Tier A brings as much as in %(month)s") % values
    if change > 0:
        return _("Tier A brings %(change)s more than in %(month)s") % values
    return _("Tier A brings %(change)s less than in %(month)s") % values
