"""Erasing a contact from cases: who called, files, and what the events say."""

from django.db import connection
from django.db.models import Q, QuerySet

from complaints.models import Case, CaseAttachment, CaseTokens
from complaints.services.words import forget_words, refresh_words
from crm.platform.erasing import MARK
from customers.models import Contact
from customers.services.erasure import Person
from customers.services.tokens import tokens

NOBODY = {"caller_phone": "", "caller_email": ""}


def files_of(contact: Contact) -> QuerySet[CaseAttachment]:
    """Files of cases that the contact brought."""
    return CaseAttachment.objects.filter(case__contact=contact)


def of_person(person: Person) -> QuerySet[Case]:
    """Cases in which the person stands as who called."""
    called = Q(contact=person.contact)
    for email in person.emails:
        called |= Q(caller_email__iexact=email)
    return Case.objects.filter(called).exclude(caller_name="", **NOBODY)


def erase(person: Person) -> int:
    """Blank who called and take the person out of the events; how many rows that changed."""
    cases = of_person(person)
    of_nobody = list(cases.filter(customer=None).values_list("pk", flat=True))
    # A case of no customer is known by its caller's name alone.
    count = cases.filter(customer=None).update(caller_name=MARK, **NOBODY)
    count += cases.exclude(customer=None).update(caller_name="", **NOBODY)
    refresh_words(of_nobody)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT erase_from_case_events(%s, %s, %s)",
            [person.contact.pk, person.pattern, MARK],
        )
        return count + cursor.fetchone()[0]


def erase_search(person: Person) -> None:
    """After the texts: no case is found by the person, nor are its words proposed to anybody."""
    words = set(tokens([*person.names, *person.emails], person.phones))
    cases = Case.objects.filter(customer=person.contact.customer_id).order_by("pk")
    found_by = CaseTokens.objects.filter(case__in=cases.values("pk"))
    words.update(*found_by.values_list("tokens", flat=True))
    refresh_words(list(cases.values_list("pk", flat=True)))
    forget_words(words)
