"""Why a clock shows what it shows: each stretch of its time, counted or not, with the reason. Pure.

The stretches follow each other without a gap from the clock's start to its end or to now, and what
they count adds up to what the clock shows.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from complaints.clockwork import Reading
from complaints.worktime import MINUTE, WorkTime
from crm.platform.calendars import Week, working_intervals

DAY = dt.timedelta(days=1)
# Counted; not counted since we are closed; not counted since the case waits, is solved or merged.
OPEN, CLOSED, STANDING = "open", "closed", "standing"


@dataclass(frozen=True)
class Stretch:
    start: dt.datetime
    end: dt.datetime
    why: str
    counted: int = 0  # microseconds of business time
    occasion: dt.date | None = None  # an exceptional day
    state: str = ""  # of the case, while the clock stands

    @property
    def minutes(self) -> float:
        return self.counted / MINUTE


def stretches(
    reading: Reading, timeline: Sequence[tuple[str, dt.datetime]], now: dt.datetime
) -> list[Stretch]:
    """Of one clock, in order; `timeline` are the states of the case with when each began."""
    return list(_joined(_stretches(reading, timeline, now)))


def _stretches(
    reading: Reading, timeline: Sequence[tuple[str, dt.datetime]], now: dt.datetime
) -> Iterator[Stretch]:
    last = None
    for start, end in reading.spans:
        if last is not None:
            yield from _standing(timeline, last, start)
        last = max(start, now) if end is None else end
        yield from _running(reading.work, start, last)
    over = reading.stopped_at or now
    if last is not None and last < over:
        yield from _standing(timeline, last, over)


def _running(work: WorkTime, start: dt.datetime, end: dt.datetime) -> Iterator[Stretch]:
    week, here = work.week, start
    for opens, closes in working_intervals(week, start, end):
        yield from _closed(week, here, opens)
        date = opens.astimezone(week.zone).date()
        occasion = date if date in week.exceptions else None
        yield Stretch(opens, closes, OPEN, work.between(opens, closes), occasion)
        here = closes
    yield from _closed(week, here, end)


def _closed(week: Week, start: dt.datetime, end: dt.datetime) -> Iterator[Stretch]:
    """Cut at midnights, since an exceptional day has a reason of its own."""
    while start < end:
        date = start.astimezone(week.zone).date()
        midnight = dt.datetime.combine(date + DAY, dt.time.min, tzinfo=week.zone)
        until = min(end, midnight.astimezone(dt.UTC))
        yield Stretch(start, until, CLOSED, occasion=date if date in week.exceptions else None)
        start = until


def _standing(
    timeline: Sequence[tuple[str, dt.datetime]], start: dt.datetime, end: dt.datetime
) -> Iterator[Stretch]:
    ends = [began for _state, began in timeline[1:]] + [end]
    for (state, began), over in zip(timeline, ends, strict=True):
        cut = max(start, began), min(end, over)
        if cut[0] < cut[1]:
            yield Stretch(*cut, STANDING, state=state)


def _joined(found: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbours of the same reason are one."""
    before = None
    for one in found:
        if before and _reason(before) == _reason(one):
            before = replace(before, end=one.end, counted=before.counted + one.counted)
            continue
        if before:
            yield before
        before = one
    if before:
        yield before


def _reason(one: Stretch) -> tuple:
    return one.why, one.occasion, one.state
