"""From the events of a case to its state, its times and its clocks: pure, no database, no clock.

The events are the truth; what a case's row and its clocks say is what comes out here. How time is
counted:

- Three clocks start when the case was received. What counts is business time.
- Acknowledging ends the first; a person's word to the customer, or telling the customer the
  resolution, the second. Mails of the system and comments inside do not.
- The clock of the next response starts with a word of the customer that comes once somebody has
  answered, and ends as the second does; more words before it is answered start no other. Each
  such turn is counted anew; the first response's clock covers what is said before it.
- The resolution clock stands while the case waits for somebody. Resolving meets it; reopening
  lets it go on with what it had, the time resolved left out. Withdrawn, rejected and merged end
  what still runs; a case taken apart again goes on as if it had never been merged.
- A case that came in by an import with its history has no clocks; reopened here, its resolution
  begins anew, and what the customer then says wants a response.
- A change of severity or tier gives the clocks that still run their new targets, counted from the
  start. What was met in time then stays met in time, and a breach stays a breach. Other terms,
  policies and business hours that a manager gives to an open case, do the same with both.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from complaints.clockwork import ENDED_CLOCK, MET, Reading, Ticking
from complaints.models.choices import Actor, ClockKind
from complaints.states import BEGINNING, ENDED, OPEN, PAUSING, SOLVED, Action, State, after
from complaints.worktime import WorkTime

FROM_THE_START = (ClockKind.ACKNOWLEDGE, ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)
# Minutes of business time a clock, for a tier and a severity.
Targets = Callable[[str, str], Mapping[str, int]]
# Policies and business hours of other terms, by their number.
Others = Callable[[int], tuple[Targets, WorkTime]]
# With these the customer says something that wants an answer.
CUSTOMERS_WORDS = (Action.REPLY, Action.GO_ON, Action.SEND_BACK, Action.REOPEN)


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

    `data["values"]` are the fields of the case that it set (severity, tier, owner, the number of
    its terms …); `data["until"]` is until when the case waits, as ISO text; `data["target"]` what
    it was merged into.
    """

    action: str
    at: dt.datetime
    actor: str = Actor.USER
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stretch:
    """A time in one state, and whether the resolution clock counted it."""

    state: State
    start: dt.datetime
    end: dt.datetime | None  # None: it lasts
    is_counted: bool
    minutes: float  # of business, counted or not


class Replay:
    """What the events of a case lead to."""

    def __init__(
        self,
        received_at: dt.datetime,
        targets: Targets,
        work: WorkTime,
        others: Others | None = None,
    ):
        self.received_at, self.work = received_at, work
        self._targets, self._others = targets, others
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
        self._clocks = {kind: Ticking(kind, received_at, work) for kind in FROM_THE_START}
        self._earlier: list[Ticking] = []  # turns of the next response that are over
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
        self._hear(event, state)
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
        """Severity, tier or terms have changed: targets anew, from the start."""
        changed = event.data.get("values", {})
        if "terms" in changed:
            self._targets, self.work = self._others(changed["terms"])
        if not changed.keys().isdisjoint(("severity", "tier", "terms")):
            self._aims = self._targets(self.values["tier"], self.values["severity"])
            for kind, clock in self._clocks.items():
                clock.follow(self._aims[kind], self.work, event.at)

    def _move(self, event: Happened, before: str, state: str) -> None:
        at, resolution = event.at, self._clocks[ClockKind.RESOLUTION]
        if event.action == Action.UNMERGE:
            for kind, clock in self._clocks.items():
                clock.undo_end(self._aims[kind], self.work)
            # Merged for nothing: the time counts as it did before.
            merged, start, _counted = self._stretches[-1]
            self._stretches[-1] = merged, start, _counts(state)
        elif state in PAUSING:
            resolution.pause(at)
        elif event.action == Action.REOPEN:
            resolution = self._begun_again(at)
            resolution.resume(self._aims[ClockKind.RESOLUTION], self.work, at)
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

    def _begun_again(self, at: dt.datetime) -> Ticking:
        """The resolution clock of a case that is opened again; of a history a new one."""
        if not self._counting:
            self._counting = frozenset({ClockKind.RESOLUTION, ClockKind.NEXT_RESPONSE})
            self._clocks[ClockKind.RESOLUTION] = Ticking(ClockKind.RESOLUTION, at, self.work)
            self._clocks.pop(ClockKind.NEXT_RESPONSE, None)
            self._earlier.clear()
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

    def _hear(self, event: Happened, state: str) -> None:
        """The customer heard from a person, or said something that wants an answer."""
        first, following = ClockKind.FIRST_RESPONSE, self._clocks.get(ClockKind.NEXT_RESPONSE)
        replied = event.action == Action.REPLY and event.actor == Actor.USER
        if replied or event.action == Action.RESOLVE:
            self._clocks[first].stop(MET, event.at)
            if following:
                following.stop(MET, event.at)
        elif _wants_answer(event, state):
            is_answered = following is None or following.end is not None
            if self._clocks[first].is_met and is_answered:
                self._ask(following, event.at)

    def _ask(self, before: Ticking | None, at: dt.datetime) -> None:
        """A new turn of the next response."""
        kind, turn = ClockKind.NEXT_RESPONSE, 1
        if before:
            turn += before.turn
            self._earlier.append(before)
        self._clocks[kind] = Ticking(kind, at, self.work, turn)
        self._clocks[kind].follow(self._aims[kind], self.work, at)

    @property
    def clocks(self) -> dict[str, Reading]:
        """By kind; of the next response the latest turn, where there was one."""
        counting = self._counting
        return {kind: one.reading() for kind, one in self._clocks.items() if kind in counting}

    @property
    def readings(self) -> list[Reading]:
        """All clocks with all turns."""
        earlier = self._earlier if ClockKind.NEXT_RESPONSE in self._counting else []
        return [*self.clocks.values(), *(clock.reading() for clock in earlier)]

    @property
    def timeline(self) -> list[tuple[str, dt.datetime]]:
        """The states that the case went through, with when each began."""
        return [(state, began) for state, began, _counted in self._stretches]

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


def _wants_answer(event: Happened, state: str) -> bool:
    says = event.actor == Actor.CUSTOMER and event.action in CUSTOMERS_WORDS
    return says and state in OPEN


def _counts(state: str) -> bool:
    return state in OPEN and state not in PAUSING


def replay(
    events: Iterable[Happened],
    *,
    received_at: dt.datetime,
    targets: Targets,
    work: WorkTime,
    others: Others | None = None,
) -> Replay:
    """Play the events of a case in order; the first is its logging, with severity and tier.

    `targets` and `work` are those it began with; `others` finds what an event changes them to.
    """
    played = Replay(received_at, targets, work, others)
    for event in events:
        played.add(event)
    return played
