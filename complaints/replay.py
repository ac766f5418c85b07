"""From the events of a case to its state, its times and its clocks: pure, no database, no clock.

The events are the truth; what a case's row and its clocks say is what comes out here. How time is
counted:

- All clocks start when the case was received. What counts is business time.
- Acknowledging ends the first; a person's word to the customer, or telling the customer the
  resolution, the second. Mails of the system and comments inside do not.
- The resolution clock stands while the case waits for somebody. Resolving meets it; reopening
  lets it go on with what it had, the time resolved left out. Withdrawn, rejected and merged end
  what still runs; a case taken apart again goes on as if it had never been merged.
- A case that came in by an import with its history has no clocks; reopened here, its resolution
  begins anew.
- A change of severity or tier gives the clocks that still run their new targets, counted from the
  start. What was met in time then stays met in time, and a breach stays a breach.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from complaints.models.choices import Actor, ClockKind
from complaints.states import BEGINNING, ENDED, OPEN, PAUSING, SOLVED, Action, State, after
from complaints.worktime import MINUTE, WorkTime
from crm.platform.calendars import NeverOpenError

RUNNING, PAUSED, MET, ENDED_CLOCK = "running", "paused", "met", "ended"
WARNING = 0.75
# The deadline in a calendar that never opens again.
FAR = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)

# Minutes of business time a clock, for a tier and a severity.
Targets = Callable[[str, str], Mapping[str, int]]


class ImpossibleError(ValueError):
    """The events do not follow from each other."""


class Happened(Protocol):
    """What replaying needs of an event: a row of CaseEvent, or an `Event`."""

    action: str
    at: dt.datetime
    actor: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """An event that is not stored yet.

    `data["values"]` are the fields of the case that it set (severity, tier, owner …);
    `data["until"]` is until when the case waits, as ISO text; `data["target"]` what it was
    merged into.
    """

    action: str
    at: dt.datetime
    actor: str = Actor.USER
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What a clock shows after the last event."""

    kind: str
    state: str
    target: int  # minutes
    counted: int  # microseconds, until `since` where it runs
    since: dt.datetime | None  # it runs since
    due_at: dt.datetime | None  # None while it stands
    warn_at: dt.datetime | None
    stopped_at: dt.datetime | None
    breached_at: dt.datetime | None  # as far as the events tell
    work: WorkTime = field(repr=False, compare=False)

    @property
    def minutes(self) -> float:
        """Minutes counted, where it no longer runs."""
        return self.counted / MINUTE

    def minutes_at(self, now: dt.datetime) -> float:
        running = 0 if self.since is None else self.work.between(self.since, now)
        return (self.counted + running) / MINUTE

    def is_breached_at(self, now: dt.datetime) -> bool:
        if self.breached_at is not None:
            return True
        return self.state == RUNNING and self.due_at <= now


@dataclass(frozen=True)
class Stretch:
    """A time in one state, and whether the resolution clock counted it."""

    state: State
    start: dt.datetime
    end: dt.datetime | None  # None: it lasts
    is_counted: bool
    minutes: float  # of business, counted or not


class _Clock:
    """A clock while the events are replayed."""

    def __init__(self, kind: str, start: dt.datetime, work: WorkTime):
        self.kind, self.work = kind, work
        self.target = 0
        self.spans: list[tuple[dt.datetime, dt.datetime, int]] = []
        self.counted = 0
        self.since: dt.datetime | None = start
        self.end: tuple[str, dt.datetime] | None = None  # met or ended, and when
        self.was_running = True  # when it was stopped
        self.breached_at: dt.datetime | None = None

    def aim(self, target: int, at: dt.datetime) -> None:
        """A new target; what was late by the old one stays late."""
        if self.end or target == self.target:
            return
        if self.target:
            self._notice_breach(at)
        self.target = target
        self._notice_breach(at)

    def pause(self, at: dt.datetime) -> None:
        if self.since is None:
            return
        self._notice_breach(at)
        span = self.work.between(self.since, at)
        self.spans.append((self.since, at, span))
        self.counted += span
        self.since = None

    def go_on(self, at: dt.datetime) -> None:
        if self.end is None and self.since is None:
            self.since = at

    def stop(self, how: str, at: dt.datetime) -> None:
        if self.end is None:
            self.was_running = self.since is not None
            self.pause(at)
            self.end = how, at

    def resume(self, target: int, at: dt.datetime) -> None:
        """Goes on after it was stopped, by the target of today: from now on time counts again."""
        self.end = None
        self.aim(target, at)
        self.since = at

    def undo_end(self, target: int) -> None:
        """As if it had not been ended: the time since counts."""
        if self.end and self.end[0] == ENDED_CLOCK:
            at, self.end = self.end[1], None
            self.aim(target, at)
            self.since = at if self.was_running else None

    def moment(self, need: int) -> dt.datetime | None:
        """When so much has been counted, or will have been; None where it stands before."""
        passed = 0
        for start, _end, span in self.spans:
            if passed + span >= need:
                return self.work.after(start, need - passed)
            passed += span
        if self.since is None:
            return None
        try:
            return self.work.after(self.since, need - passed)
        except NeverOpenError:
            return FAR

    def _notice_breach(self, at: dt.datetime) -> None:
        if self.breached_at is None and (self.since or self.spans):
            due = self.moment(self.target * MINUTE)
            # It ran on after it was due.
            if due is not None and due < (at if self.since else self.spans[-1][1]):
                self.breached_at = due

    def _state(self) -> str:
        if self.end:
            return self.end[0]
        return PAUSED if self.since is None else RUNNING

    def reading(self) -> Reading:
        state = self._state()
        stands = state == PAUSED
        return Reading(
            kind=self.kind,
            state=state,
            target=self.target,
            counted=self.counted,
            since=self.since,
            due_at=None if stands else self._or_expected(self.target * MINUTE),
            warn_at=None if stands else self._or_expected(int(self.target * MINUTE * WARNING)),
            stopped_at=self.end and self.end[1],
            breached_at=self.breached_at,
            work=self.work,
        )

    def _or_expected(self, need: int) -> dt.datetime | None:
        """The deadline; where the clock was stopped before, that of having run on."""
        moment = self.moment(need)
        if moment is None and self.end and self.was_running:
            try:
                return self.work.after(self.end[1], need - self.counted)
            except NeverOpenError:
                return FAR
        return moment


class Replay:
    """What the events of a case lead to."""

    def __init__(self, received_at: dt.datetime, targets: Targets, work: WorkTime):
        self.received_at, self.work = received_at, work
        self._targets = targets
        self._aims: Mapping[str, int] = {}
        self.state: str = BEGINNING
        self.path: list[str] = []  # the state after each event
        self.values: dict[str, Any] = {}  # the fields that events set, the last word of each
        self.resolved_at: dt.datetime | None = None
        self.ended_at: dt.datetime | None = None
        self.waiting_until: dt.datetime | None = None
        self.merged_into: int | None = None
        self.reopened = 0
        self._before_merge: str = BEGINNING
        self._clocks = {kind: _Clock(kind, received_at, work) for kind in ClockKind}
        self._stretches: list[tuple[str, dt.datetime, bool]] = []
        self._last_at: dt.datetime | None = None
        # Whose time counts: nobody's in a history that came by an import.
        self._counting = frozenset(ClockKind)

    def add(self, event: Happened) -> None:
        if self._last_at is not None and event.at < self._last_at:
            raise ImpossibleError(f"{event.action} happened before the event before it")
        before, state = self.state, self._leads_to(event.action)
        if event.data.get("history"):
            self._counting = frozenset()
        self.values |= event.data.get("values", {})
        self._aim(event)
        if state != before:
            self._move(event, before, state)
        self._hear(event)
        self.state, self._last_at = state, event.at
        self.path.append(state)

    def _leads_to(self, action: str) -> str:
        if action == Action.UNMERGE and self.state == State.MERGED:
            return self._before_merge
        state = after(action, self.state)
        if state is None:
            raise ImpossibleError(f"{action} is not possible when {self.state or 'there is none'}")
        return state

    def _aim(self, event: Happened) -> None:
        changed = event.data.get("values", {})
        if "severity" in changed or "tier" in changed:
            self._aims = self._targets(self.values["tier"], self.values["severity"])
            for kind, clock in self._clocks.items():
                clock.aim(self._aims[kind], event.at)

    def _move(self, event: Happened, before: str, state: str) -> None:
        at, resolution = event.at, self._clocks[ClockKind.RESOLUTION]
        if event.action == Action.UNMERGE:
            for kind, clock in self._clocks.items():
                clock.undo_end(self._aims[kind])
            # Merged for nothing: the time counts as it did before.
            merged, start, _counted = self._stretches[-1]
            self._stretches[-1] = merged, start, _counts(state)
        elif state in PAUSING:
            resolution.pause(at)
        elif event.action == Action.REOPEN:
            resolution = self._begun_again(at)
            resolution.resume(self._aims[ClockKind.RESOLUTION], at)
            self.reopened += 1
        elif before in PAUSING and state in OPEN:
            resolution.go_on(at)
        if event.action == Action.ACKNOWLEDGE:
            self._clocks[ClockKind.ACKNOWLEDGE].stop(MET, at)
        if event.action == Action.RESOLVE:
            resolution.stop(MET, at)
        elif state in ENDED and state not in SOLVED:
            for clock in self._clocks.values():
                clock.stop(ENDED_CLOCK, at)
        self._stretches.append((state, at if before else self.received_at, _counts(state)))
        self._remember(event, before, state)

    def _begun_again(self, at: dt.datetime) -> _Clock:
        """The resolution clock of a case that is opened again; of a history a new one."""
        if not self._counting:
            self._counting = frozenset({ClockKind.RESOLUTION})
            self._clocks[ClockKind.RESOLUTION] = _Clock(ClockKind.RESOLUTION, at, self.work)
            self._stretches.clear()
        return self._clocks[ClockKind.RESOLUTION]

    def _remember(self, event: Happened, before: str, state: str) -> None:
        """The times and the target that the case's row keeps."""
        if event.action == Action.MERGE:
            self._before_merge = before
        elif event.action != Action.UNMERGE:  # which waits again for what it waited for
            until = event.data.get("until") if state in PAUSING else None
            self.waiting_until = dt.datetime.fromisoformat(until) if until else None
        self.merged_into = event.data.get("target") if state == State.MERGED else None
        if state == State.RESOLVED:
            self.resolved_at = event.at
        elif state not in SOLVED:
            self.resolved_at = None
        self.ended_at = event.at if state in ENDED else None

    def _hear(self, event: Happened) -> None:
        """The customer heard from a person."""
        replied = event.action == Action.REPLY and event.actor == Actor.USER
        if replied or event.action == Action.RESOLVE:
            self._clocks[ClockKind.FIRST_RESPONSE].stop(MET, event.at)

    @property
    def clocks(self) -> dict[str, Reading]:
        counting = self._counting
        return {kind: one.reading() for kind, one in self._clocks.items() if kind in counting}

    def stretches(self, now: dt.datetime) -> list[Stretch]:
        """Each counted and uncounted time of the resolution clock; none once it is over."""
        if not self._counting:
            return []
        ends = [start for _state, start, _counted in self._stretches[1:]]
        found = [
            Stretch(State(state), start, end, counted, self.work.minutes(start, end or now))
            for (state, start, counted), end in zip(self._stretches, [*ends, None], strict=True)
        ]
        return found if self.state in OPEN else found[:-1]


def _counts(state: str) -> bool:
    return state in OPEN and state not in PAUSING


def replay(
    events: Iterable[Happened], *, received_at: dt.datetime, targets: Targets, work: WorkTime
) -> Replay:
    """Play the events of a case in order; the first is its logging, with severity and tier."""
    played = Replay(received_at, targets, work)
    for event in events:
        played.add(event)
    return played
