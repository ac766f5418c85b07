"""Sending a wave: once, to whom it chooses, with links that nobody else holds."""

import datetime as dt
import re
import threading

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.platform import outbox
from crm.platform.edits import NewerChange
from crm.platform.models import Installation, OutboxMessage
from crm.platform.secret_links import hash_of
from customers.tests.factories import ContactFactory, CustomerFactory, StandingFactory
from satisfaction.models import InvitationLink, Wave
from satisfaction.services import waves
from satisfaction.tests.factories import WaveFactory, ready_version

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http\S+/satisfaction/answer/([\w-]{43})/\s")


def customers(number=1, **fields) -> list:
    made = []
    for n in range(number):
        customer = CustomerFactory(**{"name": f"Acorn {n}", "email": f"a@c{n}.example"} | fields)
        StandingFactory(customer=customer, tier="A", stage="decline")
        made.append(customer)
    return made


def test_an_invitation_keeps_tier_stage_owner_and_team_of_the_moment():
    amy = AccountManagerFactory()
    (acorn,) = customers(account_manager=amy)
    wave = WaveFactory()
    assert waves.open_wave(wave=wave, by=wave.created_by) == waves.Sent(asked=1, skipped=0)
    wave.refresh_from_db()
    assert (wave.state, wave.sent_at is not None) == ("open", True)
    invitation = wave.invitations.get()
    assert (invitation.customer, invitation.owner, invitation.team) == (acorn, amy, amy.team)
    assert (invitation.tier, invitation.stage) == ("A", "decline")
    assert (invitation.state, invitation.sent_at) == ("sent", wave.sent_at)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_mail_is_in_the_persons_language_and_only_the_hash_of_its_link_is_kept(language):
    Installation.objects.update_or_create(id=1, defaults={"name": "Perennial Mugs 50 % off"})
    Installation.forget()
    (acorn,) = customers()
    ContactFactory(customer=acorn, name="Li Lei", language=language, email="li@acorn.example")
    wave = WaveFactory()
    waves.open_wave(wave=wave, by=None)
    outbox.send_due()
    (sent,) = mail.outbox
    assert sent.to == ["li@acorn.example"]
    assert "Perennial Mugs 50 % off" in sent.subject
    assert "Li Lei" in sent.body
    assert ready_version().introduction[language] in sent.body
    (token,) = LINK.findall(sent.body)
    assert f"{settings.SITE_URL}/satisfaction/answer/{token}/decline/" in sent.body
    link = InvitationLink.objects.get()
    assert link.token_hash == hash_of(token)
    assert link.invitation == wave.invitations.get()
    assert OutboxMessage.objects.get().body == ""


def test_who_is_skipped_is_written_down():
    customers(email="")
    (asked,) = customers(name="Birch", email="b@birch.example")
    wave = WaveFactory()
    waves.open_wave(wave=wave, by=None)
    assert [(skip.customer.name, skip.reason) for skip in wave.skips.all()] == [
        ("Acorn 0", "no_email")
    ]
    assert wave.invitations.get().customer == asked


def test_a_wave_that_was_sent_is_not_sent_again():
    customers(3)
    wave = WaveFactory()
    manager = ManagerFactory()
    assert waves.open_wave(wave=wave, by=manager).asked == 3
    assert waves.open_wave(wave=wave, by=manager) is None
    assert wave.invitations.count() == InvitationLink.objects.count() == 3
    assert OutboxMessage.objects.count() == 3
    entry = AuditEntry.objects.get(action="wave.sent")
    assert (entry.actor, entry.details) == (manager, {"asked": 3, "skipped": 0})


@pytest.mark.parametrize(("opens", "closes"), [(1, 5), (-9, -1)])
def test_a_wave_is_sent_within_its_days_only(opens, closes):
    customers()
    today = Installation.get().today()
    wave = WaveFactory(
        opens_on=today + dt.timedelta(days=opens), closes_on=today + dt.timedelta(days=closes)
    )
    with pytest.raises(waves.Refused):
        waves.open_wave(wave=wave, by=None)


def test_a_wave_that_can_ask_nobody_stays_planned():
    customers(email="")
    wave = WaveFactory()
    with pytest.raises(waves.Refused):
        waves.open_wave(wave=wave, by=None)
    wave.refresh_from_db()
    assert wave.state == "planned"
    assert not wave.skips.exists()


def at_once(*works) -> list:
    """Does the works in as many threads, each on its own connection; what they returned."""
    results = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(place, work):
        try:
            start.wait()
            results[place] = work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_it_at_once_ask_everybody_once():
    customers(20)
    wave = WaveFactory()
    people = [ManagerFactory(), ManagerFactory()]
    done = at_once(*(lambda by=by: waves.open_wave(wave=wave, by=by) for by in people))
    assert sorted(sent.asked if sent else 0 for sent in done) == [0, 20]
    assert wave.invitations.count() == OutboxMessage.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_two_waves_sent_at_once_do_not_both_ask_the_same_customer():
    customers(20)
    both = [WaveFactory(), WaveFactory()]

    def send(wave):
        try:
            return waves.open_wave(wave=wave, by=None).asked
        except waves.Refused:
            return 0

    done = at_once(*(lambda wave=wave: send(wave) for wave in both))
    assert sorted(done) == [0, 20]


def test_closing_ends_a_wave_once():
    wave = WaveFactory(is_open=True)
    assert waves.close_wave(wave=wave, by=wave.created_by)
    assert not waves.close_wave(wave=wave, by=wave.created_by)
    wave.refresh_from_db()
    assert wave.state == "closed"
    assert AuditEntry.objects.filter(action="wave.closed").count() == 1


def test_mails_that_have_not_left_when_a_wave_is_closed_never_do():
    customers(2)
    wave = WaveFactory()
    waves.open_wave(wave=wave, by=None)
    outbox.enqueue(cause="other", recipient="ann@example.com", subject="Hi", body="Text")
    OutboxMessage.objects.filter(cause__startswith="survey").first().delete()
    waves.close_wave(wave=wave, by=None)
    assert [message.cause for message in OutboxMessage.objects.all()] == ["other"]


def test_a_wave_closes_by_itself_when_its_last_day_is_over():
    today = Installation.get().today()
    over = WaveFactory(
        is_open=True, opens_on=today - dt.timedelta(days=9), closes_on=today - dt.timedelta(days=1)
    )
    last_day = WaveFactory(is_open=True, opens_on=over.opens_on, closes_on=today)
    assert waves.close_due() == 1
    assert Wave.objects.get(state="closed") == over
    assert Wave.objects.get(state="open") == last_day


def test_a_plan_is_changed_while_it_is_one_and_nobody_saved_in_between():
    wave = WaveFactory()
    changed = waves.change_plan(wave=wave, values={"name": "Spring"}, revision=1)
    assert (changed.name, changed.revision) == ("Spring", 2)
    with pytest.raises(NewerChange):
        waves.change_plan(wave=wave, values={"name": "Summer"}, revision=1)
    Wave.objects.update(state="open", sent_at=timezone.now())
    with pytest.raises(waves.Refused):
        waves.change_plan(wave=wave, values={"name": "Summer"}, revision=2)
    wave.refresh_from_db()
    assert wave.name == "Spring"
