"""Creating and editing contacts, and what becomes of what rested on one who left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from crm.platform.edits import save_version
from customers.models import Contact, Customer, Opportunity, Promise
from customers.services import care
from customers.services.derived import refresh_derived
from customers.services.locks import lock_customer


class GoneError(Exception):
    """The contact's personal data were erased, or the person left, meanwhile."""


@dataclass(frozen=True)
class Resting:
    """What rests on a contact and has to go on with somebody else."""

    promises: QuerySet[Promise]
    opportunities: QuerySet[Opportunity]


def resting_on(contact: Contact) -> Resting:
    """All of it, whoever may see which; pages show a person what `visible_to` leaves."""
    here = {"customer": contact.customer_id, "removed_at": None}
    return Resting(
        Promise.objects.filter(**here, contact=contact, state=Promise.State.OPEN),
        Opportunity.objects.filter(**here, people=contact, closed_on=None),
    )


@transaction.atomic
def create_contact(
    *, customer: Customer, values: Mapping[str, Any], after: Contact | None = None
) -> Contact:
    """A new contact of the customer; one that is the same in everything stays alone.

    `after` is who left: what rested on them goes on with the new one.
    """
    lock_customer(customer.pk)
    if twin := Contact.objects.filter(customer=customer, **values).first():
        return twin
    contact = Contact.objects.create(customer=customer, **values)
    if after:
        _hand_on(after, contact)
    refresh_derived([customer.pk])
    care.settle(customer.pk)
    return contact


@transaction.atomic
def edit_contact(*, pk: int, version: int, values: Mapping[str, Any]) -> Contact:
    """Write the values, unless somebody saved since (NewerChange) or erased them (GoneError)."""
    # The customer first, as everywhere: care is settled under its lock.
    lock_customer(Contact.objects.values_list("customer", flat=True).get(pk=pk))
    if not Contact.objects.select_for_update().filter(pk=pk, erased_at=None).exists():
        raise GoneError
    contact = save_version(Contact.objects.all(), pk, version, values)
    refresh_derived([contact.customer_id])
    care.settle(contact.customer_id)
    return contact


@transaction.atomic
def succeed(*, contact: Contact, successor: Contact) -> Contact:
    """The successor takes the role in buying and what rested on who left.

    Twice is the same as once.
    """
    lock_customer(contact.customer_id)
    people = Contact.objects.select_for_update().filter(customer=contact.customer_id)
    successor = people.there().filter(pk=successor.pk).exclude(pk=contact.pk).first()
    if successor is None:
        raise GoneError
    contact = people.get(pk=contact.pk)
    if contact.role and successor.role != contact.role:
        successor.role = contact.role
        successor.version += 1
        successor.save(update_fields=["role", "version"])
    _hand_on(contact, successor)
    care.settle(contact.customer_id)
    return successor


def _hand_on(contact: Contact, successor: Contact) -> None:
    resting = resting_on(contact)
    opportunities = list(resting.opportunities.select_for_update(of=("self",)))
    for opportunity in opportunities:
        opportunity.people.remove(contact)
        opportunity.people.add(successor)
    Opportunity.objects.filter(pk__in=[one.pk for one in opportunities]).update(
        version=F("version") + 1
    )
    resting.promises.update(contact=successor, version=F("version") + 1)
