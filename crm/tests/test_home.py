import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from customers.models import Standing
from customers.tests.factories import CustomerFactory, StandingFactory, TaskFactory
from lifecycle.models import Signal, TierChange
from lifecycle.services.base import record_base

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return Installation.get().today()


@pytest.fixture
def owner(today):
    """An account manager with a customer at risk, a task and a change of tier."""
    owner = AccountManagerFactory()
    customer = CustomerFactory(name="Hartwell", account_manager=owner)
    StandingFactory(
        customer=customer, value_at_risk=Decimal("500"), lifetime_value=Decimal("900"), risk=0.8
    )
    Signal.objects.create(
        customer=customer,
        kind="volume_down",
        strength=0.5,
        first_seen=today,
        last_seen=today,
        evidence={"kind": "at_once", "change": -0.42, "level_before": 100, "level_now": 58},
    )
    TaskFactory(customer=customer, assignee=owner, title="Ask about the fall", due_on=today)
    TierChange.objects.create(customer=customer, on=today, before="A", after="B", basis=1)
    record_base(today)
    return owner


def test_an_account_manager_sees_who_is_at_risk_and_what_is_due(client, owner):
    client.force_login(owner)
    page = client.get(reverse("home")).content.decode()
    assert "Hartwell" in page
    assert "Volume down 42 % against its own level" in page
    assert "Ask about the fall" in page


def test_another_teams_customers_are_not_on_it(client, owner):
    client.force_login(AccountManagerFactory())
    assert "Hartwell" not in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("factory", [ManagerFactory, AdministratorFactory])
def test_managers_see_equity_and_its_change_since_the_month_before(client, owner, today, factory):
    Standing.objects.update(lifetime_value=Decimal("600"))
    record_base(today.replace(day=1) - dt.timedelta(days=1))
    client.force_login(factory())
    context = client.get(reverse("home")).context
    assert context["equity"].now == 900
    assert context["equity"].share == pytest.approx(0.5)


def test_managers_are_told_when_the_figures_are_old(client, today):
    StandingFactory()
    record_base(today - dt.timedelta(days=2))
    client.force_login(ManagerFactory())
    assert "older than a day" in client.get(reverse("home")).content.decode()


def test_service_staff_see_no_worth(client, owner):
    client.force_login(ServiceFactory())
    page = client.get(reverse("home")).content.decode()
    assert "Find the customer" in page
    assert "Hartwell" not in page


def test_an_empty_installation_says_where_to_start(client):
    client.force_login(ManagerFactory())
    page = client.get(reverse("home")).content.decode()
    assert "Start with your dealings" in page
    assert reverse("customers:imports") in page


def test_the_home_page_is_only_read(client):
    client.force_login(ManagerFactory())
    assert client.post(reverse("home")).status_code == 405


@pytest.mark.parametrize("factory", [ManagerFactory, AccountManagerFactory, ServiceFactory])
def test_the_home_page_asks_at_most_fifteen_queries(
    client, owner, factory, django_assert_max_num_queries
):
    client.force_login(owner if factory is AccountManagerFactory else factory())
    client.get(reverse("home"))
    with django_assert_max_num_queries(15):
        client.get(reverse("home"))
