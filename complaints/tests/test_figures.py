"""Prepared figures of the dashboard: the same as counted one by one, for whoever asks."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from complaints.analytics.times import interpolated
from complaints.models import Case, CaseFigure, Category, Clock
from complaints.services import figuring
from complaints.services.figures import count_for, figures_of, last_months
from complaints.tests.factories import CaseFactory, listed
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def people():
    """Two of one team, one of another, one without a team; service staff and a manager."""
    amy, cat = AccountManagerFactory(), AccountManagerFactory(team=TeamFactory())
    ben, dan = AccountManagerFactory(team=amy.team), AccountManagerFactory(team=None)
    return amy, ben, cat, dan, ServiceFactory(), ManagerFactory()


@pytest.fixture
def company(people):
    """Cases of two years, some met in time, of each one's customers and of nobody known."""
    amy, ben, cat, dan, staff, _manager = people
    owners = (amy, ben, cat, dan, None)
    now = timezone.now()
    customers = [
        CustomerFactory(account_manager=owner, team=owner.team if owner else None)
        for owner in owners
    ]
    customers.append(CustomerFactory(account_manager=cat, team=amy.team))  # helped out
    cases = []
    for turn in range(14):
        customer = [*customers, None][turn % 7]
        at = now - (1 + 37 * turn) * DAY
        case = CaseFactory(
            by=staff,
            customer=customer,
            caller_name="" if customer else "Mrs Noname",
            kind="request" if turn % 5 == 4 else "complaint",
            category=listed(Category, "product") if turn % 3 else None,
            now=at,
        )
        cases.append(case)
    for turn, clock in enumerate(Clock.objects.order_by("pk")):
        # Some met long ago.
        met = now - (turn * 4 % 130) * DAY
        if turn % 4:
            values = {"minutes": 7.25 * turn + 1 / 3, "stopped_at": met, "state": "met"}
            late = met if turn % 3 == 0 else None
            Clock.objects.filter(pk=clock.pk).update(breached_at=late, **values)
    for turn, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(tier="ABC"[turn % 3])
    return cases


def assert_same(people) -> None:
    for user in people:
        found, expected = figures_of(user), count_for(user)
        assert (found.made_at is None, expected.made_at) == (False, None)
        for name in ("months", "categories", "times", "tiers"):
            assert dict(getattr(found, name)) == dict(getattr(expected, name)), (user, name)


def test_prepared_figures_are_those_counted_one_by_one(people, company):
    assert figuring.prepare() > 0
    assert_same(people)
    months = last_months()
    manager, amy = figures_of(people[-1]), figures_of(people[0])
    assert 0 < sum(amy.months.values()) < sum(manager.months.values())
    assert (
        sum(manager.months.values())
        == Case.objects.filter(
            received_at__gte=dt.datetime.combine(months[0], dt.time.min, tzinfo=dt.UTC)
        ).count()
    )
    assert set(manager.tiers) == {"A", "B", "C"}
    assert None in manager.categories


def test_only_what_changed_is_written_again(people, company):
    now = timezone.now()
    figuring.prepare(now)
    before = dict(CaseFigure.objects.values_list("pk", "digest"))
    assert figuring.prepare(now + dt.timedelta(minutes=2)) == 0
    assert dict(CaseFigure.objects.values_list("pk", "digest")) == before
    assert CaseFigure.objects.made_at() == now + dt.timedelta(minutes=2)
    CaseFactory(customer=company[0].customer)
    # Its cell and that of all, each the old row and the new one.
    assert figuring.prepare() == 4
    assert_same(people)


def test_customers_who_change_hands_take_their_cases_along(people, company):
    figuring.prepare()
    amy, cat = people[0], people[2]
    Customer.objects.filter(account_manager=amy).update(account_manager=cat, team=cat.team)
    figuring.prepare()
    assert_same(people)
    assert not CaseFigure.objects.filter(account_manager=amy).exists()


def test_who_looks_after_nobody_sees_nothing(people, company):
    figuring.prepare()
    nobody = figures_of(AccountManagerFactory(team=None))
    assert {len(each) for each in (nobody.months, nobody.categories, nobody.times)} == {0}
    assert nobody.made_at
    gone = people[-1]
    gone.is_active = False
    assert not CaseFigure.objects.visible_to(gone).exists()


def test_without_a_case_there_is_nothing(people):
    figuring.prepare()
    assert_same(people)
    assert CaseFigure.objects.count() == 1


def test_the_dashboard_says_when_its_figures_were_prepared(client, people, company):
    client.force_login(people[-1])
    address = reverse("complaints:dashboard")
    counted = client.get(address)
    assert "as of now" not in counted.text
    now = timezone.now()
    figuring.prepare(now)
    page = client.get(address)
    assert page.context["made_at"] == now
    assert "What is open: as of now." in page.text
    for name in ("times", "tiers", "resolution", "received", "categories", "load"):
        assert page.context[name] == counted.context[name], name


def test_percentiles_lie_between_two_values_in_proportion():
    assert interpolated([10.0, 20.0, 40.0], 0.5) == 20
    assert interpolated([10.0, 20.0, 40.0, 80.0], 0.5) == 30
    # 0.9 of the way from the first to the last of five is 3.6 steps.
    assert interpolated([0.0, 10.0, 20.0, 30.0, 130.0], 0.9) == pytest.approx(90)
    assert interpolated([7.0], 0.9) == 7


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_each_row_once():
    CaseFactory()
    start, results = threading.Barrier(2), []

    def work():
        start.wait()
        results.append(figuring.prepare())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert CaseFigure.objects.filter(is_of_all=True).count() == 1
    assert CaseFigure.objects.count() == 2
