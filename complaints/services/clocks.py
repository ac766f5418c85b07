"""The row and the clocks of a case, as its events say."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone

from complaints.clockwork import RUNNING, Reading
from complaints.models import Case, CaseEvent, Clock
from complaints.models.cases import NEVER_DUE
from complaints.replay import Replay, Stretch, replay
from complaints.services.terms import rules_of, targets, terms_of, work_of
from complaints.states import WAITING, State
from crm.platform.bulk import update_rows
from crm.platform.models import Installation

# A breach is told three times: who is in charge, then the team's lead, then the managers.
MOST_REMINDERS = 3
BETWEEN_REMINDERS = dt.timedelta(hours=1)
BATCH = 500
# The clocks of a case, by kind and turn.
Clocks = dict[tuple[str, int], Clock]

DERIVED = (
    *("state", "last_seq", "owner", "tier", "severity", "merged_into", "waiting_until"),
    *("reopened", "resolved_at", "ended_at", "next_due_at", "is_breached", "wake_at"),
)
# What is read of a case whose events are played.
PLAYED = (*DERIVED, "kind", "received_at", "terms")
OF_CLOCK = (
    *("state", "target", "minutes", "due_at", "warn_at", "stopped_at"),
    *("warned_at", "breached_at", "reminders", "reminded_at"),
)


def play(case: Case, events: Iterable[CaseEvent]) -> Replay:
    """The events of the case, in order, played by its terms and by those it had before."""
    events = list(events)
    was = (event.data["was"]["terms"] for event in events if changes_terms(event))
    first = next(was, None)
    terms = terms_of(case.terms_id if first is None else first)
    return replay(
        events,
        received_at=case.received_at,
        targets=partial(targets, terms, case.kind),
        work=work_of(terms),
        others=lambda pk: rules_of(pk, case.kind),
    )


def changes_terms(event: CaseEvent) -> bool:
    """Whether a manager gave the case other policies and business hours by it."""
    return "terms" in event.data.get("values", {})


def stretches(
    case: Case, now: dt.datetime | None = None, events: Iterable[CaseEvent] | None = None
) -> list[Stretch]:
    """Each counted and uncounted stretch of the resolution clock: why a case is overdue.

    Its events, if they are read already, in their order.
    """
    read = case.events.order_by("seq") if events is None else events
    return play(case, read).stretches(now or timezone.now())


def history(case: Case) -> Replay:
    """The stored events of the case, played: ask it for its clocks and stretches."""
    return play(case, case.events.order_by("seq"))


def clocks_of(case: Case) -> Clocks:
    """The stored clocks of a case."""
    return {(clock.kind, clock.turn): clock for clock in Clock.objects.filter(case=case)}


def derive(case: Case, played: Replay, clocks: Clocks, now: dt.datetime) -> None:
    """Set on the case and its clocks what the events say; the caller saves both."""
    case.state, case.last_seq = played.state, len(played.path)
    case.severity, case.tier = played.values["severity"], played.values["tier"]
    case.owner_id = played.values.get("owner")
    case.merged_into_id = played.merged_into
    case.waiting_until, case.reopened = played.waiting_until, played.reopened
    case.resolved_at, case.ended_at = played.resolved_at, played.ended_at
    for reading in played.readings:
        which = reading.kind, reading.turn
        if which not in clocks:
            clocks[which] = Clock(case=case, kind=reading.kind, turn=reading.turn)
        _set(clocks[which], reading, now)
    running = [clock for clock in clocks.values() if clock.state == RUNNING]
    case.next_due_at = min((clock.due_at for clock in running), default=NEVER_DUE)
    case.is_breached = any(clock.breached_at for clock in clocks.values())
    case.wake_at = wake_at(case, running)


def _set(clock: Clock, reading: Reading, now: dt.datetime) -> None:
    clock.state, clock.target = reading.state, reading.target
    clock.minutes = 0 if reading.state == RUNNING else reading.minutes
    clock.due_at, clock.warn_at = reading.due_at, reading.warn_at
    clock.stopped_at = reading.stopped_at
    # A breach stays a breach, also one that only the sweep has seen.
    if clock.breached_at is None and reading.is_breached_at(now):
        clock.breached_at = reading.breached_at or reading.due_at


def wake_at(case: Case, running: Iterable[Clock]) -> dt.datetime | None:
    """When there is something to do here that nobody starts by hand."""
    moments = [next_alarm(clock) for clock in running]
    if case.state in WAITING:
        moments.append(case.waiting_until)
    if case.state == State.RESOLVED:
        moments.append(closes_at(case))
    return min((moment for moment in moments if moment), default=None)


def closes_at(case: Case) -> dt.datetime:
    """When a resolved case closes by itself."""
    return case.resolved_at + dt.timedelta(days=Installation.cached().closing_days)


def next_alarm(clock: Clock) -> dt.datetime | None:
    """When a running clock warns, is up, or reminds the next time."""
    if clock.reminders >= MOST_REMINDERS:
        return None
    if clock.reminders:
        return max(clock.reminded_at + BETWEEN_REMINDERS, clock.due_at)
    if clock.warned_at is None and clock.breached_at is None:
        return min(clock.warn_at, clock.due_at)
    return clock.due_at


def histories(ids: Sequence[int]) -> tuple[dict[int, list[CaseEvent]], dict[int, Clocks]]:
    """The events of each of these cases, in order, and its stored clocks."""
    events, clocks = defaultdict(list), defaultdict(dict)
    for event in CaseEvent.objects.filter(case__in=ids).order_by("case_id", "seq"):
        events[event.case_id].append(event)
    for clock in Clock.objects.filter(case__in=ids):
        clocks[clock.case_id][clock.kind, clock.turn] = clock
    return events, clocks


@transaction.atomic
def rederive(cases: Iterable[Case], now: dt.datetime | None = None) -> int:
    """Derive cases again from their events, many at once; returns how many."""
    now = now or timezone.now()
    ids = sorted({case.pk for case in cases})
    for start in range(0, len(ids), BATCH):
        _rederive(ids[start : start + BATCH], now)
    return len(ids)


def _rederive(ids: list[int], now: dt.datetime) -> None:
    cases = list(
        Case.objects.select_for_update(of=("self",), no_key=True)
        .only(*PLAYED)
        .filter(pk__in=ids)
        .order_by("pk")
    )
    events, clocks = histories(ids)
    for case in cases:
        derive(case, play(case, events[case.pk]), clocks[case.pk], now)
    save_rows(cases)
    save_clocks(clock for case in cases for clock in clocks[case.pk].values())


def save_rows(cases: Sequence[Case]) -> None:
    """What is derived, of rows that are there and locked."""
    update_rows(cases, DERIVED)


def save_clocks(clocks: Iterable[Clock]) -> None:
    """Those that are there and belong to locked cases, and new ones."""
    clocks = list(clocks)
    update_rows([clock for clock in clocks if clock.pk], OF_CLOCK)
    Clock.objects.bulk_create(
        [clock for clock in clocks if not clock.pk],
        update_conflicts=True,
        unique_fields=["case", "kind", "turn"],
        update_fields=OF_CLOCK,
    )
