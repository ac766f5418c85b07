"""Two people at once: the second is told, and nothing is done twice."""

import datetime as dt
import threading
import time
import uuid

import pytest
from django.db import connection, transaction
from django.utils import timezone

from complaints.models import Case, CaseEvent
from complaints.services import desk
from complaints.services.actions import Refused, act
from complaints.services.cases import log_case
from complaints.services.terms import current_terms
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory
from crm.accounts.models import User
from crm.accounts.tests.factories import ServiceFactory
from crm.platform.models import OutboxMessage
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*tasks) -> list:
    """What each returned, or the refusal that it met."""
    start, outcomes = threading.Barrier(len(tasks)), []

    def work(task):
        start.wait()
        try:
            outcomes.append(task())
        except Refused as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def refusals(outcomes: list) -> int:
    return sum(isinstance(outcome, Refused) for outcome in outcomes)


def test_a_form_sent_twice_at_once_makes_one_case():
    staff, customer, submission = ServiceFactory(), CustomerFactory(), uuid.uuid4()
    current_terms()
    values = {"customer": customer, "description": "It leaks.", "severity": "critical"}

    def log():
        return log_case(by=staff, values=values, submission=submission)

    outcomes = at_once(*[log] * 4)
    assert len({case.pk for case in outcomes}) == 1
    assert Case.objects.count() == CaseEvent.objects.count() == 1


def test_the_first_case_of_a_new_installation_makes_one_row_of_terms():
    assert len({terms.pk for terms in at_once(*[current_terms] * 4)}) == 1


@pytest.mark.parametrize("round_number", range(3))
def test_the_second_of_two_who_claim_a_case_is_refused(round_number):
    first, second = ServiceFactory(), ServiceFactory()
    case = CaseFactory(by=first)

    def claim(user):
        return lambda: act(
            case=case,
            action=Action.ASSIGN,
            by=user,
            values={"owner": user},
            expected_seq=case.last_seq,
        )

    outcomes = at_once(claim(first), claim(second))
    assert refusals(outcomes) == 1
    assert case.events.count() == 2


def test_a_reply_that_is_sent_twice_is_acknowledged_once():
    staff = ServiceFactory()
    case = CaseFactory(by=staff, caller_email="ann@example.com")

    def acknowledge():
        return act(
            case=case,
            action=Action.ACKNOWLEDGE,
            by=staff,
            data={"told": "We have it.", "mail": True},
            expected_seq=1,
        )

    assert refusals(at_once(*[acknowledge] * 3)) == 2
    assert OutboxMessage.objects.count() == 1


def test_two_cases_merged_into_each_other_at_once_leave_one_open():
    staff, customer = ServiceFactory(), CustomerFactory()
    one, two = CaseFactory.create_batch(2, by=staff, customer=customer)

    def merge(case, into):
        return lambda: act(case=case, action=Action.MERGE, by=staff, data={"target": into.pk})

    outcomes = at_once(merge(one, two), merge(two, one))
    assert refusals(outcomes) == 1
    assert sorted(Case.objects.values_list("state", flat=True)) == [State.MERGED, State.NEW]


def test_many_at_once_leave_a_chain_without_gaps():
    staff = ServiceFactory()
    case = CaseFactory(by=staff, now=timezone.now() - dt.timedelta(hours=1))

    def comment():
        return act(case=case, action=Action.COMMENT, by=staff, reason="seen")

    at_once(*[comment] * 8)
    assert list(case.events.values_list("seq", flat=True)) == list(range(1, 10))
    case.refresh_from_db()
    assert case.last_seq == 9


@pytest.mark.parametrize("do", ["claim", "assign", "settle", "merge", "comment"])
def test_who_acts_waits_for_a_deactivation_without_holding_the_case(do):
    leaving = ServiceFactory()
    case, other = CaseFactory.create_batch(2, by=leaving, customer=CustomerFactory())
    given = {
        "assign": {"values": {"owner": leaving}},
        "merge": {"data": {"target": other.pk}},
        "comment": {"reason": "seen"},
    }.get(do, {})

    def work():
        try:
            if do == "claim":
                desk.claim(case=case, by=leaving)
            else:
                common = {"reason": "", "data": {}, "values": {}, "expected_seq": None}
                desk.act_once(case=case, action=do, by=leaving, **(common | given))
        except Refused:
            pass  # settling needs more than is given here
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    try:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=leaving.pk)
            thread.start()
            wait_until(somebody_waits)
            # What deactivating does next; held by the other, it would wait for ever.
            Case.objects.select_for_update(nowait=True, no_key=True).get(pk=case.pk)
    finally:
        thread.join()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def wait_until(condition, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
