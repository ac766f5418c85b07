"""Working time of our people in China and Europe: where the events of cases lie.

A position is a number of working minutes since the beginning of 2021. Positions add up like
minutes, and lead back to moments on working days between opening and closing.
"""

import datetime as dt
import zoneinfo
from bisect import bisect_left, bisect_right
from functools import cache

from crm.demo import seasons
from crm.demo.draws import day_number

_FIRST, _LAST = dt.date(2021, 1, 1), dt.date(2041, 1, 1)
_ZONES = {seasons.CHINA: "Asia/Shanghai", seasons.EUROPE: "Europe/London"}
# From and to, in minutes of the day; offices in China rest at noon.
_HOURS = {
    seasons.CHINA: ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60)),
    seasons.EUROPE: ((9 * 60, 17 * 60 + 30),),
}
_EPOCH = dt.date(1970, 1, 1)


class Office:
    """The working time of one calendar."""

    def __init__(self, calendar: int):
        self.zone = zoneinfo.ZoneInfo(_ZONES[calendar])
        self.hours = _HOURS[calendar]
        self.day = sum(end - start for start, end in self.hours)  # minutes of a working day
        dates = (_FIRST + dt.timedelta(days=n) for n in range((_LAST - _FIRST).days))
        self._days = [
            int(day_number(date))
            for date in dates
            if date.weekday() < 5 and not seasons.rests(date, calendar)
        ]

    def moment(self, position: float) -> dt.datetime:
        """The moment in UTC, to the minute."""
        place, left = divmod(int(position), self.day)
        for start, end in self.hours:
            if left < end - start:
                return self.at(self._days[place], start + left)
            left -= end - start
        raise AssertionError(position)

    def at(self, day: int, minute: int) -> dt.datetime:
        """A minute of a local day, in office hours or not, in UTC."""
        local = dt.datetime.combine(_EPOCH + dt.timedelta(days=day), dt.time(), tzinfo=self.zone)
        local = local.replace(hour=minute // 60, minute=minute % 60)
        return local.astimezone(dt.UTC)

    def position(self, day: int, minute: int) -> int:
        """The first working minute from a minute of a local day on."""
        place = bisect_left(self._days, day)
        if self._days[place] != day:
            return place * self.day
        passed = sum(max(min(minute, end) - start, 0) for start, end in self.hours)
        return place * self.day + passed

    def working_day(self, date: dt.date, back: int) -> int:
        """The number of the working day so many working days before the last one up to a date."""
        return self._days[bisect_right(self._days, int(day_number(date))) - 1 - back]

    def after(self, moment: dt.datetime) -> int:
        """The first working minute from a moment on."""
        local = moment.astimezone(self.zone)
        return self.position(int(day_number(local.date())), local.hour * 60 + local.minute + 1)


@cache
def office(calendar: int) -> Office:
    """Made once: twenty years of days."""
    return Office(calendar)
