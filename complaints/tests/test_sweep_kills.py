"""Sweepers that are killed, and several at once: nothing fires twice, nothing is missed."""

import datetime as dt
import random
import threading
import time

import pytest
from django.db import connection

from complaints.models import Case, CaseEvent, Clock
from complaints.services import sweep
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory
from crm.accounts.tests.factories import ServiceFactory
from crm.platform.models import OutboxMessage
from customers.tests import processes
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)
# All are late by then, and those that waited wait no more.
LATER = MONDAY + dt.timedelta(days=30)
LATE, WAITING, RESOLVED = 20, 6, 6


@pytest.fixture(autouse=True)
def company():
    owner, customer = ServiceFactory(), CustomerFactory()
    given = {"owner": owner, "by": owner, "customer": customer, "now": MONDAY}
    CaseFactory.create_batch(LATE, **given)
    CaseFactory.create_batch(WAITING, **given, state=State.WAITING_THIRD)
    CaseFactory.create_batch(RESOLVED, **given, state=State.RESOLVED)


def assert_all_fired_once() -> None:
    """Three clocks of each late case; two of each that waited; nothing of the resolved ones."""
    late = Case.objects.filter(state=State.NEW).count()
    breaches = OutboxMessage.objects.filter(cause__startswith="case-breach:")
    assert breaches.count() == 3 * late + 2 * WAITING - in_time()
    assert set(Clock.objects.filter(state="running").values_list("reminders", flat=True)) <= {0, 1}
    assert not Clock.objects.filter(state="running", due_at__lte=LATER, reminders=0).exists()
    actions = CaseEvent.objects.filter(actor="system").values_list("action", flat=True)
    assert sorted(actions) == [Action.CLOSE] * RESOLVED + [Action.GO_ON] * WAITING
    assert not Case.objects.filter(wake_at__lte=LATER).exists()


def in_time() -> int:
    """Clocks of those that waited which are not late: the waiting ended just now."""
    return Clock.objects.filter(
        case__state=State.INVESTIGATING, state="running", due_at__gt=LATER
    ).count()


def sweeping(pause: float, batch: int = 4):
    call = f"sweeper.run({LATER.isoformat()!r}, {pause}, {batch})"
    return processes.start("-c", f"from complaints.tests import sweeper; {call}")


def fired() -> int:
    return OutboxMessage.objects.count()


def kill_at_random(times: int, batch: int) -> None:
    """Each sweeper gets on by a batch or more, and is killed anywhere in a later one."""
    chance = random.Random(7)
    for _ in range(times):
        before = waiting()
        process = sweeping(pause=0.05, batch=batch)
        processes.wait_until(lambda had=before: waiting() < had)
        time.sleep(chance.uniform(0, 0.15))
        processes.kill(process)
        # What was in hand when it was killed is as it was before.
        assert sum(Clock.objects.values_list("reminders", flat=True)) == fired()
    assert waiting() > 0
    sweep.wake_due(now=LATER)
    assert_all_fired_once()


def waiting() -> int:
    return Case.objects.filter(wake_at__lte=LATER).count()


def test_a_sweeper_that_is_killed_three_times_fires_nothing_twice_and_misses_nothing():
    kill_at_random(3, batch=4)


@pytest.mark.soak
def test_a_sweeper_that_is_killed_twenty_times_fires_nothing_twice_and_misses_nothing():
    case = Case.objects.filter(state=State.NEW).first()
    given = {"owner": case.owner, "by": case.owner, "customer": case.customer, "now": MONDAY}
    CaseFactory.create_batch(60, **given)  # each sweeper gets on by one or a few
    kill_at_random(20, batch=1)


def test_two_sweepers_as_processes_fire_nothing_twice():
    both = [sweeping(pause=0.02) for _ in range(2)]
    assert [processes.exit_code(process) for process in both] == [0, 0]
    assert_all_fired_once()


def test_four_sweepers_at_once_wake_each_case_once():
    start, woken = threading.Barrier(4), []

    def work():
        start.wait()
        woken.append(sweep.wake_due(now=LATER))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(woken) == LATE + WAITING + RESOLVED
    assert_all_fired_once()
