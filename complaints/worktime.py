"""Business time by table: a calendar's open intervals summed up once, then found by bisection.

The same answers as `crm.platform.calendars`, without walking day by day: thousands of cases are
derived a second. Times are whole microseconds of UTC, so that nothing is rounded.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from crm.platform.calendars import LONGEST_SEARCH, NeverOpenError, Week

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
# A local date begins and ends up to 14 hours apart from that of UTC.
EDGE = dt.timedelta(days=2)


class _Table(NamedTuple):
    """The open intervals of some years."""

    first: int  # years, both covered
    last: int
    opens: list[int]
    closes: list[int]
    before: list[int]  # open time before the interval
    until: list[int]  # open time until its end

    def passed(self, moment: int) -> int:
        """The open time since the beginning of the table."""
        place = bisect_right(self.opens, moment) - 1
        if place < 0:
            return 0
        return self.before[place] + min(moment, self.closes[place]) - self.opens[place]


class WorkTime:
    """Counts the open time of a calendar. Safe to share between threads."""

    def __init__(self, week: Week):
        self.week = week
        self._table: _Table | None = None

    def between(self, start: dt.datetime, end: dt.datetime) -> int:
        """Microseconds of business between two moments; 0 when they are in wrong order."""
        if end <= start:
            return 0
        table = self._covering(start.astimezone(dt.UTC).year, end.astimezone(dt.UTC).year)
        return table.passed(_number(end)) - table.passed(_number(start))

    def minutes(self, start: dt.datetime, end: dt.datetime) -> float:
        return self.between(start, end) / MINUTE

    def after(self, start: dt.datetime, time: int) -> dt.datetime:
        """The moment at which so many microseconds of business have passed since the start.

        A deadline that falls on closing time is closing time, not the next opening.
        """
        if time <= 0:
            return start.astimezone(dt.UTC)
        year = start.astimezone(dt.UTC).year
        latest = min((start + LONGEST_SEARCH).year, dt.MAXYEAR - 1)
        for last in range(year, latest + 1):
            table = self._covering(year, last)
            goal = table.passed(_number(start)) + time
            place = bisect_left(table.until, goal)
            if place < len(table.until):
                moment = table.opens[place] + goal - table.before[place]
                return EPOCH + dt.timedelta(microseconds=moment)
        raise NeverOpenError

    def _covering(self, first: int, last: int) -> _Table:
        table = self._table
        if table is None or first < table.first or last > table.last:
            if table is not None:
                first, last = min(first, table.first), max(last, table.last)
            # Built aside and set at once: other threads see the old one or the new one.
            self._table = table = self._build(first, last)
        return table

    def _build(self, first: int, last: int) -> _Table:
        table = _Table(first, last, [], [], [], [])
        date, end = dt.date(first, 1, 1) - EDGE, dt.date(last, 12, 31) + EDGE
        total = 0
        while date <= end:
            for opens, closes in self.week.intervals_of(date):
                start, stop = _number(opens), _number(closes)
                table.opens.append(start)
                table.closes.append(stop)
                table.before.append(total)
                total += stop - start
                table.until.append(total)
            date += dt.timedelta(days=1)
        return table


def _number(moment: dt.datetime) -> int:
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
