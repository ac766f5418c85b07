"""One customer's way: all its tiers and stages, the numbers that decided, and what people said."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.models import Installation
from crm.platform.words import whole
from customers.models import Customer
from lifecycle.models import NightlyRun, StageChange, StandingMonth, TierChange
from lifecycle.models.overrides import OVERRIDES
from lifecycle.tier_words import way_words, ways
from lifecycle.words import pattern_words, stage_words

MOST = 200  # changes of one customer: a stage holds for 30 days
MONTH_ENDS = 2


@require_safe
@only_with_worth
def movement(request, pk: int):
    """Since the first night: tiers, stages, overrides; and what would move it now."""
    customers = Customer.objects.visible_to(request.user).select_related("standing", "valuation")
    customer = get_object_or_404(customers, pk=pk)
    valuation = getattr(customer, "valuation", None)
    overrides = {
        kind: list(model.objects.visible_to(request.user).filter(customer=customer).with_people())
        for kind, model in OVERRIDES.items()
    }
    context = {
        "customer": customer,
        "valuation": valuation,
        "ways": ways_words(customer),
        "pattern": pattern_words(valuation.pattern) if valuation else "",
        "stages": _stages(request.user, customer, overrides["stage"]),
        "tiers": _tiers(request.user, customer, overrides["tier"]),
    }
    if valuation:
        context["standing_date"] = valuation.as_of
    return render(request, "lifecycle/movement.html", context)


def ways_words(customer: Customer) -> list[str]:
    """What would move it to another tier, in words; nothing before its first night."""
    valuation = getattr(customer, "valuation", None)
    if valuation is None:
        return []
    run = NightlyRun.objects.filter(as_of=valuation.as_of).first()
    used = run.models_used if run else {}
    return [way_words(way, valuation.tier_basis) for way in ways_of(customer, used)]


def ways_of(customer: Customer, used: dict) -> list:
    """The ways to the next tiers, with what the last month-ends have brought already."""
    month_ends = StandingMonth.objects.filter(
        customer=customer.pk, month__lte=customer.valuation.as_of
    ).order_by("-month")
    raw = list(month_ends.values_list("raw_tier", flat=True)[:MONTH_ENDS])[::-1]
    return ways(customer.standing, used, raw)


def _stages(user, customer: Customer, overrides: list) -> list[dict]:
    """Each stage it came into, newest first, with the days that it held."""
    changes = StageChange.objects.visible_to(user).filter(customer=customer)
    rows = list(changes.order_by("-on", "-pk")[:MOST])
    until = customer.valuation.as_of if getattr(customer, "valuation", None) else None
    found = []
    for row in rows:
        words = stage_words(row.reason, row.numbers)
        found.append(
            {
                "change": row,
                "words": _why(row, overrides) if row.overridden else words,
                "days": (until - row.on).days if until else None,
            }
        )
        until = row.on
    return found


def _tiers(user, customer: Customer, overrides: list) -> list[dict]:
    changes = TierChange.objects.visible_to(user).filter(customer=customer)
    return [
        {
            "change": row,
            "words": _why(row, overrides)
            if row.overridden
            else _("basis %(basis)s %(currency)s")
            % {"basis": whole(row.basis), "currency": Installation.cached().currency},
        }
        for row in changes.order_by("-on", "-pk")[:MOST]
    ]


def _why(change, overrides: list) -> str:
    """The reason of the override that gave it."""
    holding = next((one for one in overrides if one.holds_on(change.on)), None)
    if holding is None:
        return _("by a person’s word")
    return _("%(who)s: %(reason)s") % {"who": holding.proposed_by, "reason": holding.reason}
