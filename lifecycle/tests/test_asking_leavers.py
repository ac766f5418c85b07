"""The button on a loss's review that asks the customer itself why it left."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory
from crm.platform.models import OutboxMessage
from customers.tests.factories import ContactFactory, CustomerFactory
from lifecycle.models import Loss
from satisfaction.models import Invitation, OptOut
from satisfaction.tests.factories import ResponseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy():
    return AccountManagerFactory()


@pytest.fixture
def loss(amy):
    customer = CustomerFactory(account_manager=amy, email="desk@acorn.example")
    return Loss.objects.create(
        customer=customer, on=timezone.localdate() - dt.timedelta(days=3), value_lost=100
    )


def ask(client, loss, **values):
    return client.post(reverse("value:loss_ask", args=[loss.pk]), values, follow=True)


def test_a_contact_is_asked_once_and_its_answer_stands_on_the_review(client, amy, loss):
    contact = ContactFactory(customer=loss.customer, name="Ann Oak", email="ann@acorn.example")
    client.force_login(amy)
    page = client.get(reverse("value:loss_review", args=[loss.pk])).content.decode()
    assert "Ask why" in page
    page = ask(client, loss, contact=contact.pk).content.decode()
    assert "Ann Oak is asked why they left." in page
    assert "Ask why" not in page
    assert "was asked already" in ask(client, loss).content.decode()
    invitation = Invitation.objects.get()
    assert OutboxMessage.objects.filter(recipient=contact.email).count() == 1
    answered = ResponseFactory(invitation=invitation, comment="Too slow for us.")
    page = client.get(reverse("value:loss_review", args=[loss.pk])).content.decode()
    assert "Too slow for us." in page
    assert reverse("satisfaction:response", args=[answered.pk]) in page


def test_a_contact_of_another_customer_can_not_be_asked(client, amy, loss):
    client.force_login(amy)
    ask(client, loss, contact=ContactFactory(email="x@else.example").pk)
    assert not Invitation.objects.exists()


def test_the_reason_why_nobody_is_asked_is_told(client, amy, loss):
    OptOut.objects.create(email=loss.customer.email)
    client.force_login(amy)
    assert "They want no surveys from us." in ask(client, loss).content.decode()
    assert not Invitation.objects.exists()
