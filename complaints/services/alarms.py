"""Warnings of deadlines and news of missed ones: whom they go to, and their words.

Made for many cases at once: who hears of them is read once for all, not once a case.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Case, Clock, ClockKind
from complaints.services import mails
from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.models import Installation
from crm.platform.outbox import Mail

People = Sequence[User]


class Audience:
    """Who is told of some cases."""

    def __init__(self, cases: Iterable[Case]):
        self._cases = list(cases)

    def in_charge(self, case: Case) -> People:
        """The owner; all service staff where there is none, or one who no longer sees the case."""
        owner = case.owner
        if owner and owner.is_active and rights.sees_case(owner, case):
            return [owner]
        return self._service

    def leads(self, case: Case) -> People:
        """The lead of the customer's team; where there is none, the managers."""
        team = case.customer.team_id if case.customer_id else None
        found = [lead for lead in self._leads if lead.team_id == team] if team else []
        return found or self.managers(case)

    def managers(self, _case: Case) -> People:
        return self._managers

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


@dataclass(frozen=True)
class Alarm:
    """What a clock of a case has to say, and to whom; the cause makes each mail leave once."""

    cause: str
    case: Case
    clock: Clock
    people: People
    is_late: bool


def warning(case: Case, clock: Clock, people: People) -> Alarm:
    """Three quarters of the time are over."""
    return Alarm(f"case-warning:{case.pk}:{_which(clock)}", case, clock, people, is_late=False)


def breach(case: Case, clock: Clock, people: People) -> Alarm:
    """The time is over; `clock.reminders` says how often it was told, this time included."""
    cause = f"case-breach:{case.pk}:{_which(clock)}:{clock.reminders}"
    return Alarm(cause, case, clock, people, is_late=True)


def mails_of(alarms: Sequence[Alarm]) -> list[Mail]:
    """A mail to each person of each alarm, in their language."""
    readers = defaultdict(set)
    for place, alarm in enumerate(alarms):
        for person in alarm.people:
            readers[_language_of(person)].add(place)
    words = {}
    for language, places in readers.items():
        # Once a language, not once a mail.
        with translation.override(language):
            wording = Wording()
            words |= {(place, language): wording.of(alarms[place]) for place in sorted(places)}
    return [
        Mail(f"{alarm.cause}:{person.pk}", person.email, *words[place, _language_of(person)])
        for place, alarm in enumerate(alarms)
        for person in alarm.people
    ]


def _language_of(person: User) -> str:
    return person.language or settings.LANGUAGE_CODE


def _which(clock: Clock) -> str:
    return clock.kind if clock.turn == 1 else f"{clock.kind}-{clock.turn}"


class Wording:
    """Words of alarms in the language that is active; what many share is looked up once."""

    def __init__(self):
        self._zone = Installation.cached().zone
        self._facts = mails.Facts()
        self._clocks = {kind.value: str(kind.label) for kind in ClockKind}
        self._moments: dict[dt.datetime, str] = {}
        self._near = (
            _("Deadline near: %(reference)s %(title)s"),
            _(
                "%(who)s, tier %(tier)s, severity %(severity)s.\n"
                "%(clock)s is due on %(due)s.\n\n%(link)s\n"
            ),
        )
        self._late = (
            _("Deadline missed: %(reference)s %(title)s"),
            _(
                "%(who)s, tier %(tier)s, severity %(severity)s.\n"
                "%(clock)s was due on %(due)s. In charge: %(owner)s.\n\n%(link)s\n"
            ),
        )

    def of(self, alarm: Alarm) -> tuple[str, str]:
        """Subject and body."""
        facts = self._facts.of(alarm.case) | {
            "clock": self._clocks[alarm.clock.kind],
            "due": self._moment(alarm.clock.due_at),
        }
        subject, body = self._late if alarm.is_late else self._near
        return subject % facts, body % facts

    def _moment(self, due_at: dt.datetime) -> str:
        """Seconds are not said, and many clocks are due in the same minute."""
        minute = due_at.replace(second=0, microsecond=0)
        if minute not in self._moments:
            local = timezone.localtime(minute, self._zone)
            self._moments[minute] = date_format(local, "DATETIME_FORMAT")
        return self._moments[minute]
