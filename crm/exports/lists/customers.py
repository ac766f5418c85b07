"""The list of customers, with the further fields of a customer to choose from."""

import datetime as dt
from functools import partial

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.table import LONGEST_ID, Asked, Table
from crm.platform.models import Installation
from customers.models import Customer, CustomField, ListPreference, Organisation, Standing
from customers.models.standing import NEVER
from customers.querysets.standing import StandingQuerySet
from customers.views import columns as listed
from customers.views.listing import list_filter, rows_of, tags_of

# What the list shows, by the keys of its columns; of whom and of which team is told in full.
READS = {
    "name": "name",
    "number": "number",
    "tier": "tier",
    "stage": "stage",
    "band": "value_band",
    "value": "lifetime_value",
    "at_risk": "value_at_risk",
    "risk": "risk",
    "revenue": "revenue_12m",
    "purchase": "last_purchase",
    "contact": "last_contact",
    "contact_in": "last_contact_in",
    "contact_out": "last_contact_out",
    # By the name to sign in with: unique, and what an import knows people by.
    "owner": "owner.username",
    "team": "team.name",
    "industry": "industry",
    "tags": "tag_words",
}
MONEY = {"value", "at_risk", "revenue"}
DATES = {"purchase", "contact", "contact_in", "contact_out"}


def _day(name: str, row: Standing) -> dt.date | None:
    """A date of the list; its "never" is nothing."""
    day = getattr(row, name)
    return None if day == NEVER else day


def _of_list(column: listed.Column) -> Column:
    """The list's own column as one of the file."""
    read = READS[column.key]
    if column.key in DATES:
        return Column(
            column.key, column.label, partial(_day, read), Type.DATE, column.worth, column.usual
        )
    kind = Type.MONEY if column.key in MONEY else Type.TEXT
    kind = Type.SHARE if column.key == "risk" else kind
    return Column(column.key, column.label, read, kind, column.worth, column.usual)


def _further(key: str, label, kind: Type = Type.TEXT, *, read: str = "", **more) -> Column:
    return Column(key, label, read or f"customer.{key}", kind, usual=False, **more)


FURTHER = (
    Column("owner_name", _("Account manager's name"), "owner.name", usual=False),
    _further("kind", _("kind")),
    _further("short_name", _("short name")),
    _further("aliases", _("other names")),
    _further("parent", _("parent customer"), read="customer.parent.number"),
    Column("region", _("region"), usual=False),
    _further("segment", _("segment")),
    _further("phone", _("phone")),
    _further("email", _("e-mail")),
    _further("website", _("website")),
    _further("address", _("address")),
    _further("tax_number", _("tax number")),
    _further("main_business", _("main business")),
    _further("service", _("service representative"), read="customer.service_representative.name"),
    _further("won_through", _("won through")),
    _further("acquisition_cost", _("cost of winning it"), Type.MONEY, worth=True),
    Column("is_active", _("active"), usual=False),
    _further("has_problem", _("problem")),
    _further("problem_reason", _("reason of the problem")),
    _further("notes", _("notes")),
    _further("created_at", _("added"), Type.MOMENT, read="customer.created_here"),
)
COLUMNS = (*map(_of_list, listed.COLUMNS), *FURTHER)


def _columns(asked: Asked) -> list[Column]:
    """Those of every installation, then the fields that managers here have added."""
    own = [_own_column(field) for field in CustomField.objects.filter(is_active=True)]
    return [*COLUMNS, *own]


def _own_column(field: CustomField) -> Column:
    kinds = {CustomField.Kind.NUMBER: Type.NUMBER, CustomField.Kind.DATE: Type.DATE}
    kind = kinds.get(field.kind, Type.TEXT)
    return Column(f"own-{field.pk}", field, partial(_own, field), kind, usual=False)


def _own(field: CustomField, row: Standing):
    """A value of the installation's own field; one of a kind that it had before is its text."""
    try:
        return field.value_in(row.custom)
    except (ValueError, ArithmeticError):
        return row.custom.get(str(field.pk))


def _chosen(user) -> list[str]:
    preference = ListPreference.objects.filter(user=user).first()
    return [column.key for column in listed.shown_columns(user, preference)]


def _rows(asked: Asked) -> StandingQuerySet:
    """The filter's customers in the list's order; those ticked, where some were."""
    user, parameters = asked.user, asked.parameters
    ticked = [pk for pk in parameters.getlist("customer") if pk.isdecimal()]
    if "query" in parameters:  # the form of ticked rows brings the list's address along
        parameters = QueryDict(parameters["query"])
    form = list_filter(user, parameters)
    preference = ListPreference.objects.filter(user=user).first()
    sort, descending, _refused = listed.chosen_sort(parameters.get("sort", ""), user, preference)
    rows = rows_of(user, form).sorted_by(sort, descending)
    if "query" in asked.parameters and not asked.parameters.get("all"):
        rows = rows.filter(pk__in=[int(pk) for pk in ticked if len(pk) <= LONGEST_ID])
    return rows.select_related("owner", "team")


def _prepare(asked: Asked, rows: list[Standing]) -> None:
    """The customers behind the rows, their tags, and what stands in fields of our own."""
    keys = [row.pk for row in rows]
    with_people = Customer.objects.select_related("parent", "service_representative")
    customers = with_people.in_bulk(keys)
    custom = dict(Organisation.objects.filter(customer__in=keys).values_list("customer", "custom"))
    tags, zone = tags_of(rows), Installation.cached().zone
    for row in rows:
        row.tag_words, row.custom = tags.get(row.pk, ""), custom.get(row.pk) or {}
        customer = customers.get(row.pk)  # none: merged into another since the rows were found
        if customer:
            customer.created_here = customer.created_at.astimezone(zone)
        row.customer = customer


TABLES = (
    Table(
        key="customers",
        page="customers:list",
        title=_("Customers"),
        rows=_rows,
        columns=_columns,
        prepare=_prepare,
        chosen=_chosen,
    ),
)
