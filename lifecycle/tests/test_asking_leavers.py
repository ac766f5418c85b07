"""The button on a loss's review that asks the customer itself why it left."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory
from crm.platform.models import OutboxMessage
from crm.platform.tests.filled import forms_of
from customers.models import Customer
from customers.tests.factories import ContactFactory, CustomerFactory
from lifecycle.models import Loss
from satisfaction.models import Invitation, OptOut, Response
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


def test_who_has_no_address_is_asked_in_an_interview_that_we_type_in(client, amy, loss):
    """From the review of the loss to the answers on it."""
    Customer.objects.filter(pk=loss.customer_id).update(email="")
    contact = ContactFactory(customer=loss.customer, name="Ann Oak", email="", phone="020 7946 0")
    client.force_login(amy)
    assert "nobody with an e-mail address" in ask(client, loss, contact=contact.pk).text
    page = ask(client, loss, contact=contact.pk, interview="1")
    invitation = Invitation.objects.get()
    typing = reverse("satisfaction:interview", args=[invitation.pk])
    assert page.redirect_chain[-1][0] == typing
    assert "020 7946 0" in page.text
    review = reverse("value:loss_review", args=[loss.pk])
    assert "Ann Oak is to be asked in an interview." in client.get(review).text
    assert typing in client.get(review).text
    for _page in range(5):  # as many pages as it has
        form = next(one for one in forms_of(client.get(typing).text) if "way" in one.choices)
        chosen = {name: values[-1] for name, values in form.choices.items() if name != "go"}
        words = {name: "Dearer than others" for name in form.values if name.endswith("-more")}
        typed = {**form.values, **chosen, **words, "way": "phone", "go": "on"}
        if client.post(typing, typed).url != typing:
            break
    response = Response.objects.finished().get()
    assert (response.entered_by, response.entered_way, response.customer) == (
        amy,
        "phone",
        loss.customer,
    )
    assert response.answers.filter(question__measure="leaving").exists()
    answered = client.get(review).text
    assert "Ann Oak answered on" in answered
    assert f"typed in by {amy}" in answered
    assert reverse("satisfaction:response", args=[response.pk]) in answered
    assert not OutboxMessage.objects.exists()
