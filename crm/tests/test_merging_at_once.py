"""Two people, or a person and an import, at the same two customers: one of them is told to wait."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm import handover, merging
from crm.accounts.services import Refused
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, TeamFactory
from crm.merging import service
from crm.tests.test_handover_at_once import at_once
from crm.tests.test_merging import merge
from customers.models import Customer, Interaction, Merge, Transaction
from customers.services import care
from customers.services.derived import refresh_derived
from customers.services.interactions import log_interaction
from customers.tests.factories import CustomerFactory, SourceFactory, TransactionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory())


@pytest.fixture
def pair(amy):
    both = [CustomerFactory(account_manager=amy, number=f"K{n}") for n in (1, 2)]
    for customer in both:
        TransactionFactory(customer=customer)
    refresh_derived([customer.pk for customer in both])
    return both


def job(kept, gone, by):
    seen = merging.two_of(by=by, kept_id=kept.pk, gone_id=gone.pk).seen
    return lambda: merging.merge(by=by, kept_id=kept.pk, gone_id=gone.pk, seen=seen, data={})


@pytest.mark.parametrize("round_number", range(3))
def test_two_who_merge_the_same_two_merge_them_once(pair, amy, round_number):
    kept, gone = pair
    outcomes = at_once(job(kept, gone, amy), job(kept, gone, ManagerFactory()))
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert Merge.objects.get().customer == kept
    assert Transaction.objects.filter(customer=kept).count() == 2


@pytest.mark.parametrize("round_number", range(3))
def test_one_into_the_other_and_the_other_way_round_leave_one(pair, amy, round_number):
    kept, gone = pair
    outcomes = at_once(job(kept, gone, amy), job(gone, kept, ManagerFactory()))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    left = Customer.objects.get()
    assert Transaction.objects.filter(customer=left).count() == 2
    assert Merge.objects.get().customer == left


def test_two_who_undo_the_same_undo_it_once(pair, amy):
    done = merge(*pair, amy)
    outcomes = at_once(*[lambda: merging.undo(by=amy, pk=done.pk)] * 2)
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert Customer.objects.count() == 2


@pytest.mark.parametrize("round_number", range(2))
def test_an_offer_and_a_merge_do_not_cross(pair, amy, round_number):
    kept, gone = pair
    tom = AccountManagerFactory(team=amy.team)
    outcomes = at_once(
        job(kept, gone, amy),
        lambda: handover.offer(by=amy, taker=tom, customer_ids=[gone.pk], note=""),
    )
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1


class Elsewhere:
    """Holds a transaction open in another connection until it is told to end it."""

    def __init__(self, work):
        self.work, self.ready, self.end = work, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            with transaction.atomic():
                self.work()
                self.ready.set()
                self.end.wait(30)
        finally:
            connection.close()

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(30)
        return self

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()


def import_line(customer, reference: str):
    def work():
        TransactionFactory(customer=customer, reference=reference)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return work


def test_a_merge_does_not_wait_for_long_for_an_import_and_loses_none_of_its_lines(
    pair, amy, monkeypatch
):
    kept, gone = pair
    SourceFactory()
    monkeypatch.setattr(service, "PATIENCE", "300ms")
    with Elsewhere(import_line(gone, "NEW-1")):
        begun = time.monotonic()
        with pytest.raises(Refused, match="try again"):
            merge(kept, gone, amy)
        assert time.monotonic() - begun < 5
    merge(kept, gone, amy)
    assert Transaction.objects.filter(customer=kept).count() == 3


def test_a_merge_is_told_to_come_again_while_the_night_works_on_care(pair, amy, monkeypatch):
    monkeypatch.setattr(service, "PATIENCE", "300ms")
    with Elsewhere(care.keep_up), pytest.raises(Refused, match="try again"):
        merge(*pair, amy)


def test_somebody_who_logs_a_talk_meanwhile_is_before_or_finds_it_gone(pair, amy):
    kept, gone = pair
    outcomes = at_once(
        job(kept, gone, amy),
        lambda: log(gone, amy),
    )
    assert any(isinstance(outcome, Merge) for outcome in outcomes)
    assert not Interaction.objects.exclude(customer=kept).exists()


def log(customer, by):
    try:
        return log_interaction(
            customer=customer,
            by=by,
            kind="call",
            direction="out",
            at=timezone.now(),
            subject="Called",
        )
    except Customer.DoesNotExist as error:
        return error
