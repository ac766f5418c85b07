"""Questions of the card are worded once a reader: what they answer is what this reader may see."""

import datetime as dt

import pytest
from django.utils import timezone

from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.card import Facts, records, timeline, worded
from customers.models import Customer, Promise, Watch
from customers.tests.factories import CustomerFactory, InteractionFactory, TaskFactory
from lifecycle.models import TierChange

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)


@pytest.fixture
def customer(amy):
    customer = CustomerFactory(account_manager=amy, team=amy.team)
    InteractionFactory(customer=customer, by=amy)
    TaskFactory(customer=customer, assignee=amy)
    CaseFactory(customer=customer)
    TierChange.objects.create(customer=customer, on=DAY, before="B", after="A", basis=1)
    Promise.objects.create(customer=customer, what="A visit", due_on=DAY, owner=amy)
    return customer


def on_card(user, customer) -> dict:
    return timeline.on_card(Facts.load(user, customer.pk))


def at_length(user, customer) -> dict:
    """The same by the page, whose questions are put into words each time."""
    facts = Facts.load(user, customer.pk)
    return timeline.page(facts, timeline.Choice(), None, timeline.ON_CARD)


def test_each_reader_is_told_what_the_page_tells(amy, customer):
    other = CustomerFactory(account_manager=amy)
    InteractionFactory(customer=other, by=amy)
    for user in (amy, ManagerFactory(), ServiceFactory(), amy):
        for each in (customer, other):
            assert on_card(user, each) == at_length(user, each)
    assert on_card(amy, customer) != on_card(ServiceFactory(), customer)


def test_words_of_yesterday_do_not_show_what_a_role_of_today_hides(customer):
    user = ManagerFactory()
    before = on_card(user, customer)
    user.role = "service"
    user.save()
    assert on_card(user, customer) == at_length(user, customer) != before


def test_days_begin_where_we_are(customer):
    user = ManagerFactory()
    for zone in ("Asia/Shanghai", "America/New_York", "Asia/Shanghai"):
        with timezone.override(zone):
            assert on_card(user, customer) == at_length(user, customer)


def test_records_are_of_the_customer_and_the_watch_of_the_reader(amy, customer):
    ben = AccountManagerFactory(team=TeamFactory())
    Watch.objects.create(customer=customer, user=amy)
    other = CustomerFactory()
    for user, pk, promises, watched in (
        (amy, customer.pk, ["A visit"], True),
        (ben, customer.pk, ["A visit"], False),
        (amy, other.pk, [], False),
    ):
        found = records.read(pk, user)
        assert [each.what for each in found["promises"]] == promises
        assert found["is_watched"] is watched


def test_a_customer_that_went_meanwhile_is_none(amy):
    with pytest.raises(Customer.DoesNotExist):
        records.read(2**40, amy)


def test_a_second_card_is_not_put_into_words_again(amy, customer):
    worded._words.cache_clear()
    for pk in (customer.pk, CustomerFactory(account_manager=amy).pk):
        timeline.on_card(Facts.load(amy, pk))
    assert (worded._words.cache_info().misses, worded._words.cache_info().hits) == (1, 1)
