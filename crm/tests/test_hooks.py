"""Web hooks: what is told, signed, tried again, and given up."""

import datetime as dt
import threading
import time
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from complaints.models import Clock
from complaints.services.cases import log_case
from complaints.services.sweep import wake_due
from complaints.tests.factories import CaseFactory
from crm import hooks
from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AdministratorFactory, TeamFactory
from crm.platform import hooks as sending
from crm.platform.models import Job, OutboxMessage, WebHook, WebHookDelivery
from crm.platform.tests.receiver import is_signed, listening
from customers.models import CustomerIdentity, Source
from customers.tests.factories import CustomerFactory
from lifecycle.models import NightlyRun, Signal, TierChange

pytestmark = pytest.mark.django_db
ALL = ["tier.changed", "signal.raised", "complaint.opened", "complaint.breached"]
NIGHT = dt.date(2026, 3, 4)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with listening() as found:
        yield found


def make_hook(receiver=None, **values) -> WebHook:
    url = receiver.address + "/hook" if receiver else "https://erp.example.com/hook"
    values = {"url": url, "events": ALL, "team": None} | values
    return hooks.create_hook(actor=AdministratorFactory(), values=values)


def night(as_of: dt.date = NIGHT) -> NightlyRun:
    job = Job.objects.create(kind="nightly", state="done", finished_at=timezone.now())
    return NightlyRun.objects.create(as_of=as_of, job=job)


def change_tier(customer=None, **values) -> TierChange:
    values = {"on": NIGHT, "before": "B", "after": "A", "basis": 1} | values
    return TierChange.objects.create(customer=customer or CustomerFactory(), **values)


def complain(customer=None, **values):
    """As people and other systems do it."""
    values = {"customer": customer, "description": "It leaks.", "caller_name": "Zoe"} | values
    return log_case(by=None, actor="system", values=values, submission=uuid.uuid4())


def told(**filters) -> list[str]:
    found = WebHookDelivery.objects.filter(**filters).order_by("id")
    return list(found.values_list("event", flat=True))


# -- what is told


def test_a_night_tells_of_tiers_and_signals_once():
    make_hook()
    customer = CustomerFactory(number="C-77", name="Acorn Ltd")
    CustomerIdentity.objects.create(
        source=Source.objects.create(code="erp"), key="D-1", customer=customer
    )
    change_tier(customer)
    change_tier(before="")  # a first figure is no change
    change_tier(on=NIGHT - dt.timedelta(days=1))
    seen = {"first_seen": NIGHT, "last_seen": NIGHT, "evidence": {"days_since": 41}}
    Signal.objects.create(customer=customer, kind="silent", strength=0.9, **seen)
    assert hooks.find_events() == 0  # the night is not over
    night()
    assert hooks.find_events() == 2
    assert hooks.find_events() == 0
    tier, signal = WebHookDelivery.objects.order_by("event").reverse()
    who = {"number": "C-77", "keys": [{"source": "erp", "key": "D-1"}]}
    assert tier.data == {"customer": who, "on": "2026-03-04", "from": "B", "to": "A"}
    assert signal.data["evidence"] == {"days_since": 41}
    assert "Acorn" not in str(tier.data) + str(signal.data)


def test_nights_that_were_missed_are_told_and_those_before_the_hook_are_not():
    change_tier()
    night()
    make_hook()
    assert hooks.find_events() == 0
    for days in (1, 2):
        change_tier(on=NIGHT + dt.timedelta(days=days))
        night(NIGHT + dt.timedelta(days=days))
    assert hooks.find_events() == 2


def test_complaints_are_told_when_they_come_in_and_when_they_are_late():
    CaseFactory(customer=CustomerFactory())
    hook = make_hook()
    customer = CustomerFactory(number="C-77")
    case = complain(customer, severity="major")
    complain(customer, kind="request")
    assert hooks.find_events() == 1
    (opened,) = WebHookDelivery.objects.all()
    assert (opened.event, opened.data["case"]) == ("complaint.opened", case.reference)
    assert opened.data["severity"] == "major"
    assert opened.data["customer"]["number"] == "C-77"
    soon = timezone.now() + dt.timedelta(days=10)
    wake_due(now=soon)
    late = Clock.objects.filter(breached_at__isnull=False, case__kind="complaint")
    late.update(breached_at=timezone.now())
    assert late.count() == hooks.find_events() == 6  # three of each, whenever it came in
    assert set(told()) == {"complaint.opened", "complaint.breached"}
    assert hooks.find_events() == 0
    assert hook.deliveries.filter(event="complaint.breached").first().data["deadline"]


def test_a_complaint_of_nobody_known_names_no_caller():
    make_hook()
    complain()
    hooks.find_events()
    data = WebHookDelivery.objects.get().data
    assert data["customer"] is None
    assert "Zoe" not in str(data)


def test_history_that_was_imported_is_not_told():
    make_hook()
    CaseFactory()  # without the number of a form
    complain(received_at=timezone.now() - dt.timedelta(days=40))
    assert hooks.find_events() == 0


def test_a_hook_is_told_of_its_events_and_its_team_only(amy):
    make_hook(events=["complaint.opened"], team=amy.team)
    make_hook(events=["tier.changed"], team=TeamFactory())
    make_hook(events=ALL, is_active=False)
    mine = CustomerFactory(account_manager=amy)
    complain(mine)
    complain(CustomerFactory())
    complain()
    change_tier(mine)
    night()
    hooks.find_events()
    assert told() == ["complaint.opened"]


# -- how it is sent


def test_what_is_sent_is_signed_and_names_the_event(receiver):
    hook = make_hook(receiver)
    complain(CustomerFactory(number="C-77"))
    hooks.find_events()
    assert hooks.send_due() == 1
    assert hooks.send_due() == 0
    ((headers, body),) = receiver.came
    (content,) = receiver.bodies
    assert is_signed(headers["X-Perennial-Signature"], body, sending.secret_of(hook))
    assert not is_signed(headers["X-Perennial-Signature"], body + b" ", sending.secret_of(hook))
    assert not is_signed(headers["X-Perennial-Signature"], body, "whsec_other")
    delivery = WebHookDelivery.objects.get()
    assert (delivery.state, delivery.status, delivery.attempts) == ("sent", 200, 1)
    assert content["id"] == str(delivery.uid)
    assert content["event"] == "complaint.opened"
    assert content["data"]["customer"]["number"] == "C-77"


def pass_time(**gone) -> None:
    """As if so much time had passed for all deliveries and hooks."""
    step = dt.timedelta(**gone)
    for delivery in WebHookDelivery.objects.all():
        delivery.next_attempt_at -= step
        delivery.queued_at -= step
        delivery.save()
    for hook in WebHook.objects.all():
        hook.paused_until = hook.paused_until and hook.paused_until - step
        hook.failing_since = hook.failing_since and hook.failing_since - step
        hook.save()


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_not_taken_is_sent_again_later_with_the_same_id(receiver, status):
    make_hook(receiver)
    complain()
    hooks.find_events()
    receiver.status = status
    assert hooks.send_due() == 0
    assert hooks.send_due() == 0
    assert len(receiver.came) == 1  # a pause lies between
    delivery = WebHookDelivery.objects.get()
    assert (delivery.state, delivery.status) == ("pending", status)
    pass_time(minutes=1)
    hooks.send_due()
    pass_time(minutes=1)
    hooks.send_due()
    assert len(receiver.came) == 2  # and a longer one after the second
    receiver.status = 204
    pass_time(minutes=1)
    assert hooks.send_due() == 1
    assert len({body["id"] for body in receiver.bodies}) == 1
    hook = WebHook.objects.get()
    assert (hook.failures, hook.failing_since, hook.paused_until) == (0, None, None)


def test_a_hook_that_fails_for_a_day_is_switched_off_and_administrators_hear_of_it(receiver):
    hook = make_hook(receiver)
    complain()
    hooks.find_events()
    receiver.status = 500
    for _ in range(40):
        hooks.send_due()
        pass_time(hours=1)
    hook.refresh_from_db()
    assert not hook.is_active
    assert 10 <= len(receiver.came) <= 20
    delivery = WebHookDelivery.objects.get()
    assert (delivery.state, delivery.failure) == ("failed", "")
    mail = OutboxMessage.objects.get()
    assert mail.recipient == hook.created_by.email
    assert f"/settings/hooks/{hook.pk}/" in mail.body


def test_one_that_is_never_taken_does_not_keep_the_others_back(receiver):
    hook = make_hook(receiver)
    complain()
    hooks.find_events()
    receiver.status = 500
    hooks.send_due()
    receiver.status = 200
    pass_time(minutes=2)
    WebHookDelivery.objects.update(next_attempt_at=timezone.now() + dt.timedelta(hours=1))
    complain()
    hooks.find_events()
    assert hooks.send_due() == 1
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_a_hook_that_fails_does_not_hold_up_another(receiver):
    dead = make_hook(url="https://127.0.0.1:1/hook")
    make_hook(receiver)
    for _ in range(3):
        complain()
    hooks.find_events()
    assert hooks.send_due() == 3
    assert dead.deliveries.filter(attempts__gt=0).count() == 1


def test_nothing_goes_to_a_private_address(receiver, settings):
    make_hook(receiver)
    complain()
    hooks.find_events()
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    assert hooks.send_due() == 0
    assert receiver.came == []
    assert WebHookDelivery.objects.get().failure == "address"  # plain http it is, too


def test_a_delivery_that_is_given_up_can_be_sent_again(receiver):
    hook = make_hook(receiver)
    complain()
    hooks.find_events()
    sending.switch_off(hook)
    assert hooks.send_due() == 0
    delivery = WebHookDelivery.objects.get()
    assert (delivery.state, delivery.failure) == ("failed", "off")
    WebHook.objects.update(is_active=True)
    sending.send_again(delivery)
    assert hooks.send_due() == 1
    assert receiver.bodies[0]["id"] == str(delivery.uid)


def test_what_a_killed_worker_had_is_sent_after_its_lease(receiver):
    hook = make_hook(receiver)
    complain()
    hooks.find_events()
    killed = sending.claim(hook.pk)
    assert hooks.send_due() == 0
    pass_time(minutes=3)
    assert hooks.send_due() == 1
    # The dead one comes back: what it writes down is not heard.
    receiver.status = 500
    sending.send(killed, lambda hook: None)
    delivery = WebHookDelivery.objects.get()
    assert (delivery.state, delivery.status) == ("sent", 200)
    hook.refresh_from_db()
    assert hook.failures == 0


def test_old_deliveries_go_after_a_month_and_waiting_ones_stay():
    hook = make_hook()
    for state in ("sent", "failed", "pending"):
        hook.deliveries.create(
            event="test",
            cause=state,
            at=timezone.now(),
            state=state,
            next_attempt_at=timezone.now(),
        )
    assert sending.tidy() == 0
    WebHookDelivery.objects.update(queued_at=timezone.now() - dt.timedelta(days=31))
    assert sending.tidy() == 2
    assert WebHookDelivery.objects.get().state == "pending"


def test_the_secret_is_not_stored_and_changes_when_it_is_renewed(settings):
    hook = make_hook()
    secret = sending.secret_of(hook)
    assert secret.removeprefix("whsec_") not in str(WebHook.objects.values())
    renewed = hooks.renew_secret(actor=AdministratorFactory(), pk=hook.pk)
    assert sending.secret_of(renewed) != secret
    assert AuditEntry.objects.filter(action="web_hook.secret_renewed").exists()
    settings.SECRET_KEY = "another"
    assert sending.secret_of(hook) != secret


def test_a_hook_that_is_switched_on_again_is_not_told_of_what_happened_meanwhile():
    hook = make_hook()
    actor, off = AdministratorFactory(), {"is_active": False}
    hooks.edit_hook(actor=actor, pk=hook.pk, version=1, values=off)
    complain()
    change_tier()
    night()
    time.sleep(0.01)
    hooks.edit_hook(actor=actor, pk=hook.pk, version=2, values={"is_active": True})
    assert hooks.find_events() == 0
    complain()
    assert hooks.find_events() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_delivery_once(receiver):
    make_hook(receiver)
    for _ in range(20):
        complain()
    hooks.find_events()
    receiver.seconds = 0.01
    sent = []

    def work():
        try:
            sent.append(hooks.send_due())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == 20
    assert len(receiver.came) == len({body["id"] for body in receiver.bodies}) == 20
