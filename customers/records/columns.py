"""How the values of records are shown: a column reads one and says it in the reader's language."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import ngettext

from crm.platform.models import Installation
from crm.platform.words import whole
from customers.models.record import Record

NOTHING = "–"
# Tags of these states stand out; the word beside says the same.
TONES = {
    "kept": "good",
    "won": "good",
    "adopted": "good",
    "customer": "good",
    "done": "good",
    "weaker": "good",
    "losing": "good",
    "broken": "bad",
    "lost": "bad",
    "stronger": "bad",
    "gaining": "bad",
    "late": "warn",
    "very_late": "bad",
    "default": "bad",
}


class Shape(Enum):
    TEXT = auto()
    DATE = auto()
    DUE = auto()  # a day by which something is to be done: late once it is over and still open
    MONEY = auto()
    COUNT = auto()
    SHARE = auto()  # in per cent
    STATE = auto()


NUMERIC = {Shape.MONEY, Shape.COUNT, Shape.SHARE}


@dataclass(frozen=True)
class Cell:
    """What stands in a table: words, and how they stand out."""

    words: str
    is_number: bool = False
    tone: str | None = None  # of a tag; None: plain words
    warning: str = ""
    url: str = ""


@dataclass(frozen=True)
class Column:
    """`read` names an attribute, or is a function of the record."""

    label: str
    read: str | Callable[[Record], Any]
    shape: Shape = Shape.TEXT
    link: Callable[[Record], str] | None = None
    worth: bool = False  # an amount that those without worth don't see

    @property
    def is_number(self) -> bool:
        return self.shape in NUMERIC

    @property
    def unit(self) -> str:
        return Installation.cached().currency if self.shape is Shape.MONEY else ""

    def words(self, record: Record) -> str:
        """The value as text; empty where nothing is known."""
        value = self.value(record)
        if value in (None, ""):
            return ""
        if isinstance(value, dt.datetime):
            value = value.date()
        if isinstance(value, dt.date):
            return date_format(value, "SHORT_DATE_FORMAT")
        if self.shape in (Shape.MONEY, Shape.COUNT):
            return whole(value)
        if self.shape is Shape.SHARE:
            return f"{number_format(value.normalize() + 0, use_l10n=True)} %"
        return str(value)

    def cell(self, record: Record, today: dt.date) -> Cell:
        words = self.words(record)
        return Cell(
            words=words or NOTHING,
            is_number=self.is_number,
            tone=self._tone(record) if words else None,
            warning=self._lateness(record, today),
            url=self.link(record) if self.link else "",
        )

    def value(self, record: Record) -> Any:
        """As it is kept; of a choice its words."""
        if callable(self.read):
            return self.read(record)
        display = getattr(record, f"get_{self.read}_display", None)
        return display() if display else getattr(record, self.read)

    def _tone(self, record: Record) -> str | None:
        if self.shape is not Shape.STATE:
            return None
        return TONES.get(getattr(record, self.read), "")

    def _lateness(self, record: Record, today: dt.date) -> str:
        day = getattr(record, self.read) if self.shape is Shape.DUE else None
        if day is None or day >= today or not record.is_open:
            return ""
        days = (today - day).days
        return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
