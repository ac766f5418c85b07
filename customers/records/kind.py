"""What a kind of records is: its forms, columns, and who may do what."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from customers.forms.records import RecordForm
from customers.models.record import Record
from customers.querysets import Order
from customers.records.columns import Column


@dataclass(frozen=True)
class Way:
    """How this person can bring a record to its end: the words of the button, and the form."""

    label: str
    form: type[RecordForm]
    is_due: bool  # still to be done; later it corrects what was written
    # What the same person may have open from before somebody else brought the record further.
    earlier: tuple[type[RecordForm], ...] = ()

    def opened(self, name: str) -> type[RecordForm]:
        """The form of this name, if the person may send it."""
        return next((form for form in self.earlier if form.__name__ == name), self.form)


def never(record: Record, user) -> None:
    return None


def anybody(record: Record, user) -> bool:
    return True


@dataclass(frozen=True)
class RecordKind:
    """One kind of records; its key stands in addresses."""

    key: str
    model: type[Record]
    form: type[RecordForm]
    label: str
    plural: str
    icon: str
    purpose: str  # what a page without any says
    columns: tuple[Column, ...]  # the first one names the record
    order: Order  # of those that are over, or of all
    worth: bool = False  # tells what a customer is worth: service staff see none
    service_writes: bool = False  # else they read only
    # Those that hold now stand above those of earlier; None: no such difference.
    current: Callable[[QuerySet, dt.date], QuerySet] | None = None
    details: tuple[str, ...] = ()  # longer texts, under the name
    related: tuple[str, ...] = ()
    marked: Callable[[QuerySet, Any], QuerySet] | None = None  # with what this person may see
    figures: Callable[[QuerySet, dt.date], list[dict]] | None = None
    may_be_changed: Callable[[Record, Any], bool] = anybody
    settle: Callable[[Record, Any], Way | None] = never
    reopened: Mapping[str, Any] = field(default_factory=dict)  # the values that open it again
    may_be_reopened: Callable[[Record, Any], bool] = anybody

    def is_for(self, user) -> bool:
        return user.sees_worth or not self.worth

    def may_write(self, user) -> bool:
        return user.sees_worth or self.service_writes

    def may_change(self, user, record: Record) -> bool:
        return self.may_write(user) and self.may_be_changed(record, user)

    def way_to_settle(self, user, record: Record) -> Way | None:
        return self.settle(record, user) if self.may_write(user) else None

    def may_reopen(self, user, record: Record) -> bool:
        """Settled, and by somebody who might settle it."""
        if not self.reopened or record.is_open or not self.may_write(user):
            return False
        return self.may_be_reopened(record, user)

    def state_of(self, record: Record) -> str:
        """The state that settling changes; empty for kinds that have none."""
        return getattr(record, next(iter(self.reopened))) if self.reopened else ""

    def values_to_reopen(self, earlier: str) -> dict[str, Any]:
        """What opens it again, in its earlier state if that was an open one."""
        values = dict(self.reopened)
        state = next(iter(values))
        if self.model(**{state: earlier}).is_open:
            values[state] = earlier
        return values

    def read(self, user, *, removed: bool = False) -> QuerySet:
        """The records of this kind that this person sees, with what the columns show."""
        rows = self.model.objects
        rows = rows.visible_with_removed(user) if removed else rows.visible_to(user)
        rows = rows.select_related("customer", *self.related)
        return self.marked(rows, user) if self.marked else rows

    def columns_for(self, user) -> list[Column]:
        return [column for column in self.columns if user.sees_worth or not column.worth]

    def name(self, record: Record) -> str:
        return self.columns[0].words(record)

    def line(self, record: Record, user) -> str:
        """The record in one line of text: what the card shows."""
        words = (column.words(record) for column in self.columns_for(user))
        return " · ".join(filter(None, words))


def settled_by(label: str, form: type[RecordForm]) -> Callable[[Record, Any], Way]:
    """The same way for everybody who may write."""
    return lambda record, user: Way(label, form, record.is_open)
