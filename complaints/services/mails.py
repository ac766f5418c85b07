"""Mails about a case: to the customer, and to those who have to know at once.

Each has a cause of its own in the outbox, so that none leaves twice. Each is written in its
reader's language.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Case, CaseEvent, Clock
from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform import outbox
from crm.platform.models import Installation

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
        subject=f"{case.reference}: {case.title}",
        body=body % words,
    )


def received(case: Case) -> str:
    """What an acknowledgement says that nobody worded; in the customer's language if known."""
    language = case.contact.language if case.contact_id else ""
    with translation.override(language or translation.get_language()):
        return _("Thank you for telling us. We have your message and look into it: %(title)s") % {
            "title": case.title
        }


def alert_critical(case: Case, event: CaseEvent) -> None:
    """A critical case is told to all managers at once."""

    def words() -> tuple[str, str]:
        subject = _("Critical: %(reference)s %(title)s")
        body = _("%(who)s, tier %(tier)s, waits for help.\n\n%(description)s\n\n%(link)s\n")
        facts = _facts(case)
        return subject % facts, body % facts

    _tell(managers(), f"case-critical:{case.pk}:{event.seq}", words)


def warn(case: Case, clock: Clock, people: Iterable[User]) -> None:
    """Three quarters of the time are over."""

    def words() -> tuple[str, str]:
        subject = _("Deadline near: %(reference)s %(title)s")
        body = _(
            "%(who)s, tier %(tier)s, severity %(severity)s.\n"
            "%(clock)s is due on %(due)s.\n\n%(link)s\n"
        )
        facts = _facts(case, clock)
        return subject % facts, body % facts

    _tell(people, f"case-warning:{case.pk}:{clock.kind}", words)


def report_breach(case: Case, clock: Clock, people: Iterable[User]) -> None:
    """The time is over; `clock.reminders` says how often it was told, this time included."""

    def words() -> tuple[str, str]:
        subject = _("Deadline missed: %(reference)s %(title)s")
        body = _(
            "%(who)s, tier %(tier)s, severity %(severity)s.\n"
            "%(clock)s was due on %(due)s. In charge: %(owner)s.\n\n%(link)s\n"
        )
        facts = _facts(case, clock)
        return subject % facts, body % facts

    _tell(people, f"case-breach:{case.pk}:{clock.kind}:{clock.reminders}", words)


def in_charge(case: Case) -> Iterable[User]:
    """The owner; all service staff where there is none, or one who no longer sees the customer."""
    owner = case.owner
    if owner and owner.is_active and rights.sees(owner, case.customer_id):
        return [owner]
    return User.objects.active().filter(role=Role.SERVICE)


def leads(case: Case) -> Iterable[User]:
    """The lead of the customer's team; where there is none, the managers."""
    team = case.customer.team_id if case.customer_id else None
    if team is None:
        return managers()
    found = User.objects.active().filter(is_team_lead=True, team=team)
    return found if found.exists() else managers()


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


def _facts(case: Case, clock: Clock | None = None) -> dict[str, str]:
    facts = {
        "reference": case.reference,
        "title": case.title,
        "description": case.description,
        "who": case.who,
        "severity": case.get_severity_display(),
        "tier": case.tier,
        "owner": str(case.owner or _("nobody")),
        "link": settings.SITE_URL + reverse("complaints:case", args=[case.pk]),
    }
    if clock is not None:
        due = timezone.localtime(clock.due_at, Installation.cached().zone)
        facts["clock"] = clock.get_kind_display()
        facts["due"] = date_format(due, "DATETIME_FORMAT")
    return facts
