"""Field by field: whose value the kept customer has in the end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Field, Model, TextField
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql

from crm.merging import rows
from customers import history
from customers.models import BuyingProfile, Customer, Merge, Organisation

KEPT, GONE, BOTH = "kept", "gone", "both"
# Columns that are chosen together, under the first one's name.
TOGETHER = {
    "account_manager": ("account_manager", "team"),
    "has_problem": ("has_problem", "problem_reason"),
}
OF_CUSTOMER = (
    *("number", "name", "short_name", "kind", "industry", "region", "segment", "parent"),
    *("phone", "email", "website", "address", "tax_number", "main_business"),
    *("account_manager", "service_representative", "won_through", "acquisition_cost"),
    *("is_active", "has_problem", "notes"),
)
NOT_CHOSEN = {"customer", "custom", "version"}
SECTIONS = {
    Customer: _("Customer"),
    Organisation: _("Organisation"),
    BuyingProfile: _("Buying profile"),
}


@dataclass(frozen=True)
class Choice:
    """One field that the two fill differently, and what stands in it at each."""

    model: type[Model]
    name: str
    label: str
    kept: str
    gone: str
    may_be_both: bool

    @property
    def key(self) -> str:
        return f"{self.model._meta.model_name}-{self.name}"

    @property
    def default(self) -> str:
        """What is filled wins over what is empty; of texts nothing gets lost; else the kept's."""
        if not self.kept or not self.gone:
            return KEPT if self.kept else GONE
        return BOTH if self.may_be_both else KEPT


@dataclass(frozen=True)
class Two:
    """The two customers with their one-row files, and what is chosen of both."""

    kept: Customer
    gone: Customer

    @cached_property
    def choices(self) -> list[Choice]:
        """What differs, in the order of the forms."""
        return [choice for model in SECTIONS for choice in self._choices_of(model)]

    def chosen(self, data: Mapping[str, str]) -> dict[str, str]:
        """What a form says, and for what it does not say the defaults."""
        found = {}
        for choice in self.choices:
            allowed = {KEPT, GONE, *([BOTH] if choice.may_be_both else [])}
            said = data.get(choice.key, "")
            found[choice.key] = said if said in allowed else choice.default
        return found

    @property
    def seen(self) -> str:
        """At which versions these were shown: a form that comes back late is told so."""
        return "-".join(
            str(getattr(row, "version", 0))
            for model in SECTIONS
            for row in (file_of(self.kept, model), file_of(self.gone, model))
        )

    def _choices_of(self, model: type[Model]) -> Iterator[Choice]:
        kept, gone = file_of(self.kept, model), file_of(self.gone, model)
        if kept is None or gone is None:  # the only one there is holds
            return
        for name in _names_of(model):
            columns = TOGETHER.get(name, (name,))
            if all(getattr(kept, one) == getattr(gone, one) for one in columns):
                continue
            yield Choice(
                model,
                name,
                capfirst(str(model._meta.get_field(name).verbose_name)),
                words_of(kept, columns),
                words_of(gone, columns),
                isinstance(model._meta.get_field(name), TextField),
            )


def file_of(customer: Customer, model: type[Model]) -> Model | None:
    """The customer itself, its organisation or its buying profile."""
    if model is Customer:
        return customer
    return getattr(customer, model._meta.get_field("customer").remote_field.related_name, None)


def _names_of(model: type[Model]) -> list[str]:
    if model is Customer:
        return list(OF_CUSTOMER)
    return [each.name for each in model._meta.concrete_fields if each.name not in NOT_CHOSEN]


def words_of(row: Model, columns: tuple[str, ...]) -> str:
    """A value as its form shows it; of several columns the filled ones."""
    found = [_in_words(row, row._meta.get_field(name)) for name in columns]
    return " · ".join(text for text in found if text)


def _in_words(row: Model, field: Field) -> str:
    value = getattr(row, field.name)
    if field.is_relation:
        return str(value or "")
    return history.in_words(field, value, history.Names({}, {}))


def write(merge: Merge, two: Two, chosen: Mapping[str, str]) -> None:
    """Give the kept customer what was chosen; when the other one's row is gone already."""
    for model in SECTIONS:
        values: dict[str, Any] = {}
        for choice in two.choices:
            if choice.model is model and chosen[choice.key] != KEPT:
                values |= _values(two, choice, chosen[choice.key])
        if model is Customer:
            values |= _names_too(two, values)
        if model is Organisation:
            values |= _own_fields(two)
        if values:
            _set(merge, model, values)


def _values(two: Two, choice: Choice, which: str) -> dict[str, Any]:
    kept, gone = file_of(two.kept, choice.model), file_of(two.gone, choice.model)
    if which == BOTH:
        texts = (getattr(kept, choice.name), getattr(gone, choice.name))
        return {choice.name: "\n\n".join(text for text in texts if text)}
    columns = [
        choice.model._meta.get_field(name) for name in TOGETHER.get(choice.name, (choice.name,))
    ]
    return {column.column: getattr(gone, column.attname) for column in columns}


def _names_too(two: Two, values: Mapping[str, Any]) -> dict[str, Any]:
    """All names that either was known by: people go on asking for them."""
    known = {values.get("name", two.kept.name), values.get("short_name", two.kept.short_name)}
    names = [
        *two.kept.aliases.splitlines(),
        *two.gone.aliases.splitlines(),
        *(two.kept.name, two.kept.short_name, two.gone.name, two.gone.short_name),
    ]
    others = [name.strip() for name in names if name.strip() and name not in known]
    aliases = "\n".join(dict.fromkeys(others))
    return {"aliases": aliases} if aliases != two.kept.aliases else {}


def _own_fields(two: Two) -> dict[str, Any]:
    """Fields of our own: the kept one's, filled up by the other's."""
    kept, gone = file_of(two.kept, Organisation), file_of(two.gone, Organisation)
    if kept is None or gone is None:
        return {}
    filled = {key: value for key, value in kept.custom.items() if value not in ("", None)}
    custom = {**gone.custom, **filled}
    return {"custom": custom} if custom != kept.custom else {}


def _set(merge: Merge, model: type[Model], values: Mapping[str, Any]) -> None:
    if model is Customer:
        values = {**values, "updated_at": timezone.now()}
    key = model._meta.pk.column
    columns = {field.column: field for field in model._meta.concrete_fields}
    rows.change(
        merge,
        model._meta.db_table,
        {column: sql.SQL(f"%(to_{column})s") for column in values},
        sql.SQL("t.{} = %(kept)s").format(sql.Identifier(key)),
        {
            "kept": merge.customer_id,
            **{f"to_{name}": _for_database(columns[name], each) for name, each in values.items()},
        },
    )


def _for_database(field: Field, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)
