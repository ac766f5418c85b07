"""What "Today" asks an account manager to do about a customer: one of each kind."""

import datetime as dt

from crm.accounts.tests.factories import ServiceFactory
from customers.models import CareDue, CareRule, Customer
from customers.tests.factories import AccountPlanFactory, ContactFactory, TaskFactory
from customers.tests.record_factories import HelpRequestFactory, PromiseFactory
from lifecycle.models import StageChange, TierChange
from lifecycle.services.base import record_base
from lifecycle.tests.factories import NominationFactory


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def owed(customer: Customer, today: dt.date, **values) -> CareDue:
    rule = CareRule.objects.create(
        names={"en": "Contact each 60 days"},
        tier="A",
        action=values.pop("action", "contact"),
        days=60,
        since=today - days(200),
    )
    start = today - days(50)
    due = {"starts_on": start, "due_on": start + days(59)} | values
    return CareDue.objects.create(rule=rule, customer=customer, **due)


def everything(customer: Customer, today: dt.date) -> None:
    """One of each short list about the customer, for its account manager."""
    amy = customer.account_manager
    colleague = ServiceFactory(name="Sam")
    work = {"customer": customer, "assignee": amy, "due_on": today}
    TaskFactory(**work, title="Look at the line", kind="visit", starts_at=dt.time(14, 30))
    HelpRequestFactory(
        customer=customer, asked=amy, created_by=colleague, due_on=today + days(3), what="Drawings"
    )
    PromiseFactory(customer=customer, owner=amy, due_on=today - days(2), what="A data sheet")
    TaskFactory(**work, title="Send the offer")
    owed(customer, today)
    ContactFactory(
        customer=customer, name="Ann Lee", role="decision_maker", left_on=today - days(9)
    )
    AccountPlanFactory(customer=customer, review_on=today - days(5))
    NominationFactory(customer=customer, review_on=today - days(4))
    customer.standing.stage = "exploration"
    customer.standing.save()
    HelpRequestFactory(
        customer=customer, asked=colleague, created_by=amy, due_on=today - days(1), what="Prices"
    )
    TierChange.objects.create(customer=customer, on=today, before="A", after="B", basis=1)
    StageChange.objects.create(customer=customer, on=today, before="stability", after="decline")
    record_base(today)
