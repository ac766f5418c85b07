"""The days of what comes again, all counted from the first one.

31 January, monthly, is 28 February and then 31 March: a short month shortens one day only.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from dateutil.relativedelta import relativedelta

MONTHS = {"month": 1, "year": 12}
WEEK = 7


@dataclass(frozen=True)
class Rhythm:
    """Every so many weeks, months or years from a day on, until a day."""

    first_on: dt.date
    every: int
    unit: str
    until: dt.date | None = None

    def day(self, number: int) -> dt.date:
        """The first one is number 0."""
        steps = number * self.every
        if self.unit in MONTHS:
            return self.first_on + relativedelta(months=steps * MONTHS[self.unit])
        return self.first_on + dt.timedelta(days=steps * WEEK)

    def from_day(self, start: dt.date) -> dt.date | None:
        """The first day that is not before the start; None when it is over by then."""
        found = self.day(self._number_from(start))
        return None if self.until and found > self.until else found

    def up_to(self, end: dt.date) -> dt.date | None:
        """The last day that is not after the end; None before the first."""
        if self.until:
            end = min(end, self.until)
        number = self._number_from(end + dt.timedelta(days=1)) - 1
        return None if number < 0 else self.day(number)

    def between(self, start: dt.date, end: dt.date) -> Iterator[dt.date]:
        """The days from the start to before the end."""
        for number in count(self._number_from(start)):
            found = self.day(number)
            if found >= end or (self.until and found > self.until):
                return
            yield found

    def _number_from(self, start: dt.date) -> int:
        """The number of the first day that is not before the start."""
        if start <= self.first_on:
            return 0
        if self.unit in MONTHS:
            months = (start.year - self.first_on.year) * 12 + start.month - self.first_on.month
            number = months // (self.every * MONTHS[self.unit])
        else:
            number = (start - self.first_on).days // (self.every * WEEK)
        return number if self.day(number) >= start else number + 1
