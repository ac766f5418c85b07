"""A slow model of the minute's sweep: each case alone, all its events played, each mail by itself.

What it does to the tables, `complaints.services.sweep` has to do to many cases at once.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.clockwork import RUNNING
from complaints.models import Actor, Case, Clock, ClockKind, Severity
from complaints.services import alarms
from complaints.services.actions import act
from complaints.services.clocks import (
    DERIVED,
    clocks_of,
    closes_at,
    derive,
    history,
    save_clocks,
    wake_at,
)
from complaints.states import WAITING, Action, State
from crm.platform import outbox
from crm.platform.models import Installation

HOUR = dt.timedelta(hours=1)


def wake_each(now: dt.datetime) -> int:
    due = list(Case.objects.filter(wake_at__lte=now).order_by("wake_at", "pk"))
    for case in due:
        wake(case, now)
    return len(due)


@transaction.atomic
def wake(case: Case, now: dt.datetime) -> None:
    by_itself = {"by": None, "actor": Actor.SYSTEM, "now": now}
    if case.state in WAITING and case.waiting_until <= now:
        case = act(case=case, action=Action.GO_ON, **by_itself)
    elif case.state == State.RESOLVED and closes_at(case) <= now:
        case = act(case=case, action=Action.CLOSE, **by_itself)
    clocks = clocks_of(case)
    derive(case, history(case), clocks, now)
    for clock in clocks.values():
        if clock.state == RUNNING:
            ring(case, clock, now)
    running = [clock for clock in clocks.values() if clock.state == RUNNING]
    case.wake_at = wake_at(case, running)
    case.save(update_fields=DERIVED)
    save_clocks(clocks.values())


def ring(case: Case, clock: Clock, now: dt.datetime) -> None:
    audience = alarms.Audience([case])
    if clock.due_at > now:
        if clock.warn_at <= now and clock.warned_at is None and clock.breached_at is None:
            clock.warned_at = now
            send(alarms.warning(case, clock, audience.in_charge(case)))
    elif clock.reminders < 3 and (
        clock.reminded_at is None or now >= max(clock.reminded_at + HOUR, clock.due_at)
    ):
        people = [audience.in_charge, audience.leads, audience.managers][clock.reminders](case)
        clock.reminders, clock.reminded_at = clock.reminders + 1, now
        send(alarms.breach(case, clock, people))


def send(alarm: alarms.Alarm) -> None:
    for person in alarm.people:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            subject, body = words(alarm)
        outbox.enqueue(
            cause=f"{alarm.cause}:{person.pk}",
            recipient=person.email,
            subject=subject,
            body=body,
        )


def words(alarm: alarms.Alarm) -> tuple[str, str]:
    """Subject and body, in the language that is active: everything looked up for itself."""
    case, clock = alarm.case, alarm.clock
    subject = _("Deadline missed: %(reference)s %(title)s")
    body = _(
        "%(who)s, tier %(tier)s, severity %(severity)s.\n"
        "%(clock)s was due on %(due)s. In charge: %(owner)s.\n\n%(link)s\n"
    )
    if not alarm.is_late:
        subject = _("Deadline near: %(reference)s %(title)s")
        body = _(
            "%(who)s, tier %(tier)s, severity %(severity)s.\n"
            "%(clock)s is due on %(due)s.\n\n%(link)s\n"
        )
    due = timezone.localtime(clock.due_at, Installation.cached().zone)
    facts = {
        "reference": case.reference,
        "title": case.title,
        "who": case.who,
        "severity": Severity(case.severity).label,
        "tier": case.tier,
        "owner": str(case.owner or _("nobody")),
        "link": settings.SITE_URL + reverse("complaints:case", args=[case.pk]),
        "clock": ClockKind(clock.kind).label,
        "due": date_format(due, "DATETIME_FORMAT"),
    }
    return subject % facts, body % facts
