"""A column of an export: its heading, where its value comes from, what kind of value it is."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext

# What a cell may hold: None is empty.
Value = str | int | float | Decimal | dt.date | dt.datetime | None


class Type(Enum):
    """What a column holds; numbers and dates stay numbers and dates in workbooks."""

    TEXT = auto()
    COUNT = auto()
    MONEY = auto()
    NUMBER = auto()  # with as many decimals as it has
    SHARE = auto()  # 0 to 1, shown in per cent
    DATE = auto()
    MOMENT = auto()  # in the installation's time


@dataclass(frozen=True)
class Column:
    """`read` names attributes ("customer.name"), or is a function of the row.

    A choice is told by its words. `worth` as in the list of customers: True is for those who see
    what a customer is worth, False for the others, None for all. `usual`: without being asked for.
    """

    key: str
    label: Any
    read: str | Callable[[Any], Any] = ""
    type: Type = Type.TEXT
    worth: bool | None = None
    usual: bool = True

    @property
    def heading(self) -> str:
        return capfirst(str(self.label))

    def is_for(self, user) -> bool:
        return self.worth in (None, user.sees_worth)

    def reader(self) -> Callable[[Any], Value]:
        """A function of the row, made once for all rows."""
        read = self.read or self.key
        return self._typed(read if callable(read) else _attributes(read))

    def _typed(self, read: Callable[[Any], Any]) -> Callable[[Any], Value]:
        if self.type is not Type.TEXT:
            return read
        return lambda row: _text(read(row))


def _attributes(path: str) -> Callable[[Any], Any]:
    """Reads a path of attributes, as templates do; what is missing on the way is nothing."""
    *way, last = path.split(".")
    display, words = f"get_{last}_display", {}

    def read(row: Any) -> Any:
        for name in way:
            try:
                row = getattr(row, name, None)
            except ObjectDoesNotExist:  # such as the figures of a customer made today
                return None
        if row is None:
            return None
        value = getattr(row, last)
        if not hasattr(type(row), display):
            return value
        if value not in words:  # a choice is put into words once for all rows
            words[value] = getattr(row, display)()
        return words[value]

    return read


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)
