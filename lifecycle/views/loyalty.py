"""Loyalty: the three Rs (retention, related sales, referrals) and how long relationships last."""

import datetime as dt

from django.db.models import Max, QuerySet
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.words import decimal
from customers.models import Standing
from customers.querysets import Order, keyset_page
from lifecycle import loyalty_figures as figures
from lifecycle.analytics.survival import median_time
from lifecycle.models import BaseCell, LoyaltyCell
from lifecycle.views.shared import day, percent, whole

YEAR = dt.timedelta(days=365)
BY_VALUE = Order("lifetime_value", descending=True)
BY_PURCHASE = Order("last_purchase", descending=True)
CURVE_ROWS = 24  # in the table behind the picture


@require_safe
@only_with_worth
def loyalty(request):
    """Sums of the weekly cells, of the customers in sight."""
    cells = LoyaltyCell.objects.visible_to(request.user)
    as_of = LoyaltyCell.objects.aggregate(newest=Max("as_of"))["newest"]
    if as_of is None:
        return render(request, "lifecycle/no_figures.html", {"title": _("Loyalty")})
    by_quarter = request.GET.get("by") == "quarter"
    retained, years = figures.retention(cells), figures.years(cells)
    categories, won = figures.categories(cells), figures.won(cells)
    context = {
        "as_of": as_of,
        "by_quarter": by_quarter,
        "last": retained[0] if retained else None,
        "left_url": reverse("value:loyalty_left"),
        "retention": _retention_chart(retained, as_of),
        "cohorts": _cohort_rows(figures.cohorts(cells, by_quarter), by_quarter),
        "years": years,
        "profit": _profit_chart(years),
        "survival": _survival_chart(figures.curves(cells)),
        "two": figures.at_least(categories.get(0, {}), 2),
        "related": _related_chart(categories, as_of),
        "cross_sales": figures.cross_sales(),
        "won": won,
        "newest": won[0] if won else None,
    }
    return render(request, "lifecycle/loyalty.html", context)


def _retention_chart(rows: list[figures.Retained], as_of: dt.date) -> dict | None:
    if not rows:
        return None
    oldest_first = rows[::-1]
    labels = [day(as_of - row.back * YEAR) for row in oldest_first]
    return {
        "title": _("%(count)s of the customers bought again, with %(value)s of the revenue")
        % {"count": percent(rows[0].by_count), "value": percent(rows[0].by_value)},
        "data": {
            "labels": labels,
            "series": [
                {"name": _("of the customers"), "values": [r.by_count for r in oldest_first]},
                {"name": _("of the revenue"), "values": [r.by_value for r in oldest_first]},
            ],
            "percent": True,
        },
        "head": [
            _("Year up to"),
            _("Bought in the year before"),
            _("of these again"),
            _("by count"),
            _("by value"),
            _("revenue now ÷ then"),
        ],
        "rows": [
            [
                label,
                whole(row.customers),
                whole(row.stayed),
                percent(row.by_count, 1),
                percent(row.by_value, 1),
                percent(row.of_revenue, 1),
            ]
            for label, row in zip(labels[::-1], rows, strict=True)
        ],
    }


def _cohort_rows(cohorts: list, by_quarter: bool) -> dict:
    """A row a cohort, as wide as the oldest of them."""
    width = max((len(years) for _key, years in cohorts), default=0)
    rows = []
    for key, years in cohorts:
        year, quarter = divmod(key, 4)
        query = f"?quarter={quarter + 1}" if by_quarter else ""
        label = f"{year} Q{quarter + 1}" if by_quarter else str(year)
        rows.append(
            {
                "label": label,
                "url": reverse("value:loyalty_cohort", args=[year]) + query,
                "customers": years[0].customers,
                "years": years,
                "missing": range(width - len(years)),
            }
        )
    return {"columns": range(1, width + 1), "rows": rows}


def _profit_chart(years: list[figures.YearOfCohort]) -> dict | None:
    if not years:
        return None
    best = max(years, key=lambda year: year.margin_each)
    return {
        "title": _("A customer brings most in year %(year)s of the relationship: %(margin)s")
        % {"year": best.number, "margin": whole(best.margin_each)},
        "data": {
            "labels": [str(year.number) for year in years],
            "series": [
                {"name": _("Margin per customer"), "values": [y.margin_each for y in years]}
            ],
        },
        "head": [
            _("Year"),
            _("Customers"),
            _("still buying"),
            _("Revenue per customer"),
            _("Margin per customer"),
        ],
        "rows": [
            [
                str(year.number),
                whole(year.customers),
                percent(year.share, 1),
                whole(year.revenue_each),
                whole(year.margin_each),
            ]
            for year in years
        ],
    }


def _survival_chart(curves: dict) -> dict | None:
    curve = curves["all"]
    if curve.empty:
        return None
    months = int(curve["time"].max())
    grid = list(range(months + 1))
    median = median_time(curve)
    return {
        "title": _("Half of the relationships have ended after %(months)s months")
        % {"months": decimal(median, 0)}
        if median is not None
        else _("After %(months)s months %(share)s of the relationships go on")
        % {"months": months, "share": percent(curve["share"].iloc[-1])},
        "data": {
            "labels": [str(n) for n in grid],
            "series": _survival_series(curves, grid),
            "percent": True,
        },
        "head": [_("Months"), _("At risk"), _("Ended"), _("Still there"), _("95 of 100 times")],
        "rows": _survival_rows(curve),
    }


def _survival_series(curves: dict, grid: list[int]) -> list[dict]:
    """The line of all with its interval, and a dashed one for each year of first purchases."""
    curve = curves["all"]
    of_all = {
        "name": _("all customers"),
        "values": _steps(curve, "share", grid),
        "low": _steps(curve, "low", grid),
        "high": _steps(curve, "high", grid),
    }
    of_years = [
        {
            "name": _("won in %(year)s") % {"year": year},
            "values": _steps(part, "share", grid),
            "dashed": True,
        }
        for year, part in curves.items()
        if year != "all" and not part.empty
    ]
    return [of_all, *of_years]


def _survival_rows(curve) -> list[list[str]]:
    """About `CURVE_ROWS` rows of the curve of all, evenly chosen."""
    each = max(1, len(curve) // CURVE_ROWS)
    return [
        [
            whole(row.time),
            whole(row.at_risk),
            whole(row.ended),
            percent(row.share, 1),
            f"{percent(row.low)} – {percent(row.high)}",
        ]
        for row in curve.iloc[::each].itertuples()
    ]


def _steps(curve, column: str, grid: list[int]) -> list[float | None]:
    """The curve at each month: its last value by then, nothing after the last that is known."""
    known = dict(zip(curve["time"].astype(int), curve[column], strict=True))
    last, newest, values = 1.0, max(known), []
    for month in grid:
        last = float(known.get(month, last))
        values.append(round(last, 4) if month <= newest else None)
    return values


def _related_chart(counts: dict[int, dict[int, int]], as_of: dt.date) -> dict | None:
    if not counts.get(0):
        return None
    backs = sorted(counts, reverse=True)
    labels = [day(as_of - back * YEAR) for back in backs]
    wanted = {2: _("2 categories and more"), 3: _("3 categories and more")}
    shares = {n: [figures.at_least(counts[back], n) for back in backs] for n in wanted}
    return {
        "title": _("%(two)s buy from two categories and more, %(three)s from three and more")
        % {"two": percent(shares[2][-1]), "three": percent(shares[3][-1])},
        "data": {
            "labels": labels,
            "series": [{"name": name, "values": shares[n]} for n, name in wanted.items()],
            "percent": True,
        },
        "head": [_("Year up to"), _("Customers"), *wanted.values()],
        "rows": [
            [
                label,
                whole(sum(counts[back].values())),
                *(percent(shares[n][place], 1) for n in wanted),
            ]
            for place, (label, back) in enumerate(zip(labels, backs, strict=True))
        ][::-1],
    }


def left_customers(user) -> QuerySet[Standing]:
    """Who bought in the year before and not in this one."""
    as_of = LoyaltyCell.objects.aggregate(newest=Max("as_of"))["newest"]
    rows = Standing.objects.visible_to(user).select_related("owner")
    if as_of is None:
        return rows.none()
    return rows.filter(last_purchase__gt=as_of - 2 * YEAR, last_purchase__lte=as_of - YEAR)


def cohort_customers(user, year: int, quarter: str) -> QuerySet[Standing]:
    """Who bought first in the year, or in a quarter of it ("1" to "4")."""
    if not 1900 <= year <= 2200:
        raise Http404
    first, last = (int(quarter), int(quarter)) if quarter in {"1", "2", "3", "4"} else (1, 4)
    start = dt.date(year, 3 * first - 2, 1)
    end = dt.date(year + last // 4, 3 * last % 12 + 1, 1)
    rows = Standing.objects.visible_to(user).select_related("owner")
    first_purchase = "customer__dealing_summary__first_purchase"
    return rows.filter(**{f"{first_purchase}__gte": start, f"{first_purchase}__lt": end})


@require_safe
@only_with_worth
def loyalty_left(request):
    """Customers behind the retention: those that did not buy again, the latest first."""
    title = _("Did not buy again")
    return _list(request, left_customers(request.user), BY_PURCHASE, title, "")


@require_safe
@only_with_worth
def loyalty_cohort(request, year: int):
    """Customers of a cohort, the most valuable first."""
    quarter = request.GET.get("quarter", "")
    rows = cohort_customers(request.user, year, quarter)
    known = quarter in {"1", "2", "3", "4"}
    words = _("First purchase in %(span)s")
    title = words % {"span": f"{year} Q{quarter}" if known else year}
    return _list(request, rows, BY_VALUE, title, f"quarter={quarter}&" if known else "")


def _list(request, rows: QuerySet[Standing], order: Order, title: str, kept: str):
    page = keyset_page(rows, order, request.GET.get("page", ""))
    context = {
        "title": title,
        "standing_date": BaseCell.objects.visible_to(request.user).latest_date(),
        "rows": page.rows,
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{kept}page={page.newer}" if page.newer else "",
        "older_url": f"?{kept}page={page.older}" if page.older else "",
    }
    return render(request, "lifecycle/loyalty_list.html", context)
