"""Creating and editing contacts."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.platform.edits import save_version
from customers.models import Contact, Customer
from customers.services.derived import refresh_derived
from customers.services.locks import lock_customer


@transaction.atomic
def create_contact(*, customer: Customer, values: Mapping[str, Any]) -> Contact:
    """A new contact of the customer; one that is the same in everything stays alone."""
    lock_customer(customer.pk)
    if twin := Contact.objects.filter(customer=customer, **values).first():
        return twin
    contact = Contact.objects.create(customer=customer, **values)
    refresh_derived([customer.pk])
    return contact


@transaction.atomic
def edit_contact(*, pk: int, version: int, values: Mapping[str, Any]) -> Contact:
    """Write the values, unless somebody saved since (NewerChange)."""
    contact = save_version(Contact.objects.all(), pk, version, values)
    refresh_derived([contact.customer_id])
    return contact
