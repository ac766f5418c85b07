"""The small records of a card, all in one query: each kind is an array that the database builds.

A panel a kind would cost a query a kind. The rows come back as instances of their models, never
saved, so that templates show choices, dates and amounts as everywhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import ExtractYear, JSONObject

from crm.accounts.models import User
from crm.card.worded import ask
from customers.models import (
    AccountPlan,
    Attachment,
    Benefit,
    CompetitorPresence,
    CreditRecord,
    Customer,
    DuplicatePair,
    HandoverItem,
    HelpRequest,
    Idea,
    Membership,
    Opportunity,
    PlanObjective,
    Promise,
    Recurrence,
    Referral,
    Tag,
    TeamMember,
    Watch,
    YearFigure,
)
from lifecycle.models import (
    Assessment,
    FitDecision,
    Nomination,
    StageChange,
    StageOverride,
    TierChange,
    TierOverride,
)


@dataclass(frozen=True)
class Kind:
    """Rows of a model that a card shows: which, in which order, with which columns.

    `extra` are values of related rows under names of their own.
    """

    model: type[Model]
    columns: tuple[str, ...]
    rows: Callable[[QuerySet], QuerySet] = lambda rows: rows
    most: int = 3
    extra: dict[str, str] = field(default_factory=dict)
    worth: bool = False
    to_customer: str = "customer"

    def array(self) -> ArraySubquery:
        rows = self.rows(self.model._base_manager.filter(**{self.to_customer: OuterRef("pk")}))
        content = {name: name for name in ("pk", *self.columns)} | self.extra
        return ArraySubquery(rows.values(json=JSONObject(**content))[: self.most])

    def instance(self, values: dict) -> Model:
        """The row as its model, with the values of related rows beside it."""
        found = self.model(pk=values["pk"])
        for name in self.columns:
            column = self.model._meta.get_field(name)
            setattr(found, column.attname, column.to_python(values[name]))
        for name in self.extra:
            setattr(found, name, values[name])
        return found


def standing(rows: QuerySet) -> QuerySet:
    """Without removed ones."""
    return rows.filter(removed_at=None)


def standing_override(rows: QuerySet) -> QuerySet:
    """Those that wait for an answer, and the approved one that was not ended."""
    rows = rows.filter(state__in=("proposed", "approved"), ended_on=None)
    return rows.order_by("-proposed_on", "-pk")


OVERRIDE = ("reason", "until", "state", "proposed_on", "decided_on", "ended_on")
KINDS = {
    "promises": Kind(
        Promise,
        ("what", "due_on", "state"),
        lambda rows: standing(rows).filter(state=Promise.State.OPEN).order_by("due_on", "pk"),
        most=4,
        extra={"owner_name": "owner__name", "contact_name": "contact__name"},
    ),
    "opportunities": Kind(
        Opportunity,
        ("need", "amount", "stage", "expected_on"),
        lambda rows: (
            standing(rows).filter(stage__in=Opportunity.OPEN).order_by("expected_on", "pk")
        ),
        most=5,
        worth=True,
        extra={"owner_name": "owner__name", "competitor_name": "competitor__name"},
    ),
    "competitors": Kind(
        CompetitorPresence,
        ("strength", "share", "trend"),
        lambda rows: standing(rows).order_by("-share", "pk"),
        most=5,
        worth=True,
        extra={"name": "competitor__name"},
    ),
    "benefits": Kind(
        Benefit,
        ("what", "amount", "on"),
        lambda rows: standing(rows).order_by("-on", "-pk"),
        worth=True,
    ),
    "ideas": Kind(
        Idea,
        ("kind", "what", "state", "on"),
        lambda rows: standing(rows).order_by("-on", "-pk"),
    ),
    "referrals": Kind(
        Referral,
        ("name", "state", "on"),
        lambda rows: standing(rows).order_by("-on", "-pk"),
    ),
    "memberships": Kind(
        Membership,
        ("since", "until"),
        lambda rows: standing(rows).filter(until=None).order_by("since"),
        extra={"club_names": "club__names", "level_names": "level__names"},
    ),
    "team": Kind(
        TeamMember,
        ("department", "part"),
        lambda rows: standing(rows).order_by("pk"),
        most=8,
        extra={"name": "user__name"},
    ),
    "help": Kind(
        HelpRequest,
        ("what", "due_on", "state"),
        lambda rows: standing(rows).filter(state=HelpRequest.State.OPEN).order_by("due_on", "pk"),
        extra={"asked_name": "asked__name"},
    ),
    "credit": Kind(
        CreditRecord,
        ("on", "bank_rating", "limit", "term_days", "payment", "cash_flow"),
        lambda rows: standing(rows).order_by("-on", "-pk"),
        most=1,
        worth=True,
    ),
    "years": Kind(
        YearFigure,
        ("year", "turnover", "profit", "purchases", "source"),
        lambda rows: standing(rows).order_by("-year", "-pk"),
        worth=True,
    ),
    "files": Kind(
        Attachment,
        ("name", "size", "uploaded_at"),
        lambda rows: rows.filter(plan=None).order_by("-uploaded_at", "-pk"),
    ),
    "recurrences": Kind(
        Recurrence,
        ("title", "every", "unit", "next_on"),
        lambda rows: rows.filter(is_active=True).order_by("next_on", "pk"),
        extra={"assignee_name": "assignee__name"},
    ),
    "tags": Kind(
        Tag, ("name",), lambda rows: rows.order_by("name"), most=12, to_customer="customers"
    ),
    "plan": Kind(
        AccountPlan,
        ("target", "position", "review_on", "made_at"),
        lambda rows: rows.filter(is_current=True),
        most=1,
        worth=True,
    ),
    "objectives": Kind(
        PlanObjective,
        ("what", "measure", "due_on", "state"),
        lambda rows: rows.filter(plan__is_current=True).order_by("due_on", "pk"),
        most=5,
        worth=True,
        to_customer="plan__customer",
    ),
    "assessment": Kind(
        Assessment,
        ("on", "up", "across", *("attractiveness", "potential", "relationship")),
        lambda rows: rows.filter(is_newest=True),
        most=1,
        worth=True,
    ),
    "fit": Kind(
        FitDecision,
        ("pursue", "why", "on"),
        lambda rows: rows.order_by("-on", "-pk"),
        most=1,
        worth=True,
    ),
    "tiers": Kind(
        TierChange,
        ("on", "basis"),
        lambda rows: rows.order_by("-on", "-pk"),
        most=1,
    ),
    "stages": Kind(
        StageChange,
        ("on",),
        lambda rows: rows.order_by("-on", "-pk"),
        most=1,
    ),
    "tier_override": Kind(
        TierOverride,
        ("tier", *OVERRIDE),
        standing_override,
        most=2,
        extra={"proposer": "proposed_by__name"},
        worth=True,
    ),
    "stage_override": Kind(
        StageOverride,
        ("stage", *OVERRIDE),
        standing_override,
        most=2,
        extra={"proposer": "proposed_by__name"},
        worth=True,
    ),
    "nomination": Kind(
        Nomination,
        ("reason", "on", "review_on"),
        lambda rows: rows.filter(ended_on=None),
        most=1,
        worth=True,
    ),
}


def read(customer: int, user) -> dict:
    """Lists of instances by the names of KINDS, and the few figures beside them.

    `promises_kept` is {"kept", "settled"}, `benefit_years` {year: sum}; what this person may not
    see is an empty list.
    """
    row = next(iter(ask(_of_customer, user, customer)), None)
    if row is None:  # merged into another one meanwhile
        raise Customer.DoesNotExist
    found = {name: [] for name in KINDS}
    for name, kind in _kinds(user.sees_worth).items():
        found[name] = [kind.instance(values) for values in row[f"the_{name}"]]
    years = row["the_years_of_benefit"] if user.sees_worth else []
    return found | {
        "promises_kept": row["the_kept"] or {"kept": 0, "settled": 0},
        "benefit_years": {each["year"]: each["total"] for each in years},
        "offer": row["the_offer"],
        "double": row["the_double"],
        "is_watched": row["is_watched"],
        "members": row["members"] or 0,
    }


def _kinds(sees_worth: bool) -> dict[str, Kind]:
    return {name: kind for name, kind in KINDS.items() if sees_worth or not kind.worth}


def _of_customer(user: User, customer: int) -> QuerySet:
    """The records of a customer, reached by one that `visible_to` has let through."""
    return Customer.objects.filter(pk=customer).values(
        **{f"the_{name}": kind.array() for name, kind in _kinds(user.sees_worth).items()},
        is_watched=Exists(Watch.objects.filter(customer=OuterRef("pk"), user=user.pk)),
        the_double=_double(user),
        the_kept=_kept(),
        the_years_of_benefit=_benefit_years(),
        the_offer=_offer(),
        members=_members(),
    )


def _kept() -> Subquery:
    """How many promises were kept of those that are settled."""
    settled = standing(Promise.objects.filter(customer=OuterRef("pk")))
    settled = settled.exclude(state=Promise.State.OPEN).order_by().values("customer")
    counts = JSONObject(kept=Count("pk", filter=Q(state=Promise.State.KEPT)), settled=Count("pk"))
    return Subquery(settled.annotate(json=counts).values("json"))


def _benefit_years() -> ArraySubquery:
    rows = standing(Benefit.objects.filter(customer=OuterRef("pk"))).order_by()
    by_year = rows.values(year=ExtractYear("on")).annotate(total=Sum("amount")).order_by("-year")
    return ArraySubquery(by_year.values(json=JSONObject(year="year", total="total"))[:2])


def _offer() -> Subquery:
    """The handover in which the customer is offered to somebody now."""
    items = HandoverItem.objects.filter(customer=OuterRef("pk"), is_open=True)
    offer = JSONObject(pk="handover", taker="handover__taker__name")
    return Subquery(items.values(json=offer)[:1])


def _double(user) -> Subquery:
    """The customer in sight that it is likeliest the same as; for those who may merge."""
    pairs = (
        DuplicatePair.objects.visible_to(user) if user.sees_worth else DuplicatePair.objects.none()
    )
    mine = pairs.open().filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    is_first = Q(first=OuterRef("pk"))
    other = JSONObject(
        pk=Case(When(is_first, then="second"), default="first"),
        name=Case(When(is_first, then="second__name"), default="first__name"),
    )
    # By an expression: in the order of the index by score all pairs would be read.
    return Subquery(mine.order_by(0 - F("score"), "pk").values(json=other)[:1])


def _members() -> Subquery:
    """How many customers stand under it."""
    under = Customer.objects.filter(parent=OuterRef("pk")).order_by().values("parent")
    return Subquery(under.annotate(n=Count("pk")).values("n"))
