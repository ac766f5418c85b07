"""The check page's rows: what is new, what changes field by field, what stays the same."""

import pytest

from crm.accounts.tests.factories import AccountManagerFactory
from customers.imports import run
from customers.imports.fields import Order
from customers.imports.kinds import KINDS
from customers.imports.preview_words import shown
from customers.models import Customer
from customers.tests.factories import CustomerFactory, CustomerIdentityFactory, SourceFactory

pytestmark = pytest.mark.django_db
LINES = "customer,reference,line,date,amount,product\n"
BARE = "customer,reference,date,amount\n"


def changed(preview: dict) -> list[tuple]:
    return [(row["line"], row["name"], row["fields"]) for row in preview["changed"]]


def test_customers_show_each_field_that_changes_and_no_other(load):
    erp = SourceFactory(code="erp")
    old = AccountManagerFactory(username="old")
    AccountManagerFactory(username="amy")
    customer = CustomerFactory(name="Acorn", phone="1", region="Kent", account_manager=old)
    CustomerIdentityFactory(source=erp, key="A1", customer=customer)
    CustomerIdentityFactory(source=erp, key="A2", customer__name="Birch")
    table = "key,name,phone,owner,parent,kind\nA1,Acorn,2,amy,A2,person\nA2,Birch,,,,\nA3,New,,,,\n"
    preview = load(table, kind="customers", commit=False).preview
    parent = Customer.objects.get(name="Birch").number
    assert parent != "A2"
    assert changed(preview) == [
        (
            "2",
            "A1",
            [
                ["kind", "company", "person"],
                ["parent", "", "A2"],
                ["phone", "1", "2"],
                ["owner", "old", "amy"],
            ],
        )
    ]
    assert preview["fields"] == ["key", "name", "kind", "parent", "phone", "owner"]
    assert preview["new"] == [{"line": "4", "cells": ["A3", "New", "", "", "", ""]}]
    assert preview["same"] == [{"line": "3", "cells": ["A2", "Birch", "", "", "", ""]}]
    page = shown(KINDS["customers"], preview)
    assert page["changed"][0]["fields"][0] == ("Kind", "Company", "Person")


def test_numbered_lines_show_what_differs(load):
    load(LINES + "A1,I1,1,2024-01-02,5,P1\nA1,I1,2,2024-01-02,6,P1\n")
    table = (
        LINES + "A1,I1,1,2024-01-03,5.50,P2\nA1,I1,2,2024-01-02,6.00,P1\nA2,I1,3,2024-01-02,1,P1\n"
    )
    preview = load(table, commit=False).preview
    differences = [
        ["date", "2024-01-02", "2024-01-03"],
        ["amount", "5", "5.5"],
        ["product", "P1", "P2"],
    ]
    assert changed(preview) == [("2", "A1 · I1 · 2024-01-03", differences)]
    assert [row["line"] for row in preview["same"]] == ["3"]
    assert [row["cells"][0] for row in preview["new"]] == ["A2"]


def test_in_invoices_without_numbers_a_line_takes_the_place_of_a_removed_one(load):
    load(BARE + "A1,I1,2024-01-02,5\nA1,I1,2024-01-02,6\nA1,I2,2024-01-02,7\nA1,I2,2024-01-02,8\n")
    result = load(BARE + "A1,I1,2024-01-02,5\nA1,I1,2024-01-02,9\nA1,I2,2024-01-02,8\n")
    assert (result.counts.changed, result.counts.same) == (2, 2)
    preview = result.preview
    assert changed(preview) == [("3", "A1 · I1 · 2024-01-02", [["amount", "6", "9"]])]
    (removed,) = preview["removed"]
    assert {field: before for field, before, _after in removed["fields"]}["amount"] == "7"


def test_no_more_than_twenty_rows_of_each_are_shown(load):
    table = LINES + "".join(f"A1,I1,{n},2024-01-02,5,P1\n" for n in range(30))
    preview = load(table).preview
    assert [row["line"] for row in preview["new"]] == [str(line) for line in range(2, 22)]
    assert len(load(table).preview["same"]) == 20
    assert len(load(table.replace(",5,", ",6,")).preview["changed"]) == 20


def test_a_cell_is_cut_and_no_more_than_twelve_columns_are_shown(load):
    names = [field.name for field in KINDS["customers"].fields]
    table = ",".join(names) + "\nA1,Acorn" + "," * (len(names) - 3) + "x" * 90 + "\n"
    preview = load(table, kind="customers", commit=False).preview
    assert len(preview["fields"]) == min(len(names), 12)
    assert all(len(cell) <= 80 for row in preview["new"] for cell in row["cells"])


def test_every_kind_shows_a_check(tmp_path, settings):
    """Whatever a kind finds, the SQL of its preview can be asked."""
    settings.MEDIA_ROOT = tmp_path / "media"
    for name, kind in KINDS.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(",".join(field.name for field in kind.fields) + "\n" + "x" * 5 + "\n")
        preview = run(Order(kind=name, path=str(path), source="erp"), commit=False).preview
        assert preview["changed"] == []
