"""The page of the business hours that service clocks count in.

Managers edit it as they do the other settings; there is one calendar for all teams.
"""

import datetime as dt
import itertools
from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts import business_hours
from crm.accounts.access import only_managers
from crm.accounts.business_hours import WEEKDAYS
from crm.accounts.services import Refused
from crm.platform import holidays
from crm.platform.calendars import Week, default_calendar
from crm.platform.edits import NewerChange, VersionedForm
from crm.platform.hours import HoursField, hours_text
from crm.platform.models import BusinessCalendar, BusinessDay, Installation
from crm.platform.words import listed
from crm.views.settings import TIME_ZONES
from customers.forms.work import in_reach

MOST_DAYS = 62
DAY = dt.timedelta(days=1)


class CalendarForm(VersionedForm):
    """Time zone and the hours of each weekday."""

    class Meta:
        model = BusinessCalendar
        fields = ["time_zone"]
        help_texts = {"time_zone": _("The hours below are on the clocks of this zone.")}

    def _adapt_to_user(self) -> None:
        week = Week.of(self.instance).weekdays
        self.fields["time_zone"].widget.attrs["list"] = "time-zones"
        for day, name in enumerate(WEEKDAYS):
            self.fields[name] = HoursField(label=WEEKDAY_NAMES[day], initial=week.get(day, []))

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors and not any(data[name] for name in WEEKDAYS):
            self.add_error(None, _("One day at least has to be open, or no case is ever due."))
        return data

    def weekdays(self) -> list[forms.BoundField]:
        return [self[name] for name in WEEKDAYS]


class DayForm(forms.Form):
    """One exceptional day, or several in a row."""

    first = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("For several days in a row."),
    )
    name = forms.CharField(label=_("Occasion"), max_length=100)
    hours = HoursField(
        label=_("Opening hours"),
        help_text=_(
            "Empty: closed all day. A half day: 09:00–12:00. An extra workday, as on a weekend: all"
            " its hours."
        ),
    )

    def clean_first(self) -> dt.date:
        return in_reach(self.cleaned_data["first"])

    def clean_last(self) -> dt.date | None:
        return in_reach(self.cleaned_data["last"])

    def clean(self) -> dict:
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error(
                "last",
                forms.ValidationError(
                    _("At most %(most)d days at once."), params={"most": MOST_DAYS}
                ),
            )
        return data

    @property
    def dates(self) -> list[dt.date]:
        first = self.cleaned_data["first"]
        last = self.cleaned_data["last"] or first
        return [first + number * DAY for number in range((last - first).days + 1)]


class LastDayForm(forms.Form):
    """How far a row of the list reaches."""

    last = forms.DateField(required=False, input_formats=["%Y-%m-%d"])


class HolidaysForm(forms.Form):
    """Whose public holidays to load."""

    region = forms.ChoiceField(label=_("Country"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [
            (region, f"{name} ({', '.join(map(str, holidays.years(region)))})")
            for region, name in holidays.REGIONS.items()
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def calendar(request):
    form = CalendarForm(request.POST or None, instance=default_calendar())
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            return redirect("calendar")
    return _page(request, form=form)


def _save(request, form: CalendarForm) -> None:
    values = form.cleaned_data
    business_hours.change_calendar(
        actor=request.user,
        time_zone=values["time_zone"],
        hours={day: values[name] for day, name in enumerate(WEEKDAYS)},
        version=form.opened_version,
    )
    messages.success(request, gettext("Saved. Open cases keep the hours that they began with."))


@require_POST
@only_managers
def calendar_day_add(request):
    form = DayForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            business_hours.add_days(
                actor=request.user, dates=form.dates, name=values["name"], hours=values["hours"]
            )
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, gettext("Added to the exceptional days."))
            return redirect("calendar")
    return _page(request, day_form=form)


@require_POST
@only_managers
def calendar_day_delete(request, pk: int):
    day = get_object_or_404(BusinessDay, pk=pk, calendar__is_default=True)
    # The button of several days in a row says up to which; without it one day is meant.
    sent = LastDayForm(request.POST)
    last = sent.cleaned_data["last"] if sent.is_valid() else None
    business_hours.delete_days(actor=request.user, first=day, last=last or day.date)
    messages.success(request, gettext("Deleted: ordinary weekdays again."))
    return redirect("calendar")


@require_POST
@only_managers
def calendar_holidays_load(request):
    form = HolidaysForm(request.POST)
    if not form.is_valid():
        return _page(request, holidays_form=form)
    closed, worked = business_hours.load_holidays(
        actor=request.user, region=form.cleaned_data["region"], language=get_language()
    )
    messages.success(request, _loaded(closed, worked))
    return redirect("calendar")


def _loaded(closed: int, worked: int) -> str:
    if not closed and not worked:
        return gettext("Nothing to add: all of these days are on the list already.")
    parts = [ngettext("%(count)d holiday", "%(count)d holidays", closed) % {"count": closed}]
    if worked:
        parts.append(
            ngettext("%(count)d workday", "%(count)d workdays", worked) % {"count": worked}
        )
    return gettext("Added: %(days)s.") % {"days": listed(parts)}


def _page(request, *, form=None, day_form=None, holidays_form=None):
    """The page with one of its forms as it was sent, the others fresh."""
    default = default_calendar()
    days = _days(request, default)
    context = {
        "form": form or CalendarForm(instance=default),
        "day_form": day_form or DayForm(),
        "holidays_form": holidays_form or HolidaysForm(),
        "time_zones": TIME_ZONES,
        "sources": _sources(get_language()),
        **days,
    }
    return render(request, "platform/calendar_form.html", context, status=context["form"].status)


def _sources(language: str | None) -> list[dict]:
    """Where the days that can be loaded come from."""
    return [
        {
            "region": name,
            "years": ", ".join(map(str, source.years)),
            "words": source.name(language),
            "is_complete": source.is_complete,
        }
        for region, name in holidays.REGIONS.items()
        for source in holidays.sources(region)
    ]


def _days(request, default: BusinessCalendar) -> dict:
    """The exceptional days from this year on, or of one earlier year."""
    today = Installation.cached().today()
    # Only those with days: a mistyped year makes no thousand links.
    years = default.days.order_by().values_list("date__year", flat=True).distinct()
    earlier = sorted(year for year in years if year < today.year)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, earlier) else None
    shown = (
        default.days.filter(date__year=year)
        if year
        else default.days.filter(date__gte=dt.date(today.year, 1, 1))
    )
    return {
        "occasions": _occasions(shown, today),
        "year": year,
        "this_year": today.year,
        "earlier_years": earlier,
    }


def _occasions(days: Iterable[BusinessDay], today: dt.date) -> list[dict]:
    """Lines of the list: days in a row of the same name and hours are one."""
    found: list[dict] = []
    for date, rows in itertools.groupby(days, key=lambda row: row.date):
        row, *more = rows
        hours = hours_text([(one.opens, one.closes) for one in (row, *more) if one.opens])
        last = found[-1] if found else None
        if (
            last
            and (last["name"], last["hours"]) == (row.name, hours)
            and last["last"] + DAY == date
        ):
            last["last"] = date
        else:
            line = {"pk": row.pk, "name": row.name, "first": date, "hours": hours}
            found.append(line | {"last": date})
    return [line | {"is_over": line["last"] < today} for line in found]
