"""Erasing a contact's personal data: who that is, and where on all floors people wrote of it.

The row of the contact stays without its data, so that what hangs on it stays whole. Texts about the
customer lose name, addresses and numbers wherever they occur; upper floors erase what only they
know (`crm.erasure` composes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.apps import apps
from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.platform.erasing import MARK, Texts, pattern_of, text_columns
from crm.platform.models import Installation
from customers.models import (
    Attachment,
    Attendance,
    Change,
    ClubEvent,
    Contact,
    Customer,
    CustomerTokens,
    Handover,
    HandoverItem,
    SearchToken,
)
from customers.services.derived import refresh_derived
from customers.services.tokens import digits, tokens

# What tells who it is; of these the database keeps the older values too.
TELLING = ("name", "email", "phone", "mobile")
KEPT = {"id", "customer", "left_on", "erased_at", "version"}
# Of the key that a source knows the contact by only this and a digest stay, since it may be a name
# or an address: enough for imports to know who is not to be taken in again.
ERASED_KEY = "erased:"
# Nobody writes there: keys, figures, what is made from other rows or erased in another way.
WITHOUT_TEXTS = {
    *("customers_customeridentity", "customers_standing", "customers_customertokens"),
    *("customers_transaction", "customers_heldline", "customers_change", "customers_contact"),
    *("customers_massactionrow", "lifecycle_valuation", "lifecycle_stagechange"),
    *("lifecycle_stagewait", "complaints_caseevent", "satisfaction_invitation"),
}
# Columns of the others that look like texts and name rows.
NAMING_ROWS = {"customers_notice": {"cause"}, "customers_task": {"reason"}}
# Who a customer is, is no data of a contact's, even where a firm bears its owner's name.
OF_THE_CUSTOMER = {"number", "name", "short_name", "phone", "email", "website", "tax_number"}


@dataclass(frozen=True)
class Person:
    """A contact, all names, addresses and numbers it ever had, and the pattern that finds them."""

    contact: Contact
    names: frozenset[str]
    emails: frozenset[str]
    phones: frozenset[str]  # digits
    files: frozenset[str] = frozenset()  # names of the files that go

    @property
    def pattern(self) -> str:
        words = self.emails | self.files
        return pattern_of(names=self.names, words=words, phones=self.phones)


def person_of(contact: Contact) -> Person:
    """What is looked for: not what the customer itself or another of its contacts has as well."""
    values = {column: {getattr(contact, column)} for column in TELLING}
    history = Change.objects.filter(table=Contact._meta.db_table, row=contact.pk)
    for fields in history.values_list("fields", flat=True):
        for column in TELLING:
            values[column].update(text for text in fields.get(column) or () if text)
    shared_emails, shared_phones = _shared(contact)
    customer = contact.customer
    emails = {text.lower() for text in values["email"] if text}
    phones = {digits(text) for text in values["phone"] | values["mobile"] if text}
    return Person(
        contact,
        frozenset(values["name"] - {"", customer.name, customer.short_name}),
        frozenset(emails - shared_emails),
        frozenset(phones - shared_phones),
    )


def _shared(contact: Contact) -> tuple[set[str], set[str]]:
    customer = contact.customer
    emails, phones = {customer.email.lower()}, {digits(customer.phone)}
    others = Contact.objects.filter(customer=customer).exclude(pk=contact.pk)
    for email, phone, mobile in others.values_list("email", "phone", "mobile"):
        emails.add(email.lower())
        phones |= {digits(phone), digits(mobile)}
    return emails, phones


def places(person: Person) -> Iterator[Texts]:
    """All texts about the customer on all floors: of models that hang on it, directly or by one."""
    customer = person.contact.customer_id
    yield Texts(
        Customer.objects.filter(pk=customer),
        [name for name in text_columns(Customer) if name not in OF_THE_CUSTOMER],
    )
    others = Contact.objects.filter(customer=customer).exclude(pk=person.contact.pk)
    yield Texts(others, [name for name in text_columns(Contact) if name not in TELLING])
    given = HandoverItem.objects.filter(customer=customer).values("handover")
    yield Texts(Handover.objects.filter(pk__in=given), ["note", "answer"])
    visited = Attendance.objects.filter(customer=customer).values("event")
    yield Texts(ClubEvent.objects.filter(pk__in=visited), ["name", "place", "remarks"])
    for model in apps.get_models():
        table, way = model._meta.db_table, _way_to_customer(model)
        naming = NAMING_ROWS.get(table, ())
        columns = [name for name in text_columns(model) if name not in naming]
        if way and columns and table not in WITHOUT_TEXTS:
            yield Texts(model._base_manager.filter(**{way: customer}), columns)


def _way_to_customer(model: type[models.Model]) -> str:
    """By which the rows of a model belong to a customer; empty where they do not."""
    if _has_customer(model):
        return "customer"
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and _has_customer(field.related_model):
            return f"{field.name}__customer"
    return ""


def _has_customer(model: type[models.Model]) -> bool:
    return any(
        field.name == "customer" and field.related_model is Customer
        for field in model._meta.concrete_fields
    )


def files_of(contact: Contact) -> QuerySet[Attachment]:
    """Attachments of the contact and of what passed with it."""
    talks = Q(interaction__contact=contact) | Q(interaction__contacts=contact)
    return Attachment.objects.filter(Q(contact=contact) | talks).distinct()


def blank(contact: Contact) -> None:
    """Take everything personal off the contact; it counts as having left."""
    values = {
        field.name: None if field.null else ""
        for field in Contact._meta.concrete_fields
        if field.name not in KEPT
    }
    values |= {
        "name": _("Erased contact"),
        "left_on": contact.left_on or Installation.get().today(),
        "erased_at": timezone.now(),
        "version": F("version") + 1,
    }
    Contact.objects.filter(pk=contact.pk).update(**values)
    for identity in contact.identities.exclude(key__startswith=ERASED_KEY):
        identity.key = f"{ERASED_KEY}{sha256(identity.key.encode()).hexdigest()}"
        identity.save(update_fields=["key"])


def erase_history(person: Person) -> int:
    """After everything else, since each of the other changes is written down with its values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT erase_from_changes(%s, %s, %s)", [person.contact.pk, person.pattern, MARK]
        )
        return cursor.fetchone()[0]


def erase_search(person: Person) -> None:
    """The customer is no longer found by the contact, nor are its words proposed to anybody."""
    words = set(tokens([*person.names, *person.emails], person.phones))
    found_by = CustomerTokens.objects.filter(customer=person.contact.customer_id)
    words.update(*found_by.values_list("tokens", flat=True))
    refresh_derived([person.contact.customer_id])
    with connection.cursor() as cursor:
        # Nobody adds words meanwhile: one that two customers share must not be lost for the other.
        cursor.execute(f"LOCK TABLE {SearchToken._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            "DELETE FROM customers_searchtoken s WHERE s.token = ANY(%s) AND NOT EXISTS ("
            "SELECT FROM customers_customertokens t WHERE t.tokens @> ARRAY[s.token])",
            [list(words)],
        )
