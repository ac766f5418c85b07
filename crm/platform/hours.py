"""Business hours as people write them: 09:00–12:00, 13:30–18:00."""

import datetime as dt
import itertools
import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.platform.calendars import END_OF_DAY, Hours

# One an hour: more is no calendar but a slip of the keyboard.
MOST_INTERVALS = 24
LONGEST = 350
TIME = r"(\d{1,2})(?:[:.]?(\d{2}))?"
INTERVAL = re.compile(rf"{TIME}\s*(?:-|–|—|~|至|到)\s*{TIME}")
BETWEEN = re.compile(r"[,;、/]")


def hours_text(hours: list[Hours]) -> str:
    """As written in fields, lists and the log; empty when closed."""
    return ", ".join(interval_text(*interval) for interval in sorted(hours))


def interval_text(opens: dt.time, closes: dt.time) -> str:
    end = "24:00" if closes == END_OF_DAY else f"{closes:%H:%M}"
    return f"{opens:%H:%M}–{end}"


def parse_hours(text: str) -> list[Hours]:
    """The intervals of a text, in order; ValidationError says what is wrong with it."""
    # Full-width digits and signs, as Chinese keyboards write them, become plain ones.
    plain = unicodedata.normalize("NFKC", text)
    hours = sorted(_interval(part.strip()) for part in BETWEEN.split(plain) if part.strip())
    if len(hours) > MOST_INTERVALS:
        raise forms.ValidationError(
            _("At most %(most)d intervals a day."), "most", {"most": MOST_INTERVALS}
        )
    for one, two in itertools.pairwise(hours):
        if two[0] < one[1]:
            raise forms.ValidationError(
                _("%(one)s and %(two)s overlap."),
                "overlap",
                {"one": interval_text(*one), "two": interval_text(*two)},
            )
    return hours


def _interval(part: str) -> Hours:
    found = INTERVAL.fullmatch(part)
    if not found:
        raise forms.ValidationError(
            _("“%(part)s” is not understood. Write hours like 09:00–12:00, 13:30–18:00."),
            "unreadable",
            {"part": part},
        )
    opens, closes = _time(*found.group(1, 2)), _time(*found.group(3, 4))
    if opens >= closes:
        raise forms.ValidationError(
            _("%(part)s has to open before it closes."), "order", {"part": part}
        )
    return opens, closes


def _time(hour: str, minute: str | None) -> dt.time:
    if (int(hour), int(minute or 0)) == (24, 0):
        return END_OF_DAY
    try:
        return dt.time(int(hour), int(minute or 0))
    except ValueError:
        raise forms.ValidationError(
            _("%(time)s is no time of the day."), "time", {"time": f"{hour}:{minute or '00'}"}
        ) from None


class HoursField(forms.Field):
    """A day's business hours in one line; empty is closed."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, **kwargs})

    def widget_attrs(self, widget) -> dict:
        return {
            "placeholder": pgettext_lazy("of a day", "closed"),
            "autocomplete": "off",
            "maxlength": LONGEST,
        }

    def to_python(self, value: str | None) -> list[Hours]:
        return parse_hours(value or "")

    def prepare_value(self, value):
        return hours_text(value) if isinstance(value, list) else value
