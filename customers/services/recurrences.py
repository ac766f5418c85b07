"""Tasks that come again: set up, changed, ended, and made ahead of their day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Subquery

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.edits import save_version
from crm.platform.models import Installation
from customers.models import Customer, Recurrence, Task
from customers.querysets import RecurrenceQuerySet
from customers.services.locks import lock_customer

AHEAD = dt.timedelta(days=14)
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
BATCH = 5_000
# Serialises those who make tasks; any number that nobody else uses.
MAKING = 20_260_401
GO_ON = """
    UPDATE customers_recurrence row
    SET assignee_id = new.assignee, next_on = new.day, is_active = new.active
    FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::boolean[])
        AS new (id, assignee, day, active)
    WHERE row.id = new.id
"""


class RecurrenceEndedError(Exception):
    """It comes no more: a new one begins anew."""


@transaction.atomic
def create_recurrence(*, customer: Customer, by: User, values: Mapping[str, Any]) -> Recurrence:
    """Begins on its first day, or on the first that is not over; the same again stays one."""
    lock_customer(customer.pk)
    same = {name: value for name, value in values.items() if name != "notes"}
    if twin := Recurrence.objects.active().filter(customer=customer, **same).first():
        return twin
    recurrence = Recurrence(customer=customer, created_by=by, **values)
    _set_next(recurrence, Installation.cached().today())
    recurrence.save()
    return recurrence


@transaction.atomic
def edit_recurrence(*, pk: int, version: int, values: Mapping[str, Any]) -> Recurrence:
    """Write the values, unless somebody saved since (NewerChange) or ended it.

    The open task that it made stays as it is: it may be agreed with the customer already.
    """
    lock_customer(Recurrence.objects.values_list("customer", flat=True).get(pk=pk))
    if not Recurrence.objects.active().select_for_update(of=("self",)).filter(pk=pk).exists():
        raise RecurrenceEndedError
    recurrence = save_version(Recurrence.objects.all(), pk, version, values)
    last = recurrence.tasks.open().aggregate(day=Max("due_on"))["day"]
    today = Installation.cached().today()
    _set_next(recurrence, max(today, last + DAY) if last else today)
    recurrence.save(update_fields=["next_on", "is_active"])
    return recurrence


@transaction.atomic
def end_recurrence(*, recurrence: Recurrence, is_active: bool) -> None:
    """It makes no more tasks; or, taken back, it goes on with the next day that comes."""
    lock_customer(recurrence.customer_id)
    recurrence = Recurrence.objects.select_for_update(of=("self",)).get(pk=recurrence.pk)
    if is_active and not recurrence.is_active:
        _set_next(recurrence, Installation.cached().today())
    elif not is_active:
        recurrence.is_active = False
    recurrence.save(update_fields=["next_on", "is_active"])


def _set_next(recurrence: Recurrence, start: dt.date) -> None:
    """The next day from the start on; without one it is over, and keeps the day it had."""
    following = recurrence.rhythm.from_day(start)
    recurrence.is_active = following is not None
    recurrence.next_on = following or recurrence.next_on or recurrence.first_on


def make_due() -> int:
    """Make the tasks whose day comes within two weeks; returns how many.

    Any number of workers may do it at once: each takes rows that no other holds, and the database
    keeps a second task for the same day out.
    """
    today, made = Installation.cached().today(), 0
    while True:
        rows, tasks = _make_batch(today)
        made += tasks
        if not rows:
            return made


@transaction.atomic
def _make_batch(today: dt.date) -> tuple[int, int]:
    with connection.cursor() as cursor:
        # One at a time: who waited reads what the other made, and steps over no day.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING])
    rows = list(_due(today)[:BATCH])
    substitutes, tasks = _substitutes(rows), []
    for row in rows:
        row.assignee_id = substitutes.get(row.pk, row.assignee_id)
        day = _current(row, today)
        if day and day <= today + AHEAD:
            tasks.append(_task(row, day))
            day = row.rhythm.from_day(day + DAY)
        row.is_active, row.next_on = day is not None, day or row.next_on
    Task.objects.bulk_create(tasks, ignore_conflicts=True)
    with connection.cursor() as cursor:
        columns = [(row.pk, row.assignee_id, row.next_on, row.is_active) for row in rows]
        cursor.execute(GO_ON, [list(column) for column in zip(*columns, strict=True)] or [[]] * 4)
    return len(rows), len(tasks)


def _due(today: dt.date) -> RecurrenceQuerySet:
    """Active ones whose next day is near, without an open task, of customers that are active.

    The next week's task of a weekly one is no work for this week.
    """
    of_this = Task.objects.filter(recurrence=OuterRef("pk"))
    closed = of_this.filter(closed_at__isnull=False).order_by("-closed_at")
    return (
        Recurrence.objects.active()
        .filter(next_on__lte=today + AHEAD, customer__is_active=True)
        .exclude(unit=Recurrence.Unit.WEEK, every=1, next_on__gt=today + WEEK)
        .exclude(Exists(of_this.open()))
        .annotate(closed_at=Subquery(closed.values("closed_at")[:1]))
        .with_whether_assignee_sees()
        .select_related("assignee", "customer__account_manager")
        .order_by("next_on", "pk")
        .select_for_update(of=("self",))
    )


def _current(row: Recurrence, today: dt.date) -> dt.date | None:
    """The day for which a task is due next: of several missed ones the last alone.

    Work that was done since that day counts for it, so that a late one brings no late one.
    """
    if row.next_on >= today:
        return row.next_on
    last = row.rhythm.up_to(today)
    closed_on = row.closed_at and row.closed_at.astimezone(Installation.cached().zone).date()
    if last and last >= row.next_on and not (closed_on and closed_on >= last):
        return last
    return row.rhythm.from_day(today + DAY)


def _task(row: Recurrence, day: dt.date) -> Task:
    return Task(
        customer_id=row.customer_id,
        title=row.title,
        kind=row.kind,
        notes=row.notes,
        assignee_id=row.assignee_id,
        due_on=day,
        origin=Task.Origin.RECURRING,
        reason=row.task_reason,
        recurrence=row,
        created_by_id=row.created_by_id,
    )


def _substitutes(rows: Sequence[Recurrence]) -> dict[int, int]:
    """Who does it instead of one who left or does not see the customer any more.

    The account manager; without one the lead of the customer's team, or else a manager.
    """
    orphans = [row for row in rows if not (row.assignee.is_active and row.assignee_sees_customer)]
    if not orphans:
        return {}
    leads, manager = _stand_ins()
    found = {}
    for row in orphans:
        owner = row.customer.account_manager
        if owner and owner.is_active:
            found[row.pk] = owner.pk
        elif instead := leads.get(row.customer.team_id, manager):
            found[row.pk] = instead
    return found


def _stand_ins() -> tuple[dict[int, int], int | None]:
    """The lead of each team, and whoever manages all."""
    people = User.objects.active().exclude(role=Role.SERVICE).order_by("-pk")
    leads = {user.team_id: user.pk for user in people.filter(is_team_lead=True)}
    managers = people.filter(role__in=[Role.MANAGER, Role.ADMINISTRATOR]).order_by("-role", "pk")
    return leads, managers.values_list("pk", flat=True).first()
