"""The dashboard of churn: how much is at risk, why, and whom to call first."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models import Standing
from customers.models.signal_kinds import NO_REASON, SignalGroup
from customers.models.standing import Tier
from lifecycle.models import BaseCell, NightlyRun, Signal
from lifecycle.track_record import summary
from lifecycle.views.shared import list_url, month, percent, share, whole

WORKLIST = 20
HIGH_RISK = 50  # percent
BANDS = 10


@require_safe
@only_with_worth
def churn(request):
    cells = BaseCell.objects.visible_to(request.user)
    as_of = cells.latest_date()
    if as_of is None:
        return render(request, "lifecycle/no_figures.html", {"title": _("Churn")})
    now = cells.at(as_of)
    bands = list(now.by("risk_band"))
    total = {
        name: sum(row[f"sum_{name}"] for row in bands) for name in ("customers", "value_at_risk")
    }
    worklist = list(Standing.objects.visible_to(request.user).at_risk()[:WORKLIST])
    signals = Signal.objects.visible_to(request.user)
    strongest = signals.strongest_of([row.pk for row in worklist])
    for row in worklist:
        row.strongest = strongest.get(row.pk)
    high = sum(row["sum_customers"] for row in bands if row["risk_band"] * 10 >= HIGH_RISK)
    run = NightlyRun.objects.filter(as_of=as_of).first()
    context = {
        "standing_date": as_of,
        "total": total,
        "high": high,
        "high_share": share(high, total["customers"]),
        "high_url": list_url(risk_from=HIGH_RISK, sort="-at_risk"),
        "risk_url": list_url(sort="-at_risk"),
        "horizon_days": run and run.models_used.get("horizon_days"),
        "track": summary(request.user),
        "risk": risk_chart(bands, total["customers"]),
        "at_risk": tier_chart(list(now.by("tier")), total["value_at_risk"]),
        "trend": trend_chart(cells.trend(cells.month_ends(as_of))),
        "signals": _signal_groups(list(now.by("signal"))),
        "worklist": worklist,
    }
    return render(request, "lifecycle/churn.html", context)


def _signal_groups(by_signal: list[dict]) -> list[dict]:
    """Customers by their strongest signal, in the groups of signals, as the list filters them."""
    found = {row["signal"]: row for row in by_signal}
    groups = []
    for group in SignalGroup:
        kinds = [kind for kind in group.kinds if kind not in NO_REASON]
        known = [kind for kind in kinds if kind in found]
        rows = [_signal_row(kind.value, kind.label, [found[kind]]) for kind in known]
        rows.sort(key=lambda row: -row["customers"])
        if kinds:
            whole_group = _signal_row(group.value, group.label, [found[kind] for kind in known])
            groups.append(whole_group | {"rows": rows})
    return groups


def _signal_row(value: str, label: str, found: list[dict]) -> dict:
    return {
        "label": label,
        "customers": sum(row["sum_customers"] for row in found),
        "value_at_risk": sum(row["sum_value_at_risk"] for row in found),
        "url": list_url(signal=value, sort="-at_risk"),
    }


def risk_chart(bands: list[dict], customers: int) -> dict:
    """Customers by tenth of risk."""
    found = {row["risk_band"]: row for row in bands}
    labels = [f"{10 * band}–{10 * band + 10} %" for band in range(BANDS)]
    counts = [found.get(band, {}).get("sum_customers", 0) for band in range(BANDS)]
    at_risk = [found.get(band, {}).get("sum_value_at_risk", 0) for band in range(BANDS)]
    bins = [
        {
            "label": labels[band],
            "value": counts[band],
            "href": list_url(risk_from=10 * band, risk_to=10 * band + 10, sort="-at_risk"),
            "tone": "high" if band >= 5 else "raised" if band >= 3 else "low",
        }
        for band in range(BANDS)
    ]
    high = sum(counts[HIGH_RISK // 10 :])
    return {
        "title": _("%(share)s of the customers are more likely to stay away than to buy again")
        % {"share": percent(share(high, customers))},
        "data": {"bins": bins, "x_name": _("risk"), "y_name": _("customers")},
        "head": [_("Risk"), _("Customers"), _("Value at risk")],
        "rows": [
            [labels[band], whole(counts[band]), whole(at_risk[band])] for band in range(BANDS)
        ],
    }


def tier_chart(by_tier: list[dict], total) -> dict:
    """Value at risk by tier."""
    found = {row["tier"]: row["sum_value_at_risk"] for row in by_tier}
    values = [float(found.get(tier, 0)) for tier in Tier.values]
    return {
        "title": _("Tier A holds %(share)s of the value at risk")
        % {"share": percent(share(values[0], total))},
        "data": {
            "labels": list(Tier.values),
            "series": [
                {
                    "name": _("Value at risk"),
                    "values": values,
                    "hrefs": [list_url(tier=tier, sort="-at_risk") for tier in Tier.values],
                }
            ],
        },
        "head": [_("Tier"), _("Value at risk")],
        "rows": [[tier, whole(value)] for tier, value in zip(Tier.values, values, strict=True)],
    }


def trend_chart(trend: list[dict]) -> dict:
    """Value at risk at the month-ends."""
    values = [float(row["sum_value_at_risk"]) for row in trend]
    labels = [month(row["as_of"]) for row in trend]
    rising = len(values) > 1 and values[-1] > values[0]
    title = _("Value at risk is rising") if rising else _("Value at risk at each month's end")
    return {
        "title": title,
        "data": {"labels": labels, "series": [{"name": _("Value at risk"), "values": values}]},
        "head": [_("Month"), _("Value at risk")],
        "rows": [[label, whole(value)] for label, value in zip(labels, values, strict=True)],
    }
