"""Erasing a contact from surveys: addresses go, answers stay without a person."""

from django.db.models import Q, QuerySet

from customers.models import Contact
from customers.services.erasure import Person
from satisfaction.models import Feedback, Invitation, OptOut, Response
from satisfaction.services.sending import withdraw_mails


def invitations_of(person: Person) -> QuerySet[Invitation]:
    asked = Q(contact=person.contact)
    for email in person.emails:
        asked |= Q(email__iexact=email, customer=person.contact.customer_id)
    return Invitation.objects.filter(asked)


def responses_of(contact: Contact) -> QuerySet[Response]:
    return Response.objects.filter(contact=contact)


def erase(person: Person) -> int:
    """Nothing leads from invitations and answers to the contact any more; how many rows."""
    keys = list(invitations_of(person).values_list("pk", flat=True))
    withdraw_mails(keys)
    Invitation.objects.filter(pk__in=keys).update(contact=None, email="")
    answers = responses_of(person.contact).update(contact=None)
    said = Feedback.objects.filter(contact=person.contact).update(contact=None)
    refusals, _each = OptOut.objects.filter(email__in=person.emails).delete()
    return len(keys) + answers + said + refusals
