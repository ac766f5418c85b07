"""One clock of a case while its events are replayed, and what it shows: pure."""

import datetime as dt
from dataclasses import dataclass, field

from complaints.worktime import MINUTE, WorkTime
from crm.platform.calendars import NeverOpenError

RUNNING, PAUSED, MET, ENDED_CLOCK = "running", "paused", "met", "ended"
WARNING = 0.75
# The deadline in a calendar that never opens again.
FAR = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Reading:
    """What a clock shows after the last event."""

    kind: str
    turn: int  # which one of its kind, from 1
    state: str
    target: int  # minutes
    counted: int  # microseconds, until `since` where it runs
    since: dt.datetime | None  # it runs since
    due_at: dt.datetime | None  # None while it stands
    warn_at: dt.datetime | None
    stopped_at: dt.datetime | None
    breached_at: dt.datetime | None  # as far as the events tell
    # What counted: (from, until), the last one without an end while it runs.
    spans: tuple[tuple[dt.datetime, dt.datetime | None], ...]
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


class Ticking:
    """A clock while the events are replayed."""

    def __init__(self, kind: str, start: dt.datetime, work: WorkTime, turn: int = 1):
        self.kind, self.work, self.turn = kind, work, turn
        self.target = 0
        self.spans: list[tuple[dt.datetime, dt.datetime, int]] = []
        self.counted = 0
        self.since: dt.datetime | None = start
        self.end: tuple[str, dt.datetime] | None = None  # met or ended, and when
        self.was_running = True  # when it was stopped
        self.breached_at: dt.datetime | None = None

    @property
    def is_met(self) -> bool:
        return self.end is not None and self.end[0] == MET

    def follow(self, target: int, work: WorkTime, at: dt.datetime) -> None:
        """Another target or other hours; what was late by those before stays late."""
        if self.end or (target == self.target and work is self.work):
            return
        if self.target:
            self._notice_breach(at)
        self.target = target
        if work is not self.work:
            self.work = work
            self.spans = [(start, end, work.between(start, end)) for start, end, _ in self.spans]
            self.counted = sum(span for _start, _end, span in self.spans)
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

    def resume(self, target: int, work: WorkTime, at: dt.datetime) -> None:
        """Goes on after it was stopped, by the target of today: from now on time counts again."""
        self.end = None
        self.follow(target, work, at)
        self.since = at

    def undo_end(self, target: int, work: WorkTime) -> None:
        """As if it had not been ended: the time since counts."""
        if self.end and self.end[0] == ENDED_CLOCK:
            at, self.end = self.end[1], None
            self.follow(target, work, at)
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
        spans = [(start, end) for start, end, _counted in self.spans]
        return Reading(
            kind=self.kind,
            turn=self.turn,
            state=state,
            target=self.target,
            counted=self.counted,
            since=self.since,
            due_at=None if stands else self._or_expected(self.target * MINUTE),
            warn_at=None if stands else self._or_expected(int(self.target * MINUTE * WARNING)),
            stopped_at=self.end and self.end[1],
            breached_at=self.breached_at,
            spans=(*spans, *([(self.since, None)] if self.since else [])),
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
