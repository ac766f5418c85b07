"""Business time: when a service clock counts, over holidays, half days and daylight saving.

A calendar's hours are wall-clock times in its zone. They become intervals of real time here, so
that a night in which the clock jumps is as long as it really was: minutes are counted in UTC.
"""

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm.platform.models import BusinessCalendar

END_OF_DAY = dt.time.max  # stored for midnight, see BusinessHours
# A calendar without any hours would be searched for ever.
LONGEST_SEARCH = dt.timedelta(days=3660)
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)

Interval = tuple[dt.datetime, dt.datetime]
Hours = tuple[dt.time, dt.time]


class NeverOpenError(ValueError):
    """The calendar has no business hours in the years to come."""


@dataclass(frozen=True)
class Week:
    """A calendar's rows, read once."""

    zone: zoneinfo.ZoneInfo
    weekdays: dict[int, list[Hours]] = field(default_factory=dict)
    exceptions: dict[dt.date, list[Hours]] = field(default_factory=dict)

    @classmethod
    def of(cls, calendar: BusinessCalendar) -> "Week":
        weekdays, exceptions = defaultdict(list), defaultdict(list)
        for row in calendar.hours.all():
            weekdays[row.weekday].append((row.opens, row.closes))
        for row in calendar.days.all():
            # A holiday's row has no times: the date is known, and nothing is open on it.
            hours = [] if row.opens is None else [(row.opens, row.closes)]
            exceptions[row.date] += hours
        return cls(zoneinfo.ZoneInfo(calendar.time_zone), dict(weekdays), dict(exceptions))

    def hours_of(self, date: dt.date) -> list[Hours]:
        return self.exceptions.get(date, self.weekdays.get(date.weekday(), []))

    def intervals_of(self, date: dt.date) -> list[Interval]:
        """The open intervals of a local date in UTC, in order, overlapping ones merged."""
        merged: list[Interval] = []
        for opens, closes in sorted(self.hours_of(date)):
            start, end = self._utc(date, opens), self._closing(date, closes)
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            elif start < end:
                merged.append((start, end))
        return merged

    def _closing(self, date: dt.date, closes: dt.time) -> dt.datetime:
        if closes == END_OF_DAY:
            return self._utc(date + DAY, dt.time.min)
        return self._utc(date, closes)

    def _utc(self, date: dt.date, time: dt.time) -> dt.datetime:
        """The moment of a wall-clock time; one that the jump leaves out is the jump itself.

        Of a time that comes twice in autumn the first is meant.
        """
        local = dt.datetime.combine(date, time, tzinfo=self.zone)
        moment = local.astimezone(dt.UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return moment
        # Left out: by the offsets before and after the jump the same moment has two readings.
        before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
        return self._jump(moment - abs(after - before), moment)

    def _jump(self, low: dt.datetime, high: dt.datetime) -> dt.datetime:
        """The first moment after `low` at which the offset differs, to the second."""
        offset = low.astimezone(self.zone).utcoffset()
        while high - low > dt.timedelta(seconds=1):
            middle = low + (high - low) / 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                low = middle
            else:
                high = middle
        return high.replace(microsecond=0)


def working_intervals(
    calendar: BusinessCalendar | Week, start: dt.datetime, end: dt.datetime
) -> Iterator[Interval]:
    """The open intervals between two moments in UTC, in order, cut at both ends."""
    week = calendar if isinstance(calendar, Week) else Week.of(calendar)
    date = start.astimezone(week.zone).date()
    last = end.astimezone(week.zone).date()
    while date <= last:
        for opens, closes in week.intervals_of(date):
            cut = max(opens, start.astimezone(dt.UTC)), min(closes, end.astimezone(dt.UTC))
            if cut[0] < cut[1]:
                yield cut
        date += DAY


def business_minutes(
    calendar: BusinessCalendar | Week, start: dt.datetime, end: dt.datetime
) -> float:
    """How many minutes of business lie between two moments; 0 when they are in wrong order."""
    spans = working_intervals(calendar, start, end)
    return sum((closes - opens for opens, closes in spans), dt.timedelta()) / MINUTE


def add_business_minutes(
    calendar: BusinessCalendar | Week, start: dt.datetime, minutes: float
) -> dt.datetime:
    """The moment (UTC) at which so many minutes of business have passed since the start.

    A deadline that falls on closing time is closing time, not the next opening.
    """
    week = calendar if isinstance(calendar, Week) else Week.of(calendar)
    left = minutes * MINUTE
    if left <= dt.timedelta():
        return start.astimezone(dt.UTC)
    for opens, closes in working_intervals(week, start, start + LONGEST_SEARCH):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise NeverOpenError
