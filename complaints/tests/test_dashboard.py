"""The dashboard of complaints: figures equal to what was put in, seen by whom they may be."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Clock
from complaints.services import figuring
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return AccountManagerFactory()


def customer_of(owner, worth: str, tier: str = "A"):
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(customer=customer, lifetime_value=Decimal(worth), tier=tier)
    return customer


@pytest.fixture
def cases(owner):
    """Two open complaints and a request of one customer, one of another team's, two resolved."""
    mine, theirs = customer_of(owner, "900"), customer_of(AccountManagerFactory(), "200", "B")
    CaseFactory(customer=mine)
    late = CaseFactory(customer=mine, state="investigating")
    type(late).objects.filter(pk=late.pk).update(is_breached=True)
    CaseFactory(customer=mine, kind="request")
    CaseFactory(customer=theirs)
    for minutes, breached in ((60, None), (240, timezone.now())):
        done = CaseFactory(customer=mine, state="resolved")
        Clock.objects.filter(case=done, kind="resolution").update(
            minutes=minutes, breached_at=breached
        )


def dashboard(client, user):
    client.force_login(user)
    return client.get(reverse("complaints:dashboard"))


def test_figures_equal_what_was_logged(client, cases):
    context = dashboard(client, ManagerFactory()).context
    assert context["load"]["complaints"] == 3
    assert context["load"]["requests"] == 1
    assert context["load"]["late"] == 1
    assert context["stake"] == Decimal("1100")  # the customer with two complaints counts once
    resolution = context["resolution"]
    assert (resolution["cases"], resolution["late"]) == (2, 1)
    assert (resolution["median"], resolution["ninetieth"]) == ("2.5", "3.7")
    assert [row["tier"] for row in context["tiers"]] == ["A"]
    states = {row["label"]: row["cases"] for row in context["states"]}
    assert (states["new"], states["investigating"], states["acknowledged"]) == (3, 1, 0)


def test_account_managers_see_their_customers_alone(client, owner, cases):
    context = dashboard(client, owner).context
    assert context["load"]["complaints"] == 2
    assert context["stake"] == Decimal("900")


def test_service_staff_see_no_amount(client, cases):
    answer = dashboard(client, ServiceFactory())
    assert answer.context["load"]["complaints"] == 3
    assert "stake" not in answer.context
    assert "Lifetime value" not in answer.content.decode()


def test_the_last_twelve_months_are_shown(client, owner):
    customer = customer_of(owner, "1")
    now = timezone.now()
    for at in (now - dt.timedelta(days=1), now - dt.timedelta(days=45)):
        CaseFactory(customer=customer, received_at=at)
    context = dashboard(client, owner).context
    counts = context["received"]["data"]["series"][0]["values"]
    assert len(counts) == 12
    assert sum(counts) == 2


def test_without_a_case_it_says_what_to_do(client):
    page = dashboard(client, ManagerFactory()).content.decode()
    assert reverse("complaints:log") in page
    assert "No complaint yet" in page


def test_the_dashboard_asks_the_same_few_questions(
    client, owner, cases, django_assert_max_num_queries
):
    figuring.prepare()
    for user in (owner, ManagerFactory()):
        dashboard(client, user)
        with django_assert_max_num_queries(9):
            client.get(reverse("complaints:dashboard"))


def test_it_is_only_read(client):
    client.force_login(ManagerFactory())
    assert client.post(reverse("complaints:dashboard")).status_code == 405


def test_service_staff_see_how_many_customers_of_high_value_wait(client):
    service = ServiceFactory()
    for band, kinds in (("high", ("complaint", "complaint")), ("low", ("complaint",))):
        customer = CustomerFactory()
        StandingFactory(customer=customer, value_band=band, lifetime_value=987_654)
        for kind in kinds:
            CaseFactory(customer=customer, by=service, kind=kind)
    client.force_login(service)
    page = client.get(reverse("complaints:dashboard"))
    assert page.context["of_high_value"] == 1
    assert "987,654" not in page.text
