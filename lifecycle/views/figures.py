"""How a customer's figures come about: formula, numbers, date, and the rows behind them."""

import datetime as dt
from dataclasses import dataclass, field

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models import Customer
from customers.models.standing import Stage
from lifecycle.models import NightlyRun, Valuation
from lifecycle.services.summaries import year_before
from lifecycle.views.shared import percent
from lifecycle.words import alive_words, method_words, stage_words


@dataclass(frozen=True)
class Number:
    """A number of a formula, in words."""

    name: str
    value: str
    meaning: str = ""
    url: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure, its formula and the numbers in it."""

    key: str
    label: str
    value: str
    formula: str
    numbers: list[Number] = field(default_factory=list)
    text: str = ""
    rows_url: str = ""


@require_safe
@only_with_worth
def figures(request, pk: int):
    """One customer's figures explained."""
    customers = Customer.objects.visible_to(request.user).select_related("standing", "valuation")
    customer = get_object_or_404(customers, pk=pk)
    valuation = getattr(customer, "valuation", None)
    context = {"customer": customer, "valuation": valuation}
    if valuation:
        run = NightlyRun.objects.filter(as_of=valuation.as_of).first()
        used = run.models_used if run else {}
        context |= {"standing_date": valuation.as_of, "figures": explain(customer, used)}
    return render(request, "lifecycle/figures.html", context)


def explain(customer: Customer, used: dict) -> list[Figure]:
    """The figures in the order of the card; `used` is what the nightly run noted."""
    valuation, standing = customer.valuation, customer.standing
    rows = reverse("customers:dealings", args=[customer.pk])
    start = year_before(valuation.as_of) + dt.timedelta(days=1)
    year_url = f"{rows}?start={start}&end={valuation.as_of}"
    all_url = f"{rows}?end={valuation.as_of}"
    return [
        _value(valuation, used, all_url),
        _risk(valuation, standing, used, all_url),
        _revenue(standing, start, valuation.as_of, year_url),
        _tier(valuation, standing, used, year_url),
        _stage(valuation, standing, used, all_url),
    ]


def _value(valuation: Valuation, used: dict, url: str) -> Figure:
    ends = {
        "low": _figure(valuation.transaction_value_low),
        "high": _figure(valuation.transaction_value_high),
    }
    return Figure(
        key="value",
        label=_("Lifetime value"),
        value=_figure(valuation.transaction_value, 2),
        formula=_("purchase days × amount × net ratio × margin × correction"),
        numbers=_value_numbers(valuation, used.get("settings", {})),
        text=_(
            "In 80 of 100 cases it comes to between %(low)s and %(high)s. It consists of the"
            " transaction value alone: growth, referral and knowledge value are not recorded."
        )
        % ends,
        rows_url=url,
    )


def _value_numbers(valuation: Valuation, settings: dict) -> list[Number]:
    horizon = {
        "months": settings.get("horizon_months", "–"),
        "rate": percent(float(settings.get("discount_rate") or 0), 1),
    }
    margin = (
        _("assumed: no costs are known")
        if valuation.margin_is_assumed
        else _("from the costs of its transactions")
    )
    method = {"method": method_words(valuation.method)}
    return [
        Number(
            _("expected purchase days"),
            _figure(valuation.expected_purchases, 2),
            _("within %(months)s months, discounted at %(rate)s a year; from rhythm and silence")
            % horizon,
        ),
        Number(_("expected amount of one"), _figure(valuation.expected_spend, 2)),
        Number(_("net ratio"), _figure(valuation.net_ratio, 3), _("what stays after returns")),
        Number(_("margin"), percent(valuation.margin, 1), margin),
        Number(
            _("correction"),
            _figure(_correction(valuation), 3),
            _("to the forecast that the backtest chose: %(method)s") % method,
        ),
    ]


def _correction(valuation: Valuation) -> float:
    """What the other factors of lifetime value leave open."""
    count, spend = valuation.expected_purchases, valuation.expected_spend
    plain = count * spend * valuation.net_ratio * valuation.margin
    return float(valuation.transaction_value) / plain if plain else 1.0


def _risk(valuation: Valuation, standing, used: dict, url: str) -> Figure:
    return Figure(
        key="risk",
        label=_("Value at risk"),
        value=_figure(standing.value_at_risk, 2),
        formula=_("value if still active × (risk − risk just after a purchase), not below 0"),
        numbers=_risk_numbers(valuation, used.get("horizon_days", "–"), url),
        text=_(
            "Lifetime value already holds the chance of having left,"
            " so only the excess risk counts. An ended relationship has nothing left at risk."
        ),
        rows_url=url,
    )


def _risk_numbers(valuation: Valuation, days, url: str) -> list[Number]:
    spans = {"span": _figure(valuation.recency), "age": _figure(valuation.age)}
    alive = percent(valuation.probability_alive, 1)
    numbers = [
        Number(
            _("risk"),
            percent(valuation.risk, 1),
            _("probability that nothing is bought within %(days)s days") % {"days": days},
        ),
        Number(
            _("risk just after a purchase"),
            percent(valuation.risk_after_purchase, 1),
            _("what is normal for this customer"),
        ),
        Number(
            _("value if still active"),
            _figure(valuation.value_if_active, 2),
            _("lifetime value as it were if the customer surely had not left"),
        ),
        Number(_("probability alive"), alive, alive_words(valuation.probability_alive)),
        Number(
            _("purchase days"),
            _figure(valuation.purchase_days),
            _("first to last %(span)s days, first to the date of the figures %(age)s days") % spans,
            url,
        ),
    ]
    if valuation.usual_gap:
        numbers.append(Number(_("usual gap in days"), _figure(valuation.usual_gap, 1)))
    return numbers


def _revenue(standing, start: dt.date, end: dt.date, url: str) -> Figure:
    return Figure(
        key="revenue",
        label=_("12-month revenue"),
        value=_figure(standing.revenue_12m, 2),
        formula=_("sum of all lines from %(start)s to %(end)s, returns taken off")
        % {"start": start.isoformat(), "end": end.isoformat()},
        rows_url=url,
    )


def _tier(valuation: Valuation, standing, used: dict, url: str) -> Figure:
    names = (_("cut of tier A"), _("cut of tier B"))
    cuts = used.get("cut_amounts") or []
    numbers = [
        Number(name, _figure(amount, 2))
        for name, amount in zip(names, cuts, strict=False)
        if amount is not None
    ]
    numbers.insert(0, Number(_("basis"), _figure(valuation.tier_basis, 2), _basis_words(used)))
    return Figure(
        key="tier",
        label=_("Tier"),
        value=standing.tier,
        formula=_("basis against the cuts; a change needs 10 % beyond, or two month-ends"),
        numbers=numbers,
        rows_url=url,
    )


def _basis_words(used: dict) -> str:
    return {
        "margin": _("12-month margin"),
        "revenue": _("12-month net revenue"),
        "lifetime_value": _("lifetime value"),
    }.get(used.get("tier_basis", ""), "")


def _stage(valuation: Valuation, standing, used: dict, url: str) -> Figure:
    reason = stage_words(valuation.stage_reason, valuation.stage_numbers)
    coming = valuation.stage_candidate not in ("", standing.stage)
    numbers = []
    if coming:
        since = valuation.stage_candidate_since
        held = (valuation.as_of - since).days if since else 0
        days = used.get("settings", {}).get("stage_hold_days", "–")
        numbers = [
            Number(_("what the rules say now"), Stage(valuation.stage_candidate).label, reason),
            Number(
                _("for days"),
                _figure(held),
                _("a new stage has to hold for %(days)s days") % {"days": days},
            ),
        ]
    return Figure(
        key="stage",
        label=_("Stage"),
        value=standing.get_stage_display(),
        formula="" if coming else reason,
        numbers=numbers,
        text=_("Rules are tried in the order ended, decline, stability, formation, exploration."),
        rows_url=url,
    )


def _figure(value, decimals: int = 0) -> str:
    return number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True)
