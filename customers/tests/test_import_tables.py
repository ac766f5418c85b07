"""Tables at random: what is stored is what was meant, to the last decimal, or the row is wrong.

Nothing but a refusal ends an import, and only where the table really leaves a doubt.
"""

import datetime as dt
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from customers.imports import Order, Refused, run
from customers.imports.values import read_number
from customers.models import ContactIdentity, CustomerIdentity, Transaction
from customers.tests import tables
from customers.tests.factories import CustomerFactory
from customers.tests.tables import Column, Drawn

pytestmark = pytest.mark.django_db
SHORT, LONG = (
    settings(
        max_examples=examples,
        deadline=None,
        # Each example is an import: to look for a smaller one takes minutes and tells little.
        phases=(Phase.explicit, Phase.generate),
        derandomize=examples == 100,
        suppress_health_check=list(HealthCheck),
    )
    for examples in (100, 2_000)
)
PAST = dt.date(2025, 1, 1)
DEALINGS = (
    Column("customer", ("customer", "Customer_ID", "客户编号", " CLIENT "), tables.texts),
    Column("reference", ("reference", "InvoiceNo", "发票号"), None),
    Column("date", ("date", "Invoice Date", "日期", "开票日期"), tables.dates),
    Column("amount", ("amount", "Net Amount", "金额"), tables.numbers),
    Column("quantity", ("quantity", "QTY", "数量"), tables.numbers),
    Column("contract", ("contract", "Contract No.", "合同号"), tables.texts),
)
COMPARED = ("name", "title", "role", "consent", "birthday")
NUMBER = "7-007"
PEOPLE = (
    Column("customer", ("customer", "Account No", "客户编号"), tables.always(NUMBER)),
    Column("key", ("contact key", "Contact_ID", "联系人编号"), None),
    Column("name", ("name", "Full Name", "姓名"), tables.texts),
    Column("title", ("title", "Job", "职务"), tables.texts),
    Column(
        "role",
        ("role", "Buying Role", "采购角色"),
        tables.words(
            {
                "decision_maker": ("decision maker", "决策者", "Decision_Maker"),
                "buyer": ("buyer", "采购", "purchaser"),
                "user": ("user", "使用者"),
            }
        ),
    ),
    Column(
        "consent",
        ("consent", "同意联系"),
        tables.words({"given": ("yes", "given", "是"), "refused": ("no", "refused", "拒绝")}),
    ),
    Column(
        "birthday",
        ("birthday", "DOB", "生日"),
        lambda draw, style: tables.dates(draw, style, PAST),
    ),
)


@pytest.fixture
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


@pytest.fixture
def someone():
    return CustomerFactory(number=NUMBER)


def import_drawn(folder: Path, drawn: Drawn, **order):
    """Import the table; None where it was refused for a doubt that it has."""
    path = folder / "table"
    path.write_bytes(drawn.content)
    refusal = None
    try:
        return run(Order(path=str(path), dates=drawn.dates, **order), commit=True)
    except Refused as refused:
        refusal = refused
    assert str(refusal)
    assert refusal.code == "numbers_doubtful", refusal.code
    assert len(set(read_number(refusal.params["example"]).values())) > 1
    return None


def check_lines(drawn: Drawn, result) -> None:
    lines = {int(row["line"]) for row in result.first_wrong.get("rows", [])}
    assert lines == drawn.wrong
    found = result.counts
    assert (found.new, found.changed, found.same) == (len(drawn.good), 0, 0)


@contextmanager
def taken_back():
    """Whatever happens within is gone afterwards, with the tables that imports make for a while."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@taken_back()
def check_dealings(folder: Path, drawn: Drawn) -> None:
    order = {"kind": "transactions", "source": "erp", "create_customers": True}
    result = import_drawn(folder, drawn, **order)
    if result is None:
        return
    check_lines(drawn, result)
    keys = dict(CustomerIdentity.objects.values_list("customer_id", "key"))
    stored = {
        one.reference: (keys[one.customer_id], one.date, one.amount, one.quantity, one.contract)
        for one in Transaction.objects.all()
    }
    assert stored == {
        row["reference"]: (
            row["customer"], row["date"], row["amount"], row["quantity"], row["contract"],
        )
        for row in drawn.good.values()
    }  # fmt: skip


@taken_back()
def check_people(folder: Path, drawn: Drawn, customer) -> None:
    """All of one customer: its number is drawn as every other text, and there is but one."""
    check_lines(drawn, import_drawn(folder, drawn, kind="contacts"))
    known = ContactIdentity.objects.select_related("contact")
    stored = {
        one.key: {name: getattr(one.contact, name) for name in COMPARED} | {"key": one.key}
        for one in known.filter(contact__customer=customer)
    }
    assert stored == {
        row["key"]: {name: row[name] for name in (*COMPARED, "key")} for row in drawn.good.values()
    }


@SHORT
@given(drawn=tables.tables(DEALINGS, "reference"))
def test_dealings_are_stored_as_they_were_meant(media, drawn):
    check_dealings(media, drawn)


@pytest.mark.soak
@LONG
@given(drawn=tables.tables(DEALINGS, "reference"))
def test_thousands_of_tables_of_dealings_are_stored_as_they_were_meant(media, drawn):
    check_dealings(media, drawn)


@SHORT
@given(drawn=tables.tables(PEOPLE, "key"))
def test_contacts_are_stored_as_they_were_meant(media, drawn, someone):
    check_people(media, drawn, someone)


@pytest.mark.soak
@LONG
@given(drawn=tables.tables(PEOPLE, "key"))
def test_thousands_of_tables_of_contacts_are_stored_as_they_were_meant(media, drawn, someone):
    check_people(media, drawn, someone)
