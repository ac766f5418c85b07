"""The worklist: customers at risk by value at risk, each with its reasons and the next step."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from complaints.models import Case
from crm.platform.models import Installation
from customers.models import (
    CareDue,
    CompetitorPresence,
    Contact,
    Promise,
    Standing,
    Task,
)
from customers.models.signal_kinds import NO_REASON
from customers.querysets import Order
from lifecycle.models import Rescue, Signal
from lifecycle.steps import Known, Step, suggest

PAGE_SIZE = 10  # a page weighs no more than 40 kB
BY_VALUE = Order("value_at_risk", descending=True)
SHOWN = {
    "to_do": _("To do"),
    "working": _("Being worked on"),
    "all": _("All at risk"),
}


@dataclass
class Row:
    """A customer at risk: why, what to do, and what is under way."""

    standing: Standing
    signals: list[Signal]
    step: Step
    task: Task | None = None
    rescue: Rescue | None = None

    @property
    def strongest(self) -> Signal | None:
        return self.signals[0] if self.signals else None

    @property
    def others(self) -> list[Signal]:
        return self.signals[1:]


@dataclass
class Facts:
    """What is known of several customers, by customer."""

    signals: dict[int, list[Signal]] = field(default_factory=dict)
    people: dict[int, dict[str, str]] = field(default_factory=dict)
    complaints: dict[int, str] = field(default_factory=dict)
    promises: dict[int, str] = field(default_factory=dict)
    care: dict[int, str] = field(default_factory=dict)
    rivals: dict[int, str] = field(default_factory=dict)

    def known(self, standing: Standing) -> Known:
        pk = standing.pk
        return Known(
            tier=standing.tier,
            kinds=tuple(signal.kind for signal in self.signals.get(pk, [])),
            complaint=self.complaints.get(pk, ""),
            promise=self.promises.get(pk, ""),
            care=self.care.get(pk, ""),
            rival=self.rivals.get(pk, ""),
            **self.people.get(pk, {}),
        )


def standings(user, parameters: Mapping[str, str]) -> tuple[QuerySet, str, str]:
    """The customers that the address asks for, with whose they are and which of them.

    Account managers begin with their own, managers with all.
    """
    today = Installation.cached().today()
    shown = parameters.get("show") if parameters.get("show") in SHOWN else "to_do"
    owner = parameters.get("owner", "")
    if not (owner in ("me", "all", "nobody") or (owner.isascii() and owner.isdecimal())):
        owner = "all" if user.is_manager else "me"
    rows = Standing.objects.visible_to(user).at_risk().owned_by(owner[:18], user)
    if shown == "working":
        rows = rows.filter(_worked())
    elif shown == "to_do":
        rows = to_do(rows, today)
    return rows, shown, owner


def to_do(rows: QuerySet, today: dt.date) -> QuerySet:
    """Those on whom nobody works, and who were not found without danger lately."""
    calm = Rescue.objects.filter(customer=OuterRef("pk")).calm(today)
    return rows.filter(~_worked(), ~Exists(calm))


def _worked() -> Exists:
    return Exists(Rescue.objects.filter(customer=OuterRef("pk")).open())


def rows_of(user, found: Iterable[Standing]) -> list[Row]:
    """The customers with what is known of them; a few questions however many they are."""
    found = list(found)
    ids = [standing.pk for standing in found]
    facts = facts_of(user, ids)
    tasks = _tasks(user, ids)
    rescues = Rescue.objects.visible_to(user).of(ids)
    return [
        Row(
            standing,
            facts.signals.get(standing.pk, []),
            suggest(facts.known(standing)),
            _task(tasks.get(standing.pk), rescues.get(standing.pk)),
            rescues.get(standing.pk),
        )
        for standing in found
    ]


def step_for(user, standing: Standing) -> Step:
    """The step that is suggested for one customer."""
    return suggest(facts_of(user, [standing.pk]).known(standing))


def facts_of(user, ids: list[int]) -> Facts:
    """What the rules of the steps ask for, as this person may see it."""
    today = Installation.cached().today()
    facts = Facts()
    signals = Signal.objects.visible_to(user).open().filter(customer__in=ids)
    # What the market does is no reason by itself: it stands last.
    for signal in sorted(signals.by_weight(), key=lambda signal: signal.kind in NO_REASON):
        facts.signals.setdefault(signal.customer_id, []).append(signal)
    cases = Case.objects.visible_to(user).open().complaints()
    facts.complaints = {
        customer: case.reference for customer, case in cases.most_urgent_of(ids).items()
    }
    promises = Promise.objects.visible_to(user).overdue(today).filter(customer__in=ids)
    for promise in promises.order_by("-due_on", "-pk"):
        facts.promises[promise.customer_id] = promise.what
    dues = CareDue.objects.visible_to(user).owed().filter(customer__in=ids, due_on__lte=today)
    for due in dues.exclude(rule__action="news").select_related("rule").order_by("-due_on", "-pk"):
        facts.care[due.customer_id] = str(due.rule)
    gaining = CompetitorPresence.Trend.GAINING
    rivals = CompetitorPresence.objects.visible_to(user).filter(customer__in=ids, trend=gaining)
    for presence in rivals.select_related("competitor").order_by("known_on", "pk"):
        facts.rivals[presence.customer_id] = presence.competitor.name
    facts.people = _people(user, ids)
    return facts


def _people(user, ids: list[int]) -> dict[int, dict[str, str]]:
    """By customer: who decides, and the first of the others."""
    there = Contact.objects.visible_to(user).filter(customer__in=ids, left_on=None, erased_at=None)
    found: dict[int, dict[str, str]] = {}
    for person in there.only("customer", "name", "role").order_by("customer", "name", "pk"):
        place = "decider" if person.role == Contact.Role.DECISION_MAKER else "contact"
        found.setdefault(person.customer_id, {}).setdefault(place, person.name)
    return found


def _task(first: Task | None, rescue: Rescue | None) -> Task | None:
    """The one with which the rescue began, while it is open; else the one that is due first."""
    return rescue.task if rescue and rescue.task and rescue.task.is_open else first


def _tasks(user, ids: list[int]) -> dict[int, Task]:
    """The open task of each customer that is due first."""
    tasks = Task.objects.visible_to(user).open().filter(customer__in=ids)
    tasks = tasks.select_related("assignee").order_by("-due_on", "-pk")
    return {task.customer_id: task for task in tasks}
