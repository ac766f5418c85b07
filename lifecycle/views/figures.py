"""How a customer's figures come about: formula, numbers, date, and the rows behind them."""

import datetime as dt

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from customers.models import Customer
from customers.models.standing import Stage
from lifecycle.models import NightlyRun, Valuation
from lifecycle.services.summaries import year_before
from lifecycle.tier_words import way_words
from lifecycle.views import figures_of_contracts as of_contracts
from lifecycle.views import figures_of_value as of_value
from lifecycle.views.figure import Figure, Number, worded
from lifecycle.views.movement import ways_of
from lifecycle.views.shared import day, percent
from lifecycle.words import alive_words, basis_words, method_words, stage_words


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
        found = explain(customer, used, request.user)
        context |= {"standing_date": valuation.as_of, "figures": found}
    return render(request, "lifecycle/figures.html", context)


def explain(customer: Customer, used: dict, user) -> list[Figure]:
    """The figures in the order of the card; `used` is what the nightly run noted."""
    valuation, standing = customer.valuation, customer.standing
    rows = reverse("customers:dealings", args=[customer.pk])
    start = year_before(valuation.as_of) + dt.timedelta(days=1)
    year_url = f"{rows}?start={start}&end={valuation.as_of}"
    all_url = f"{rows}?end={valuation.as_of}"
    if valuation.method == of_contracts.METHOD:
        transactions = of_contracts.transactions(valuation, used.get("settings", {}), rows)
        risk = of_contracts.risk(valuation, standing, rows)
    else:
        transactions = _transactions(valuation, used, all_url)
        risk = _risk(valuation, standing, used, all_url)
    return [
        of_value.lifetime(valuation, standing),
        transactions,
        of_value.growth(customer, valuation, used),
        of_value.referral(customer, valuation, used, user),
        of_value.knowledge(customer, valuation, used, user),
        of_value.cost(customer, valuation, used, user),
        of_value.three_sides(customer, valuation),
        risk,
        _revenue(standing, start, valuation.as_of, year_url),
        _tier(customer, used, year_url),
        _stage(valuation, standing, used, all_url),
    ]


def _transactions(valuation: Valuation, used: dict, url: str) -> Figure:
    ends = {
        "low": worded(valuation.transaction_value_low),
        "high": worded(valuation.transaction_value_high),
    }
    return Figure(
        key="transactions",
        label=_("Transaction value"),
        value=worded(valuation.transaction_value, 2),
        formula=_("purchase days × amount × net ratio × margin × correction"),
        numbers=_value_numbers(valuation, used.get("settings", {})),
        text=_("In 80 of 100 cases it comes to between %(low)s and %(high)s.") % ends,
        rows_url=url,
        basis=basis_words("computed"),
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
            worded(valuation.expected_purchases, 2),
            _("within %(months)s months, discounted at %(rate)s a year; from rhythm and silence")
            % horizon,
        ),
        Number(_("expected amount of one"), worded(valuation.expected_spend, 2)),
        Number(_("net ratio"), worded(valuation.net_ratio, 3), _("what stays after returns")),
        Number(_("margin"), percent(valuation.margin, 1), margin),
        Number(
            _("correction"),
            worded(_correction(valuation), 3),
            _("to the forecast that the backtest chose: %(method)s") % method,
        ),
    ]


def _correction(valuation: Valuation) -> float:
    """What the other factors of the transaction value leave open."""
    count, spend = valuation.expected_purchases, valuation.expected_spend
    plain = count * spend * valuation.net_ratio * valuation.margin
    return float(valuation.transaction_value) / plain if plain else 1.0


def _risk(valuation: Valuation, standing, used: dict, url: str) -> Figure:
    return Figure(
        key="risk",
        label=_("Value at risk"),
        value=worded(standing.value_at_risk, 2),
        formula=_("value if still active × (risk − risk just after a purchase), not below 0"),
        numbers=_risk_numbers(valuation, used, url),
        text=_(
            "The transaction value already holds the chance of having left, so only the excess"
            " risk counts; the other parts are left out. An ended relationship has nothing left"
            " at risk."
        ),
        rows_url=url,
    )


def _risk_words(used: dict) -> str:
    """What it says, and what it is made of: weights are learned where outcomes are enough."""
    trained = used.get("trained") or {}
    if trained.get("risk", {}).get("reason") == "trained":
        text = _(
            "probability that nothing is bought within %(days)s days; from rhythm, silence, recent"
            " purchases, complaints and scores, weighted as earlier dates taught"
        )
    else:
        text = _("probability that nothing is bought within %(days)s days; from rhythm alone")
    return text % {"days": used.get("horizon_days", "–")}


def _risk_numbers(valuation: Valuation, used: dict, url: str) -> list[Number]:
    spans = {"span": worded(valuation.recency), "age": worded(valuation.age)}
    alive = percent(valuation.probability_alive, 1)
    numbers = [
        Number(_("risk"), percent(valuation.risk, 1), _risk_words(used)),
        Number(
            _("risk just after a purchase"),
            percent(valuation.risk_after_purchase, 1),
            _("what is normal for this customer"),
        ),
        Number(
            _("value if still active"),
            worded(valuation.value_if_active, 2),
            _("transaction value as it were if the customer surely had not left"),
        ),
        Number(_("probability alive"), alive, alive_words(valuation.probability_alive)),
        Number(
            _("purchase days"),
            worded(valuation.purchase_days),
            _("first to last %(span)s days, first to the date of the figures %(age)s days") % spans,
            url,
        ),
    ]
    if valuation.usual_gap:
        numbers.append(Number(_("usual gap in days"), worded(valuation.usual_gap, 1)))
    return numbers


def _revenue(standing, start: dt.date, end: dt.date, url: str) -> Figure:
    return Figure(
        key="revenue",
        label=_("12-month revenue"),
        value=worded(standing.revenue_12m, 2),
        formula=_("sum of all lines from %(start)s to %(end)s, returns taken off")
        % {"start": day(start), "end": day(end)},
        rows_url=url,
    )


def _tier(customer: Customer, used: dict, url: str) -> Figure:
    valuation, standing = customer.valuation, customer.standing
    names = (_("cut of tier A"), _("cut of tier B"))
    cuts = used.get("cut_amounts") or []
    numbers = [
        Number(name, worded(amount, 2))
        for name, amount in zip(names, cuts, strict=False)
        if amount is not None
    ]
    numbers.insert(0, Number(_("basis"), worded(valuation.tier_basis, 2), _basis_words(used)))
    if standing.tier_by_numbers:
        words = _("overridden by a person’s word while that holds")
        numbers.append(Number(_("by the numbers"), standing.tier_by_numbers, words))
    ways = [way_words(way, valuation.tier_basis) for way in ways_of(customer, used)]
    return Figure(
        key="tier",
        label=_("Tier"),
        value=standing.tier,
        formula=_("basis against the cuts; a change needs 10 % beyond, or two month-ends"),
        numbers=numbers,
        text=" ".join(f"{words}." for words in ways),
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
    by_rules = standing.stage_by_rules or standing.stage
    coming = valuation.stage_candidate not in ("", by_rules)
    numbers = []
    if coming:
        since = valuation.stage_candidate_since
        held = (valuation.as_of - since).days if since else 0
        days = used.get("settings", {}).get("stage_hold_days", "–")
        numbers = [
            Number(_("what the rules say now"), Stage(valuation.stage_candidate).label, reason),
            Number(
                _("for days"),
                worded(held),
                _("a new stage has to hold for %(days)s days") % {"days": days},
            ),
        ]
    if standing.stage_by_rules:
        words = _("overridden by a person’s word while that holds")
        numbers.append(Number(_("by the rules"), Stage(by_rules).label, words))
    return Figure(
        key="stage",
        label=_("Stage"),
        value=standing.get_stage_display(),
        formula="" if coming else reason,
        numbers=numbers,
        text=_("Rules are tried in the order ended, decline, stability, formation, exploration."),
        rows_url=url,
    )
