"""Creating, editing and closing tasks."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.platform.edits import save_version
from customers.models import AccountPlan, Customer, Task
from customers.services import care, reminders
from customers.services.locks import lock_customer

User = settings.AUTH_USER_MODEL
# Two open tasks without a reason that agree in these and in their words are one.
SAME = ("origin", "plan", "kind", "assignee", "due_on", "starts_at")


class TaskClosedError(Exception):
    """It is done or dropped: nothing of it changes any more, unless it is opened again."""


class TaskExistsError(Exception):
    """The same task is open already."""

    def __init__(self, task: Task):
        super().__init__(f"task {task.pk}")
        self.task = task


@transaction.atomic
def create_task(
    *,
    customer: Customer,
    by: "User",
    title: str,
    assignee: "User",
    due_on: dt.date,
    notes: str = "",
    origin: str = Task.Origin.HAND,
    reason: str = "",
    kind: str = Task.Kind.TODO,
    starts_at: dt.time | None = None,
    minutes: int | None = None,
    place: str = "",
    remind_on: dt.date | None = None,
    plan: AccountPlan | None = None,
) -> Task:
    """A new task; one that is open already for the same reason, or is the same in words, stays."""
    lock_customer(customer.pk)
    title = " ".join(title.split())
    same = {"origin": origin, "plan": plan, "kind": kind, "assignee": assignee}
    same |= {"due_on": due_on, "starts_at": starts_at}
    if reason:
        twin = Task.objects.open().filter(customer=customer, origin=origin, reason=reason).first()
    else:
        twin = _same_in_words(customer.pk, title, **same).first()
    besides = {"notes": notes, "minutes": minutes, "place": place, "remind_on": remind_on}
    return twin or Task.objects.create(
        customer=customer, created_by=by, title=title, reason=reason, **same, **besides
    )


def _same_in_words(customer_pk: int, title: str, **facts) -> QuerySet[Task]:
    return Task.objects.open().filter(customer=customer_pk, reason="", title__iexact=title, **facts)


@transaction.atomic
def edit_task(*, pk: int, version: int, values: Mapping[str, Any]) -> Task:
    """Write the values, unless somebody saved since (NewerChange), closed it, or it is there twice.

    A reminder that waits in the outbox says what was: it goes, and the next one says what is.
    """
    lock_customer(Task.objects.values_list("customer", flat=True).get(pk=pk))
    before = Task.objects.select_for_update(of=("self",)).get(pk=pk)
    if not before.is_open:
        raise TaskClosedError
    task = save_version(Task.objects.all(), pk, version, values)
    if not task.reason:
        same = {name: getattr(task, name) for name in SAME}
        if twin := _same_in_words(task.customer_id, task.title, **same).exclude(pk=pk).first():
            raise TaskExistsError(twin)
    reminders.renew(before, task)
    return task


@transaction.atomic
def set_task_state(*, task: Task, state: str) -> Task:
    """Close a task as done or dropped, or open it again, unless another took its place.

    Care follows: ticking off its task keeps it, and opening the task again takes that back.
    """
    lock_customer(task.customer_id)
    if task.origin == Task.Origin.CARE and state != Task.State.DONE:
        care.wait_for_night()
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.state == state:
        return task
    if state == Task.State.OPEN and task.reason:
        twins = Task.objects.filter(
            customer=task.customer_id, origin=task.origin, reason=task.reason, state=state
        )
        if twin := twins.first():
            raise TaskExistsError(twin)
    if task.is_open:
        reminders.withdraw(task)
    task.state = state
    task.closed_at = None if state == Task.State.OPEN else timezone.now()
    task.save(update_fields=["state", "closed_at", "reminded_at"])
    if task.origin == Task.Origin.CARE:
        care.doubt(task=task)
        care.settle(task.customer_id)
    return task
