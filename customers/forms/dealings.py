"""The filters of a customer's transactions."""

import calendar
import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DealingsFilter(forms.Form):
    """Read from the address."""

    use_required_attribute = False

    month = forms.RegexField(
        r"^\d{4}-\d{2}$",
        label=_("Month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    start = forms.DateField(label=_("From"), required=False, widget=_date_input())
    end = forms.DateField(label=_("To"), required=False, widget=_date_input())
    invoice = forms.CharField(label=_("Invoice"), required=False, max_length=60)
    category = forms.CharField(label=_("Category"), required=False, max_length=100)
    product = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, data):
        super().__init__(data, auto_id=False)
        self.full_clean()

    @property
    def criteria(self) -> dict:
        """What is set and understood; a month is its span of days."""
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if span := _span(found.pop("month", "")):
            found["start"] = max(span[0], found.get("start", span[0]))
            found["end"] = min(span[1], found.get("end", span[1]))
        return found


def _span(month: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of a month such as 2011-11."""
    try:
        first = dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
