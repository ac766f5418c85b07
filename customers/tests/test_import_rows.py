"""Rows that another system sends, without a file: the same engine, at once, by row."""

import datetime as dt

import pytest
from django.db import connection, connections

from crm.accounts.tests.factories import ManagerFactory
from customers.imports import Order, Refused, run_rows
from customers.imports.service import LOCK_IMPORTS
from customers.models import Change, Customer, ImportedRow, ImportRun, Transaction
from customers.tests.factories import CustomerIdentityFactory, SourceFactory

ORDER = Order(kind="transactions", path="", source="shop", create_customers=True)
HEADERS = ["customer", "reference", "line", "date", "amount"]
ROWS = [
    ["A1", "I1", "1", "2024-01-02", "5"],
    ["A1", "I1", "2", "never", ""],
    ["A2", "I2", "1", "2024-01-03", "7.25"],
]


@pytest.mark.django_db
def test_good_rows_are_in_and_wrong_ones_are_named():
    result = run_rows(ORDER, HEADERS, ROWS, by=ManagerFactory())
    assert (result.counts.new, result.counts.wrong, result.counts.customers_created) == (2, 1, 2)
    assert result.wrong == [(2, ["bad_date:date", "missing:amount"])]
    assert Transaction.objects.get(reference="I2").date == dt.date(2024, 1, 3)


@pytest.mark.django_db
def test_sent_again_nothing_is_new():
    manager = ManagerFactory()
    run_rows(ORDER, HEADERS, ROWS, by=manager)
    again = run_rows(ORDER, HEADERS, ROWS, by=manager)
    assert (again.counts.new, again.counts.same, again.counts.wrong) == (0, 2, 1)
    assert Transaction.objects.count() == 2


@pytest.mark.django_db
def test_it_is_no_import_of_the_list_and_history_says_whose_it_was():
    customer = CustomerIdentityFactory(source=SourceFactory(code="shop"), key="A1").customer
    manager = ManagerFactory()
    order = Order(kind="customers", path="", source="shop")
    run_rows(order, ["key", "phone"], [["A1", "77"]], by=manager)
    assert not ImportRun.objects.exists()
    assert not ImportedRow.objects.exists()
    change = Change.objects.filter(customer=customer, kind="~").first()
    assert (change.actor, change.fields["phone"][1]) == (manager, "77")


@pytest.mark.django_db
def test_empty_rows_keep_the_numbers_of_the_others():
    result = run_rows(ORDER, HEADERS, [["", "", "", "", ""], ROWS[0]], by=None)
    assert (result.counts.new, [number for number, _ in result.wrong]) == (1, [1])


@pytest.mark.django_db
@pytest.mark.parametrize("cell", ["a\0b", "\ud800"])
def test_what_the_database_can_not_hold_is_refused(cell):
    with pytest.raises(Refused) as refused:
        run_rows(ORDER, HEADERS, [ROWS[0], [cell, "I1", "1", "2024-01-02", "5"]], by=None)
    assert (refused.value.code, refused.value.params) == ("control_character", {"line": 2})
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_a_missing_column_is_refused_before_anything_is_read():
    with pytest.raises(Refused) as refused:
        run_rows(ORDER, ["customer", "amount"], [["A1", "5"]], by=None)
    assert refused.value.code == "missing_column"


@pytest.mark.django_db(transaction=True)
def test_while_another_import_writes_one_waits_and_is_told_that_it_is_busy():
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(LOCK_IMPORTS)
        with pytest.raises(Refused) as refused:
            run_rows(ORDER, HEADERS, ROWS, by=None, wait_seconds=0.2)
        assert refused.value.code == "busy"
        other.rollback()
    finally:
        other.close()
    assert run_rows(ORDER, HEADERS, ROWS, by=None, wait_seconds=0.2).counts.new == 2
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
