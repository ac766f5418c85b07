"""Undo from the page of an import: who may, what it says, and how the list shows it."""

import datetime as dt
import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.imports import background, uploads
from customers.models import Customer, ImportRun
from customers.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
TABLE = b"key,name,kind\nA1,Acorn,person\nA2,Birch,\n,Cedar,\n"


@pytest.fixture
def manager(client):
    user = ManagerFactory()
    client.force_login(user)
    return user


@pytest.fixture
def imported(client, manager, settings, tmp_path) -> ImportRun:
    """Two customers, by the pages and a worker."""
    settings.MEDIA_ROOT = tmp_path / "media"
    data = {"kind": "customers", "new_source": "erp"}
    client.post(
        reverse("customers:import_create"), data | {"file": SimpleUploadedFile("a.csv", TABLE)}
    )
    import_run = ImportRun.objects.get()
    client.post(page(import_run), {"key": "key", "name": "name", "kind": "kind"})
    work(import_run)
    client.post(page(import_run, "commit"))
    return work(import_run)


def page(import_run: ImportRun, name="detail") -> str:
    return reverse(f"customers:import_{name}", args=[import_run.pk])


def work(import_run: ImportRun) -> ImportRun:
    import_run.refresh_from_db()
    background.work(import_run.job_id)
    import_run.refresh_from_db()
    return import_run


def read(client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_manager_takes_an_import_back(client, imported, manager):
    assert Customer.objects.count() == 2
    assert page(imported, "undo") in read(client, page(imported))
    client.post(page(imported, "undo"))
    imported.refresh_from_db()
    assert imported.state == "undoing"
    assert page(imported, "cancel") in read(client, page(imported))
    work(imported)
    assert (imported.state, imported.undone_by) == ("undone", manager)
    assert not Customer.objects.exists()
    shown = read(client, page(imported))
    assert f"by {manager}: everything is as it was before" in shown
    assert page(imported, "undo") not in shown


def test_two_clicks_undo_once(client, imported):
    client.post(page(imported, "undo"))
    client.post(page(imported, "undo"))
    work(imported)
    client.post(page(imported, "undo"))
    imported.refresh_from_db()
    assert imported.state == "undone"


def test_what_stands_on_it_is_said_and_it_can_be_tried_again(client, imported):
    contact = ContactFactory(customer=Customer.objects.get(number="A1"))
    client.post(page(imported, "undo"))
    work(imported)
    assert (imported.state, imported.job.state) == ("done", "done")
    shown = read(client, page(imported))
    assert "something hangs on it that came later: Contact." in shown
    assert "A1 Acorn" in shown
    contact.delete()
    client.post(page(imported, "undo"))
    work(imported)
    assert (imported.state, imported.undo_refusal) == ("undone", {})


@pytest.mark.parametrize("factory", [AccountManagerFactory, ServiceFactory])
def test_others_neither_undo_nor_cancel(client, imported, factory):
    client.force_login(factory())
    for name in ("undo", "cancel"):
        assert client.post(page(imported, name)).status_code == 403
    assert client.get(page(imported, "undo")).status_code == 405
    imported.refresh_from_db()
    assert imported.state == "done"


def test_the_list_says_who_imported_what_when_and_offers_the_undo(client, imported, manager):
    shown = read(client, reverse("customers:imports"))
    assert str(manager) in shown
    assert "Undo a.csv" in shown
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=91))
    assert "Undo a.csv" not in read(client, reverse("customers:imports"))
    assert "too old to be undone" in read(client, page(imported))
    client.post(page(imported, "undo"))
    imported.refresh_from_db()
    assert imported.state == "done"


def test_the_check_page_shows_the_rows_it_found(client, imported):
    assert imported.preview["new"][0] == {"line": "2", "cells": ["A1", "Acorn", "person"]}
    data = {"kind": "customers", "source": imported.source_id}
    changed = TABLE.replace(b"Acorn,person", b"Oak,company")
    client.post(
        reverse("customers:import_create"), data | {"file": SimpleUploadedFile("b.csv", changed)}
    )
    again = ImportRun.objects.first()
    client.post(page(again), {"key": "key", "name": "name", "kind": "kind"})
    work(again)
    shown = read(client, page(again))
    assert "<td>Acorn</td><td>Oak</td>" in shown
    assert "<td>Person</td><td>Company</td>" in shown
    assert "Same rows" in shown


def test_files_of_wrong_rows_go_when_the_undo_is_over(client, imported, settings):

    path = uploads.path_of(imported.wrong_rows_name)
    assert path.exists()
    uploads.tidy()
    assert path.exists()
    past = time.time() - (settings.IMPORT_UNDO_DAYS + 1) * uploads.DAY
    os.utime(path, (past, past))
    uploads.tidy()
    assert not path.exists()
    assert client.get(page(imported, "wrong_rows")).status_code == 404
