"""The pages of exports: what one chooses, what is written down, what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.accounts.audit import Action
from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AdministratorFactory, ManagerFactory, ServiceFactory
from crm.exports import service
from crm.platform.models import Export
from crm.tests.exports.taken import column, read_csv, take
from customers.models import Contact, CustomField, ListPreference, Organisation, Tag
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    StandingFactory,
    TaskFactory,
    TransactionFactory,
)
from customers.tests.record_factories import PromiseFactory

pytestmark = pytest.mark.django_db


def a_customer(owner, **fields):
    customer = CustomerFactory(account_manager=owner, **fields)
    StandingFactory(customer=customer)
    return customer


def queries(client, key: str, parameters: dict | None = None) -> int:
    with CaptureQueriesContext(connection) as context:
        assert take(client, key, parameters).status_code == 200
    return len(context)


def test_the_columns_of_the_page_are_ticked_and_further_ones_can_be(signed_in, amy):
    a_customer(amy, phone="00123", aliases="Acorns")
    ListPreference.objects.create(user=amy, columns=["tags", "number"])
    html = signed_in.get(reverse("export", args=["customers"])).content.decode()
    for key, is_ticked in (("name", True), ("tags", True), ("tier", False), ("phone", False)):
        assert f'value="{key}"{" checked" if is_ticked else ""}>' in html
    assert read_csv(take(signed_in, "customers").body)[0] == ["Name", "Number", "Tags"]
    rows = read_csv(take(signed_in, "customers", {"column": ["phone", "aliases"]}).body)
    assert rows == [["Other names", "Phone"], ["Acorns", "00123"]]


def test_fields_of_our_own_can_be_taken_out_too(signed_in, amy):
    field = CustomField.objects.create(names={"en": "Machines"}, kind="number")
    for custom in ({str(field.pk): "12.5"}, {str(field.pk): "many"}, {}):
        Organisation.objects.create(customer=a_customer(amy), custom=custom)
    a_customer(amy)
    rows = read_csv(take(signed_in, "customers", {"column": [f"own-{field.pk}"]}).body)
    assert rows[0] == ["Machines"]
    assert sorted(row[0] if row else "" for row in rows[1:]) == ["", "", "12.5", "many"]


def test_a_list_that_goes_out_is_written_down_with_its_filters(signed_in, amy):
    a_customer(amy)
    take(signed_in, "customers", {"tier": "C", "sort": "name", "page": "x"})
    export = Export.objects.get()
    assert (export.user, export.state, export.rows) == (amy, "done", 1)
    assert export.query == {"tier": ["C"], "sort": ["name"]}
    entry = AuditEntry.objects.get(action=Action.LIST_EXPORTED)
    assert (entry.actor, entry.subject) == (amy, "Customers")
    assert entry.details["filters"] == "tier=C, sort=name"
    assert (entry.details["format"], entry.details["rows"]) == ("CSV", 1)


def test_looking_at_the_columns_writes_nothing_down(signed_in, amy):
    a_customer(amy)
    address = reverse("export", args=["customers"])
    assert signed_in.get(address).status_code == 200
    assert signed_in.head(address + "?as=csv").status_code == 200
    assert signed_in.get(address + "?as=pdf").status_code == 200
    assert not Export.objects.exists()


def test_managers_see_what_everybody_took_out_and_the_audit_log_has_it(client, signed_in, amy):
    a_customer(amy)
    take(signed_in, "customers")
    for reader in (ServiceFactory(), CustomerFactory().account_manager):
        client.force_login(reader)
        assert amy.name not in client.get(reverse("exports") + "?whose=all").content.decode()
    client.force_login(ManagerFactory())
    assert amy.name in client.get(reverse("exports") + "?whose=all").content.decode()
    client.force_login(AdministratorFactory())
    assert "List saved as a file" in client.get(reverse("accounts:audit")).content.decode()
    told = column(read_csv(take(client, "audit-log").body), "What")
    assert "List saved as a file" in told


def test_the_edge_between_at_once_and_in_the_background(signed_in, amy, monkeypatch):
    a_customer(amy)
    monkeypatch.setattr(service, "AT_ONCE", 1)
    assert take(signed_in, "customers").headers["Content-Type"].startswith("text/csv")
    a_customer(amy)
    assert take(signed_in, "customers").headers["Content-Type"].startswith("text/html")


def test_only_csv_and_excel_can_be_asked_for(signed_in):
    address = reverse("export", args=["customers"])
    assert signed_in.post(address, {"as": "exe"}).status_code == 400
    assert signed_in.post(address).status_code == 400


def test_hostile_addresses_give_a_list_or_nothing(signed_in, amy):
    customer = a_customer(amy)
    for key, parameters in (
        ("customers", {"query": "%00&sort=\0", "customer": ["9" * 30, "x", "-1"]}),
        ("customers", {"column": ["nothing", "=1"], "sort": "; drop"}),
        ("transactions", {"pk": str(customer.pk), "start": "x", "product": "9" * 99}),
        ("records-of-customer", {"pk": str(customer.pk), "kind": "promise"}),
    ):
        assert take(signed_in, key, parameters).status_code == 200
    for parameters in ({"pk": "9" * 40}, {"pk": "x"}, {"pk": "²"}, {}, {"pk": "0"}):
        assert take(signed_in, "transactions", parameters).status_code == 404
    asked = {"pk": str(customer.pk), "kind": "nothing"}
    assert take(signed_in, "records-of-customer", asked).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(signed_in, amy):
    customer = a_customer(amy)
    tag = Tag.objects.create(name="Fair")

    def more():
        other = a_customer(amy)
        other.tags.add(tag)
        ContactFactory(customer=other)
        TaskFactory(customer=other, assignee=amy)
        PromiseFactory(customer=other, owner=amy)
        TransactionFactory(customer=customer)

    asked = {
        "customers": {"column": ["name", "tags", "parent", "owner", "service", "notes"]},
        "contacts": {},
        "tasks": {},
        "promises": {},
        "transactions": {"pk": customer.pk},
        "timeline": {"pk": customer.pk},
    }
    more()
    queries(signed_in, "customers")  # what a process remembers is asked once
    few = {key: queries(signed_in, key, parameters) for key, parameters in asked.items()}
    for _time in range(4):
        more()
    many = {key: queries(signed_in, key, parameters) for key, parameters in asked.items()}
    assert many == few
    assert Contact.objects.count() == 5


def test_the_list_of_exports_asks_the_same_whatever_it_has(signed_in, amy):
    a_customer(amy)

    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            assert signed_in.get(reverse("exports")).status_code == 200
        return len(context)

    take(signed_in, "customers")
    few = asked()
    for _time in range(4):
        take(signed_in, "tasks")
    assert asked() == few
