"""Public holidays as governments published them, with the workdays that make up for them.

One file a country. A year is added once it is announced: nothing here is computed or guessed.
"""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).parent
REGIONS = {"china": _("China"), "england-and-wales": _("England and Wales")}


@dataclass(frozen=True)
class PublicDay:
    """A date that differs from its weekday: closed, or worked to make up for a holiday."""

    date: dt.date
    names: dict[str, str]
    is_working_day: bool

    def name(self, language: str | None) -> str:
        """The holiday's name in a language of the pages; English where there is none."""
        return self.names.get((language or "en").partition("-")[0], self.names["en"])


@cache
def published(region: str) -> list[PublicDay]:
    """All days of a region of REGIONS, by date."""
    with (FOLDER / f"{region}.toml").open("rb") as file:
        holidays = tomllib.load(file)["holidays"]
    return sorted(
        (
            PublicDay(date, holiday["names"], is_working_day=key == "worked")
            for holiday in holidays
            for key in ("closed", "worked")
            for date in holiday.get(key, [])
        ),
        key=lambda day: day.date,
    )


def years(region: str) -> list[int]:
    return sorted({day.date.year for day in published(region)})
