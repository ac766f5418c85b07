"""Lifetime value explained: its parts, what serving costs, and the three sides of value."""

import datetime as dt

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import (
    Customer,
    DealingCategory,
    Idea,
    Interaction,
    Referral,
    Transaction,
)
from lifecycle.models import CategoryTakeUp, Valuation
from lifecycle.services.summaries import year_before
from lifecycle.services.value_rates import span
from lifecycle.views.figure import Figure, Number, worded
from lifecycle.views.shared import day, percent
from lifecycle.words import basis_words

MOST_ROWS = 12


def lifetime(valuation: Valuation, standing) -> Figure:
    """The sum and its parts, each leading to its own explanation."""
    parts = [
        (_("Transaction value"), valuation.transaction_value, "computed", "transactions"),
        (_("Growth value"), valuation.growth_value, valuation.growth_basis, "growth"),
        (_("Referral value"), valuation.referral_value, valuation.referral_basis, "referral"),
        (_("Knowledge value"), valuation.knowledge_value, valuation.knowledge_basis, "knowledge"),
        (_("Cost to serve"), -valuation.cost_to_serve, valuation.cost_basis, "cost"),
    ]
    ends = {"low": worded(valuation.lifetime_low), "high": worded(valuation.lifetime_high)}
    return Figure(
        key="value",
        label=_("Lifetime value"),
        value=worded(standing.lifetime_value, 2),
        formula=_(
            "transaction value + growth value + referral value + knowledge value − cost to serve"
        ),
        numbers=[
            Number(name, worded(amount, 2), basis_words(basis), f"#{key}")
            for name, amount, basis, key in parts
        ],
        text=_(
            "It lies between %(low)s and %(high)s. These are the ends of the parts added, so more"
            " than 80 of 100 cases lie between them."
        )
        % ends,
        rows_url="#transactions",
    )


def growth(customer: Customer, valuation: Valuation, used: dict) -> Figure:
    """Headroom and how fast similar customers fill theirs."""
    by_wallet = valuation.growth_from == Valuation.GrowthFrom.WALLET
    meaning = (
        _("its purchases in our categories that others get, as its newest yearly figures say")
        if by_wallet
        else _("common categories of its industry that it does not buy, at its size with us")
    )
    numbers = [
        Number(_("headroom a year"), worded(valuation.headroom, 2), meaning),
        Number(
            _("taken up a year"),
            percent(valuation.take_up, 1),
            _("of what is open, by similar customers in the last twelve months"),
        ),
        Number(_("margin"), percent(max(valuation.margin, 0), 1)),
        Number(_("probability alive"), percent(valuation.probability_alive, 1)),
    ]
    rows = [] if by_wallet or not valuation.growth_from else _missing(customer, valuation)
    settings = used.get("settings", {})
    return Figure(
        key="growth",
        label=_("Growth value"),
        value=worded(valuation.growth_value, 2),
        formula=_("headroom × what of it is taken up by each day of the horizon × margin × alive"),
        numbers=numbers if valuation.growth_from else [],
        text=_within(valuation.growth_low, valuation.growth_high, settings)
        if valuation.growth_from
        else _("Neither its share of wallet nor common categories that it lacks are known."),
        rows_url=reverse("customers:dealings", args=[customer.pk]),
        basis=basis_words(valuation.growth_basis),
        head=[_("Category"), _("buy it"), _("could have taken it up"), _("took it up")],
        rows=rows,
    )


def _within(low, high, settings: dict) -> str:
    return _("Between %(low)s and %(high)s, over %(months)s months.") % {
        "low": worded(low),
        "high": worded(high),
        "months": settings.get("horizon_months", "–"),
    }


def _missing(customer: Customer, valuation: Valuation) -> list[list[str]]:
    """The common categories of its industry that it did not buy in twelve months."""
    bought = DealingCategory.objects.filter(
        customer=customer, last_day__gt=year_before(valuation.as_of)
    ).values("category")
    rows = CategoryTakeUp.objects.filter(industry=customer.industry, is_common=True)
    rows = rows.exclude(category__in=bought) if customer.industry else rows.none()
    return [
        [
            row.category,
            percent(row.buyers / max(row.customers, 1)),
            worded(row.could),
            f"{worded(row.took)} ({percent(float(row.rate), 1)})",
        ]
        for row in rows[:MOST_ROWS]
    ]


def referral(customer: Customer, valuation: Valuation, used: dict, user) -> Figure:
    """The customers it brought, and those still expected."""
    value = used.get("value", {})
    expected = valuation.referral_value - valuation.referral_realised
    numbers = [
        Number(
            _("customers it brought"),
            worded(valuation.referred),
            _("their transaction value, shared out where several recommended us"),
        ),
        Number(_("of it their value"), worded(valuation.referral_realised, 2)),
        Number(
            _("brought a year"),
            worded(valuation.referral_rate, 3),
            _("its own, steadied by three years at the rate of its industry"),
        ),
        Number(_("value of one so won"), worded(value.get("worth_of_referred", 0), 2)),
        Number(_("still expected"), worded(expected, 2)),
    ]
    return Figure(
        key="referral",
        label=_("Referral value"),
        value=worded(valuation.referral_value, 2),
        formula=_("value of the customers it brought + brought a year × value of one × years"),
        numbers=numbers,
        text=_within(valuation.referral_low, valuation.referral_high, used.get("settings", {})),
        rows_url=f"{reverse('card', args=[customer.pk])}#p-exchange",
        basis=basis_words(valuation.referral_basis),
        head=[_("Customer"), _("Since"), _("Transaction value")],
        rows=_brought(customer, valuation, user),
    )


def _brought(customer: Customer, valuation: Valuation, user) -> list[list]:
    """Those it brought whom the reader sees."""
    made = Referral.objects.visible_to(user).filter(
        customer=customer,
        state=Referral.State.CUSTOMER,
        on__lte=valuation.as_of,
        referred__in=Customer.objects.visible_to(user),
    )
    rows = []
    for one in made.select_related("referred__valuation")[:MOST_ROWS]:
        theirs = getattr(one.referred, "valuation", None)
        rows.append(
            [
                {"text": one.referred.name, "href": reverse("card", args=[one.referred_id])},
                day(one.on),
                worded(theirs.transaction_value if theirs else 0, 2),
            ]
        )
    return rows


def knowledge(customer: Customer, valuation: Valuation, used: dict, user) -> Figure:
    """What it gave beside money, and what that was worth."""
    amounts = used.get("value", {}).get("amounts", {})
    since = valuation.as_of - dt.timedelta(days=used.get("value_horizon_days", 1096))
    ideas = Idea.objects.visible_to(user).filter(
        customer=customer, state=Idea.State.ADOPTED, on__gt=since, on__lte=valuation.as_of
    )
    rows = []
    for idea in ideas[:MOST_ROWS]:
        worth = idea.amount if idea.amount is not None else float(amounts.get(idea.kind, 0))
        rows.append([idea.what, idea.get_kind_display(), day(idea.on), worded(worth, 2)])
    numbers = [
        Number(
            _("ideas, reference visits, joint developments"),
            worded(valuation.ideas),
            _("adopted since %(day)s, at the amounts that managers set") % {"day": day(since)},
        )
    ]
    return Figure(
        key="knowledge",
        label=_("Knowledge value"),
        value=worded(valuation.knowledge_value, 2),
        formula=_("worth of a year × years of the horizon, discounted × probability alive"),
        numbers=numbers,
        text=_within(valuation.knowledge_low, valuation.knowledge_high, used.get("settings", {})),
        rows_url=f"{reverse('card', args=[customer.pk])}#p-exchange",
        basis=basis_words(valuation.knowledge_basis),
        head=[_("What"), _("Kind"), _("Date"), _("Worth")],
        rows=rows,
    )


def cost(customer: Customer, valuation: Valuation, used: dict, user) -> Figure:
    """What serving took in twelve months, and what it will take."""
    amounts = used.get("value", {}).get("amounts", {})
    remedies = valuation.cost_12m - valuation.interactions_12m
    numbers = [
        Number(_("interactions of twelve months"), worded(valuation.interactions_12m, 2)),
        Number(_("remedies of complaints of twelve months"), worded(remedies, 2)),
        Number(
            _("discounts of twelve months"),
            worded(_discounts(customer, valuation, user), 2),
            _("already taken off the amounts, so they are not counted again"),
        ),
        Number(_("probability alive"), percent(valuation.probability_alive, 1)),
    ]
    return Figure(
        key="cost",
        label=_("Cost to serve"),
        value=worded(valuation.cost_to_serve, 2),
        formula=_("cost of twelve months × years of the horizon, discounted × probability alive"),
        numbers=numbers,
        rows_url=reverse("timeline", args=[customer.pk]),
        basis=basis_words(valuation.cost_basis),
        head=[_("Interaction"), _("in twelve months"), _("each"), _("together")],
        rows=_interactions(customer, valuation, amounts, user),
    )


def _interactions(customer: Customer, valuation: Valuation, amounts: dict, user) -> list[list]:
    times = span(valuation.as_of)
    rows = Interaction.objects.visible_to(user).filter(
        customer=customer, at__gte=times["start"], at__lt=times["end"]
    )
    counts = dict(rows.order_by().values_list("kind").annotate(count=Count("pk")))
    return [
        [
            str(kind.label),
            worded(counts[kind]),
            worded(float(amounts.get(kind, 0)), 2),
            worded(counts[kind] * float(amounts.get(kind, 0)), 2),
        ]
        for kind in Interaction.Kind
        if counts.get(kind)
    ]


def _discounts(customer: Customer, valuation: Valuation, user):
    lines = Transaction.objects.visible_to(user).filter(
        customer=customer, date__gt=year_before(valuation.as_of), date__lte=valuation.as_of
    )
    return lines.aggregate(sum=Sum("discount"))["sum"] or 0


def three_sides(customer: Customer, valuation: Valuation) -> Figure:
    """Current, potential and non-monetary value."""

    def index(value: float | None) -> str:
        return _("not known") if value is None else worded(value)

    numbers = [
        Number(
            _("current: margin less cost to serve"),
            worded(valuation.current_value, 2),
            _("of twelve months: %(margin)s less %(cost)s")
            % {"margin": worded(valuation.margin_12m), "cost": worded(valuation.cost_12m)},
        ),
        Number(
            _("potential: loyalty"),
            index(valuation.loyalty),
            _("mean of retention (1 − risk), breadth (categories), referrals and share of wallet"),
        ),
        Number(_("potential: credit"), index(valuation.credit), _("by how it pays")),
        Number(
            _("potential: satisfaction"),
            index(valuation.satisfaction),
            _("mean index of its answers of twelve months"),
        ),
        *_beside_money(valuation),
    ]
    return Figure(
        key="sides",
        label=_("Value view"),
        value=worded(valuation.current_value, 2),
        formula=_("current, potential (0 to 100) and non-monetary value, beside each other"),
        numbers=numbers,
        rows_url=f"{reverse('card', args=[customer.pk])}#p-value",
    )


def _beside_money(valuation: Valuation) -> list[Number]:
    """Word of mouth, standing and information."""
    return [
        Number(_("not in money: word of mouth"), worded(valuation.recommended), _("referrals")),
        Number(
            _("not in money: standing"),
            worded(valuation.showings + valuation.clubs),
            _("reference visits and clubs"),
        ),
        Number(
            _("not in money: information"),
            worded(valuation.told),
            _("times that it told us of rivals, prices or ideas in twelve months"),
        ),
    ]
