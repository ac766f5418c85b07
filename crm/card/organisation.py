"""The panel of the customer's file: what kind of company it is, how it buys, what we don't know."""

import datetime as dt

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from crm.card.facts import Facts
from customers.models import CustomField, Organisation

# Of the organisation and the buying profile, what helps before a visit; all of it has its pages.
OF_ORGANISATION = (
    "operating_manager",
    "problems",
)
OF_BUYING = ("decides", "criteria")
Fact = tuple[str, str, str]  # label, words, address


def organisation(facts: Facts) -> dict:
    """Facts that are known, as (label, words, address); how complete the file is."""
    return {
        "facts": [
            *_head(facts),
            *_of_page(facts.customer, "organisation", OF_ORGANISATION, facts.worth),
            *_of_page(facts.customer, "buying_profile", OF_BUYING, facts.worth),
            *_own(facts),
        ],
        "identities": facts.customer.known_as,
        "file": facts.file if facts.worth else None,
    }


def _head(facts: Facts) -> list[Fact]:
    customer, parent = facts.customer, facts.parent
    above = reverse("card", args=[parent.pk]) if parent else ""
    found = [
        (_("Parent customer"), parent, above),
        (_("Industry"), customer.industry, ""),
        (_("Address"), customer.address or customer.region, ""),
        (_("Phone"), customer.phone, f"tel:{customer.phone.replace(' ', '')}"),
        (_("E-mail"), customer.email, f"mailto:{customer.email}"),
        (_("Website"), customer.website, customer.website),
        (_("Service representative"), customer.service_representative, ""),
    ]
    return [(label, str(words), url) for label, words, url in found if words]


def _of_page(customer, name: str, columns: tuple[str, ...], worth: bool) -> list[Fact]:
    """What is written on one of the two pages of its file."""
    page = getattr(customer, name, None)
    if page is None:
        return []
    hidden = () if worth else Organisation.OF_CREDIT
    found = []
    for column in columns:
        value = getattr(page, column)
        if column not in hidden and value not in (None, ""):
            label = str(page._meta.get_field(column).verbose_name)
            words = number_format(value) if isinstance(value, int) else value
            found.append((label[:1].upper() + label[1:], words, ""))
    return found


def _short_day(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _own(facts: Facts) -> list[Fact]:
    """The fields that this installation's managers have added."""
    page = getattr(facts.customer, "organisation", None)
    if page is None or not page.custom:
        return []
    found = []
    for field in CustomField.objects.in_use():
        value = field.value_in(page.custom)
        if value is not None:
            words = {
                CustomField.Kind.NUMBER: number_format,
                CustomField.Kind.DATE: _short_day,
            }.get(field.kind, str)
            found.append((str(field), words(value), ""))
    return found
