"""Numbers that went with a merge go on leading to the customer that was kept."""

import pytest

from customers.models import Customer, FormerNumber, Transaction
from customers.tests.factories import CustomerFactory, CustomerIdentityFactory, SourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    customer = CustomerFactory(number="K1", name="Acorn Ltd")
    FormerNumber.objects.create(number="K2", customer=customer)
    return customer


def test_transactions_and_customers_of_the_old_number_are_the_kept_ones(load, kept):
    load("customer,invoice,date,amount\nk2,R1,2026-01-05,10\n", source="")
    assert Transaction.objects.get().customer == kept
    load("number,region\nK2,Kent\n", source="", kind="customers")
    kept.refresh_from_db()
    assert (kept.number, kept.region) == ("K1", "Kent")
    assert Customer.objects.count() == 1


def test_a_customer_of_another_system_gets_another_number_than_an_old_one(load, kept):
    load("customer,invoice,date,amount\nK2,R1,2026-01-05,10\n", source="shop")
    new = Transaction.objects.get().customer
    assert new != kept
    assert new.number == "shop-K2"


def test_a_key_that_moved_with_a_merge_finds_the_kept_one(load, kept):
    CustomerIdentityFactory(customer=kept, source=SourceFactory(code="erp"), key="0815")
    load("customer,invoice,date,amount\n0815,R1,2026-01-05,10\n", source="erp")
    assert Transaction.objects.get().customer == kept
