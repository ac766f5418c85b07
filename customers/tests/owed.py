"""Care in tests: rules, customers and talks of one day in June, and what is owed."""

import datetime as dt

from customers.models import CareDue, CareRule, Interaction, Task
from customers.tests.factories import CustomerFactory, InteractionFactory, StandingFactory

TODAY = dt.date(2026, 6, 15)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def rule(action="visit", **fields) -> CareRule:
    usual = {"tier": "A", "days": 90, "ahead_days": 14, "since": TODAY}
    return CareRule.objects.create(action=action, names={"en": action}, **(usual | fields))


def customer(owner, tier="A", **fields):
    made = CustomerFactory(account_manager=owner)
    StandingFactory(customer=made, tier=tier, **fields)
    return made


def talk(customer, kind="visit", day=TODAY, **fields) -> Interaction:
    return InteractionFactory(customer=customer, kind=kind, at=noon(day), **fields)


def due_of(customer, **fields) -> CareDue:
    return CareDue.objects.get(customer=customer, **fields)


def states(customer) -> list[str]:
    return list(customer.care_dues.order_by("starts_on").values_list("state", flat=True))


def rows() -> list[tuple]:
    dues = CareDue.objects.order_by("rule", "customer", "starts_on")
    tasks = Task.objects.order_by("customer", "reason")
    return [
        *dues.values_list("rule", "customer", "starts_on", "due_on", "state", "settled_on"),
        *tasks.values_list("customer", "reason", "assignee", "due_on", "state"),
    ]
