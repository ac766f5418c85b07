"""The calendar of visits and tasks: a month, a week or a day."""

import datetime as dt
from dataclasses import dataclass, field
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.platform.models import Installation
from customers import agenda
from customers.models import CalendarFeed

VIEWS = ("month", "week", "day")
STEPS = {
    "month": relativedelta(months=1),
    "week": relativedelta(weeks=1),
    "day": relativedelta(days=1),
}
WEEK = 7
SATURDAY = 5
# So many lines a day; one that has more leads to a page of its own.
MOST_A_DAY = {"month": 4, "week": 10, "day": 90}
YEARS = range(2000, 2101)


@dataclass
class Day:
    """A day with its entries; of a full day in a month the first ones, and how many more."""

    date: dt.date
    is_today: bool
    is_outside: bool
    exceptional: agenda.Exceptional | None
    url: str
    entries: list[agenda.Entry] = field(default_factory=list)
    more: int = 0

    @property
    def is_off(self) -> bool:
        if self.exceptional:
            return not self.exceptional.is_open
        return self.date.weekday() >= SATURDAY

    @property
    def css(self) -> str:
        is_bare = not (self.entries or self.exceptional or self.is_today)
        looks = {"out": self.is_outside, "off": self.is_off, "bare": is_bare}
        return " ".join(name for name, is_so in looks.items() if is_so)

    def cut(self, most: int) -> None:
        """To a few; appointments stay before what has no hour, and that before what may come."""
        if len(self.entries) > most:
            chosen = sorted(self.entries, key=_weight)[: most - 1]
            self.more = len(self.entries) - len(chosen)
            self.entries = [entry for entry in self.entries if entry in chosen]


def _weight(entry: agenda.Entry) -> tuple[bool, bool]:
    return entry.state == agenda.Entry.EXPECTED, entry.at is None


@require_safe
def calendar(request):
    """Mine, the team's or one person's, around the day that the address names."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    today = Installation.cached().today()
    anchor = _anchor(request.GET.get("from", ""), today)
    whose, circle = agenda.choose(request.user, request.GET.get("whose", ""))
    start, end = _span(view, anchor)
    days = _days(request, view, anchor, (start, end), whose)
    context = {
        "view": view,
        "heading": _heading(view, anchor, start, end),
        "weeks": [days[at : at + WEEK] for at in range(0, len(days), WEEK)],
        "weekdays": [(WEEKDAYS[day], WEEKDAYS_ABBR[day]) for day in range(WEEK)],
        "is_empty": not any(day.entries for day in days),
        "whose": whose,
        "circle": circle if len(circle) > 1 else {},
        "from": anchor.isoformat(),
        "tabs": [
            (_("Month"), _address(whose, "month", anchor), view == "month"),
            (_("Week"), _address(whose, "week", anchor), view == "week"),
        ],
        "before_url": _address(whose, view, _first(view, anchor) - STEPS[view]),
        "today_url": _address(whose, view, today),
        "after_url": _address(whose, view, _first(view, anchor) + STEPS[view]),
    }
    if not whose.chosen:
        context["feed"] = CalendarFeed.objects.filter(user=request.user).first()
    return render(request, "customers/calendar.html", context)


def _anchor(text: str, today: dt.date) -> dt.date:
    """The day that the address names; today for none, and for one out of reach."""
    try:
        asked = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return asked if asked.year in YEARS else today


def _first(view: str, anchor: dt.date) -> dt.date:
    return anchor.replace(day=1) if view == "month" else anchor


def _span(view: str, anchor: dt.date) -> tuple[dt.date, dt.date]:
    """The first day, and the one after the last: whole weeks, but for a single day."""
    if view == "day":
        return anchor, anchor + agenda.DAY
    first = _first(view, anchor)
    last = first + relativedelta(months=1) if view == "month" else first + agenda.DAY
    start = first - dt.timedelta(days=first.weekday())
    return start, last + dt.timedelta(days=-last.weekday() % WEEK)


def _days(
    request: HttpRequest,
    view: str,
    anchor: dt.date,
    span: tuple[dt.date, dt.date],
    whose: agenda.Whose,
) -> list[Day]:
    start, end = span
    today = Installation.cached().today()
    exceptional = agenda.exceptional_days(start, end)
    days = [
        Day(
            date=date,
            is_today=date == today,
            is_outside=view == "month" and date.month != anchor.month,
            exceptional=exceptional.get(date),
            url=_address(whose, "day", date),
        )
        for date in (start + number * agenda.DAY for number in range((end - start).days))
    ]
    for entry in agenda.entries(request.user, start, end, whose):
        days[(entry.day - start).days].entries.append(entry)
    for day in days:
        day.cut(MOST_A_DAY[view])
    return days


def _heading(view: str, anchor: dt.date, start: dt.date, end: dt.date) -> str:
    if view == "month":
        return date_format(anchor, "YEAR_MONTH_FORMAT")
    if view == "day":
        return f"{WEEKDAYS[anchor.weekday()]}, {date_format(anchor, 'DATE_FORMAT')}"
    last = date_format(end - agenda.DAY, "SHORT_DATE_FORMAT")
    first = date_format(start, "SHORT_DATE_FORMAT")
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _address(whose: agenda.Whose, view: str, date: dt.date) -> str:
    asked = {"view": view, "from": date.isoformat()}
    return "?" + urlencode(asked | ({"whose": whose.chosen} if whose.chosen else {}))
