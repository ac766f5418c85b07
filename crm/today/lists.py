"""Short lists of different tables, all in one query: each is an array that the database builds.

A query a list would cost a dozen on a page that everybody opens first.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from crm.accounts.models import User

# Read at most of one list; how many more there are is said up to here.
READ = 21


@dataclass(frozen=True)
class Line:
    """One line of a list: what it is, why it stands there, by when, and the one thing to do."""

    name: str
    url: str
    why: str = ""
    days_left: int | None = None
    action: str = ""
    action_url: str = ""
    done_url: str = ""  # posted to: done with one click
    at: dt.time | None = None

    @property
    def days_late(self) -> int:
        return max(-self.days_left, 0) if self.days_left is not None else 0


@dataclass(frozen=True)
class Ask:
    """Whom a list is for, and on which day."""

    user: User
    today: dt.date

    def days_left(self, day: str) -> int:
        """Until a day, as JSON has it."""
        return (dt.date.fromisoformat(day) - self.today).days


@dataclass(frozen=True)
class ShortList:
    """Rows that this person should know of, the most pressing first, and each as a line.

    `columns` are the names that `line` finds, with the column or expression that each one reads.
    """

    key: str
    rows: Callable[[Ask], QuerySet]
    columns: dict
    line: Callable[[dict, Ask], Line]
    more: str  # the page that has all of them
    words: object = ""  # names the list where it shares a panel with others
    most: int = 2


@dataclass
class Panel:
    """Lines under one title, and how many more there are; without lines it is left out."""

    key: str
    title: object
    note: object = ""
    lines: list[Line] = field(default_factory=list)
    rest: list[dict] = field(default_factory=list)

    @property
    def posts(self) -> bool:
        return any(line.done_url for line in self.lines)

    def say_rest(self, number: int, *, many: bool, url: str, words: object = "") -> None:
        if number > 0:
            self.rest.append({"number": number, "many": many, "url": url, "words": words})


def panel(key: str, title, lists: Iterable[ShortList], lines: dict[str, list[Line]], **more):
    """The first lines of each list, one list after the other."""
    made = Panel(key, title, **more)
    for one in lists:
        found = lines[one.key]
        made.lines += found[: one.most]
        rest = len(found) - one.most
        made.say_rest(rest, many=len(found) >= READ, url=one.more, words=one.words)
    return made


def read(ask: Ask, lists: Iterable[ShortList]) -> dict[str, list[Line]]:
    """The lines of each list by its key; one query for all."""
    lists = list(lists)
    row = User.objects.filter(pk=ask.user.pk).values(**columns(ask, lists)).get()
    return lines_of(row, ask, lists)


def columns(ask: Ask, lists: Iterable[ShortList]) -> dict[str, ArraySubquery]:
    """What a query has to have among its columns to read these lists beside what else it reads."""
    return {
        f"the_{one.key}": ArraySubquery(one.rows(ask).values(json=JSONObject(**one.columns))[:READ])
        for one in lists
    }


def lines_of(row: dict, ask: Ask, lists: Iterable[ShortList]) -> dict[str, list[Line]]:
    return {
        one.key: [one.line(values, ask) for values in row[f"the_{one.key}"] or []] for one in lists
    }
