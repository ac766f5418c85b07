"""Customer equity: what the base is worth, in whose hands it lies, and what would go with one."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.accounts.models import User
from customers.models import Standing
from customers.models.standing import Stage, Tier
from lifecycle.models import BaseCell, EquityPoint, ValueCell
from lifecycle.views.shared import list_url, month, percent, rows_url, share, whole

LARGEST = 20
MOST_OWNERS = 10
MOST_YEARS = 10
TOP = (0.01, 0.05, 0.10, 0.20)


@require_safe
@only_with_worth
def equity(request):
    cells = BaseCell.objects.visible_to(request.user)
    as_of = cells.latest_date()
    if as_of is None:
        return render(request, "lifecycle/no_figures.html", {"title": _("Customer equity")})
    now = cells.at(as_of)
    total = now.equity_totals()
    context = {
        "standing_date": as_of,
        "total": total,
        "parts": _parts(total),
        "cuts": _cuts(now, request.user, total),
        "largest": largest(request.user, total["equity"]),
        "curve": curve_chart() if request.user.sees_all_customers else None,
        "trend": trend_chart(cells.equity_trend(cells.month_ends(as_of))),
        "given_back": share(total["benefits_12m"], total["revenue_12m"]),
    }
    context["largest_share"] = sum(row.equity_share for row in context["largest"])
    return render(request, "lifecycle/equity.html", context)


def _parts(total: dict) -> list[dict]:
    """What the sum consists of, and what each part rests on."""
    computed, assessed = _("computed"), _("assessed")
    expected = total["referral_value"] - total["referral_realised"]
    rows = [
        (_("Transaction value"), total["transaction_value"], computed),
        (_("Growth value"), total["growth_value"], f"{computed}, {assessed}"),
        (_("Referral value: customers still to be brought"), expected, computed),
        (_("Knowledge value"), total["knowledge_value"], assessed),
        (_("Cost to serve"), -total["cost_to_serve"], assessed),
    ]
    return [
        {"label": label, "amount": amount, "rests_on": rests_on if amount else _("none")}
        for label, amount, rests_on in rows
    ]


def _cuts(now, user, total: dict) -> list[dict]:
    """The equity by tier, stage, account manager and year of first purchase."""
    whose, everything = total["equity"], total["customers"]
    by_tier = {row["tier"]: row for row in now.equity_by("tier")}
    by_stage = {row["stage"]: row for row in now.equity_by("stage")}
    by_year = ValueCell.objects.visible_to(user).by_key(ValueCell.Dimension.COHORT)
    tables = (
        ("tier", _("By tier"), _("Tier"), [
            (tier.label, list_url(tier=tier.value), by_tier.get(tier.value)) for tier in Tier]),
        ("stage", _("By stage"), _("Stage"), [
            (stage.label, list_url(stage=stage.value), by_stage.get(stage.value))
            for stage in Stage]),
        ("owner", _("By account manager"), _("Account manager"), _owners(now)),
        ("cohort", _("By year of first purchase"), _("Year"), _cohorts(by_year)),
    )  # fmt: skip
    return [
        {"key": key, "title": title, "head": head, "rows": _rows(rows, whose, everything)}
        for key, title, head, rows in tables
    ]


def _owners(now) -> list[tuple]:
    """Account managers by equity; those after the first few together."""
    rows = sorted(now.equity_by("owner"), key=lambda row: (-row["sum_equity"], row["owner"] or 0))
    names = User.objects.in_bulk([row["owner"] for row in rows[:MOST_OWNERS] if row["owner"]])
    found = [
        (
            str(names.get(row["owner"]) or _("nobody")),
            list_url(owner=row["owner"] or "nobody"),
            row,
        )
        for row in rows[:MOST_OWNERS]
    ]
    return found + _together(_("all others"), rows[MOST_OWNERS:])


def _cohorts(by_year: list[dict]) -> list[tuple]:
    """Years of first purchase, the newest first; those before the last few together."""
    known = [row for row in reversed(by_year) if row["key"]]
    found = [(row["key"], rows_url("cohort", row["key"]), row) for row in known[:MOST_YEARS]]
    found += _together(_("earlier"), known[MOST_YEARS:])
    none = [row for row in by_year if not row["key"]]
    return found + [(_("not bought yet"), rows_url("cohort", ""), row) for row in none]


def _together(label: str, rest: list[dict]) -> list[tuple]:
    """One row for several, none for none."""
    if not rest:
        return []
    sums = {name: sum(row[name] for row in rest) for name in ("sum_customers", "sum_equity")}
    return [(label, "", sums)]


def _rows(rows: list[tuple], equity, customers) -> list[dict]:
    found = []
    for label, url, row in rows:
        count = row["sum_customers"] if row else 0
        amount = row["sum_equity"] if row else 0
        found.append(
            {
                "label": label,
                "url": url,
                "customers": count,
                "customers_share": share(count, customers),
                "equity": amount,
                "equity_share": share(amount, equity),
                "mean": share(amount, count),
            }
        )
    return found


def largest(user, equity) -> list[Standing]:
    """The customers of the highest lifetime value, with what of the equity goes with each."""
    rows = Standing.objects.visible_to(user).select_related("customer__valuation")
    rows = list(rows.order_by("-lifetime_value", "-pk")[:LARGEST])
    seen = 0.0
    for row in rows:
        row.equity_share = share(row.lifetime_value, equity)
        seen += row.equity_share
        row.seen_share = seen
        valuation = getattr(row.customer, "valuation", None)
        row.brought = valuation.referral_realised if valuation else 0
    return rows


def curve_chart() -> dict | None:
    """How the equity of the whole base is spread, the largest customers first."""
    points = [[point.customers_share, point.equity_share] for point in EquityPoint.objects.all()]
    if not points:
        return None
    points = [[0, 0], *points]
    heights = {top: next((y for x, y in points if x >= top), points[-1][1]) for top in TOP}
    fifth = {"x": TOP[-1], "y": heights[TOP[-1]], "href": list_url(sort="-value")}
    return {
        "title": _("The largest fifth of the customers holds %(share)s of the equity")
        % {"share": percent(fifth["y"])},
        "data": {
            "points": points,
            "cuts": [{"label": _("the largest fifth"), "area": "", **fifth}],
            "x_name": _("share of customers, best first"),
            "y_name": _("share of customer equity"),
        },
        "head": [_("Share of customers"), _("Share of customer equity")],
        "rows": [[percent(top), percent(height, 1)] for top, height in heights.items()],
    }


def trend_chart(trend: list[dict]) -> dict:
    labels = [month(row["as_of"]) for row in trend]
    values = [float(row["sum_equity"]) for row in trend]
    return {
        "title": _trend_title(labels, values),
        "data": {"labels": labels, "series": [{"name": _("Customer equity"), "values": values}]},
        "head": [_("Month"), _("Customer equity"), _("Customers")],
        "rows": [
            [label, whole(row["sum_equity"]), whole(row["sum_customers"])]
            for label, row in zip(labels, trend, strict=True)
        ],
    }


def _trend_title(labels: list[str], values: list[float]) -> str:
    """How the equity went from the first month-end to the last."""
    if len(values) < 2 or values[0] <= 0:
        return _("Customer equity at each month's end")
    change = values[-1] / values[0] - 1
    words = {"change": percent(abs(change), 1), "month": labels[0]}
    if round(change, 3) == 0:
        return _("Customer equity is what it was in %(month)s") % words
    if change > 0:
        return _("Customer equity has grown by %(change)s since %(month)s") % words
    return _("Customer equity has fallen by %(change)s since %(month)s") % words
