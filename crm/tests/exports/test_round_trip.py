"""What was taken out comes in again as the same: our own import reads our own files."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.accounts.tests.factories import ManagerFactory
from crm.exports.lists import TABLES
from crm.tests.exports.taken import read_csv, read_xlsx, take
from customers.models import Customer
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    ProductFactory,
    SourceFactory,
    StandingFactory,
    TransactionFactory,
)
from customers.tests.loading import imported

pytestmark = pytest.mark.django_db
ODD = [
    ("00123", "Acorn Ltd", "+442079460000", "00440101199001011"),
    ("007", "华信科技有限公司", "020 7946 0000", "91310000MA1FL5XX8"),
    ("12345678901234567", '"Quoted", Ltd', "1-2", "440101199001011234"),
    ("1E5", "=1+1 Ltd", "'+44 20", "TRUE"),
    ("2026-11-22", "@Home", "", "12月1日"),
    ("A-17", "-Minus- & Co", "(020) 79460", "'007"),
]


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


@pytest.fixture
def customers(manager):
    found = []
    for number, name, phone, tax_number in ODD:
        customer = CustomerFactory(
            number=number,
            name=name,
            phone=phone,
            tax_number=tax_number,
            region="'007",
            parent=found[0] if found else None,
            email="info@example.com",
            website="https://example.com/?a=1",
            address="1 Main St,\tTown",
        )
        StandingFactory(customer=customer, number=number, name=name, region="'007")
        found.append(customer)
    return found


def counts(result) -> tuple[int, int, int, int]:
    found = result.counts
    return found.new, found.changed, found.same, found.wrong


def taken(client, key: str, form: str, parameters: dict | None = None) -> bytes:
    columns = [
        column.key for column in (TABLES[key].columns if not callable(TABLES[key].columns) else ())
    ]
    return take(client, key, {"column": columns, **(parameters or {})}, form=form).body


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_customers_come_back_as_the_same(client, customers, tmp_path, form):
    wanted = ["name", "number", "kind", "parent", "region", "industry", "phone", "email"]
    wanted += ["website", "address", "tax_number", "owner"]
    body = taken(client, "customers", form, {"column": wanted})
    result = imported(tmp_path / f"back.{form}", body, kind="customers")
    assert counts(result) == (0, 0, len(ODD), 0)
    rows = (read_csv if form == "csv" else read_xlsx)(body)
    assert len(rows) == len(ODD) + 1


def test_customers_that_were_lost_come_back_with_every_zero(client, customers, tmp_path):
    wanted = ["name", "number", "region", "phone", "tax_number"]
    body = taken(client, "customers", "csv", {"column": wanted})
    before = list(Customer.objects.order_by("number").values_list("number", "name", "tax_number"))
    changed = Customer.objects.exclude(number="00123")
    for customer in changed:
        Customer.objects.filter(pk=customer.pk).update(name="Lost", phone="", tax_number="")
    assert counts(imported(tmp_path / "back.csv", body, kind="customers"))[1] == len(ODD) - 1
    after = list(Customer.objects.order_by("number").values_list("number", "name", "tax_number"))
    assert after == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_contacts_come_back_as_the_same(client, customers, tmp_path, form):
    for place, customer in enumerate(customers):
        ContactFactory(
            customer=customer,
            name=f"Ann 安 {place}",
            title="Head of buying",
            role="decision_maker",
            attitude="supporter",
            phone="+44 20 7946 0000",
            mobile="007700900123",
            email=f"ann{place}@example.com",
            language="zh-hans",
            channel="mobile",
            birthday=dt.date(1980, 2, 29),
            consent="given",
            consent_on=dt.date(2025, 1, 5),
            remarks="=knows everybody",
        )
    result = imported(tmp_path / f"back.{form}", taken(client, "contacts", form), kind="contacts")
    assert counts(result) == (0, 0, len(ODD), 0)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_transactions_come_back_as_the_same(client, manager, tmp_path, form):
    source = SourceFactory(code="erp")
    customer = CustomerFactory(number="9001")
    CustomerIdentityFactory(customer=customer, source=source, key="00123")
    product = ProductFactory(source=source, code="0007", name="=Bolt", category="Fasteners")
    lines = [
        ("00042", "1", Decimal("3"), Decimal("1.234"), Decimal("3.702")),
        ("00042", "2", Decimal("-1.5"), Decimal("1000.000001"), Decimal("-1500.0000")),
        ("2026-01", None, Decimal("12"), Decimal("0.5"), Decimal("6")),
    ]
    for reference, line, quantity, price, amount in lines:
        TransactionFactory(
            customer=customer,
            source=source,
            reference=reference,
            line=line,
            date=dt.date(2026, 1, 31),
            product=product,
            quantity=quantity,
            unit_price=price,
            amount=amount,
        )
    body = taken(client, "transactions", form, {"pk": customer.pk})
    result = imported(tmp_path / f"back.{form}", body, kind="transactions", source="erp")
    assert counts(result) == (0, 0, len(lines), 0)


def test_the_headings_of_the_chinese_file_are_known_too(client, manager, customers, tmp_path):
    manager.language = "zh-hans"
    manager.save(update_fields=["language"])
    wanted = ["name", "number", "region", "phone", "tax_number", "owner", "kind"]
    body = taken(client, "customers", "csv", {"column": wanted})
    assert "名称" in body.decode("utf-8-sig").splitlines()[0]
    result = imported(tmp_path / "back.csv", body, kind="customers")
    assert counts(result) == (0, 0, len(ODD), 0)
