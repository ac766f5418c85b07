"""An import that is checked, waits or is written can be stopped: soon, and nothing is written."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.urls import reverse

from crm.accounts.tests.factories import ManagerFactory
from crm.platform import jobs
from customers.imports import background
from customers.imports.service import LOCK_IMPORTS
from customers.models import Customer, ImportRun, Transaction
from customers.tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = b"customer,reference,line,date,amount\nA1,I1,1,2024-01-02,5\n"
MOST_SECONDS = 3  # of which the worker looks each second


@pytest.fixture
def upload(client, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(jobs, "ring", lambda job: True)
    client.force_login(ManagerFactory())
    data = {"kind": "transactions", "new_source": "erp"}
    client.post(
        reverse("customers:import_create"), data | {"file": SimpleUploadedFile("a.csv", TABLE)}
    )
    return ImportRun.objects.get()


def ask(client, import_run: ImportRun, page: str, **data):
    """Post to a page of the import, and look at the import again."""
    client.post(reverse(f"customers:import_{page}", args=[import_run.pk]), data)
    import_run.refresh_from_db()


MATCH = {
    "customer": "customer",
    "reference": "reference",
    "line": "line",
    "date": "date",
    "amount": "amount",
    "create_customers": "on",
}


@contextmanager
def locked(statement: str):
    """Somebody else holds what the import needs."""
    other = connections.create_connection("default")
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(statement)
    try:
        yield
    finally:
        other.rollback()
        other.close()


def worker(import_run: ImportRun) -> threading.Thread:
    def work() -> None:
        background.work(import_run.job_id)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def waits() -> bool:
    """Whether a session of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def stop(client, import_run: ImportRun, statement: str) -> None:
    """Let a worker begin, wait until it waits, cancel, and see it end while the lock is held."""
    with locked(statement):
        thread = worker(import_run)
        wait_until(waits)
        began = time.monotonic()
        ask(client, import_run, "cancel")
        thread.join(30)
        assert not thread.is_alive()
        assert time.monotonic() - began < MOST_SECONDS
    import_run.refresh_from_db()
    assert import_run.job.state == "done"


def test_a_check_is_stopped_and_can_be_started_again(client, upload):
    ask(client, upload, "detail", **MATCH)
    assert upload.state == "checking"
    stop(client, upload, "LOCK TABLE customers_product IN ACCESS EXCLUSIVE MODE")
    assert upload.state == "cancelled"
    page = client.get(reverse("customers:import_detail", args=[upload.pk])).content.decode()
    assert "nothing was written" in page
    ask(client, upload, "detail", **MATCH)
    background.work(upload.job_id)
    upload.refresh_from_db()
    assert (upload.state, upload.new, upload.is_cancelled) == ("checked", 1, False)


@pytest.mark.parametrize(
    "statement", [LOCK_IMPORTS, "LOCK TABLE customers_transaction IN SHARE MODE"]
)
def test_a_commit_that_waits_or_writes_is_stopped_and_nothing_is_written(client, upload, statement):
    ask(client, upload, "detail", **MATCH)
    background.work(upload.job_id)
    ask(client, upload, "commit")
    stop(client, upload, statement)
    assert upload.state == "cancelled"
    assert not Customer.objects.exists()
    assert not Transaction.objects.exists()
    ask(client, upload, "commit")
    assert upload.state == "cancelled"  # to be checked first, as before


def test_what_no_worker_has_begun_ends_at_once(client, upload):
    ask(client, upload, "detail", **MATCH)
    ask(client, upload, "cancel")
    assert (upload.state, upload.job.state) == ("cancelled", "done")
    assert background.work(upload.job_id) is None
    ask(client, upload, "cancel")
    assert upload.state == "cancelled"


def test_an_undo_is_stopped_and_the_import_stays(client, upload):
    ask(client, upload, "detail", **MATCH)
    background.work(upload.job_id)
    ask(client, upload, "commit")
    background.work(upload.job_id)
    ask(client, upload, "undo")
    assert upload.state == "undoing"
    stop(client, upload, "LOCK TABLE customers_transaction IN SHARE MODE")
    assert (upload.state, upload.can_be_undone) == ("done", True)
    assert Transaction.objects.count() == 1
    ask(client, upload, "undo")
    background.work(upload.job_id)
    upload.refresh_from_db()
    assert upload.state == "undone"
    assert not Transaction.objects.exists()


def test_an_undo_waits_while_another_import_writes(client, upload):
    ask(client, upload, "detail", **MATCH)
    background.work(upload.job_id)
    ask(client, upload, "commit")
    background.work(upload.job_id)
    ask(client, upload, "undo")
    with locked(LOCK_IMPORTS):
        thread = worker(upload)
        wait_until(waits)
        assert Transaction.objects.count() == 1
    thread.join(30)
    upload.refresh_from_db()
    assert (upload.state, Transaction.objects.count()) == ("undone", 0)


def test_cancelled_when_it_is_over_changes_nothing(client, upload):
    ask(client, upload, "detail", **MATCH)
    background.work(upload.job_id)
    ask(client, upload, "cancel")
    assert (upload.state, upload.is_cancelled) == ("checked", False)
