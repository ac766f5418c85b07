"""Transactions: fields, customers, numbered lines, wrong rows, touched customers."""

import csv
import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.imports import Refused
from customers.models import (
    Customer,
    CustomerIdentity,
    CustomerTokens,
    Product,
    Source,
    Standing,
    TouchedCustomer,
    Transaction,
)
from customers.tests.factories import CustomerFactory, CustomerIdentityFactory, SourceFactory

pytestmark = pytest.mark.django_db
HEADER = "customer,reference,line,date,quantity,unit_price,product\n"


def counts(result):
    found = result.counts
    return found.new, found.changed, found.same, found.wrong


def wrong_file(result) -> list[dict]:
    with result.wrong_rows_file.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def reasons(result) -> list[str]:
    return [row["reason"] for row in wrong_file(result)]


def flaws(result) -> list[str]:
    return [row["flaws"] for row in result.first_wrong["rows"]]


def test_a_first_import_makes_customers_products_and_lines(load):
    result = load(
        "customer,customer_name,region,reference,date,quantity,unit_price,product,description\n"
        "C1,,,I1,2024-01-02,2,1.25,P1,\n"
        "C1,Alpha Ltd,Jiangsu,I1,2024-01-02,-1,1.25,P1,Widget\n"
        "C2,,Kent,I2,2024-01-03 17:55:00,3,0.1,,\n"
    )
    assert counts(result) == (3, 0, 0, 0)
    assert (result.counts.customers_created, result.exit_code) == (2, 0)
    assert result.wrong_rows_file is None
    alpha, other = Customer.objects.order_by("number")
    assert (alpha.number, alpha.name, alpha.region) == ("C1", "Alpha Ltd", "Jiangsu")
    assert (other.number, other.name, other.region) == ("C2", "C2", "Kent")
    assert CustomerIdentity.objects.get(source__code="erp", key="C1").customer == alpha
    assert Product.objects.get().name == "Widget"
    lines = alpha.transactions.order_by("id")
    assert [(line.amount, line.quantity, line.line) for line in lines] == [
        (Decimal("2.5"), 2, None),
        (Decimal("-1.25"), -1, None),
    ]
    assert other.transactions.get().date == dt.date(2024, 1, 3)
    assert Standing.objects.get(pk=alpha.pk).name == "Alpha Ltd"
    assert "alpha" in CustomerTokens.objects.get(pk=alpha.pk).tokens


def test_the_same_file_again_changes_nothing(load):
    table = HEADER + "C1,I1,1,2024-01-02,2,1.25,P1\nC1,I2,,2024-01-02,2,1.25,P1\n"
    load(table)
    TouchedCustomer.objects.all().delete()
    before = set(Transaction.objects.values_list("id"))
    assert counts(load(table)) == (0, 0, 2, 0)
    assert set(Transaction.objects.values_list("id")) == before
    assert not TouchedCustomer.objects.exists()
    assert Customer.objects.count() == 1


def test_a_check_reports_the_same_and_writes_nothing(load):
    table = HEADER + "C1,I1,,2024-01-02,2,1.25,P1\n,I1,,2024-01-02,2,1.25,P1\n"
    checked = load(table, commit=False)
    assert counts(checked) == (1, 0, 0, 1)
    assert checked.counts.customers_created == 1
    assert checked.wrong_rows_file.exists()
    for model in (Transaction, Customer, Product, Source, TouchedCustomer, Standing):
        assert not model.objects.exists(), model
    assert load(table).counts == checked.counts


def test_a_numbered_line_is_replaced_by_its_number(load):
    load(HEADER + "C1,I1,1,2024-03-02,2,1.25,P1\nC1,I1,2,2024-03-02,1,1,P1\n")
    TouchedCustomer.objects.all().delete()
    kept = Transaction.objects.get(line="1").pk
    result = load(HEADER + "C2,I1,1,2024-02-01,3,1.25,P2\nC1,I1,2,2024-03-02,1,1,P1\n")
    assert counts(result) == (0, 1, 1, 0)
    line = Transaction.objects.get(line="1")
    assert (line.pk, line.customer.number, line.amount) == (kept, "C2", Decimal("3.75"))
    assert line.product.code == "P2"
    touched = {row.customer.number: row.since for row in TouchedCustomer.objects.all()}
    # The old customer lost a line of March, the new one got one of February.
    assert touched == {"C1": dt.date(2024, 3, 2), "C2": dt.date(2024, 2, 1)}


def test_a_column_that_the_file_lacks_is_neither_compared_nor_erased(load):
    load("customer,reference,line,date,amount,cost,contract\nC1,I1,1,2024-01-02,5,3,K1\n")
    assert counts(load("customer,reference,line,date,amount\nC1,I1,1,2024-01-02,5\n")) == (
        0, 0, 1, 0,
    )  # fmt: skip
    load("customer,reference,line,date,amount\nC1,I1,1,2024-01-02,6\n")
    line = Transaction.objects.get()
    assert (line.amount, line.cost, line.contract) == (6, 3, "K1")


def test_an_emptied_cell_of_a_line_is_a_change(load):
    table = "customer,reference,line,date,amount,cost\nC1,I1,1,2024-01-02,5,{}\n"
    load(table.format("3"))
    assert counts(load(table.format(""))) == (0, 1, 0, 0)
    assert Transaction.objects.get().cost is None


def test_what_only_helps_to_create_is_not_compared(load):
    table = "customer,reference,date,amount,product,description,category,region\n{}\n"
    load(table.format("C1,I1,2024-01-02,5,P1,Widget,Tools,Kent"))
    assert counts(load(table.format("C1,I1,2024-01-02,5,P1,Gadget,Toys,Essex"))) == (0, 0, 1, 0)
    product = Product.objects.get()
    assert (product.name, product.category, Customer.objects.get().region) == (
        "Widget", "Tools", "Kent",
    )  # fmt: skip


def test_the_amount_of_the_file_goes_before_quantity_times_price(load):
    load("customer,reference,date,quantity,unit_price,amount\n"
         "C1,I1,2024-01-02,3,2,5.5\nC1,I2,2024-01-02,3,2,\nC1,I3,2024-01-02,,,7\n")  # fmt: skip
    lines = Transaction.objects.order_by("reference")
    assert [(line.quantity, line.amount) for line in lines] == [
        (3, Decimal("5.5")), (3, 6), (1, 7),
    ]  # fmt: skip


def test_amounts_are_multiplied_as_decimals(load):
    load(HEADER + "C1,I1,,2024-01-02,3,0.1,\nC1,I1,,2024-01-02,7,0.123456,\n")
    amounts = list(Transaction.objects.order_by("id").values_list("amount", flat=True))
    assert amounts == [Decimal("0.3000"), Decimal("0.8642")]


def test_two_sources_may_use_the_same_key_for_two_customers(load):
    table = HEADER + "12346,I1,,2024-01-02,1,1,\n"
    load(table, source="erp")
    load(table, source="shop")
    assert counts(load(table, source="shop")) == (0, 0, 1, 0)
    numbers = {
        identity.source.code: identity.customer.number
        for identity in CustomerIdentity.objects.select_related("source", "customer")
    }
    assert numbers == {"erp": "12346", "shop": "shop-12346"}
    assert Transaction.objects.count() == 2


def test_numbers_that_are_taken_get_the_source_then_their_id(load):
    for number in ("k1", "erp-K1"):
        CustomerFactory(number=number)
    long = "L" * 100
    load(HEADER + f"K1,I1,,2024-01-02,1,1,\nk2,I1,,2024-01-02,1,1,\nK2,I1,,2024-01-02,1,1,\n"
         f"{long},I1,,2024-01-02,1,1,\n")  # fmt: skip
    made = dict(CustomerIdentity.objects.values_list("key", "customer__number"))
    assert made["K1"].startswith("K1-")
    assert {made["k2"], made["K2"]} in ({"k2", "erp-K2"}, {"K2", "erp-k2"})
    assert made[long].startswith("L" * 39 + "-")
    assert len(set(made.values())) == 4


def test_without_a_source_the_key_is_our_number_in_any_case(load):
    ours = CustomerFactory(number="Ab-1")
    lines = "{},I1,,2024-01-02,1,1,\n"
    result = load(HEADER + "".join(map(lines.format, ("AB-1", "new", "NEW"))), source="")
    assert (counts(result), result.counts.customers_created) == ((3, 0, 0, 0), 1)
    assert ours.transactions.count() == 1
    assert not CustomerIdentity.objects.exists()
    assert Source.objects.get().code == "own"


def test_an_identity_of_the_source_points_to_its_customer(load):
    identity = CustomerIdentityFactory(source=SourceFactory(code="erp"), key="X9")
    load(HEADER + "X9,I1,,2024-01-02,1,1,\n", create_customers=False)
    assert identity.customer.transactions.count() == 1


def test_an_unknown_customer_is_wrong_unless_it_may_be_created(load):
    CustomerFactory(number="C1")  # has no key in this source
    result = load(HEADER + "C1,I1,,2024-01-02,1,1,P1\n", create_customers=False)
    assert (counts(result), result.exit_code) == ((0, 0, 0, 1), 2)
    assert flaws(result) == ["unknown_customer:customer"]
    assert not Product.objects.exists()


def test_each_wrong_row_is_in_the_file_with_its_line_and_reasons(load):
    today = timezone.now().date()
    result = load(
        HEADER
        + "\n".join(
            [
                ",I1,,2024-01-02,1,1,P1",
                "C1,,,2024-01-02,1,1,P1",
                "C1,I1,,,1,1,P1",
                "C1,I1,,2024-02-30,one,1,P1",
                "C1,I1,,2024-01-02,,1,P1",
                "C1,I1,,2024-01-02,1,,P1",
                "",
                "C1,I1,,2024-01-02,nan,1,P1",
                "C1,I1,,2024-01-02,9999999999999,1,P1",
                "C1,I1,,2024-01-02,99999999999,999999999,P1",
                "C1,I1,,1899-12-31,1,1,P1",
                f"C1,I1,,{today + dt.timedelta(days=400)},1,1,P1",
                f"C1,{'I' * 61},,2024-01-02,1,1,P1",
                "C1,I1,,2024-01-02,1,1,P1,more",
                "C1,I1,,2024-01-02,1",
                "C9,I9,,2024-01-02,1,1,P9",
            ]
        )
    )
    assert counts(result) == (1, 0, 0, 14)
    assert flaws(result) == [
        "missing:customer", "missing:reference", "missing:date",
        "bad_date:date bad_number:quantity", "missing:quantity", "missing:unit_price",
        "bad_number:quantity", "too_large:quantity", "too_large:amount", "date_range:date",
        "date_range:date", "too_long:reference", "cells",
        "cells missing:unit_price",
    ]  # fmt: skip
    rows = wrong_file(result)
    assert [row["original line"] for row in rows[:8]] == ["2", "3", "4", "5", "6", "7", "9", "10"]
    assert rows[3]["reason"] == "Date: is no date. Quantity: is no number, or a doubtful one."
    assert rows[3]["quantity"] == "one"
    assert set(Customer.objects.values_list("number", flat=True)) == {"C9"}
    assert set(Product.objects.values_list("code", flat=True)) == {"P9"}


def test_formulas_stay_text_and_are_harmless_in_the_file_of_wrong_rows(load):
    table = "customer,customer_name,reference,date,amount\nC1,{},I1,{},1\n"
    assert wrong_file(load(table.format("=1+1", "soon")))[0]["customer_name"] == "'=1+1"
    load(table.format('"=cmd|calc!A1"', "2024-01-02"))
    assert Customer.objects.get().name == "=cmd|calc!A1"


def test_a_guarded_cell_of_the_wrong_rows_is_read_as_it_was(load):
    broken = load("customer,customer_name,reference,date,amount\nC1,=1+1,I1,soon,-5\n")
    mended = broken.wrong_rows_file.read_text("utf-8-sig").replace("soon", "2024-01-02")
    assert counts(load(mended)) == (1, 0, 0, 0)
    assert Customer.objects.get().name == "=1+1"
    assert Transaction.objects.get().amount == -5


def test_the_same_numbered_line_twice_in_a_file_counts_once(load):
    line = "C1,I1,1,2024-01-02,1,{},P1\n"
    result = load(HEADER + line.format(1) + line.format(1) + line.format(2))
    assert counts(result) == (1, 0, 1, 1)
    assert flaws(result) == ["line_twice"]
    assert Transaction.objects.get().amount == 1


def test_an_invoice_is_numbered_or_not(load):
    mixed = load(HEADER + "C1,I1,1,2024-01-02,1,1,\nC1,I1,,2024-01-02,2,1,\n")
    assert (counts(mixed), flaws(mixed)) == ((1, 0, 0, 1), ["missing:line"])
    other_way = load(HEADER + "C1,I1,,2024-01-02,1,1,\n")
    assert (counts(other_way), flaws(other_way)) == ((0, 0, 0, 1), ["numbering:line"])
    load(HEADER + "C1,I2,,2024-01-02,1,1,\n")
    back = load(HEADER + "C1,I2,1,2024-01-02,1,1,\n")
    assert (counts(back), flaws(back)) == ((0, 0, 0, 1), ["numbering:line"])
    assert Transaction.objects.count() == 2


def test_contracts_and_periods_are_kept_and_must_be_in_order(load):
    result = load(
        "customer,reference,date,amount,contract,period_start,period_end\n"
        "C1,I1,2024-01-02,1,K1,2024-01-01,2024-12-31\n"
        "C1,I2,2024-01-02,1,K1,2024-12-31,2024-01-01\n"
    )
    assert (counts(result), flaws(result)) == ((1, 0, 0, 1), ["period_order:period_end"])
    line = Transaction.objects.get()
    assert (line.contract, line.period_end) == ("K1", dt.date(2024, 12, 31))


def test_doubtful_dates_are_refused_or_read_as_asked(load):
    table = "customer,reference,date,amount\nC1,I1,01/02/2024,1\n"
    with pytest.raises(Refused) as refused:
        load(table)
    assert refused.value.code == "dates_doubtful"
    assert not Source.objects.exists()
    load(table, dates="dmy")
    assert Transaction.objects.get().date == dt.date(2024, 2, 1)


def test_numbers_are_read_by_the_style_that_the_file_proves(load):
    load('客户编号;发票号;日期;数量;单价\nC1;I1;2024年1月2日;"1.200";0,5\n')
    assert Transaction.objects.get().amount == 600


def test_a_file_without_rows_or_columns_is_refused(load):
    for table, code in (
        (HEADER, "header_only"),
        ("customer,reference,date\nC1,I1,2024-01-02\n", "missing_amount"),
        ("customer,reference,quantity\nC1,I1,1\n", "missing_column"),
    ):
        with pytest.raises(Refused) as refused:
            load(table)
        assert refused.value.code == code


def test_touched_customers_know_the_earliest_day(load):
    load("customer,reference,date,amount\nC1,I1,2024-05-02,1\nC1,I2,2024-01-02,1\n")
    touched = TouchedCustomer.objects.get()
    assert (touched.customer.number, touched.since) == ("C1", dt.date(2024, 1, 2))
