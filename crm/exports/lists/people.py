"""Contacts: all in sight, and those of one customer. An import reads both files back."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import customer_in_sight, of_customer
from crm.exports.table import Asked, Table
from crm.platform.models import Installation
from customers.forms import ContactFilter, ContactListFilter
from customers.models import Contact
from customers.querysets.contacts import ContactQuerySet


def _consent(person: Contact) -> str | None:
    """Nothing where nobody asked: an import leaves alone what is empty."""
    return person.get_consent_display() if person.consent else None


COLUMNS = (
    *of_customer(),
    Column("name", pgettext_lazy("of a person", "name")),
    Column("title", _("position"), "title"),
    Column("department", _("department")),
    Column("role", _("buying role")),
    Column("attitude", _("attitude")),
    Column("phone", _("phone")),
    Column("mobile", _("mobile")),
    Column("email", _("e-mail")),
    Column("language", _("preferred language")),
    Column("channel", _("preferred channel")),
    Column("birthday", _("birthday"), type=Type.DATE),
    Column("consent", _("consent"), _consent),
    Column("consent_on", _("consent date"), type=Type.DATE),
    Column("left_on", _("left on"), type=Type.DATE),
    Column("customs", _("customs and taboos"), usual=False),
    Column("remarks", _("remarks"), usual=False),
)


def _all(asked: Asked) -> ContactQuerySet:
    people = Contact.objects.visible_to(asked.user).filter(erased_at=None)
    return _found(people, ContactListFilter(asked.parameters))


def _of_customer(asked: Asked) -> ContactQuerySet:
    customer = customer_in_sight(asked)
    people = Contact.objects.visible_to(asked.user).filter(customer=customer)
    return _found(people, ContactFilter(asked.parameters), few=True)


def _found(people: ContactQuerySet, form: ContactFilter, *, few: bool = False) -> ContactQuerySet:
    rows = people.matching(form.criteria, Installation.cached().today(), few=few)
    return rows.select_related("customer").order_by("name", "pk")


TABLES = (
    Table(
        key="contacts",
        page="customers:contact_list",
        title=_("Contacts"),
        rows=_all,
        columns=COLUMNS,
    ),
    Table(
        key="contacts-of-customer",
        page="customers:contacts",
        title=_("Contacts"),
        rows=_of_customer,
        columns=COLUMNS,
    ),
)
