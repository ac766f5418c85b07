"""What happens to cases without anybody's doing: warnings, breaches, the end of waiting, closing.

A case says when it wants to be looked at (`Case.wake_at`). Cases are woken many at once, in a
transaction that locks their rows and passes over those that somebody else has in hand: a sweeper
that is killed leaves them as they were, and two at once never do the same thing twice.

Whoever adds an event derives the clocks from all of them, so that a clock that rings has to be
played for none: its row says when it is due.
"""

import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import DatabaseError, transaction
from django.utils import timezone

from complaints.clockwork import RUNNING
from complaints.models import Case, Clock
from complaints.replay import ImpossibleError
from complaints.services import alarms, moving
from complaints.services.actions import Refused
from complaints.services.clocks import MOST_REMINDERS, PLAYED, next_alarm, wake_at
from crm.platform import outbox
from crm.platform.bulk import update_rows

# Looked at by one run, which comes each minute: at most so many, and no new ones after so long.
LIMIT = 5_000
SECONDS = 40
BATCH = 250
log = logging.getLogger(__name__)
FAULTS = (DatabaseError, ImpossibleError, Refused)
# What is looked at of a case, its customer and who is in charge; a description may be long.
LOOKED_AT = (
    *PLAYED,
    *("title", "caller_name", "customer__name", "customer__team", "customer__account_manager"),
    *("owner__name", "owner__username", "owner__email", "owner__language"),
    *("owner__role", "owner__team", "owner__is_active"),
)
RUNG = ("warned_at", "breached_at", "reminders", "reminded_at")
OF_RUNNING = ("case", "kind", "turn", "state", "due_at", "warn_at", *RUNG)


def wake_due(limit: int = LIMIT, now: dt.datetime | None = None) -> int:
    """Look at the cases whose time has come, the longest waiting first; returns how many."""
    now, end, woken = now or timezone.now(), time.monotonic() + SECONDS, 0
    due = Case.objects.filter(wake_at__lte=now).order_by("wake_at", "pk")
    pks = list(due.values_list("pk", flat=True)[:limit])
    for start in range(0, len(pks), BATCH):
        if time.monotonic() > end:
            break  # the next minute goes on
        woken += _wake_all_but_broken(pks[start : start + BATCH], now)
    return woken


def _wake_all_but_broken(pks: Sequence[int], now: dt.datetime) -> int:
    """One case must not keep the others from their warnings; it is tried again in a minute."""
    try:
        return wake(pks, now)
    except FAULTS:
        if len(pks) == 1:
            log.exception("case %s could not be woken", pks[0])
            return 0
        middle = len(pks) // 2
        return sum(_wake_all_but_broken(part, now) for part in (pks[:middle], pks[middle:]))


@transaction.atomic
def wake(pks: Sequence[int], now: dt.datetime) -> int:
    """Do what is due on cases; leaves out what somebody else has in hand or has done."""
    cases = list(
        Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("customer", "owner")
        .only(*LOOKED_AT)
        .filter(pk__in=pks, wake_at__lte=now)
        .order_by("wake_at", "pk")
    )
    if not cases:
        return 0
    moving.move_on(cases, now)
    running = _running(cases)
    told, rung = _ring(cases, running, now)
    for case in cases:
        clocks = running[case.pk]
        case.is_breached = case.is_breached or any(clock.breached_at for clock in clocks)
        # Again, since a clock that has rung says when it rings next.
        case.wake_at = wake_at(case, clocks)
    update_rows(rung, RUNG)
    update_rows(cases, ("is_breached", "wake_at"))
    outbox.enqueue_many(alarms.mails_of(told))
    return len(cases)


def _running(cases: Sequence[Case]) -> Mapping[int, list[Clock]]:
    """The clocks that run of each case."""
    found = defaultdict(list)
    rows = Clock.objects.filter(case__in=[case.pk for case in cases], state=RUNNING)
    for clock in rows.only(*OF_RUNNING):
        found[clock.case_id].append(clock)
    return found


def _ring(
    cases: Sequence[Case], running: Mapping[int, list[Clock]], now: dt.datetime
) -> tuple[list[alarms.Alarm], list[Clock]]:
    """The alarms of the clocks whose moment has come, at most one of each; and these clocks."""
    audience, told, rung = alarms.Audience(cases), [], []
    for case in cases:
        for clock in running[case.pk]:
            moment = next_alarm(clock)
            if moment is not None and moment <= now:
                told.append(_alarm(case, clock, audience, now))
                rung.append(clock)
    return told, rung


def _alarm(case: Case, clock: Clock, audience: alarms.Audience, now: dt.datetime) -> alarms.Alarm:
    """Warn, or tell of the breach; the clock keeps that it was done."""
    if clock.due_at > now:
        clock.warned_at = now
        return alarms.warning(case, clock, audience.in_charge(case))
    clock.breached_at = clock.breached_at or clock.due_at
    people = alarms.LADDER[clock.reminders](audience, case)
    clock.reminders, clock.reminded_at = clock.reminders + 1, now
    assert clock.reminders <= MOST_REMINDERS
    return alarms.breach(case, clock, people)
