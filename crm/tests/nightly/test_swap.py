"""The swap of the standings meets people at work: nothing of theirs is lost, no reader fails."""

import datetime as dt
import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from crm.accounts.tests.factories import ManagerFactory
from crm.tests.nightly.companies import LAST_DAY, night
from customers.models import Customer, Standing
from customers.services.derived import refresh_derived
from lifecycle.models import Signal, Valuation
from lifecycle.services import standing

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work):
    """Do something on another connection and wait for it."""
    raised = []

    def run():
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def just_before_the_swap(monkeypatch, work) -> None:
    """Let something happen after the new table is built and before it takes the old one's place."""
    swap = standing.swap

    def work_then_swap(run):
        thread, raised = elsewhere(work)
        thread.join()
        assert not raised, raised
        return swap(run)

    monkeypatch.setattr(standing, "swap", work_then_swap)


def test_what_people_change_while_the_table_is_built_is_kept(company, monkeypatch):
    changed, deleted = company[0], company[1]
    Customer.objects.filter(pk=deleted).update(number="to be deleted")

    def edits():
        with transaction.atomic():
            Customer.objects.filter(pk=changed).update(name="Renamed meanwhile", region="West")
            new = Customer.objects.create(number="new", name="Made meanwhile")
            refresh_derived([changed, new.pk])
        Standing.objects.filter(customer=deleted).delete()

    just_before_the_swap(monkeypatch, edits)
    night()
    row = Standing.objects.get(customer=changed)
    assert (row.name, row.region, row.computed_on) == ("Renamed meanwhile", "West", LAST_DAY)
    assert Standing.objects.get(number="new").name == "Made meanwhile"
    assert not Standing.objects.filter(customer=deleted).exists()
    assert not Valuation.objects.filter(customer=deleted).exists()


def test_a_signal_dismissed_while_the_table_is_built_is_gone_from_the_list(company, monkeypatch):
    night(LAST_DAY - dt.timedelta(days=1))
    signal = Signal.objects.open().select_related("customer")[0]
    others = Signal.objects.filter(customer=signal.customer).exclude(pk=signal.pk)
    others.delete()
    manager = ManagerFactory()

    def dismiss():
        Signal.objects.filter(customer=signal.customer).update(
            dismissed_by=manager, dismissed_at=timezone.now(), dismissed_reason="On holiday"
        )

    just_before_the_swap(monkeypatch, dismiss)
    night()
    assert Standing.objects.get(customer=signal.customer).signal == ""


def test_readers_see_a_whole_table_at_any_time_and_never_fail(company):
    night(LAST_DAY - dt.timedelta(days=3))
    over, seen = threading.Event(), []

    def read():
        while not over.is_set():
            rows = list(Standing.objects.values_list("computed_on", flat=True))
            seen.append((len(rows), len(set(rows))))

    readers = [elsewhere(read) for _ in range(3)]
    for back in (2, 1, 0):
        night(LAST_DAY - dt.timedelta(days=back))
    over.set()
    for thread, raised in readers:
        thread.join()
        assert not raised, raised
    assert set(seen) == {(60, 1)}


def test_an_edit_that_is_not_committed_yet_is_waited_for(company, monkeypatch):
    monkeypatch.setattr(standing, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(standing, "PAUSE", 0.05)
    has_begun, may_end = threading.Event(), threading.Event()

    @transaction.atomic
    def edit_slowly():
        Standing.objects.filter(customer=company[0]).update(name="Renamed slowly")
        has_begun.set()
        may_end.wait(10)

    thread, raised = elsewhere(edit_slowly)
    has_begun.wait(10)
    threading.Timer(0.6, may_end.set).start()
    night()
    thread.join()
    assert not raised
    assert Standing.objects.get(customer=company[0]).name == "Renamed slowly"


def test_a_reader_that_never_ends_makes_the_step_wait_for_another_try(company, monkeypatch):
    monkeypatch.setattr(standing, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(standing, "PAUSE", 0.01)
    monkeypatch.setattr(standing, "TRIES", 3)
    has_begun, may_end = threading.Event(), threading.Event()

    @transaction.atomic
    def read_for_long():
        list(Standing.objects.all())
        has_begun.set()
        may_end.wait(20)

    thread, _ = elsewhere(read_for_long)
    has_begun.wait(10)
    with pytest.raises(OperationalError):
        night()
    assert Standing.objects.filter(computed_on__isnull=True).count() == 60
    may_end.set()
    thread.join()
    night()
    assert Standing.objects.filter(computed_on=LAST_DAY).count() == 60
