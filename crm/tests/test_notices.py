"""What watchers hear of upper floors, and the quiet mail of the morning."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from complaints.models import Case, Clock
from complaints.tests.factories import CaseFactory
from crm import notices
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import OutboxMessage
from customers.models import Notice, Watch
from customers.services import digest, following
from customers.tests.factories import CustomerFactory
from lifecycle.models import StageChange, TierChange

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def customer(amy):
    customer = CustomerFactory(account_manager=amy, name="Acorn Ltd")
    following.watch(user=amy, customer=customer, on=True)
    return customer


@pytest.fixture
def morning(monkeypatch):
    monkeypatch.setattr(digest, "MORNING", 0)


def told(user) -> list[tuple[str, str]]:
    return sorted(Notice.objects.filter(user=user).values_list("kind", "text"))


def changed(customer, on=TODAY):
    TierChange.objects.create(customer=customer, on=on, before="B", after="A", basis=1)
    StageChange.objects.create(customer=customer, on=on, before="stability", after="decline")


def test_changes_of_tier_and_stage_since_the_watch_began_are_told_once(amy, customer):
    changed(customer)
    changed(customer, on=TODAY - dt.timedelta(days=3))  # before the watch
    changed(CustomerFactory(account_manager=amy))  # not watched
    assert notices.sweep() == 2
    assert notices.sweep() == 0
    assert told(amy) == [("stage", "stability>decline"), ("tier", "B>A")]


def test_a_night_that_is_computed_again_tells_nothing_again(amy, customer):
    changed(customer)
    notices.sweep()
    TierChange.objects.all().delete()
    StageChange.objects.all().delete()
    changed(customer)
    assert notices.sweep() == 0


def test_a_first_tier_is_no_change(amy, customer):
    TierChange.objects.create(customer=customer, on=TODAY, before="", after="A", basis=1)
    assert notices.sweep() == 0


def test_new_and_late_complaints_are_told_and_service_requests_are_not(amy, customer):
    CaseFactory(customer=customer, kind="complaint", title="Leaking valve")
    CaseFactory(customer=customer, kind="request", title="Spare part")
    assert notices.sweep() == 1
    case = Case.objects.get(kind="complaint")
    clock = Clock.objects.filter(case=case).first()
    clock.breached_at = timezone.now()
    clock.save()
    assert notices.sweep() == 1
    assert notices.sweep() == 0
    assert told(amy) == [("case", "Leaking valve")] * 2
    assert set(Notice.objects.values_list("cause", flat=True)) == {
        f"case:{case.pk}:new",
        f"case:{case.pk}:late",
    }


def test_who_logged_a_complaint_needs_no_notice_of_it(customer):
    grace = ServiceFactory()
    following.watch(user=grace, customer=customer, on=True)
    CaseFactory(customer=customer, by=grace)
    notices.sweep()
    assert told(grace) == []


def test_only_those_hear_who_see_the_customer_still(amy, customer):
    watchers = {
        "mate": AccountManagerFactory(team=amy.team),
        "boss": ManagerFactory(),
        "grace": ServiceFactory(),
        "moved": AccountManagerFactory(),
        "teamless": AccountManagerFactory(team=None),
        "gone": ManagerFactory(is_active=False),
    }
    for user in watchers.values():
        Watch.objects.create(user=user, customer=customer)
    changed(customer)
    notices.sweep()
    hearing = {name for name, user in watchers.items() if told(user)}
    seeing = {name for name, user in watchers.items() if following.seers([user], customer)}
    assert hearing == seeing == {"mate", "boss", "grace"}


def test_the_digest_names_customers_and_nothing_of_what_was_said(amy, customer, morning):
    following.tell(
        users=[amy],
        customer=customer,
        kind="interaction",
        cause="interaction:1",
        text="They want to leave",
        by=None,
    )
    assert digest.mail_due() == 1
    mail = OutboxMessage.objects.get()
    assert (mail.recipient, mail.subject) == (amy.email, "1 new notice")
    assert "- Interaction logged: Acorn Ltd" in mail.body
    assert "leave" not in mail.body


def test_there_is_one_digest_a_day_and_none_for_nothing(amy, customer, morning):
    assert digest.mail_due() == 0
    changed(customer)
    notices.sweep()
    assert digest.mail_due() == 1
    following.tell(users=[amy], customer=customer, kind="help", cause="h", text="x", by=None)
    assert digest.mail_due() == 0
    assert Notice.objects.filter(mailed_at=None).count() == 1  # waits for tomorrow


def test_the_digest_comes_in_the_users_language_and_not_to_who_wants_none(customer, morning):
    li = ManagerFactory(language="zh-hans")
    quiet, gone = ManagerFactory(digest="never"), ManagerFactory(is_active=False)
    for user in (li, quiet, gone):
        following.tell(users=[user], customer=customer, kind="help", cause="h", text="x", by=None)
    Notice.objects.create(user=gone, kind="help", cause="g", text="x", at=timezone.now())
    digest.mail_due()
    assert list(OutboxMessage.objects.values_list("recipient", flat=True)) == [li.email]


def test_what_was_seen_or_is_no_longer_visible_is_not_mailed(amy, customer, morning):
    for cause in ("a", "b"):
        following.tell(users=[amy], customer=customer, kind="help", cause=cause, text="x", by=None)
    following.see(amy, until=Notice.objects.order_by("pk").first().pk)
    customer.account_manager, customer.team = ManagerFactory(), None
    customer.save()
    assert digest.mail_due() == 0


def test_no_digest_leaves_at_night(amy, customer, monkeypatch):
    monkeypatch.setattr(digest, "MORNING", 24)
    following.tell(users=[amy], customer=customer, kind="help", cause="h", text="x", by=None)
    assert digest.mail_due() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_the_digest_once(morning):
    customer = CustomerFactory()
    amy = customer.account_manager
    following.tell(users=[amy], customer=customer, kind="help", cause="h", text="x", by=None)
    together = threading.Barrier(2)

    def work():
        together.wait()
        digest.mail_due()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OutboxMessage.objects.count() == 1
