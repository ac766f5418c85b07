"""Writes around the default calendar: its hours, exceptional days, public holidays."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform import holidays
from crm.platform.calendars import Hours, Week, default_calendar
from crm.platform.edits import NewerChange
from crm.platform.hours import hours_text
from crm.platform.models import BusinessCalendar, BusinessDay, BusinessHours

# The names of the week's fields, Monday first; also what the log calls them.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _locked() -> BusinessCalendar:
    return BusinessCalendar.objects.select_for_update().get(pk=default_calendar().pk)


@transaction.atomic
def change_calendar(
    *, actor: User, time_zone: str, hours: dict[int, list[Hours]], version: int
) -> BusinessCalendar:
    """Save zone and week, unless somebody saved in between. Exceptional days stay."""
    calendar = _locked()
    if calendar.version != version:
        raise NewerChange(calendar)
    before = Week.of(calendar).weekdays
    log = {
        name: [hours_text(before.get(day, [])), hours_text(hours[day])]
        for day, name in enumerate(WEEKDAYS)
        if sorted(before.get(day, [])) != sorted(hours[day])
    }
    if calendar.time_zone != time_zone:
        log["time_zone"] = [calendar.time_zone, time_zone]
    if not log:
        return calendar
    calendar.time_zone = time_zone
    calendar.version += 1
    calendar.save(update_fields=["time_zone", "version"])
    calendar.hours.all().delete()
    BusinessHours.objects.bulk_create(
        BusinessHours(calendar=calendar, weekday=day, opens=opens, closes=closes)
        for day, intervals in hours.items()
        for opens, closes in intervals
    )
    audit(actor, Action.CALENDAR_CHANGED, calendar, **log)
    return calendar


@transaction.atomic
def add_days(*, actor: User, dates: list[dt.date], name: str, hours: list[Hours]) -> None:
    """Put exceptional days on the list, closed or with hours of their own; refused if one is."""
    calendar = _locked()
    taken = calendar.days.filter(date__in=dates).order_by("date").first()
    if taken:
        raise Refused(
            gettext("%(date)s is on the list already; delete it there first.")
            % {"date": date_format(taken.date, "SHORT_DATE_FORMAT")},
            "first",
        )
    _keep_days(calendar, [(date, name, hours) for date in dates])
    audit(actor, Action.CALENDAR_DAYS_ADDED, _span(dates), name=name, hours=hours_text(hours))


@transaction.atomic
def delete_days(*, actor: User, first: BusinessDay, last: dt.date) -> None:
    """The dates of an occasion, from one to another, are ordinary weekdays again."""
    rows = BusinessDay.objects.filter(
        calendar=first.calendar_id, name=first.name, date__range=(first.date, last)
    )
    dates = sorted({row.date for row in rows.select_for_update()})
    if not dates:
        return  # the button was pressed twice
    rows.delete()
    audit(actor, Action.CALENDAR_DAYS_DELETED, _span(dates), name=first.name)


def _span(dates: list[dt.date]) -> str:
    ends = [dates[0], dates[-1]] if len(dates) > 1 else dates
    return " – ".join(date.isoformat() for date in ends)


@transaction.atomic
def load_holidays(*, actor: User, region: str, language: str | None) -> tuple[int, int]:
    """Put a country's published days on the list; how many holidays and workdays are new.

    A date that is on the list stays as it is. Workdays get the hours of the first open weekday.
    """
    calendar = _locked()
    week = Week.of(calendar)
    usual = next((week.weekdays[day] for day in range(7) if week.weekdays.get(day)), [])
    new = [day for day in holidays.published(region) if day.date not in week.exceptions]
    _keep_days(
        calendar,
        [(day.date, _name(day, language), usual if day.is_working_day else []) for day in new],
    )
    worked = sum(day.is_working_day for day in new)
    closed = len(new) - worked
    if new:
        audit(
            actor,
            Action.CALENDAR_HOLIDAYS_LOADED,
            holidays.REGIONS[region],
            holidays=closed,
            workdays=worked,
        )
    return closed, worked


def _name(day: holidays.PublicDay, language: str | None) -> str:
    name = day.name(language)
    return gettext("Workday for %(holiday)s") % {"holiday": name} if day.is_working_day else name


def _keep_days(
    calendar: BusinessCalendar, days: Iterable[tuple[dt.date, str, list[Hours]]]
) -> None:
    BusinessDay.objects.bulk_create(
        BusinessDay(calendar=calendar, date=date, name=name, opens=opens, closes=closes)
        for date, name, hours in days
        # A holiday's row has no times.
        for opens, closes in hours or [(None, None)]
    )
