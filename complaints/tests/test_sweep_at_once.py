"""Many cases woken at once come to what each comes to alone."""

import datetime as dt
import random

import pytest
from django.db import transaction

from complaints.models import Case, CaseEvent, CaseWatch, Clock
from complaints.services import sweep
from complaints.states import Action, State
from complaints.tests import slow_sweep
from complaints.tests.factories import CaseFactory, do
from crm.accounts.models import User
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)
from crm.platform.models import OutboxMessage
from customers.models import Customer, Notice
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
STATES = (
    *(State.NEW, State.ACKNOWLEDGED, State.INVESTIGATING, State.PROPOSED, State.RESOLVED),
    *(State.WAITING_CUSTOMER, State.WAITING_THIRD),
)


class UndoneError(Exception):
    """What was done is seen, and taken back."""


def company(chance: random.Random, cases: int) -> None:
    """Cases in all states, of all kinds of people who may or may not hear of them."""
    team = TeamFactory()
    UserFactory(team=team, is_team_lead=True, language="zh-hans")
    of_team, alone = AccountManagerFactory(team=team), AccountManagerFactory()
    staff = [ServiceFactory(), ServiceFactory(language="zh-hans"), ManagerFactory()]
    customers = [
        CustomerFactory(account_manager=of_team, team=team),
        *CustomerFactory.create_batch(2, account_manager=alone),
    ]
    for number in range(cases):
        by = chance.choice(staff)
        customer = chance.choice([*customers, None])
        case = CaseFactory(
            by=by,
            owner=chance.choice([by, by, None]),
            customer=customer,
            caller_name="" if customer else "Mrs Noname",
            severity=chance.choice(["minor", "moderate", "major", "critical"]),
            kind=chance.choice(["complaint", "complaint", "request"]),
            now=MONDAY + chance.uniform(0, 48) * HOUR,
            state=STATES[number % len(STATES)],
        )
        CaseWatch.objects.create(case=case, user=chance.choice([*staff, of_team, alone]))
        if case.is_open:
            work_on(case, chance, by, alone if customer in customers[1:] else None)
    # Somebody is in charge who no longer sees the customer, and somebody who has left.
    Customer.objects.filter(pk=customers[2].pk).update(account_manager=None)
    User.objects.filter(pk=staff[1].pk).update(is_active=False)


def work_on(case: Case, chance: random.Random, by: User, owner: User | None) -> None:
    """Some are with their account manager, have had a reply, and have been written to again."""
    now = case.events.latest("seq").at + HOUR
    if owner and chance.random() < 0.7:
        do(case, Action.ASSIGN, by=by, now=now, values={"owner": owner})
    if chance.random() < 0.6:
        do(case, Action.REPLY, by=by, now=now)
        if chance.random() < 0.6:
            do(case, Action.REPLY, by=None, actor="customer", now=now + HOUR)


def tables() -> dict[str, list]:
    """Everything that a sweep writes, but for numbers of rows and the time on the wall."""
    return {
        "cases": list(Case.objects.order_by("pk").values()),
        "events": list(
            CaseEvent.objects.order_by("case", "seq").values(
                *("case", "seq", "follows", "action", "before", "after", "at", "by"),
                *("actor", "reason", "data"),
            )
        ),
        "clocks": list(Clock.objects.order_by("case", "kind", "turn").values()),
        "mails": list(
            OutboxMessage.objects.order_by("cause").values(
                "cause", "recipient", "subject", "body", "headers", "state"
            )
        ),
        "notices": list(
            Notice.objects.order_by("cause", "user").values(
                "cause", "user", "customer", "kind", "text", "by"
            )
        ),
    }


def after(sweeping, moments) -> tuple[list[int], dict[str, list]]:
    """How many were woken at each moment, and the tables then; nothing of it stays."""
    try:
        with transaction.atomic():
            woken = [sweeping(now=now) for now in moments]
            found = woken, tables()
            raise UndoneError
    except UndoneError:
        return found


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))]
)
def test_many_cases_at_once_come_to_what_each_comes_to_alone(seed):
    chance = random.Random(seed)
    company(chance, cases=14)
    moments = [MONDAY + 3 * DAY + hours * HOUR for hours in (0, 1, 2, 26, 27, 100, 120, 250, 400)]
    woken, found = after(sweep.wake_due, moments)
    expected = after(slow_sweep.wake_each, moments)
    assert woken == expected[0]
    for table, rows in expected[1].items():
        assert found[table] == rows, table
    assert {row["action"] for row in found["events"]} >= {Action.GO_ON, Action.CLOSE}
    assert max(row["reminders"] for row in found["clocks"]) == 3
    assert any(row["warned_at"] for row in found["clocks"])
    assert len(found["mails"]) > 30
    assert found["notices"]
