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
from dataclasses import dataclass, fields

from django.db import DatabaseError, transaction
from django.utils import timezone

from complaints.clockwork import RUNNING
from complaints.models import Case, Clock
from complaints.replay import ImpossibleError
from complaints.services import alarms, moving
from complaints.services.actions import Refused
from complaints.services.clocks import MOST_REMINDERS, PLAYED, next_alarm, wake_at
from crm.accounts.models import User
from crm.platform import outbox
from crm.platform.bulk import update_rows

# Looked at by one run, which comes each minute: at most so many, and no batch that would not be
# done within so long, so that a worker has a moment for others. What a run leaves is begun at once
# by the next.
LIMIT = 5_000
SECONDS = 0.9
BATCH = 200
log = logging.getLogger(__name__)
FAULTS = (DatabaseError, ImpossibleError, Refused)
# What is looked at of a case, its customer and who is in charge; a description may be long.
LOOKED_AT = (
    *PLAYED,
    *("title", "caller_name", "customer__name", "customer__team", "customer__account_manager"),
)
RUNG = ("warned_at", "breached_at", "reminders", "reminded_at")
Place = tuple[dt.datetime, int]  # a case in the order of waking: its moment and number


@dataclass(slots=True)
class Running:
    """A clock that runs, as far as it is looked at: there are thousands, and rows are dearer."""

    id: int
    case_id: int
    kind: str
    turn: int
    due_at: dt.datetime
    warn_at: dt.datetime
    warned_at: dt.datetime | None
    breached_at: dt.datetime | None
    reminders: int
    reminded_at: dt.datetime | None


COLUMNS = tuple(each.name for each in fields(Running))


@dataclass(frozen=True)
class Run:
    """How many cases it woke, and after which the next run goes on; None where none is left."""

    woken: int
    last: Place | None


def run(
    now: dt.datetime | None = None,
    *,
    after: Place | None = None,
    limit: int = LIMIT,
    seconds: float = SECONDS,
) -> Run:
    """Look at the cases whose time has come, the longest waiting first: at one batch at least."""
    now, start = now or timezone.now(), time.monotonic()
    places = _due(now, after, limit)
    woken, longest, before = 0, 0.0, start
    for first in range(0, len(places), BATCH):
        if first and before - start + longest > seconds:
            return Run(woken, places[first - 1])
        woken += _wake_all_but_broken([pk for _at, pk in places[first : first + BATCH]], now)
        this = time.monotonic()
        longest, before = max(longest, this - before), this
    return Run(woken, places[-1] if len(places) == limit else None)


def _due(now: dt.datetime, after: Place | None, limit: int) -> list[Place]:
    rows = Case.objects.filter(wake_at__lte=now).order_by("wake_at", "pk")
    if after:
        at, pk = after
        rows = rows.filter(wake_at__gte=at).exclude(wake_at=at, pk__lte=pk)
    return list(rows.values_list("wake_at", "pk")[:limit])


def wake_due(now: dt.datetime | None = None) -> int:
    """All whose time has come, in as many runs as that takes; returns how many."""
    now = now or timezone.now()
    found = run(now)
    woken = found.woken
    while found.last:
        found = run(now, after=found.last)
        woken += found.woken
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
        .select_related("customer")
        .only(*LOOKED_AT)
        .filter(pk__in=pks, wake_at__lte=now)
        .order_by("wake_at", "pk")
    )
    if not cases:
        return 0
    _know_owners(cases)
    moving.move_on(cases, now)
    running = _running(cases)
    told, rung = _ring(cases, running, now)
    for case in cases:
        clocks = running[case.pk]
        case.is_breached = case.is_breached or any(clock.breached_at for clock in clocks)
        # Again, since a clock that has rung says when it rings next.
        case.wake_at = wake_at(case, clocks)
    update_rows(rung, RUNG, model=Clock)
    update_rows(cases, ("is_breached", "wake_at"))
    outbox.enqueue_many(alarms.mails_of(told))
    return len(cases)


def _know_owners(cases: Sequence[Case]) -> None:
    """Few people have many cases: each is read once."""
    people = User.objects.in_bulk({case.owner_id for case in cases if case.owner_id})
    for case in cases:
        case.owner = people.get(case.owner_id)


def _running(cases: Sequence[Case]) -> Mapping[int, list[Running]]:
    """The clocks that run of each case."""
    found = defaultdict(list)
    rows = Clock.objects.filter(case__in=[case.pk for case in cases], state=RUNNING)
    for row in rows.order_by("pk").values_list(*COLUMNS):
        clock = Running(*row)
        found[clock.case_id].append(clock)
    return found


def _ring(
    cases: Sequence[Case], running: Mapping[int, list[Running]], now: dt.datetime
) -> tuple[list[alarms.Alarm], list[Running]]:
    """The alarms of the clocks whose moment has come, at most one of each; and these clocks."""
    audience, told, rung = alarms.Audience(cases), [], []
    for case in cases:
        for clock in running[case.pk]:
            moment = next_alarm(clock)
            if moment is not None and moment <= now:
                told.append(_alarm(case, clock, audience, now))
                rung.append(clock)
    return told, rung


def _alarm(case: Case, clock: Running, audience: alarms.Audience, now: dt.datetime) -> alarms.Alarm:
    """Warn, or tell of the breach; the clock keeps that it was done."""
    if clock.due_at > now:
        clock.warned_at = now
        return alarms.warning(case, clock, audience.in_charge(case))
    clock.breached_at = clock.breached_at or clock.due_at
    people = alarms.LADDER[clock.reminders](audience, case)
    clock.reminders, clock.reminded_at = clock.reminders + 1, now
    assert clock.reminders <= MOST_REMINDERS
    return alarms.breach(case, clock, people)
