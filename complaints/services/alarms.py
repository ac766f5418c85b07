"""Warnings of deadlines and news of missed ones: whom they go to, and their words.

Made for many cases at once: who hears of them is read once for all, not once a case.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.models import Case, Clock
from complaints.services import mails
from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.models import Installation
from crm.platform.outbox import Mail
from customers.models import Customer

People = Sequence[User]


class Audience:
    """Who is told of some cases."""

    def __init__(self, cases: Iterable[Case]):
        self._cases = list(cases)
        self._seen: dict[int, set[int]] = {}

    def in_charge(self, case: Case) -> People:
        """The owner; all service staff where there is none, or one who no longer sees the case."""
        owner = case.owner
        if owner and owner.is_active and self._sees(owner, case.customer_id):
            return [owner]
        return self._service

    def leads(self, case: Case) -> People:
        """The lead of the customer's team; where there is none, the managers."""
        team = case.customer.team_id if case.customer_id else None
        found = [lead for lead in self._leads if lead.team_id == team] if team else []
        return found or self.managers(case)

    def managers(self, _case: Case) -> People:
        return self._managers

    def _sees(self, user: User, customer: int | None) -> bool:
        if user.sees_all_customers:
            return True
        if user.pk not in self._seen:
            ids = {case.customer_id for case in self._cases if case.owner_id == user.pk}
            seen = Customer.objects.visible_to(user).filter(pk__in=ids - {None})
            self._seen[user.pk] = set(seen.values_list("pk", flat=True))
        return customer in self._seen[user.pk]

    @cached_property
    def _service(self) -> People:
        return list(User.objects.active().filter(role=Role.SERVICE).order_by("pk"))

    @cached_property
    def _leads(self) -> People:
        teams = {case.customer.team_id for case in self._cases if case.customer_id}
        found = User.objects.active().filter(is_team_lead=True, team__in=teams - {None})
        return list(found.order_by("pk"))

    @cached_property
    def _managers(self) -> People:
        return list(mails.managers())


# Who hears of a missed deadline: the first time, the second, the third.
LADDER = (Audience.in_charge, Audience.leads, Audience.managers)


def warnings(case: Case, clock: Clock, people: People) -> list[Mail]:
    """Three quarters of the time are over."""
    return [
        Mail(f"case-warning:{case.pk}:{_which(clock)}:{person.pk}", person.email, *words)
        for person, words in _worded(people, case, clock, is_late=False)
    ]


def breaches(case: Case, clock: Clock, people: People) -> list[Mail]:
    """The time is over; `clock.reminders` says how often it was told, this time included."""
    cause = f"case-breach:{case.pk}:{_which(clock)}:{clock.reminders}"
    return [
        Mail(f"{cause}:{person.pk}", person.email, *words)
        for person, words in _worded(people, case, clock, is_late=True)
    ]


def _which(clock: Clock) -> str:
    return clock.kind if clock.turn == 1 else f"{clock.kind}-{clock.turn}"


def _worded(people: People, case: Case, clock: Clock, *, is_late: bool):
    """Each person with subject and body in their language."""
    words = {}
    for person in people:
        language = person.language or settings.LANGUAGE_CODE
        if language not in words:
            with translation.override(language):
                words[language] = _words(case, clock, is_late=is_late)
        yield person, words[language]


def _words(case: Case, clock: Clock, *, is_late: bool) -> tuple[str, str]:
    due = timezone.localtime(clock.due_at, Installation.cached().zone)
    facts = mails.facts_of(case) | {
        "clock": clock.get_kind_display(),
        "due": date_format(due, "DATETIME_FORMAT"),
    }
    if is_late:
        subject = _("Deadline missed: %(reference)s %(title)s")
        body = _(
            "%(who)s, tier %(tier)s, severity %(severity)s.\n"
            "%(clock)s was due on %(due)s. In charge: %(owner)s.\n\n%(link)s\n"
        )
    else:
        subject = _("Deadline near: %(reference)s %(title)s")
        body = _(
            "%(who)s, tier %(tier)s, severity %(severity)s.\n"
            "%(clock)s is due on %(due)s.\n\n%(link)s\n"
        )
    return subject % facts, body % facts
