"""Business time: when a service clock counts, over holidays, half days and daylight saving.

A calendar's hours are wall-clock times in its zone. They become intervals of real time here, so
that a night in which the clock jumps is as long as it really was: minutes are counted in UTC.
"""

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from crm.platform.models import BusinessCalendar, BusinessHours, Installation

END_OF_DAY = dt.time.max  # stored for midnight, see BusinessHours
# A calendar without any hours would be searched for ever.
LONGEST_SEARCH = dt.timedelta(days=3660)
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)

Interval = tuple[dt.datetime, dt.datetime]
Hours = tuple[dt.time, dt.time]

STANDARD = "Standard"
MONDAY_TO_FRIDAY = range(5)
USUAL_HOURS: list[Hours] = [(dt.time(9), dt.time(17, 30))]
# With the noon rest of offices in mainland China.
CHINESE_HOURS: list[Hours] = [(dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(18))]
CHINESE_ZONES = {
    "Asia/Chongqing",
    "Asia/Chungking",
    "Asia/Harbin",
    "Asia/Kashgar",
    "Asia/Shanghai",
    "Asia/Urumqi",
    "PRC",
}


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

    def to_dict(self) -> dict:
        """As JSON takes it; calendars that open alike give the same."""
        return {
            "zone": self.zone.key,
            "weekdays": {
                str(weekday): _as_texts(hours)
                for weekday, hours in sorted(self.weekdays.items())
                if hours
            },
            "exceptions": {
                date.isoformat(): _as_texts(hours)
                for date, hours in sorted(self.exceptions.items())
            },
        }

    @classmethod
    def from_dict(cls, kept: dict) -> "Week":
        return cls(
            zoneinfo.ZoneInfo(kept["zone"]),
            {int(weekday): _as_times(hours) for weekday, hours in kept["weekdays"].items()},
            {
                dt.date.fromisoformat(date): _as_times(hours)
                for date, hours in kept["exceptions"].items()
            },
        )

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


def _as_texts(hours: list[Hours]) -> list[list[str]]:
    return [[opens.isoformat(), closes.isoformat()] for opens, closes in sorted(hours)]


def _as_times(hours: list[list[str]]) -> list[Hours]:
    return [
        (dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)) for opens, closes in hours
    ]


def default_calendar() -> BusinessCalendar:
    """The calendar that service clocks begin with; made at first use."""
    return BusinessCalendar.objects.filter(is_default=True).first() or _make_default()


@transaction.atomic
def _make_default() -> BusinessCalendar:
    installation = Installation.get()
    # Two processes may come here at once: the second waits and then finds the first one's.
    Installation.objects.select_for_update().get(pk=installation.pk)
    made = BusinessCalendar.objects.filter(is_default=True).first()
    if made:
        return made
    calendar, is_new = BusinessCalendar.objects.update_or_create(
        name=STANDARD,
        defaults={"is_default": True},
        create_defaults={"is_default": True, "time_zone": installation.time_zone},
    )
    if is_new:
        is_chinese = installation.time_zone in CHINESE_ZONES
        BusinessHours.objects.bulk_create(
            BusinessHours(calendar=calendar, weekday=weekday, opens=opens, closes=closes)
            for weekday in MONDAY_TO_FRIDAY
            for opens, closes in (CHINESE_HOURS if is_chinese else USUAL_HOURS)
        )
    return calendar


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
