"""Public holidays as governments published them, with the workdays that make up for them.

One file a country, with the sources of its years. Nothing here is guessed: of a year that is not
arranged yet the days that a law fixes stand alone, and its source says so.
"""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).parent
REGIONS = {
    "china": _("China"),
    "england-and-wales": _("England and Wales"),
    "scotland": _("Scotland"),
    "northern-ireland": _("Northern Ireland"),
}


def _in(language: str | None, names: dict[str, str]) -> str:
    """The words in a language of the pages; English where there are none."""
    return names.get((language or "en").partition("-")[0], names["en"])


@dataclass(frozen=True)
class PublicDay:
    """A date that differs from its weekday: closed, or worked to make up for a holiday."""

    date: dt.date
    names: dict[str, str]
    is_working_day: bool

    def name(self, language: str | None) -> str:
        """The holiday's name in a language of the pages; English where there is none."""
        return _in(language, self.names)


@dataclass(frozen=True)
class Source:
    """Where the days of some years come from; an incomplete year is still to be arranged."""

    years: list[int]
    names: dict[str, str]
    is_complete: bool = True

    def name(self, language: str | None) -> str:
        return _in(language, self.names)


@cache
def _file(region: str) -> dict:
    with (FOLDER / f"{region}.toml").open("rb") as file:
        return tomllib.load(file)


def sources(region: str) -> list[Source]:
    """Of a region of REGIONS, in the order of the years."""
    return [Source(**source) for source in _file(region)["sources"]]


@cache
def published(region: str) -> list[PublicDay]:
    """All days of a region of REGIONS, by date."""
    return sorted(
        (
            PublicDay(date, holiday["names"], is_working_day=key == "worked")
            for holiday in _file(region)["holidays"]
            for key in ("closed", "worked")
            for date in holiday.get(key, [])
        ),
        key=lambda day: day.date,
    )


def years(region: str) -> list[int]:
    return sorted({day.date.year for day in published(region)})
