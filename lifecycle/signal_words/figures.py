"""Days, dates and shares as the sentences say them."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import ngettext


def days(count: int) -> str:
    return ngettext("%d day", "%d days", count) % count


def date(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "SHORT_DATE_FORMAT")


def percent(share: float) -> int:
    return round(100 * share)
