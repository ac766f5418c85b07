"""The key account card: what we know of a key account on paper, for ourselves alone.

Overview, change of dealings, business situation, credit: in few queries, however much there is.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Value, When, Window
from django.shortcuts import get_object_or_404

from crm.platform.models import Installation
from crm.reports import figures
from crm.reports.layout import months_after
from customers import wallet
from customers.models import (
    AccountPlan,
    CompetitorPresence,
    Contact,
    CreditRecord,
    Customer,
    DealingSummary,
    Organisation,
    PlanObjective,
    Standing,
    YearFigure,
)
from lifecycle import portfolio
from lifecycle.models import Assessment, Signal, Valuation

MONTHS = 24
MOST_PEOPLE = 60
MOST_ROWS = 20
MOST_CREDIT = 4
ONE_ROW = ("standing", "valuation", "dealing_summary", "organisation")
# Who decides stands first; then who moves the one who decides.
ROLES = (
    Contact.Role.DECISION_MAKER,
    Contact.Role.SPONSOR,
    Contact.Role.INFLUENCER,
    Contact.Role.BUYER,
    Contact.Role.GATEKEEPER,
    Contact.Role.USER,
)


@dataclass(frozen=True)
class AccountCard:
    """All that a key account card is made of."""

    customer: Customer
    today: dt.date
    as_of: dt.date
    standing: Standing | None
    valuation: Valuation | None
    summary: DealingSummary | None
    organisation: Organisation | None
    people: list[Contact]
    people_count: int
    signals: list[Signal]
    plan: AccountPlan | None
    objectives: list[PlanObjective]
    assessment: Assessment | None
    cell: portfolio.Cell | None
    months: list[figures.Month]
    net: Decimal
    net_before: Decimal
    orders: int
    orders_before: int
    categories: list[figures.CategoryRow]
    years: list[wallet.YearShare]
    competitors: list[CompetitorPresence]
    credit: list[CreditRecord]


def load(user, pk: int) -> Customer:
    """The customer with what is one row of it; 404 where it is out of sight."""
    rows = Customer.objects.visible_to(user).with_people().select_related(*ONE_ROW)
    return get_object_or_404(rows, pk=pk)


def read(customer: Customer, user) -> AccountCard:
    """Everything at once; `customer` comes from `load`."""
    today = Installation.cached().today()
    standing = getattr(customer, "standing", None)
    as_of = (standing and standing.computed_on) or today
    ago = figures.year_earlier(as_of)
    two_ago = figures.year_earlier(ago)
    now = ago + dt.timedelta(days=1), as_of
    before = two_ago + dt.timedelta(days=1), ago
    first = months_after(as_of.replace(day=1), 1 - MONTHS)
    days = figures.days_between(customer, user, min(first, before[0]), as_of)
    people, count = _people(customer, user)
    plan = AccountPlan.objects.visible_to(user).filter(customer=customer, is_current=True).first()
    assessment = Assessment.objects.visible_to(user).newest().filter(customer=customer).first()
    return AccountCard(
        customer=customer,
        today=today,
        as_of=as_of,
        standing=standing,
        valuation=getattr(customer, "valuation", None),
        summary=getattr(customer, "dealing_summary", None),
        organisation=getattr(customer, "organisation", None),
        people=people,
        people_count=count,
        signals=list(Signal.objects.visible_to(user).open().filter(customer=customer)),
        plan=plan,
        objectives=_objectives(plan, user),
        assessment=assessment,
        cell=portfolio.place(assessment),
        months=figures.by_month(days, first, as_of),
        net=figures.net_of(days, *now),
        net_before=figures.net_of(days, *before),
        orders=figures.purchase_days_of(days, *now),
        orders_before=figures.purchase_days_of(days, *before),
        categories=figures.by_category(customer, user, now, before),
        **_business(customer, user),
    )


def _people(customer: Customer, user) -> tuple[list[Contact], int]:
    """Who is there, those first that matter most to its buying; and how many there are."""
    order = Case(
        *(When(role=role, then=Value(place)) for place, role in enumerate(ROLES)),
        default=Value(len(ROLES)),
        output_field=IntegerField(),
    )
    rows = Contact.objects.visible_to(user).there().filter(customer=customer)
    rows = rows.annotate(place=order, of=Window(Count("pk"))).order_by("place", "name", "pk")
    found = list(rows[:MOST_PEOPLE])
    return found, found[0].of if found else 0


def _objectives(plan: AccountPlan | None, user) -> list[PlanObjective]:
    if plan is None:
        return []
    return list(PlanObjective.objects.visible_to(user).filter(plan=plan)[:MOST_ROWS])


def _business(customer: Customer, user) -> dict:
    """Its own figures with our share, who else it buys from, and what we know of its credit."""
    years = list(YearFigure.objects.visible_to(user).filter(customer=customer)[:5])
    competitors = CompetitorPresence.objects.visible_to(user).filter(customer=customer)
    credit = CreditRecord.objects.visible_to(user).filter(customer=customer)
    return {
        "years": wallet.of(customer.pk, years),
        "competitors": list(competitors.select_related("competitor")[:MOST_ROWS]),
        "credit": list(credit[:MOST_CREDIT]),
    }
