"""Reminders: only to the unfinished, at most two, five days apart."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from crm.platform import outbox
from crm.platform.models import Installation, OutboxMessage
from crm.platform.secret_links import hash_of
from customers.tests.factories import ContactFactory
from satisfaction.models import Invitation, InvitationLink, OptOut
from satisfaction.services.sending import remind_due
from satisfaction.services.waves import close_wave
from satisfaction.tasks import remind
from satisfaction.tests.factories import InvitationFactory, WaveFactory
from satisfaction.tests.test_waves import LINK, at_once

pytestmark = pytest.mark.django_db


def days_ago(days: float):
    return timezone.now() - dt.timedelta(days=days)


def wave(**fields):
    today = Installation.get().today()
    begun = {"opens_on": today - dt.timedelta(days=15), "reminders": 2}
    begun["closes_on"] = today + dt.timedelta(days=5)
    return WaveFactory(is_open=True, **begun | fields)


def asked(days=6.0, **fields):
    fields.setdefault("wave", wave())
    return InvitationFactory(sent_at=days_ago(days), **fields)


def test_a_reminder_brings_a_link_of_its_own_and_the_first_one_stays():
    invitation = asked()
    assert remind_due() == 1
    outbox.send_due()
    (sent,) = mail.outbox
    assert sent.to == [invitation.email]
    (token,) = LINK.findall(sent.body)
    hashes = set(invitation.links.values_list("token_hash", flat=True))
    assert hashes == {hash_of(token), hash_of(invitation.token)}


def test_reminders_come_five_days_apart_and_two_at_most():
    invitation = asked(days=4.9)
    assert remind_due() == 0
    for reminders in (1, 2):
        Invitation.objects.update(sent_at=days_ago(30), reminded_at=days_ago(5.1))
        assert remind_due() == 1
        assert remind_due() == 0
        invitation.refresh_from_db()
        assert invitation.reminders == reminders
    Invitation.objects.update(reminded_at=days_ago(5.1))
    assert remind_due() == 0
    assert OutboxMessage.objects.count() == 2


@pytest.mark.parametrize(("planned", "sent"), [(0, 0), (1, 1), (2, 2)])
def test_there_are_as_many_as_the_plan_says(planned, sent):
    asked(wave=wave(reminders=planned))
    for _ in range(3):
        remind_due()
        Invitation.objects.update(sent_at=days_ago(30), reminded_at=days_ago(6))
    assert OutboxMessage.objects.count() == sent


@pytest.mark.parametrize("state", Invitation.State.values)
def test_only_the_unfinished_are_reminded(state):
    asked(state=state, finished_at=timezone.now() if state == "finished" else None)
    assert remind_due() == (state in {"sent", "opened", "started"})


def test_who_wants_no_more_surveys_is_not_reminded():
    asked(email="Ann@acorn.example")
    OptOut.objects.create(email="ann@acorn.example")
    assert remind_due() == 0


def test_who_has_left_and_customers_that_are_gone_are_not_reminded():
    left = asked()
    left.contact = ContactFactory(customer=left.customer, left_on=Installation.get().today())
    left.save()
    gone = asked()
    gone.customer.is_active = False
    gone.customer.save()
    assert remind_due() == 0


def test_a_wave_that_is_closed_or_over_reminds_nobody():
    today = Installation.get().today()
    asked(wave=wave(state="closed"))
    asked(wave=wave(closes_on=today - dt.timedelta(days=1)))
    assert remind_due() == 0


def test_the_task_closes_what_is_over_and_reminds_the_others():
    today = Installation.get().today()
    over = wave(closes_on=today - dt.timedelta(days=1))
    asked(wave=over)
    asked()
    assert remind() == 1
    assert remind() == 0
    over.refresh_from_db()
    assert over.state == "closed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_everybody_once():
    same = wave()
    for _ in range(20):
        asked(wave=same)
    assert sum(at_once(remind_due, remind_due)) == 20
    assert OutboxMessage.objects.count() == 20
    assert InvitationLink.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_a_wave_that_is_closed_while_it_reminds_leaves_no_mail_behind():
    same = wave()
    asked(wave=same)

    def remind_in_time() -> int:
        try:
            return remind_due()
        finally:
            connection.close()

    with ThreadPoolExecutor() as worker:
        with transaction.atomic():
            close_wave(wave=same, by=None)
            reminding = worker.submit(remind_in_time)
            time.sleep(0.5)
        assert reminding.result(timeout=20) == 0
    assert not OutboxMessage.objects.exists()
