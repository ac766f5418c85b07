"""Logging what passed between us and a customer."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory
from crm.platform.models import Installation
from customers.models import Interaction, Standing, Task
from customers.services.derived import refresh_derived
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory(name="Amy")


@pytest.fixture
def customer(amy):
    customer = CustomerFactory(account_manager=amy)
    refresh_derived([customer.pk])
    return customer


def url(customer) -> str:
    return f"/customers/{customer.pk}/interactions/new/"


def call(**changes) -> dict:
    at = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M")
    return {"kind": "call", "direction": "out", "at": at, "subject": "Price list"} | changes


def test_an_interaction_is_logged_and_is_the_last_contact(client, amy, customer):
    client.force_login(amy)
    page = client.get(url(customer) + "?kind=visit")
    form = page.context["form"]
    now = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H")
    assert (form["kind"].value(), form["at"].value()[:13]) == ("visit", now)
    contact = ContactFactory(customer=customer)
    response = client.post(url(customer), call(contact=contact.pk, notes="Wants samples"))
    assert response.url == f"/customers/{customer.pk}/"
    logged = Interaction.objects.get(customer=customer)
    assert (logged.by, logged.contact, logged.notes) == (amy, contact, "Wants samples")
    assert Standing.objects.get(pk=customer.pk).last_contact == Installation.get().today()


def test_an_older_interaction_leaves_the_last_contact(client, amy, customer):
    client.force_login(amy)
    client.post(url(customer), call())
    client.post(url(customer), call(at="2020-01-01T10:00", subject="Long ago"))
    assert Interaction.objects.count() == 2
    assert Standing.objects.get(pk=customer.pk).last_contact == Installation.get().today()


def test_the_next_step_is_a_task(client, amy, customer):
    client.force_login(amy)
    client.post(url(customer), call(next_step="Send samples", next_due_on="2030-05-01"))
    task = Task.objects.get(customer=customer)
    assert (task.title, task.due_on, task.assignee) == (
        "Send samples",
        dt.date(2030, 5, 1),
        amy,
    )
    assert task.origin == Task.Origin.NEXT_STEP


def test_the_same_form_sent_twice_logs_once(client, amy, customer):
    client.force_login(amy)
    data = call(next_step="Send samples", next_due_on="2030-05-01")
    for _ in range(2):
        assert client.post(url(customer), data).status_code == 302
    assert (Interaction.objects.count(), Task.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "  "}, "subject"),
        ({"kind": "dream"}, "kind"),
        ({"direction": "up"}, "direction"),
        ({"at": "tomorrow"}, "at"),
        ({"at": "2990-01-01T00:00"}, "at"),
        ({"next_step": "Send samples"}, "next_due_on"),
        ({"next_due_on": "2030-01-01"}, "next_step"),
        ({"next_step": "x", "next_due_on": "2030-01-01", "next_assignee": "0"}, "next_assignee"),
    ],
)
def test_a_wrong_interaction_is_not_logged(client, amy, customer, changes, field):
    client.force_login(amy)
    response = client.post(url(customer), call(**changes))
    assert field in response.context["form"].errors
    assert not Interaction.objects.exists()
    assert not Task.objects.exists()


def test_a_clock_that_is_a_little_ahead_is_no_future(client, amy, customer):
    client.force_login(amy)
    soon = timezone.localtime(timezone.now() + dt.timedelta(seconds=40))
    at = soon.strftime("%Y-%m-%dT%H:%M:%S")
    assert client.post(url(customer), call(at=at)).status_code == 302


def test_a_contact_of_another_customer_is_refused(client, amy, customer):
    stranger = ContactFactory(customer=CustomerFactory(account_manager=amy))
    client.force_login(amy)
    response = client.post(url(customer), call(contact=stranger.pk))
    assert "contact" in response.context["form"].errors


def test_a_next_step_goes_only_to_who_sees_the_customer(client, amy, customer):
    stranger = AccountManagerFactory()
    client.force_login(amy)
    response = client.post(
        url(customer),
        call(next_step="x", next_due_on="2030-01-01", next_assignee=stranger.pk),
    )
    assert "next_assignee" in response.context["form"].errors


def test_service_staff_log_what_they_heard(client, customer):
    client.force_login(ServiceFactory())
    assert client.post(url(customer), call(direction="in")).status_code == 302


def test_a_customer_of_another_team_is_not_there(client, customer):
    client.force_login(AccountManagerFactory())
    assert client.get(url(customer)).status_code == 404
    assert client.post(url(customer), call()).status_code == 404
    assert not Interaction.objects.exists()


def test_an_interaction_is_got_and_posted(client, amy, customer):
    client.force_login(amy)
    assert client.put(url(customer)).status_code == 405
