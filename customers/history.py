"""The history of fields in words: what of which thing changed from what to what.

Labels and values are those of the models' own fields, so that the page says what the forms say.
Columns without a label of their own are the application's book-keeping and stay out of sight.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.formats import date_format, number_format, time_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.tokens import names_of
from crm.platform.words import listed
from customers.models import Change, CustomField
from customers.querysets.changes import WORTH_COLUMNS, WORTH_TABLES

# What a row of a table is called, and by which column one row is told from the others.
THINGS: dict[str, tuple[str, str]] = {
    "customers_customer": (gettext_lazy("Customer"), ""),
    "customers_customer_tags": (gettext_lazy("Tag"), ""),
    "customers_organisation": (gettext_lazy("Organisation"), ""),
    "customers_buyingprofile": (gettext_lazy("Buying profile"), ""),
    "customers_contact": (gettext_lazy("Contact"), "name"),
    "customers_interaction": (gettext_lazy("Interaction"), "subject"),
    "customers_task": (gettext_lazy("Task"), "title"),
    "customers_recurrence": (gettext_lazy("Recurring task"), "title"),
    "customers_promise": (gettext_lazy("Promise"), "what"),
    "customers_opportunity": (gettext_lazy("Opportunity"), "need"),
    "customers_benefit": (gettext_lazy("Benefit"), "what"),
    "customers_competitorpresence": (gettext_lazy("Competitor"), "competitor__name"),
    "customers_referral": (gettext_lazy("Referral"), "name"),
    "customers_idea": (gettext_lazy("Idea"), "what"),
    "customers_teammember": (gettext_lazy("Account team"), "user__name"),
    "customers_helprequest": (gettext_lazy("Request for help"), "what"),
    "customers_membership": (gettext_lazy("Membership"), ""),
    "customers_yearfigure": (gettext_lazy("Yearly figures"), "year"),
    "customers_creditrecord": (gettext_lazy("Credit"), "on"),
    "customers_accountplan": (gettext_lazy("Account plan"), ""),
    "customers_planobjective": (gettext_lazy("Objective"), "what"),
    "customers_planreview": (gettext_lazy("Review of the plan"), ""),
    "lifecycle_assessment": (gettext_lazy("Assessment"), ""),
    "lifecycle_fitdecision": (gettext_lazy("Fit decision"), ""),
    "lifecycle_nomination": (gettext_lazy("Key account"), ""),
    "lifecycle_tieroverride": (gettext_lazy("Override of the tier"), ""),
    "lifecycle_stageoverride": (gettext_lazy("Override of the stage"), ""),
    "lifecycle_lostmark": (gettext_lazy("Marked as lost"), ""),
    "lifecycle_lossreview": (gettext_lazy("Review of a loss"), ""),
}
# Labels of columns whose fields have none, since no form shows them.
LABELS = {
    ("customers_customer_tags", "tag"): gettext_lazy("tag"),
    ("lifecycle_nomination", "ended_on"): gettext_lazy("ended on"),
    **{
        (f"lifecycle_{kind}override", column): label
        for kind in ("tier", "stage")
        for column, label in (
            ("state", gettext_lazy("state")),
            ("proposed_by", gettext_lazy("proposed by")),
            ("decided_by", gettext_lazy("decided by")),
            ("ended_by", gettext_lazy("ended by")),
        )
    },
}
ICONS = {Change.Kind.ADDED: "plus", Change.Kind.CHANGED: "edit", Change.Kind.DELETED: "trash"}
Moments = models.DateTimeField, models.DateField, models.TimeField


@dataclass(frozen=True)
class Line:
    """One column's change; `is_erased` where the values were personal and are gone."""

    label: str
    before: str
    after: str
    is_erased: bool = False


@dataclass(frozen=True)
class Entry:
    """One change of one thing, ready to be read."""

    change: Change
    thing: str
    title: str
    verb: str
    who: str  # empty: it happened by itself
    lines: list[Line] = field(default_factory=list)

    @property
    def icon(self) -> str:
        return ICONS[self.change.kind]


def kinds_for(user) -> list[tuple[str, str]]:
    """Kinds of things whose changes the user may see: the table's name and what it is called."""
    hidden = () if user.sees_worth else WORTH_TABLES
    found = [(table, str(label)) for table, (label, _) in THINGS.items() if table not in hidden]
    return sorted(found, key=lambda kind: kind[1])


def entries(changes: Sequence[Change], user) -> list[Entry]:
    """The changes in words; a few questions to the database, however many changes there are."""
    titles, names, machines = _titles(changes), _names(changes), _machines(changes)
    return [
        _entry(
            change, titles, names, user, machines.get(change.actor_id) or str(change.actor or "")
        )
        for change in changes
    ]


def _machines(changes: Sequence[Change]) -> dict[int, str]:
    """Which other systems changed something, in words; their numbers lie below zero."""
    found = {change.actor_id for change in changes if (change.actor_id or 0) < 0}
    words = _("by interface: %(name)s")
    return {pk: words % {"name": name} for pk, name in names_of(found).items()} if found else {}


def _entry(change: Change, titles: dict, names: "Names", user, who: str) -> Entry:
    thing, column = THINGS.get(change.table, (change.table, ""))
    title = titles.get((change.table, change.row), "")
    if not title and change.kind == Change.Kind.DELETED and column in change.fields:
        title = str((change.fields[column] or [""])[0])
    hidden = () if user.sees_worth else WORTH_COLUMNS.get(change.table, ())
    shown = {name: pair for name, pair in change.fields.items() if name not in hidden}
    lines = [line for name, pair in shown.items() for line in _lines(change, name, pair, names)]
    lines.sort(key=lambda line: line.label)
    return Entry(change, str(thing), title, _verb(change), who, lines)


def _verb(change: Change) -> str:
    if change.kind == Change.Kind.DELETED and change.table == "customers_customer":
        return _("merged into another one")
    removed = change.fields.get("removed_at")
    if change.kind == Change.Kind.CHANGED and removed:
        return _("removed") if removed[1] else _("put back")
    if change.fields.get("erased_at"):
        return _("personal data erased")
    return change.get_kind_display()


def _lines(change: Change, column: str, pair: list | None, names: "Names") -> Iterable[Line]:
    if reader := names.readers.get((change.table, column)):
        if pair is None:
            yield Line(str(reader.label), "", "", is_erased=True)
            return
        before, after = ((value or {}) for value in pair)
        for key in sorted({*before, *after}, key=str):
            if before.get(key) != after.get(key):
                told = reader.word(key, before.get(key)), reader.word(key, after.get(key))
                yield Line(reader.name(key), *told)
        return
    found = columns(change.table).get(column)
    if found is None:
        return
    model_field, label = found
    if pair is None:
        yield Line(str(label), "", "", is_erased=True)
        return
    before, after = (in_words(model_field, value, names) for value in pair)
    yield Line(str(label), before, after)


class Reader(ABC):
    """Tells a JSON object's keys and values in words; made once for all changes of a page."""

    label: str  # of the whole

    @abstractmethod
    def name(self, key: str) -> str: ...

    @abstractmethod
    def word(self, key: str, value: Any) -> str: ...


class _OwnFields(Reader):
    """The facts that managers defined: by their names, and as their kinds are written."""

    label = gettext_lazy("Fields of our own")

    def __init__(self):
        self.fields = {str(field.pk): field for field in CustomField.objects.all()}

    def name(self, key: str) -> str:
        return str(self.fields[key]) if key in self.fields else _("a field that is gone")

    def word(self, key: str, value: Any) -> str:
        try:
            read = self.fields[key].value_in({key: value or ""})
        except (KeyError, ValueError, ArithmeticError):  # of a kind that it had before
            return str(value or "")
        if isinstance(read, dt.date):
            return date_format(read, "SHORT_DATE_FORMAT")
        return _number(read) if isinstance(read, Decimal) else str(read or "")


# Columns of JSON objects and what reads them; higher floors add theirs when they are ready.
READERS: dict[tuple[str, str], type[Reader]] = {("customers_organisation", "custom"): _OwnFields}


@cache
def columns(table: str) -> dict[str, tuple[models.Field, Any]]:
    """The columns of a table that have words: their fields with their labels."""
    model = model_of(table)
    if model is None:
        return {}
    found = {}
    for each in model._meta.concrete_fields:
        label = LABELS.get((table, each.name), each.verbose_name)
        if isinstance(label, Promise):  # a name made from the column's is no translated label
            found[each.column] = (each, label)
    return found


@cache
def model_of(table: str) -> type[models.Model] | None:
    every = apps.get_models(include_auto_created=True)
    return next((model for model in every if model._meta.db_table == table), None)


@dataclass(frozen=True)
class Names:
    """What rows that changes point to are called: {(model, key): name}; who reads JSON columns."""

    rows: dict[tuple[type, int], str]
    readers: dict[tuple[str, str], Reader]


def _names(changes: Sequence[Change]) -> Names:
    wanted: dict[type, set] = defaultdict(set)
    readers = {}
    for change in changes:
        for column, pair in change.fields.items():
            place = change.table, column
            if place in READERS and place not in readers:
                readers[place] = READERS[place]()
            model_field, _label = columns(change.table).get(column, (None, None))
            if pair and isinstance(model_field, models.ForeignKey):
                wanted[model_field.related_model].update(value for value in pair if value)
    rows = {
        (model, row.pk): str(row)
        for model, keys in wanted.items()
        for row in model._base_manager.filter(pk__in=keys)
    }
    return Names(rows, readers)


def _titles(changes: Sequence[Change]) -> dict[tuple[str, int], str]:
    """What the changed rows are called now, in one question over all their tables."""
    rows: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        if THINGS.get(change.table, ("", ""))[1]:
            rows[change.table].add(change.row)
    parts = [
        model_of(table)
        ._base_manager.order_by()
        .filter(pk__in=keys)
        .annotate(
            of=Value(table, output_field=CharField()),
            called=Cast(THINGS[table][1], CharField()),
        )
        .values_list("of", "pk", "called")
        for table, keys in rows.items()
    ]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return {(table, pk): called or "" for table, pk, called in found}


def in_words(model_field: models.Field, value: Any, names: Names) -> str:
    """A column's value, as JSON has it, the way its form would show it."""
    if value is None or value == "":
        return ""
    if isinstance(model_field, models.ForeignKey):
        return names.rows.get((model_field.related_model, value), _("one that is gone"))
    if isinstance(model_field, ArrayField):
        return listed(in_words(model_field.base_field, each, names) for each in value)
    if model_field.choices:
        return str(dict(model_field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(model_field, Moments):
        return _moment(model_field, str(value))
    return str(value)


def _number(value: int | float | Decimal) -> str:
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if exact != exact.to_integral_value():
        return number_format(exact, decimal_pos=2)
    # Years are not grouped, and small numbers need not be.
    return str(int(exact)) if abs(exact) < 10_000 else number_format(exact, decimal_pos=0)


def _moment(model_field: models.Field, text: str) -> str:
    """A day or time in the reader's way to write it; what can't be read stays as it is."""
    if isinstance(model_field, models.DateTimeField):
        at = parse_datetime(text)
        return date_format(localtime(at), "SHORT_DATETIME_FORMAT") if at else text
    if isinstance(model_field, models.DateField):
        day: dt.date | None = parse_date(text)
        return date_format(day, "SHORT_DATE_FORMAT") if day else text
    at_time = parse_time(text)
    return time_format(at_time, "TIME_FORMAT") if at_time else text
