"""An entry of the register of exports: one list, as its page has it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, QueryDict

from crm.accounts.models import User
from crm.exports.columns import Column, Value

BATCH = 2_000
# Parameters of an export beside those of its page.
AS, COLUMN = "as", "column"
LONGEST_ID = 18


def everybody(user: User) -> bool:
    return True


def with_worth(user: User) -> bool:
    return user.sees_worth


def managers(user: User) -> bool:
    return user.is_manager


def administrators(user: User) -> bool:
    return user.is_administrator


@dataclass(frozen=True)
class Asked:
    """Who wants a list, and with which filters: the parameters of the page's address.

    What stands in the page's path ("pk") is a parameter too.
    """

    user: User
    parameters: QueryDict

    def pk(self, name: str = "pk") -> int:
        """An id of the path; 404 where it is none."""
        text = self.parameters.get(name, "")
        if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
            raise Http404
        return int(text)


@dataclass(frozen=True)
class Table:
    """One list: the page that shows it, its rows and its columns.

    `rows` gives the page's queryset in the page's order, 404 for what is not in sight; where the
    page has none either, what can be read again and again. `prepare` adds to a batch of rows what
    columns read, in one query for all. `chosen` names the columns that this person has chosen for
    the page.
    """

    key: str
    page: str
    title: Any  # or a function of what is asked
    rows: Callable[[Asked], QuerySet | Iterable]
    columns: Sequence[Column] | Callable[[Asked], Sequence[Column]]
    may: Callable[[User], bool] = everybody
    prepare: Callable[[Asked, list], None] | None = None
    chosen: Callable[[User], Sequence[str]] | None = None


class Listing:
    """A table as somebody asks for it; made anew where it is written, with the rights of then."""

    def __init__(self, table: Table, asked: Asked):
        if not table.may(asked.user):
            raise PermissionDenied
        self.table, self.asked = table, asked

    @property
    def title(self) -> str:
        title = self.table.title
        return str(title(self.asked) if callable(title) else title)

    @cached_property
    def columns(self) -> list[Column]:
        """All that this person may see; the chosen ones of the page first."""
        columns = self.table.columns
        found = columns(self.asked) if callable(columns) else columns
        allowed = [column for column in found if column.is_for(self.asked.user)]
        chosen = self.chosen
        return sorted(allowed, key=lambda column: column.key not in chosen)

    @cached_property
    def chosen(self) -> frozenset[str]:
        """The keys of the columns asked for; else those of the page."""
        if wanted := self.asked.parameters.getlist(COLUMN):
            return frozenset(wanted)
        if self.table.chosen:
            return frozenset(self.table.chosen(self.asked.user))
        columns = self.table.columns
        found = columns(self.asked) if callable(columns) else columns
        return frozenset(column.key for column in found if column.usual)

    @cached_property
    def shown(self) -> list[Column]:
        """The columns of the file; all where the address names none that there is."""
        return [column for column in self.columns if column.key in self.chosen] or self.columns

    @cached_property
    def rows(self) -> QuerySet | Iterable:
        return self.table.rows(self.asked)

    def count(self, most: int | None = None) -> int:
        """How many rows; with `most` counted no further than one more."""
        if not isinstance(self.rows, QuerySet):
            return sum(1 for _row in islice(self.rows, most + 1 if most else None))
        rows = self.rows.order_by()
        return (rows if most is None else rows[: most + 1]).count()

    def values(self) -> Iterator[list[Value]]:
        """A list of values a row, read by a cursor of the server in batches."""
        readers = [column.reader() for column in self.shown]
        for batch in self._batches():
            if self.table.prepare:
                self.table.prepare(self.asked, batch)
            for row in batch:
                yield [read(row) for read in readers]

    def _batches(self) -> Iterator[list]:
        rows: Iterable = self.rows
        if isinstance(rows, QuerySet):
            rows = rows.iterator(chunk_size=BATCH)
        rows = iter(rows)
        while batch := list(islice(rows, BATCH)):
            yield batch
