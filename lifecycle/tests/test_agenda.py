"""Expected orders in the calendar."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory, TeamFactory
from crm.platform.models import Installation
from customers.tests.factories import CustomerFactory, StandingFactory, TaskFactory
from lifecycle import agenda
from lifecycle.tests.factories import ValuationFactory

pytestmark = pytest.mark.django_db

URL = "/customers/calendar/"
D = dt.date
TODAY = D(2026, 11, 18)
BOUGHT = D(2026, 11, 1)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(Installation, "today", lambda self: TODAY)


def buyer(owner, last=BOUGHT, gap=20.0, **fields):
    """A customer who is expected 20 days after its last purchase."""
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(customer=customer, owner=owner, team=owner.team, last_purchase=last, **fields)
    ValuationFactory(customer=customer, usual_gap=gap)
    return customer


def orders(client, user, **asked) -> list:
    client.force_login(user)
    weeks = client.get(URL, asked).context["weeks"]
    found = [entry for week in weeks for day in week for entry in day.entries]
    return [(entry.day, entry.customer_id) for entry in found if entry.kind == "order"]


def test_an_order_stands_on_the_day_on_which_the_rhythm_expects_it(client, amy):
    acorn = buyer(amy)
    assert orders(client, amy) == [(D(2026, 11, 21), acorn.pk)]
    assert "Order expected" in client.get(URL).text
    page = client.get(URL, {"view": "day", "from": "2026-11-21"}).text
    assert "usually every 20 days" in page
    assert f'href="/customers/{acorn.pk}/proposal/"' in page


def test_who_is_late_has_left_or_has_no_rhythm_stands_nowhere(client, amy):
    buyer(amy, last=D(2026, 10, 1))
    buyer(amy, stage="ended")
    buyer(amy, is_active=False)
    buyer(amy, gap=None)
    assert orders(client, amy) == []


def test_each_sees_orders_of_own_customers_and_who_sees_no_worth_none(client, amy):
    mate = AccountManagerFactory(team=amy.team)
    stranger = AccountManagerFactory(team=TeamFactory())
    buyer(mate)
    buyer(stranger)
    assert orders(client, amy) == []
    for service in (ServiceFactory(), ServiceFactory(team=amy.team)):
        buyer(service)
        assert orders(client, service) == []


def test_only_those_of_the_most_valuable_stand_there(client, amy, monkeypatch):
    monkeypatch.setattr(agenda, "MOST", 1)
    buyer(amy, lifetime_value=5)
    best = buyer(amy, lifetime_value=9)
    assert orders(client, amy) == [(D(2026, 11, 21), best.pk)]


def test_what_is_planned_stands_before_what_may_come(client, amy):
    for _ in range(9):
        customer = buyer(amy)
    TaskFactory(customer=customer, assignee=amy, due_on=D(2026, 11, 21), title="Zulu")
    client.force_login(amy)
    weeks = client.get(URL).context["weeks"]
    (day,) = [day for week in weeks for day in week if day.entries]
    assert "Zulu" in [entry.title for entry in day.entries]
    assert day.more == 7


def test_it_is_one_question_however_many_there_are(client, amy, django_assert_max_num_queries):
    for _ in range(30):
        buyer(amy)
    client.force_login(amy)
    client.get("/customers/tasks/")
    Installation.forget()
    with django_assert_max_num_queries(10):
        assert client.get(URL).status_code == 200
