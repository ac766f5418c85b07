"""Customers' pages ask the database a fixed number of questions, however much there is."""

import datetime as dt

import pytest
from django.utils import timezone

from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.tests.remembered import forget_remembered
from crm.tests.worth import AS_OF, dealings, nightly_run, silent_signal, valued_customer
from customers.models import Interaction
from customers.services import following
from customers.services.derived import refresh_derived
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    StandingFactory,
    TaskFactory,
    TransactionFactory,
)
from lifecycle.models import StageChange, TierChange
from satisfaction.tests.factories import InvitationFactory, ResponseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(client, django_assert_max_num_queries):
    """Opens a page as a user who has been there, with so many queries at most.

    The first page of a session notes when it began; the installation's settings are forgotten.
    """

    def get(user, url, most):
        client.force_login(user)
        client.get("/customers/tasks/")
        forget_remembered()
        with django_assert_max_num_queries(most):
            response = client.get(url)
        assert response.status_code == 200
        return response

    return get


@pytest.mark.parametrize(
    "query", ["", "?owner=all", "?owner=all&tier=C&sort=-risk&region=Wales", "?sort=name"]
)
def test_the_list_asks_ten_questions(counted, amy, query):
    for n in range(60):
        owner = amy if n % 2 else AccountManagerFactory(team=amy.team)
        customer = CustomerFactory(account_manager=owner, region="Wales")
        StandingFactory(customer=customer, industry=f"I{n}")
    for user in (amy, ManagerFactory(), ServiceFactory()):
        counted(user, f"/customers/{query}", 10)


def full_card(owner):
    nightly_run()
    customer = valued_customer(owner)
    dealings(customer, 20)
    silent_signal(customer)
    silent_signal(
        customer,
        kind="volume_down",
        evidence={"change": -0.3},
        dismissed_at=timezone.now(),
        dismissed_by=owner,
        dismissed_reason="known",
    )
    people = ContactFactory.create_batch(5, customer=customer)
    for n in range(30):
        day = AS_OF - dt.timedelta(days=40 * n)
        InteractionFactory(customer=customer, contact=people[n % 5], by=AccountManagerFactory())
        TaskFactory(customer=customer, assignee=AccountManagerFactory(team=owner.team))
        TaskFactory(customer=customer, state="done", closed_at=timezone.now())
        TransactionFactory(customer=customer, date=day)
        StageChange.objects.create(customer=customer, on=day, before="stability", after="decline")
        TierChange.objects.create(customer=customer, on=day, before="B", after="A", basis=1)
        answered = InvitationFactory(customer=customer, contact=people[n % 5])
        ResponseFactory(invitation=answered, index=50.0, recommend=n % 11)
        CaseFactory(customer=customer, state=("new", "closed")[n % 2])
    customer.parent = CustomerFactory(account_manager=owner)
    customer.save()
    return customer


def test_the_card_asks_twenty_questions(counted, amy):
    customer = full_card(amy)
    for user in (amy, ManagerFactory(), ServiceFactory()):
        response = counted(user, f"/customers/{customer.pk}/", 20)
    older = next(panel for panel in response.context["left"] if "entries" in panel)["older"]
    counted(amy, f"/customers/{customer.pk}/?before={older}", 20)


def test_dealings_and_figures_ask_a_few(counted, amy):
    customer = full_card(amy)
    counted(amy, f"/customers/{customer.pk}/dealings/?month=2025-11", 7)
    # Each part of lifetime value opens to its rows: one question a part.
    counted(amy, f"/value/customers/{customer.pk}/figures/", 12)


def test_tasks_ask_a_few(counted, amy):
    for _ in range(30):
        TaskFactory(customer=CustomerFactory(account_manager=amy), assignee=amy)
    counted(amy, "/customers/tasks/", 5)
    counted(ManagerFactory(), "/customers/tasks/?whose=team", 5)


@pytest.mark.parametrize(
    ("text", "most"),
    [("acorn", 10), ("acorn firm ltd", 10), ("020 7946 0958", 10), ("akorn frim", 14)],
)
def test_search_asks_few_questions(counted, amy, text, most):
    """More only where a word is found nowhere. Three statements set up and end its transaction."""
    customers = CustomerFactory.create_batch(
        25, name="Acorn Firm Ltd", account_manager=amy, phone="020 7946 0958"
    )
    refresh_derived([customer.pk for customer in customers])
    counted(amy, f"/search/?q={text}", most + 3)


def test_forms_ask_a_few(counted, amy):
    customer = full_card(amy)
    counted(amy, "/customers/new/", 7)
    counted(amy, f"/customers/{customer.pk}/edit/", 10)
    counted(amy, f"/customers/{customer.pk}/interactions/new/", 8)
    counted(amy, f"/customers/{customer.pk}/tasks/new/", 7)


def crowded(owner):
    """A customer with 300 contacts and 2,000 interactions."""
    customer = CustomerFactory(account_manager=owner)
    people = ContactFactory.create_batch(300, customer=customer)
    talks = Interaction.objects.bulk_create(
        Interaction(customer=customer, by=owner, contact=people[n % 300], subject="Talk")
        for n in range(2_000)
    )
    through = Interaction.contacts.through
    through.objects.bulk_create(
        through(interaction=talk, contact=people[(n + 9) % 300]) for n, talk in enumerate(talks)
    )
    return customer, people[0], talks[0]


def test_contacts_and_interactions_ask_a_few_however_many_there_are(counted, amy):
    customer, contact, talk = crowded(amy)
    for user in (amy, ManagerFactory(), ServiceFactory()):
        counted(user, "/customers/contacts/?q=contact&left=no", 6)
        counted(user, f"/customers/{customer.pk}/contacts/?left=no", 8)
        counted(user, f"/customers/contacts/{contact.pk}/edit/", 6)
        counted(user, f"/customers/{customer.pk}/interactions/new/", 9)
        counted(user, f"/customers/interactions/{talk.pk}/", 9)
    counted(amy, f"/customers/interactions/{talk.pk}/edit/", 13)
    contact.left_on = AS_OF
    contact.save()
    counted(amy, f"/customers/contacts/{contact.pk}/successor/", 10)


def test_history_and_notices_ask_a_few_however_much_there_is(counted, amy):
    customer = full_card(amy)
    for n in range(60):
        customer.region = f"Region {n}"
        customer.save()
        following.tell(
            users=[amy], customer=customer, kind="help", cause=f"help:{n}", text="Help", by=None
        )
    for user in (amy, ManagerFactory(), ServiceFactory()):
        counted(user, f"/customers/{customer.pk}/history/", 8)
    counted(amy, f"/customers/{customer.pk}/history/?thing=customers_interaction", 9)
    counted(amy, "/customers/notices/", 5)
