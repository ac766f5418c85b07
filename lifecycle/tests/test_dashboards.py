import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.tests.factories import CustomerFactory, StandingFactory
from lifecycle.models import Signal, StageChange, TierChange
from lifecycle.services.base import record_base

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
DASHBOARDS = ["value:tiers", "value:churn", "value:stages"]


@pytest.fixture
def base():
    """Two account managers in two teams with a customer each, and figures of two month-ends."""
    mine, theirs = AccountManagerFactory(), AccountManagerFactory()
    for owner, name, worth in ((mine, "Hartwell", "800.00"), (theirs, "Brookfield", "200.00")):
        customer = CustomerFactory(name=name, account_manager=owner)
        StandingFactory(
            customer=customer,
            tier="A" if worth == "800.00" else "B",
            stage="stability",
            risk=0.65,
            lifetime_value=Decimal(worth),
            value_at_risk=Decimal(worth) / 2,
            revenue_12m=Decimal(worth),
            signal="silent",
        )
        Signal.objects.create(
            customer=customer,
            kind="silent",
            strength=0.9,
            first_seen=TODAY,
            last_seen=TODAY,
            evidence={"days_since": 41, "usual_gap": 12, "silence": 0.97},
        )
        TierChange.objects.create(
            customer=customer, on=TODAY, before="C", after="B", basis=Decimal(worth)
        )
        StageChange.objects.create(customer=customer, on=TODAY, before="formation", after="decline")
    record_base(dt.date(2026, 10, 31))
    record_base(TODAY)
    return mine, theirs


@pytest.mark.parametrize("name", DASHBOARDS)
def test_managers_see_the_whole_base(client, base, name):
    client.force_login(ManagerFactory())
    response = client.get(reverse(name))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Hartwell" in page
    assert "Brookfield" in page


@pytest.mark.parametrize("name", DASHBOARDS)
def test_account_managers_see_only_their_own_customers(client, base, name):
    client.force_login(base[0])
    page = client.get(reverse(name)).content.decode()
    assert "Hartwell" in page
    assert "Brookfield" not in page


@pytest.mark.parametrize("name", DASHBOARDS)
def test_service_staff_may_not_see_what_customers_are_worth(client, base, name):
    client.force_login(ServiceFactory())
    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", DASHBOARDS)
def test_dashboards_are_only_read(client, base, name):
    client.force_login(ManagerFactory())
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", DASHBOARDS)
def test_before_the_first_night_the_page_says_what_to_do(client, name):
    client.force_login(ManagerFactory())
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "No figures yet" in response.content.decode()


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_asks_at_most_thirteen_queries(
    client, base, name, django_assert_max_num_queries
):
    client.force_login(ManagerFactory())
    client.get(reverse(name))
    with django_assert_max_num_queries(13):
        client.get(reverse(name))


def test_sums_are_those_of_the_base(client, base):
    client.force_login(ManagerFactory())
    context = client.get(reverse("value:tiers")).context
    assert context["total"]["lifetime_value"] == Decimal("1000.00")
    assert [row["revenue_share"] for row in context["rows"]] == [0.8, 0.2, 0]


def test_every_point_opens_the_customers_behind_it(client, base):
    client.force_login(ManagerFactory())
    bins = client.get(reverse("value:churn")).context["risk"]["data"]["bins"]
    point = bins[6]
    assert point["value"] == 2
    page = client.get(point["href"]).content.decode()
    assert "Hartwell" in page
    assert "Brookfield" in page
    assert "Hartwell" not in client.get(bins[5]["href"]).content.decode()


def test_a_signal_is_told_in_words(client, base):
    client.force_login(base[0])
    page = client.get(reverse("value:churn")).content.decode()
    assert "No order for 41 days, usually every 12" in page
