"""All kinds of import on one floor: who may, what the page offers, and who was erased."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from complaints.models import Case
from crm import erasure
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ManagerFactory,
    ServiceFactory,
)
from customers.imports import background
from customers.imports.kinds import KINDS
from customers.models import Contact, ContactIdentity, Customer, ImportRun, Referral, Transaction
from customers.models.imports import ImportKind
from customers.tests.factories import CustomerFactory
from customers.tests.loading import imported

pytestmark = pytest.mark.django_db
TABLES = {
    "customers": (Customer, "key,name\nN1,New\n"),
    "contacts": (Contact, "customer,name\nA1,Ann\n"),
    "transactions": (Transaction, "customer,reference,date,amount\nA1,I1,2024-01-02,5\n"),
    "referrals": (Referral, "customer,name,date\nA1,Beech,2024-01-02\n"),
    "complaints": (Case, "reference,customer,title,received_at\nT1,A1,Late,2024-01-02\n"),
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def acorn():
    return CustomerFactory(number="A1", name="Acorn Ltd")


def send(client, kind: str):
    file = SimpleUploadedFile("table.csv", TABLES[kind][1].encode())
    return client.post(reverse("customers:import_create"), {"kind": kind, "file": file})


def test_every_kind_is_offered():
    assert set(KINDS) == set(ImportKind.values) == set(TABLES)


@pytest.mark.parametrize("kind", TABLES)
def test_each_kind_goes_from_upload_to_commit(client, acorn, kind):
    manager, model = ManagerFactory(), TABLES[kind][0]
    before = model.objects.count()
    client.force_login(manager)
    page = send(client, kind).url
    for address in (page, f"{page}commit/"):
        matched = ImportRun.objects.get().sample["headers"]
        client.post(address, {name: name for name in matched})
        background.work(ImportRun.objects.get().job_id)
    found = ImportRun.objects.get()
    assert (found.state, found.new, found.wrong) == ("done", 1, 0)
    assert model.objects.count() == before + 1
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("factory", [AccountManagerFactory, ServiceFactory])
@pytest.mark.parametrize("kind", TABLES)
def test_nobody_but_managers_imports(client, kind, factory):
    client.force_login(factory())
    assert send(client, kind).status_code == 403
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("key", ["K1", "ann@x.example"])
def test_an_erased_contact_is_never_brought_back(acorn, tmp_path, key):
    table = f"customer,key,name,email\nA1,{key},Ann Lee,ann@x.example\n"
    imported(tmp_path / "people.csv", table, kind="contacts")
    one = Contact.objects.get()
    erasure.erase(contact_id=one.pk, actor=AdministratorFactory(), files=[])
    result = imported(tmp_path / "people.csv", table, kind="contacts")
    assert (result.counts.wrong, result.counts.new) == (1, 0)
    assert result.first_wrong["rows"][0]["flaws"] == "erased"
    one.refresh_from_db()
    assert (Contact.objects.count(), one.erased_at is not None, one.email) == (1, True, "")
    assert key not in one.identities.get().key


def test_two_contacts_whose_keys_were_addresses_can_be_erased(acorn, tmp_path):
    table = "customer,key,name,email\nA1,a@x.example,A,a@x.example\nA1,b@x.example,B,b@x.example\n"
    imported(tmp_path / "people.csv", table, kind="contacts")
    for one in Contact.objects.all():
        erasure.erase(contact_id=one.pk, actor=AdministratorFactory(), files=[])
    assert ContactIdentity.objects.count() == 2
