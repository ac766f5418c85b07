"""What happens to cases without anybody's doing: warnings, breaches, the end of waiting, closing.

A case says when it wants to be looked at (`Case.wake_at`). Cases are woken many at once, in a
transaction that locks their rows and passes over those that somebody else has in hand: a sweeper
that is killed leaves them as they were, and two at once never do the same thing twice.
"""

import datetime as dt
import logging
import time
from collections.abc import Iterator, Sequence

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from complaints.clockwork import RUNNING
from complaints.models import Actor, Case, Clock
from complaints.replay import ImpossibleError
from complaints.services import alarms
from complaints.services.actions import Refused, act
from complaints.services.clocks import (
    MOST_REMINDERS,
    derive,
    histories,
    next_alarm,
    play,
    save_clocks,
    wake_at,
)
from complaints.states import WAITING, Action, State
from crm.platform import outbox
from crm.platform.models import Installation

# Looked at by one run, which comes each minute: at most so many, and no new ones after so long.
LIMIT = 5_000
SECONDS = 40
BATCH = 200
log = logging.getLogger(__name__)
FAULTS = (DatabaseError, ImpossibleError, Refused)
KEEP = """
    UPDATE complaints_case c
    SET next_due_at = v.next_due_at, is_breached = v.is_breached, wake_at = v.wake_at
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::boolean[], %s::timestamptz[])
        AS v (id, next_due_at, is_breached, wake_at)
    WHERE c.id = v.id
"""


def wake_due(limit: int = LIMIT, now: dt.datetime | None = None) -> int:
    """Look at the cases whose time has come, the longest waiting first; returns how many."""
    now, end, woken = now or timezone.now(), time.monotonic() + SECONDS, 0
    for pks in _batches(limit, now):
        if time.monotonic() > end:
            break  # the next minute goes on
        try:
            woken += wake(pks, now)
        except FAULTS:
            woken += _one_by_one(pks, now)
    return woken


def _batches(limit: int, now: dt.datetime) -> Iterator[list[int]]:
    """Cases that are due; those that time itself moves on, each by itself."""
    moves = Q(state__in=WAITING, waiting_until__lte=now) | Q(state=State.RESOLVED)
    due = Case.objects.filter(wake_at__lte=now).annotate(moves=moves).order_by("wake_at", "pk")
    together = []
    for pk, moves_on in list(due.values_list("pk", "moves")[:limit]):
        if moves_on:
            yield [pk]
            continue
        together.append(pk)
        if len(together) == BATCH:
            yield together
            together = []
    if together:
        yield together


def _one_by_one(pks: Sequence[int], now: dt.datetime) -> int:
    """One case must not keep the others from their warnings; it is tried again in a minute."""
    woken = 0
    for pk in pks:
        try:
            woken += wake([pk], now)
        except FAULTS:
            log.exception("case %s could not be woken", pk)
    return woken


@transaction.atomic
def wake(pks: Sequence[int], now: dt.datetime) -> int:
    """Do what is due on cases; leaves out what somebody else has in hand or has done."""
    locked = (
        Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("terms", "customer", "owner")
        .filter(pk__in=pks, wake_at__lte=now)
        .order_by("wake_at", "pk")
    )
    cases = [_go_on(case, now) for case in locked]
    if not cases:
        return 0
    events, clocks = histories([case.pk for case in cases])
    audience, mails = alarms.Audience(cases), []
    for case in cases:
        own = clocks[case.pk]
        derive(case, play(case, events[case.pk]), own, now)
        for clock in own.values():
            mails += _ring(case, clock, audience, now)
        # Again, since a clock that has rung says when it rings next.
        case.wake_at = wake_at(case, [clock for clock in own.values() if clock.state == RUNNING])
    save_clocks(clock for case in cases for clock in clocks[case.pk].values())
    _keep(cases)
    outbox.enqueue_many(mails)
    return len(cases)


def _keep(cases: Sequence[Case]) -> None:
    """What waking changes of the cases' rows, in one statement."""
    columns = zip(
        *((case.pk, case.next_due_at, case.is_breached, case.wake_at) for case in cases),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [list(column) for column in columns])


def _go_on(case: Case, now: dt.datetime) -> Case:
    """The steps that time itself takes."""
    if case.state in WAITING and case.waiting_until and case.waiting_until <= now:
        return act(case=case, action=Action.GO_ON, by=None, actor=Actor.SYSTEM, now=now)
    days = Installation.cached().closing_days
    if case.state == State.RESOLVED and case.resolved_at + dt.timedelta(days=days) <= now:
        return act(case=case, action=Action.CLOSE, by=None, actor=Actor.SYSTEM, now=now)
    return case


def _ring(
    case: Case, clock: Clock, audience: alarms.Audience, now: dt.datetime
) -> list[outbox.Mail]:
    """Warn, or tell of the breach, where it is time for it; at most one of both."""
    moment = next_alarm(clock) if clock.state == RUNNING else None
    if moment is None or moment > now:
        return []
    if clock.due_at <= now:
        people = alarms.LADDER[clock.reminders](audience, case)
        clock.reminders, clock.reminded_at = clock.reminders + 1, now
        assert clock.reminders <= MOST_REMINDERS
        return alarms.breaches(case, clock, people)
    if clock.warned_at is None:
        clock.warned_at = now
        return alarms.warnings(case, clock, audience.in_charge(case))
    return []
