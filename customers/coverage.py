"""How well we know the people at a customer, and what is at risk there.

Two queries a customer, however many contacts and interactions it has.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.platform.models import Installation
from crm.platform.words import listed
from customers.models import Contact, Customer, Interaction

YEAR = dt.timedelta(days=365)
DEPARTED_DAYS = 90
MOST_NAMES = 3
Role = Contact.Role


@dataclass(frozen=True)
class Touch:
    """When somebody of theirs was last in contact with somebody of ours, and who."""

    at: dt.datetime
    whom: str
    by: str
    interaction: int


@dataclass(frozen=True)
class RoleCover:
    """A role in buying: who fills it, and when one of them was last in contact."""

    role: str
    label: str
    people: list[str]
    touch: Touch | None


@dataclass(frozen=True)
class Coverage:
    """Risks as (code, sentence), the gravest first; each role; the last touch by contact."""

    risks: list[tuple[str, str]]
    roles: list[RoleCover]
    touches: dict[int, Touch]
    people: list[Contact]

    def has(self, code: str) -> bool:
        return any(code == risk for risk, _words in self.risks)


def of(customer: Customer, user) -> Coverage:
    """The coverage of a customer's contacts, as this person may see it."""
    people = list(
        Contact.objects.visible_to(user)
        .filter(customer=customer)
        .defer("remarks")
        .order_by("name", "pk")
    )
    touches = _last_touches(customer, user, {person.pk: person.name for person in people})
    there = [person for person in people if person.left_on is None and person.erased_at is None]
    gone = [person for person in people if person.left_on and person.erased_at is None]
    return Coverage(_risks(there, gone, touches), _roles(there, touches), touches, people)


def _last_touches(customer: Customer, user, names: dict[int, str]) -> dict[int, Touch]:
    """By contact: the last interaction with them, whether they are its contact or among others."""
    rows = Interaction.objects.visible_to(user).filter(customer=customer)
    rows = rows.exclude(kind__in=Interaction.NO_CONTACT)
    halves = [
        rows.filter(**{f"{column}__isnull": False})
        .order_by(column, "-at", "-pk")
        .distinct(column)
        .values_list(column, "at", "pk", "by__name", "by__username")
        for column in ("contact", "contacts")
    ]
    touches: dict[int, Touch] = {}
    for contact, at, pk, name, username in halves[0].union(halves[1], all=True):
        known = touches.get(contact)
        if contact in names and (known is None or (known.at, known.interaction) < (at, pk)):
            touches[contact] = Touch(at, names[contact], name or username, pk)
    return touches


def _risks(there: Sequence, gone: Sequence, touches: dict[int, Touch]) -> list[tuple[str, str]]:
    deciders = [person for person in there if person.role == Role.DECISION_MAKER]
    departed = "" if deciders else _departed(gone)
    risks = [
        ("departed_decider", departed),
        ("no_contact", not there and _("We know nobody there.")),
        ("opponent_decides", _opponents(deciders)),
        ("only_contact", len(there) == 1 and _only(there[0])),
        ("single_thread", len(there) > 1 and _single_thread(touches)),
        ("roles_open", "" if departed or not there else _open_roles(there)),
    ]
    return [(code, words) for code, words in risks if words]


def _departed(gone: Sequence) -> str:
    """The decision maker who left last, where nobody took the place."""
    left = [person for person in gone if person.role == Role.DECISION_MAKER]
    if not left:
        return ""
    last = max(left, key=lambda person: (person.left_on, person.pk))
    return _("%(name)s decided and left on %(day)s; nobody is known to decide now.") % {
        "name": last.name,
        "day": date_format(last.left_on, "SHORT_DATE_FORMAT"),
    }


def _opponents(deciders: Sequence) -> str:
    names = [one.name for one in deciders if one.attitude == Contact.Attitude.OPPONENT]
    if not names:
        return ""
    return _("Against us among those who decide: %(names)s.") % {"names": _listed(names)}


def _only(person: Contact) -> str:
    return _("%(name)s is the only contact that we know there.") % {"name": person.name}


def _single_thread(touches: dict[int, Touch]) -> str:
    since = timezone.now() - YEAR
    recent = [touch.whom for touch in touches.values() if touch.at >= since]
    if len(recent) != 1:
        return ""
    return _("All contact of the last 12 months went through %(name)s.") % {"name": recent[0]}


def _open_roles(there: Sequence) -> str:
    """Nobody who decides weighs more than the other roles, so that it is said alone."""
    filled = {person.role for person in there}
    if Role.DECISION_MAKER not in filled:
        return _("Nobody is known to decide.")
    labels = [str(role.label) for role in Role if role not in filled]
    return _("Nobody is known as: %(roles)s.") % {"roles": listed(labels)} if labels else ""


def _listed(names: Sequence[str]) -> str:
    shown = listed(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return _("%(names)s and %(n)d more") % {"names": shown, "n": more} if more > 0 else shown


def _roles(there: Sequence, touches: dict[int, Touch]) -> list[RoleCover]:
    covers = []
    for role in Role:
        people = [person for person in there if person.role == role]
        found = [touches[person.pk] for person in people if person.pk in touches]
        last = max(found, key=lambda touch: (touch.at, touch.interaction), default=None)
        covers.append(RoleCover(role.value, str(role.label), [str(one) for one in people], last))
    return covers


def departed_deciders(user, days: int = DEPARTED_DAYS) -> QuerySet[Customer]:
    """Active customers whose decision maker left lately and has no successor, the latest first.

    Adds `departed_name` and `departed_on`.
    """
    since = Installation.cached().today() - dt.timedelta(days=days)
    deciders = Contact.objects.filter(
        customer=OuterRef("pk"), role=Role.DECISION_MAKER, erased_at=None
    )
    gone = Contact.objects.filter(
        role=Role.DECISION_MAKER, left_on__gte=since, erased_at=None
    ).order_by()
    last = deciders.filter(left_on__gte=since).order_by("-left_on", "-pk")
    return (
        Customer.objects.visible_to(user)
        .filter(is_active=True, pk__in=gone.values("customer"))
        .filter(~Exists(deciders.filter(left_on=None)))
        .annotate(
            departed_name=Subquery(last.values("name")[:1]),
            departed_on=Subquery(last.values("left_on")[:1]),
        )
        .order_by("-departed_on", "pk")
    )
