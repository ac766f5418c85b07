"""A promise and its task: one is never without the other."""

from django.conf import settings
from django.db.models import F
from django.utils.text import Truncator

from customers.models import Promise, Task
from customers.services.tasks import create_task, set_task_state

User = settings.AUTH_USER_MODEL
TITLE_LENGTH = Task._meta.get_field("title").max_length


def match_task(promise: Promise, by: "User") -> None:
    """The task of a promise as the promise now is; in the transaction that wrote the promise.

    An open promise has one open task, of who keeps it and due on its day; a task that was closed
    before is opened again, since the promise still waits to be kept.
    """
    tasks = Task.objects.filter(
        customer=promise.customer_id, origin=Task.Origin.PROMISE, reason=promise.reason
    )
    task = tasks.order_by("-closed_at", "-pk").first()  # the open one first
    if promise.removed_at or not promise.is_open:
        if task and task.is_open:
            kept = promise.state == Promise.State.KEPT and not promise.removed_at
            set_task_state(task=task, state=Task.State.DONE if kept else Task.State.DROPPED)
        return
    wanted = {
        "title": _title(promise),
        "assignee": promise.owner,
        "due_on": promise.due_on,
    }
    if task is None:
        create_task(
            customer=promise.customer,
            by=by,
            origin=Task.Origin.PROMISE,
            reason=promise.reason,
            **wanted,
        )
    else:
        set_task_state(task=task, state=Task.State.OPEN)
        tasks.filter(pk=task.pk).exclude(**wanted).update(version=F("version") + 1, **wanted)


def open_promise_of(task: Task, user: "User") -> Promise | None:
    """The promise that the task is to keep, as long as nobody said whether it was kept."""
    if task.origin != Task.Origin.PROMISE:
        return None
    number = task.reason.removeprefix(Promise.REASON)
    promises = Promise.objects.visible_to(user).filter(state=Promise.State.OPEN)
    return promises.filter(customer=task.customer_id, pk=number).first()


def _title(promise: Promise) -> str:
    """The words of the promise, as far as a title goes; spaces as tasks keep them."""
    return Truncator(" ".join(promise.what.split())).chars(TITLE_LENGTH)
