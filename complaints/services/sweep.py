"""What happens to cases without anybody's doing: warnings, breaches, the end of waiting, closing.

A case says when it wants to be looked at (`Case.wake_at`). Each is woken in a transaction of its
own that locks its row: a sweeper that is killed leaves it as it was, and two at once never do the
same thing twice.
"""

import datetime as dt
import logging

from django.db import DatabaseError, transaction
from django.utils import timezone

from complaints.clockwork import RUNNING
from complaints.models import Actor, Case, Clock
from complaints.replay import ImpossibleError
from complaints.services import mails
from complaints.services.actions import Refused, act
from complaints.services.clocks import (
    MOST_REMINDERS,
    clocks_of,
    derive,
    next_alarm,
    play,
    save_clocks,
)
from complaints.states import WAITING, Action, State
from crm.platform.models import Installation

LIMIT = 1_000
log = logging.getLogger(__name__)
# Who hears of a breach: the first time, the second, the third.
LADDER = (mails.in_charge, mails.leads, lambda case: mails.managers())
SAVED = ("next_due_at", "is_breached", "wake_at")


def wake_due(limit: int = LIMIT, now: dt.datetime | None = None) -> int:
    """Look at the cases whose time has come, the longest waiting first; returns how many."""
    now = now or timezone.now()
    due = Case.objects.filter(wake_at__lte=now).order_by("wake_at", "pk")
    woken = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        try:
            woken += wake(pk, now)
        except (DatabaseError, ImpossibleError, Refused):
            # One case must not keep the others from their warnings; it is tried again in a minute.
            log.exception("case %s could not be woken", pk)
    return woken


@transaction.atomic
def wake(pk: int, now: dt.datetime) -> bool:
    """Do what is due on one case; False when somebody else has it in hand or has done it."""
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("terms", "customer", "owner")
        .filter(pk=pk, wake_at__lte=now)
        .first()
    )
    if case is None:
        return False
    case = _go_on(case, now)
    clocks = clocks_of(case)
    played = play(case, case.events.order_by("seq"))
    derive(case, played, clocks, now)
    for clock in clocks.values():
        _ring(case, clock, now)
    # Again, since a clock that has rung says when it rings next.
    derive(case, played, clocks, now)
    save_clocks(clocks.values())
    case.save(update_fields=SAVED)
    return True


def _go_on(case: Case, now: dt.datetime) -> Case:
    """The steps that time itself takes."""
    if case.state in WAITING and case.waiting_until and case.waiting_until <= now:
        return act(case=case, action=Action.GO_ON, by=None, actor=Actor.SYSTEM, now=now)
    days = Installation.cached().closing_days
    if case.state == State.RESOLVED and case.resolved_at + dt.timedelta(days=days) <= now:
        return act(case=case, action=Action.CLOSE, by=None, actor=Actor.SYSTEM, now=now)
    return case


def _ring(case: Case, clock: Clock, now: dt.datetime) -> None:
    """Warn, or tell of the breach, where it is time for it; at most one of both."""
    moment = next_alarm(clock) if clock.state == RUNNING else None
    if moment is None or moment > now:
        return
    if clock.due_at <= now:
        people = LADDER[clock.reminders]
        clock.reminders, clock.reminded_at = clock.reminders + 1, now
        assert clock.reminders <= MOST_REMINDERS
        mails.report_breach(case, clock, people(case))
    elif clock.warned_at is None:
        clock.warned_at = now
        mails.warn(case, clock, mails.in_charge(case))
