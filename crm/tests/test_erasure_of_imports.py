"""Erasing a contact reaches what imports remember of it; such an import can't be undone."""

from dataclasses import asdict

import pytest

from crm.tests.test_erasure import EMAIL, NAME, PHONE, erase
from customers.imports import Order, Result, run
from customers.imports.undo import UndoRefused
from customers.imports.undo_words import describe
from customers.models import Contact, ImportedRow, ImportRun
from customers.tests.factories import ContactFactory, CustomerFactory
from customers.tests.loading import take_back

pytestmark = pytest.mark.django_db
HEADER = "customer,name,email,phone\n"


@pytest.fixture
def bring(tmp_path, settings):
    """bring(table) imports contacts the way a worker does, with all that its page shows."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def bring_text(table: str) -> ImportRun:
        path = tmp_path / "contacts.csv"
        path.write_text(table)
        sample = {"headers": table.splitlines()[0].split(","), "rows": [[NAME, EMAIL]]}
        import_run = ImportRun(kind="contacts", file_name="contacts.csv", state="done")
        import_run.sample = sample

        def finish(result: Result) -> None:
            shown = {"preview": result.preview, "first_wrong": result.first_wrong}
            values = {"traced": result.traced, **shown, **asdict(result.counts)}
            ImportRun.objects.filter(pk=import_run.pk).update(**values)

        order = Order(kind="contacts", path=str(path))
        run(order, commit=True, import_run=import_run, finish=finish)
        import_run.refresh_from_db()
        return import_run

    return bring_text


def everything(import_run: ImportRun) -> str:
    import_run.refresh_from_db()
    shown = [import_run.sample, import_run.preview, import_run.first_wrong]
    return f"{shown} {list(ImportedRow.objects.values_list('before', flat=True))}"


def refusal(import_run: ImportRun) -> str:
    with pytest.raises(UndoRefused) as refused:
        take_back(import_run)
    return " ".join(describe(reason) for reason in refused.value.reasons)


def test_a_contact_that_an_import_made_is_gone_from_all_that_is_remembered(bring, amy):
    customer = CustomerFactory(account_manager=amy)
    import_run = bring(f"{HEADER}{customer.number},{NAME},{EMAIL},{PHONE}\n,{NAME},,\n")
    assert (import_run.new, import_run.wrong) == (1, 1)
    assert everything(import_run).count(NAME) >= 3
    erase(Contact.objects.get(), amy)
    found = everything(import_run)
    assert NAME not in found
    assert EMAIL not in found
    assert "personal data was erased since" in refusal(import_run)


def test_what_a_contact_was_before_an_import_changed_it_is_gone(bring, amy):
    customer = CustomerFactory(account_manager=amy)
    contact = ContactFactory(customer=customer, name=NAME, email=EMAIL, phone="020 7946 0111")
    import_run = bring(f"{HEADER}{customer.number},{NAME},{EMAIL},020 7946 0222\n")
    assert import_run.changed == 1
    assert "020 7946 0111" in everything(import_run)
    erase(contact, amy)
    found = everything(import_run)
    assert "020 7946" not in found
    assert NAME not in found
    assert "personal data was erased since" in refusal(import_run)


def test_what_is_remembered_of_a_mate_loses_the_name_and_can_be_undone(bring, amy):
    customer = CustomerFactory(account_manager=amy)
    contact = ContactFactory(customer=customer, name=NAME, email=EMAIL)
    mate = ContactFactory(customer=customer, name="Bob Hill", email="", remarks=f"works for {NAME}")
    import_run = bring(f"customer,name,remarks\n{customer.number},Bob Hill,new\n")
    assert import_run.changed == 1
    erase(contact, amy)
    assert NAME not in everything(import_run)
    take_back(import_run)
    mate.refresh_from_db()
    assert mate.remarks.startswith("works for ")
    assert NAME not in mate.remarks
