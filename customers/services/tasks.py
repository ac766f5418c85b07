"""Creating and closing tasks."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.models import AccountPlan, Customer, Task
from customers.services.locks import lock_customer

User = settings.AUTH_USER_MODEL


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
    open_tasks = Task.objects.filter(customer=customer, origin=origin, state=Task.State.OPEN)
    if reason:
        twin = open_tasks.filter(reason=reason).first()
    else:
        same = {"kind": kind, "assignee": assignee, "due_on": due_on, "starts_at": starts_at}
        twin = open_tasks.filter(title__iexact=title, plan=plan, **same).first()
    if twin:
        return twin
    return Task.objects.create(
        customer=customer,
        created_by=by,
        title=title,
        assignee=assignee,
        due_on=due_on,
        notes=notes,
        origin=origin,
        reason=reason,
        kind=kind,
        starts_at=starts_at,
        minutes=minutes,
        place=place,
        remind_on=remind_on,
        plan=plan,
    )


@transaction.atomic
def set_task_state(*, task: Task, state: str) -> Task:
    """Close a task as done or dropped, or open it again, unless another took its place."""
    lock_customer(task.customer_id)
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.state == state:
        return task
    if state == Task.State.OPEN and task.reason:
        twins = Task.objects.filter(
            customer=task.customer_id, origin=task.origin, reason=task.reason, state=state
        )
        if twin := twins.first():
            raise TaskExistsError(twin)
    task.state = state
    task.closed_at = None if state == Task.State.OPEN else timezone.now()
    task.save(update_fields=["state", "closed_at"])
    return task
