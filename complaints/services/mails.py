"""Mails about a case: to the customer, and to those who have to know at once.

Each has a cause of its own in the outbox, so that none leaves twice. Each is written in its
reader's language.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Actor, Case, CaseEvent, Severity
from complaints.services import threads
from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform import outbox
from crm.platform.models import Installation
from customers.models import Notice
from customers.services.following import tell

# Subject and body, in the language that is active.
Words = Callable[[], tuple[str, str]]


def address_of(case: Case) -> str:
    """Where the customer reads mails about the case; empty when nobody knows."""
    contact = case.contact.email if case.contact_id else ""
    customer = case.customer.email if case.customer_id else ""
    return contact or case.caller_email or customer


def write_to_customer(case: Case, event: CaseEvent, text: str) -> bool:
    """What the customer is told, once an event."""
    language = case.contact.language if case.contact_id else ""
    with translation.override(language or translation.get_language()):
        words = {
            "text": text,
            "company": Installation.cached().name or "Perennial",
            "reference": case.reference,
        }
        body = _(
            "%(text)s\n\n%(company)s\n"
            "Reference: %(reference)s. Please name it when you write or call us.\n"
        )
    return outbox.enqueue(
        cause=f"case-event:{case.pk}:{event.seq}",
        recipient=address_of(case),
        subject=f"{threads.mark_of(case)}: {case.title}",
        body=body % words,
        headers=threads.headers_for(case, event.seq, is_automatic=event.actor == Actor.SYSTEM),
    )


def received(case: Case) -> str:
    """What an acknowledgement says that nobody worded; in the customer's language if known."""
    language = case.contact.language if case.contact_id else ""
    with translation.override(language or translation.get_language()):
        return _("Thank you for telling us. We have your message and look into it: %(title)s") % {
            "title": case.title
        }


def alert_critical(case: Case, event: CaseEvent) -> None:
    """A critical case is told to all managers at once, by mail and by the bell."""

    def words() -> tuple[str, str]:
        subject = _("Critical: %(reference)s %(title)s")
        body = _("%(who)s, tier %(tier)s, waits for help.\n\n%(description)s\n\n%(link)s\n")
        facts = facts_of(case) | {"description": case.description}
        return subject % facts, body % facts

    people = list(managers())
    _tell(people, f"case-critical:{case.pk}:{event.seq}", words)
    tell(
        users=people,
        customer=case.customer,
        kind=Notice.Kind.CASE,
        cause=f"case:{case.pk}:critical:{event.seq}",
        text=str(case),
        by=event.by,
    )


def report_word(case: Case, event: CaseEvent) -> None:
    """The customer has written; told to who is in charge by mail."""
    owner = case.owner
    if not (owner and owner.is_active and rights.sees(owner, case.customer_id)):
        return  # in the queue of nobody it is seen there

    def words() -> tuple[str, str]:
        subject = _("The customer has written: %(reference)s %(title)s")
        body = _("%(who)s has written about the case that you are in charge of.\n\n%(link)s\n")
        facts = facts_of(case)
        return subject % facts, body % facts

    _tell([owner], f"case-word:{case.pk}:{event.seq}", words)


def managers() -> Iterable[User]:
    found = User.objects.active().filter(role=Role.MANAGER)
    return found if found.exists() else User.objects.administrators()


def _tell(people: Iterable[User], cause: str, words: Words) -> None:
    for person in people:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            subject, body = words()
        outbox.enqueue(
            cause=f"{cause}:{person.pk}", recipient=person.email, subject=subject, body=body
        )


class Facts:
    """What mails to colleagues say of cases, in the language that is active."""

    def __init__(self):
        self._severities = {one.value: str(one.label) for one in Severity}
        self._nobody = _("nobody")
        # The address of a case, but for its number.
        page = reverse("complaints:case", args=[0])
        self._before, _number, self._after = f"{settings.SITE_URL}{page}".rpartition("0")

    def of(self, case: Case) -> dict[str, str]:
        return {
            "reference": case.reference,
            "title": case.title,
            "who": case.who,
            "severity": self._severities[case.severity],
            "tier": case.tier,
            "owner": str(case.owner or self._nobody),
            "link": f"{self._before}{case.pk}{self._after}",
        }


def facts_of(case: Case) -> dict[str, str]:
    return Facts().of(case)
