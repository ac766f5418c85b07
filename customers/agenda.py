"""What stands in the calendar of somebody: visits and tasks, planned, expected and past.

SOURCES is the seam: each source reads one kind of entry. A higher floor adds its own when it is
ready (`agenda.SOURCES.append(…)` in its AppConfig).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.platform.models import BusinessDay, Installation
from customers.models import Interaction, Recurrence, Task

# Read at most by one source for one page; a month of a large company is no page.
MOST = 1_000
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Whose:
    """The people whose calendar it is, with their names; `chosen` is what the address says."""

    chosen: str
    names: dict[int, str]

    @property
    def ids(self) -> list[int]:
        return list(self.names)


@dataclass(frozen=True)
class Entry:
    """One line of a day."""

    PLANNED, LATE, DONE, EXPECTED = "planned", "late", "done", "expected"

    day: dt.date
    kind: str  # visit, call, meeting, todo, or one of a higher floor
    label: str  # the kind in words
    title: str
    customer_id: int
    customer: str
    url: str
    state: str = PLANNED
    at: dt.time | None = None
    until: dt.time | None = None
    place: str = ""
    who: str = ""

    @property
    def order(self) -> tuple:
        """What has no hour stands first, and what may come last."""
        may_come = self.state == self.EXPECTED
        return self.day, may_come, self.at or dt.time.min, self.customer, self.title


Source = Callable[[User, dt.date, dt.date, Whose], list[Entry]]


def tasks(user: User, start: dt.date, end: dt.date, whose: Whose) -> list[Entry]:
    """Open ones, by the day on which they are due."""
    found = (
        Task.objects.visible_to(user)
        .open()
        .filter(assignee__in=whose.ids, due_on__gte=start, due_on__lt=end)
    )
    today = Installation.cached().today()
    return [
        Entry(
            day=task.due_on,
            kind=task.kind,
            label=task.get_kind_display(),
            title=task.title,
            customer_id=task.customer_id,
            customer=task.customer.name,
            url=_address_of(task, user),
            state=Entry.LATE if task.due_on < today else Entry.PLANNED,
            at=task.starts_at,
            until=_until(task),
            place=task.place,
            who=whose.names[task.assignee_id],
        )
        for task in found.select_related("customer").order_by("due_on", "pk")[:MOST]
    ]


def _address_of(task: Task, user: User) -> str:
    """Where it is changed, by whom it can be; else where it stands."""
    if task.may_be_edited_by(user):
        return reverse("customers:task_edit", args=[task.pk])
    return reverse("card", args=[task.customer_id])


def _until(task: Task) -> dt.time | None:
    if not (task.starts_at and task.minutes):
        return None
    start = dt.datetime.combine(task.due_on, task.starts_at)
    return (start + dt.timedelta(minutes=task.minutes)).time()


def talks(user: User, start: dt.date, end: dt.date, whose: Whose) -> list[Entry]:
    """Visits and meetings that took place."""
    found = Interaction.objects.visible_to(user).filter(
        by__in=whose.ids,
        kind__in=[Interaction.Kind.VISIT, Interaction.Kind.MEETING],
        at__gte=_midnight(start),
        at__lt=_midnight(end),
    )
    entries = []
    for talk in found.select_related("customer").order_by("at", "pk")[:MOST]:
        at = timezone.localtime(talk.at, Installation.cached().zone)
        entries.append(
            Entry(
                day=at.date(),
                kind=talk.kind,
                label=talk.get_kind_display(),
                title=talk.subject,
                customer_id=talk.customer_id,
                customer=talk.customer.name,
                url=reverse("customers:interaction", args=[talk.pk]),
                state=Entry.DONE,
                at=at.time(),
                who=whose.names[talk.by_id],
            )
        )
    return entries


def expected(user: User, start: dt.date, end: dt.date, whose: Whose) -> list[Entry]:
    """What comes again and is no task yet."""
    rows = (
        Recurrence.objects.visible_to(user)
        .active()
        .filter(assignee__in=whose.ids, next_on__lt=end, customer__is_active=True)
    )
    rows = rows.filter(Q(until=None) | Q(until__gte=start)).select_related("customer")
    today = Installation.cached().today()
    return [
        Entry(
            day=day,
            kind=row.kind,
            label=row.get_kind_display(),
            title=row.title,
            customer_id=row.customer_id,
            customer=row.customer.name,
            url=reverse("card", args=[row.customer_id]),
            state=Entry.EXPECTED,
            who=whose.names[row.assignee_id],
        )
        for row in rows[:MOST]
        for day in row.rhythm.between(max(start, row.next_on, today), end)
    ]


SOURCES: list[Source] = [tasks, talks, expected]


def entries(user: User, start: dt.date, end: dt.date, whose: Whose) -> list[Entry]:
    """All of the days from the start to before the end, in order."""
    found = [entry for source in SOURCES for entry in source(user, start, end, whose)]
    return sorted(found, key=lambda entry: entry.order)


def people(user: User) -> dict[int, str]:
    """Whose calendars this person may open: the own one; the team's for leads; all for managers."""
    if user.is_manager:
        found = User.objects.active()
    elif user.is_team_lead and user.team_id:
        found = User.objects.active().filter(team=user.team_id)
    else:
        return {user.pk: str(user)}
    return {user.pk: str(user)} | {one.pk: str(one) for one in found.order_by("name", "pk")}


def choose(user: User, asked: str) -> tuple[Whose, dict[int, str]]:
    """Whose calendar the address asks for, and who else can be chosen."""
    circle = people(user)
    if asked == "team" and len(circle) > 1:
        return Whose("team", circle), circle
    if asked.isdecimal() and len(asked) < 18 and int(asked) in circle and int(asked) != user.pk:
        return Whose(asked, {int(asked): circle[int(asked)]}), circle
    return Whose("", {user.pk: str(user)}), circle


@dataclass(frozen=True)
class Exceptional:
    """A day that the business calendar names: a holiday, or one with hours of its own."""

    name: str
    is_open: bool


def exceptional_days(start: dt.date, end: dt.date) -> dict[dt.date, Exceptional]:
    """Holidays, half days and extra working days of the calendar that counts for all."""
    rows = BusinessDay.objects.filter(
        calendar__is_default=True, date__gte=start, date__lt=end
    ).values_list("date", "name", "opens")
    return {
        day: Exceptional(name or (_("Own hours") if opens else _("Holiday")), opens is not None)
        for day, name, opens in rows
    }


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=Installation.cached().zone)
