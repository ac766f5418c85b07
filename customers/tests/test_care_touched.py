"""At night care looks only at those whose care may change; that misses nobody."""

import random

import pytest
from django.db import transaction

from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from customers.models import (
    CareDue,
    CareRule,
    Club,
    DealingSummary,
    Membership,
    ReviewReport,
    Standing,
    Task,
)
from customers.services import care_sql
from customers.services.care import keep_up
from customers.tests.factories import ContactFactory
from customers.tests.owed import TODAY, customer, days, noon, rule, talk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_ready_rules")]

EVERYBODY = """
    INSERT INTO care_touched SELECT customer_id FROM customers_standing
    UNION SELECT customer_id FROM customers_caredue
"""


class UndoError(Exception):
    """What was done is looked at and taken back."""


def outcome() -> tuple[list, list]:
    dues = CareDue.objects.order_by("customer", "rule", "starts_on").values_list(
        *("customer", "rule", "starts_on", "due_on", "state", "settled_on", "interaction"),
        *("task__customer", "task__reason", "task__state"),
    )
    tasks = Task.objects.order_by("customer", "reason", "due_on", "state").values_list(
        "customer", "reason", "due_on", "state", "assignee"
    )
    return list(dues), list(tasks)


def with_all_touched(monkeypatch, today) -> tuple[list, list]:
    with monkeypatch.context() as patch:
        patch.setattr(care_sql, "TOUCH", EVERYBODY)
        try:
            with transaction.atomic():
                keep_up(today)
                found = outcome()
                raise UndoError
        except UndoError:
            return found


def many_rules() -> None:
    for tier in "AB":
        for action in ("contact", "news", "report"):
            rule(action, tier=tier, days=12)
        for action in ("file", "club", "representative"):
            rule(action, tier=tier, days=15)
        rule("call", tier=tier, days=8, ahead_days=2, sample_percent=40)
        rule("club", tier=tier, days=9, sample_percent=50)
        rule("executive", tier=tier, days=30)
        rule("contact", tier=tier, days=5, trigger="no_second", since=TODAY - days(20))


def happen(draw: random.Random, today, everybody, people) -> None:
    """A little of all that care hangs on."""
    for one in draw.sample(everybody, 3):
        Standing.objects.filter(customer=one).update(
            tier=draw.choice("ABC"),
            stage=draw.choice(["stability", "stability", "ended"]),
            is_active=draw.random() < 0.8,
        )
    for one in draw.sample(everybody, 5):
        day, by = today - days(draw.randrange(9)), draw.choice(people)
        talk(one, draw.choice(["visit", "call", "news", "meeting"]), day, by=by)
    one, two, three, four = draw.sample(everybody, 4)
    one.service_representative = draw.choice([None, *people])
    one.save()
    ContactFactory(customer=two, email="b@b.example", consent=draw.choice(["given", "refused"]))
    if not Membership.objects.filter(customer=three).exists():
        Membership.objects.create(customer=three, club=Club.objects.get(), since=today - days(3))
    ReviewReport.objects.create(
        customer=four, since=TODAY, until=today, language="en", made_by=people[0], given_on=today
    )
    DealingSummary.objects.filter(customer=one).update(purchase_days=2)
    tasks = Task.objects.filter(origin="care", state="open").order_by("pk")
    Task.objects.filter(pk__in=[task.pk for task in tasks[:2]]).update(
        state="done", closed_at=noon(today)
    )
    changed = draw.choice(CareRule.objects.order_by("pk"))
    CareRule.objects.filter(pk=changed.pk).update(
        days=draw.choice([7, 11, 16]), is_active=draw.random() < 0.7
    )


def test_care_of_those_touched_comes_to_the_same_as_care_of_everybody(amy, monkeypatch):
    draw = random.Random(20261123)
    people = [amy, ManagerFactory(), ServiceFactory()]
    club = Club.objects.create(names={"en": "Green"})
    club.levels.create(names={"en": "Gold"})
    everybody = [customer(amy, tier=draw.choice("AABBC")) for _ in range(24)]
    for one in everybody[::2]:
        day = TODAY - days(draw.randrange(12))
        sums = {"gross": 1, "net": 1, "cost": 0, "known_net": 0, "sum_log_gaps": 0}
        DealingSummary.objects.create(
            customer=one, first_purchase=day, last_purchase=day, purchase_days=1, **sums
        )
    many_rules()
    seen = set()
    for today in (TODAY + days(number) for number in (0, 1, 5, 9, 10, 17, 24)):
        expected = with_all_touched(monkeypatch, today)
        keep_up(today)
        assert outcome() == expected
        seen |= {due[4] for due in expected[0]}
        assert keep_up(today) == 0
        happen(draw, today, everybody, people)
    assert seen == {"owed", "kept", "missed", "void"}


def test_rules_beyond_those_that_a_number_holds_are_kept_up_too(amy):
    acorn, birch = customer(amy), customer(amy, tier="B")
    for number in range(70):
        rule("visit", tier="A", days=60 + number)
    keep_up(TODAY)
    assert CareDue.objects.filter(customer=acorn, state="owed").count() == 70
    assert not birch.care_dues.exists()
    CareRule.objects.update(is_active=False)
    assert keep_up(TODAY + days(1)) >= 70
    assert set(CareDue.objects.values_list("state", flat=True)) == {"void"}
    CareRule.objects.order_by("pk").filter(days=129).update(is_active=True)
    keep_up(TODAY + days(2))
    assert CareDue.objects.filter(state="owed").count() == 1
