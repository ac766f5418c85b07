"""How complete a file is: for one as for many customers, and more is asked of the great."""

import datetime as dt

import pytest
from django.utils import timezone

from customers import completeness
from customers.models import BuyingProfile, CreditRecord, Customer, Organisation, YearFigure
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db

BASICS = {
    "phone": "0512 6500 1234",
    "address": "1 Main Road",
    "region": "Wales",
    "industry": "Toys",
    "main_business": "Wooden toys",
    "tax_number": "GB 1",
}


def keys(customer) -> set[str]:
    return {fact.key for fact in completeness.missing(customer)}


def full_key_account() -> Customer:
    """A tier-A customer of whom everything is known."""
    words = dict.fromkeys(("segment", "website", "won_through"), "x")
    customer = CustomerFactory(**BASICS, **words)
    StandingFactory(customer=customer, tier="A")
    ContactFactory(customer=customer, role="decision_maker")
    Organisation.objects.create(
        customer=customer,
        headcount=0,
        **dict.fromkeys(("owner", "operating_manager", "products", "market_area"), "x"),
        **dict.fromkeys(("strengths", "problems", "strategy", "trade_terms"), "x"),
    )
    profile = dict.fromkeys(("what", "decides", "how", "criteria"), "x")
    BuyingProfile.objects.create(customer=customer, **profile)
    today = timezone.now().date()
    YearFigure.objects.create(customer=customer, year=today.year, purchases=9, known_on=today)
    CreditRecord.objects.create(customer=customer, on=today)
    return customer


def test_an_empty_file_of_a_small_customer_lacks_the_basics_only():
    customer = CustomerFactory()
    StandingFactory(customer=customer, tier="C")
    assert keys(customer) == {
        *("reach", "address", "region", "industry", "business", "tax", "contact")
    }
    # 8 of 8 + 8 + 6 + 4 + 6 + 4 + 3 + 10
    assert completeness.score(customer) == 8 * 100 // 49


def test_what_weighs_most_comes_first_and_leads_to_where_it_is_filled_in():
    customer = CustomerFactory()
    first, second, *_others = completeness.missing(customer)
    assert (first.key, first.url(customer)) == (
        "contact",
        f"/customers/{customer.pk}/contacts/new/",
    )
    assert (second.key, second.url(customer)) == ("reach", f"/customers/{customer.pk}/edit/")


def test_only_the_weightiest_are_named_and_the_others_counted():
    customer = CustomerFactory()
    StandingFactory(customer=customer, tier="A")
    file = completeness.of(customer)
    assert len(file.links) == completeness.MOST_LINKS
    assert file.more == len(file.missing) - completeness.MOST_LINKS > 0
    assert completeness.File(customer, 100, []).more == 0


def test_a_small_customer_is_complete_with_the_basics_and_a_great_one_is_not():
    small, great = CustomerFactory(**BASICS), CustomerFactory(**BASICS)
    for customer, tier in ((small, "C"), (great, "B")):
        StandingFactory(customer=customer, tier=tier)
        ContactFactory(customer=customer)
    assert completeness.of(small) == completeness.File(small, 100, [])
    assert completeness.score(great) < 50
    assert {"decision_maker", "purchases", "credit", "criteria"} <= keys(great)


def test_a_customer_without_a_standing_is_asked_for_the_basics():
    customer = CustomerFactory(**BASICS)
    ContactFactory(customer=customer)
    assert completeness.score(customer) == 100


def test_a_person_has_neither_industry_nor_contacts():
    person = CustomerFactory(kind="person", email="a@example.org", address="x", region="Wales")
    StandingFactory(customer=person, tier="A")
    assert completeness.of(person) == completeness.File(person, 100, [])


def test_a_full_file_scores_100():
    customer = full_key_account()
    assert keys(customer) == set()
    assert completeness.score(customer) == 100


def test_who_left_was_erased_or_what_was_removed_or_is_old_does_not_count():
    customer = full_key_account()
    customer.contacts.update(left_on=dt.date(2025, 1, 1))
    customer.year_figures.update(year=timezone.now().year - completeness.YEARS_BACK - 1)
    customer.credit_records.update(removed_at=timezone.now())
    assert keys(customer) == {"contact", "decision_maker", "purchases", "credit"}
    customer.contacts.update(left_on=None, erased_at=timezone.now())
    assert {"contact", "decision_maker"} <= keys(customer)


def test_sets_are_scored_as_each_one_is_in_one_query(django_assert_num_queries):
    customers = [CustomerFactory(), CustomerFactory(**BASICS), full_key_account()]
    with django_assert_num_queries(1):
        found = dict(
            completeness.annotate(Customer.objects.all()).values_list("pk", "completeness")
        )
    assert found == {customer.pk: completeness.score(customer) for customer in customers}
    with django_assert_num_queries(1):
        incomplete = set(
            completeness.incomplete(Customer.objects.all()).values_list("pk", flat=True)
        )
    assert incomplete == {pk for pk, score in found.items() if score < completeness.COMPLETE_FROM}


def test_one_customer_costs_one_query(django_assert_num_queries):
    customer = full_key_account()
    with django_assert_num_queries(1):
        assert completeness.of(customer).is_complete
