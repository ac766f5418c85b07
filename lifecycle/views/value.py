"""Winning and serving: what customers cost to win, which segments pay, who is served too much."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models import Customer, Standing
from lifecycle.backtest_words import signed
from lifecycle.models import Valuation, ValueCell
from lifecycle.views.shared import rows_url, share

SERVED = 10
MOST_KEYS = 12
MOST_YEARS = 10
PAGE = 50
Dimension = ValueCell.Dimension


@require_safe
@only_with_worth
def value(request):
    cells = ValueCell.objects.visible_to(request.user)
    as_of = cells.date()
    if as_of is None:
        return render(request, "lifecycle/no_figures.html", {"title": _("Winning and serving")})
    sources, cohorts = cells.by_key(Dimension.SOURCE), cells.by_key(Dimension.COHORT)
    sources.sort(key=lambda row: not row["key"])  # what nobody said stands last
    years = _won(Dimension.COHORT, cohorts)[::-1][:MOST_YEARS]
    served = Valuation.objects.visible_to(request.user).select_related("customer__standing")
    context = {
        "standing_date": as_of,
        "winning": winning(sources),
        "won": [
            (_("By source"), _("Won through"), "source", _won(Dimension.SOURCE, sources)),
            (_("By year of first purchase"), _("Year"), "cohort", years),
        ],
        "segments": [
            (_("Segments"), _("Segment"), "segment", *_kept(cells, Dimension.SEGMENT)),
            (_("Industries"), _("Industry"), "industry", *_kept(cells, Dimension.INDUSTRY)),
        ],
        "served": [
            (_("Served above their value"), "above", list(served.served_above()[:SERVED])),
            (_("Served below their value"), "below", list(served.served_below()[:SERVED])),
        ],
    }
    return render(request, "lifecycle/value.html", context)


def winning(rows: list[dict]) -> dict:
    """What winning a customer costs beside keeping one, over all rows; None where not known."""
    sums = {
        name: sum(row[f"sum_{name}"] for row in rows)
        for name in (
            *("acquired", "acquisition_cost", "earned", "months", "paid_back"),
            *("stayed", "cost_of_stayed"),
        )
    }
    win = _mean(sums["acquisition_cost"], sums["acquired"])
    keep = _mean(sums["cost_of_stayed"], sums["stayed"])
    return {
        **sums,
        "win": win,
        "keep": keep or None,
        "ratio": win / keep if win is not None and keep else None,
        "payback": payback(sums),
        "paid_back_share": _mean(sums["paid_back"], sums["acquired"]),
    }


def payback(sums: dict) -> float | None:
    """Months of mean margin that bring the cost of winning in; None where nothing is earned."""
    monthly = _mean(sums["earned"], sums["months"])
    cost = _mean(sums["acquisition_cost"], sums["acquired"])
    return cost / monthly if cost is not None and monthly and monthly > 0 else None


def _mean(part, number) -> float | None:
    return float(part) / float(number) if number else None


def _won(dimension: str, rows: list[dict]) -> list[dict]:
    """A row a source or year: what winning cost, how soon it came in, what they are worth."""
    found = []
    for row in rows:
        sums = {name.removeprefix("sum_"): amount for name, amount in row.items()}
        found.append(
            {
                "label": label(dimension, row["key"]),
                "url": rows_url(dimension, row["key"]),
                "customers": sums["customers"],
                "known": sums["acquired"],
                "cost": _mean(sums["acquisition_cost"], sums["acquired"]),
                "payback": payback(sums),
                "paid_back": _mean(sums["paid_back"], sums["acquired"]),
                "value": share(sums["lifetime_value"], sums["customers"]),
            }
        )
    return found


def _kept(cells, dimension: str) -> tuple[list[dict], int]:
    """A row a segment: growth, margin and retention; the largest first, and how many are left."""
    rows = [row for row in cells.by_key(dimension) if row["key"]]
    rows.sort(key=lambda row: (-row["sum_revenue_12m"], row["key"]))
    found = []
    for row in rows[:MOST_KEYS]:
        revenue, before = row["sum_revenue_12m"], row["sum_revenue_before"]
        growth = float(revenue / before) - 1 if before > 0 else None
        found.append(
            {
                "label": label(dimension, row["key"]),
                "url": rows_url(dimension, row["key"]),
                "customers": row["sum_customers"],
                "revenue": revenue,
                "growth": growth,
                "growth_text": signed(growth),
                "margin": _mean(row["sum_margin_12m"], revenue) if revenue > 0 else None,
                "retention": _mean(row["sum_stayed"], row["sum_could_stay"]),
                "cost": _mean(row["sum_cost_12m"], revenue) if revenue > 0 else None,
                "equity": row["sum_equity"],
            }
        )
    return found, max(0, len(rows) - MOST_KEYS)


def label(dimension: str, key: str) -> str:
    """The name of a key of a dimension."""
    if dimension == Dimension.SOURCE:
        return str(dict(Customer.Won.choices).get(key, "")) or _("not said")
    if dimension == Dimension.COHORT:
        return key or _("not bought yet")
    return key or _("none")


@require_safe
@only_with_worth
def value_rows(request, dimension: str):
    """The customers behind a row, the most valuable first."""
    if dimension not in Dimension.values:
        raise Http404
    key = request.GET.get("key", "").replace("\0", "")[:60]
    rows = behind(request.user, dimension, key)
    shown = list(rows.select_related("owner")[: PAGE + 1])
    context = {
        "standing_date": ValueCell.objects.visible_to(request.user).date(),
        "rows": shown[:PAGE],
        "more": len(shown) > PAGE,
        "kind": Dimension(dimension).label,
        "name": label(dimension, key),
    }
    return render(request, "lifecycle/value_rows.html", context)


def behind(user, dimension: str, key: str):
    """Standings of one key of a dimension that the user sees."""
    rows = Standing.objects.visible_to(user).order_by("-lifetime_value", "-pk")
    if dimension == Dimension.COHORT:
        first = "customer__dealing_summary__first_purchase"
        if key.isascii() and key.isdecimal() and len(key) == 4 and key >= "1000":
            return rows.filter(**{f"{first}__year": int(key)})
        return rows.filter(**{f"{first}__isnull": True}) if not key else rows.none()
    columns = {Dimension.SOURCE: "won_through", Dimension.SEGMENT: "segment"}
    if dimension in columns:
        return rows.filter(**{f"customer__{columns[dimension]}": key})
    return rows.filter(industry=key)
