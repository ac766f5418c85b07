"""Whose address it is: who writes or fills in a form is looked for among customers, silently."""

import datetime as dt
import logging

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from complaints.models import Actor, Case, Channel
from complaints.services.actions import Refused, act
from complaints.states import Action
from customers.models import Contact, Customer
from customers.querysets.contacts import name_and_mail

log = logging.getLogger(__name__)
# A case of the form is looked at within this time; later a person decides.
LOOKED_AT = dt.timedelta(hours=2)
BATCH = 200
SEVERAL = 10


def customer_of(address: str) -> tuple[Customer | None, Contact | None]:
    """The one customer with this address, and the contact if one alone has it there."""
    if not address:
        return None, None
    # The index is on parts of name and address together; it finds those that the other tells apart.
    holding = Contact.objects.alias(words=name_and_mail()).filter(words__contains=address.upper())
    contacts = list(
        holding.filter(email__iexact=address, left_on__isnull=True, erased_at__isnull=True)
        .select_related("customer")
        .order_by("pk")[:SEVERAL]
    )
    customers = {contact.customer for contact in contacts}
    if len(customers) != 1:
        return None, None
    return customers.pop(), contacts[0] if len(contacts) == 1 else None


def match_callers(now: dt.datetime | None = None) -> int:
    """Give cases of the public form to the customer whose address was named; how many.

    It happens apart from the form, so that neither its words nor its speed tell who is known.
    """
    now = now or timezone.now()
    unknown = Case.objects.open().filter(
        customer=None, channel=Channel.FORM, logged_by=None, created_at__gt=now - LOOKED_AT
    )
    waiting = unknown.exclude(caller_email="").order_by("pk")
    count = 0
    for pk, address in list(waiting.values_list("pk", "caller_email")[:BATCH]):
        customer, contact = customer_of(address)
        if customer is not None:
            count += _give(pk, customer, contact, now)
    return count


def _give(pk: int, customer: Customer, contact: Contact | None, now: dt.datetime) -> bool:
    values = {"customer": customer, "contact": contact}
    try:
        with transaction.atomic():
            act(
                case=Case(pk=pk),
                action=Action.CHANGE,
                by=None,
                actor=Actor.SYSTEM,
                values=values,
                now=now,
            )
    except (Refused, PermissionDenied):
        log.warning("case %s could not be given to its customer", pk)
        return False
    return True
