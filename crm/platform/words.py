"""Figures, dates and lists as texts for titles and tables of pictures, in the reader's language."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import pgettext


def share(part, whole) -> float:
    """part / whole, 0 where there is no whole."""
    return float(part) / float(whole) if whole else 0.0


def whole(value: Decimal | float | int) -> str:
    """An amount or a count without decimals, grouped by locale."""
    return number_format(round(value), use_l10n=True, force_grouping=True)


def decimal(value: float, decimals: int = 1) -> str:
    """A figure with so many decimals."""
    return number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True)


def percent(value: float, decimals: int = 0) -> str:
    return f"{number_format(round(100 * value, decimals), decimals, use_l10n=True)} %"


def day(date: dt.date) -> str:
    return date_format(date, "DATE_FORMAT")


def month(date: dt.date) -> str:
    return date_format(date, "YEAR_MONTH_FORMAT")


def listed(parts: Iterable) -> str:
    """One after the other, with what stands between them in the reader's language."""
    return pgettext("between the parts of a list", ", ").join(map(str, parts))


def named(name, value) -> str:
    """ "Region: Bayern", with the colon of the reader's language."""
    return pgettext("a name and its value", "%(name)s: %(value)s") % {"name": name, "value": value}
