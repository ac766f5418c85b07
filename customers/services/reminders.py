"""Reminders of tasks by mail, in the morning of their day, each once."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from crm.platform import outbox
from crm.platform.models import Installation
from crm.platform.words import named
from customers.models import Task

# Mails leave from this hour on, on the clocks of the installation.
MORNING = 7
BATCH = 500
# What a reminder says: where this changes before it left, it is written anew.
SAID = ("title", "kind", "due_on", "starts_at", "place", "assignee_id", "remind_on")


def remind_due() -> int:
    """Put the reminders of today into the outbox; returns how many.

    Those of days on which nobody looked come late. Any number of workers may do it at once.
    """
    now = timezone.now().astimezone(Installation.cached().zone)
    if now.hour < MORNING:
        return 0
    count = 0
    while found := _remind(now.date()):
        count += found
    return count


@transaction.atomic
def _remind(today: dt.date) -> int:
    """One batch: rows that another worker holds are its own."""
    due = Task.objects.to_remind(today).select_for_update(of=("self",), skip_locked=True)
    tasks = list(due.select_related("customer", "assignee")[:BATCH])
    # Whoever left, or does not see the customer any more, gets no mail about it.
    reachable = [task for task in tasks if task.assignee.is_active and task.assignee_sees_customer]
    outbox.enqueue_many(_mails(reachable))
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(reminded_at=timezone.now())
    return len(tasks)


def _mails(tasks: Sequence[Task]) -> list[outbox.Mail]:
    return [_mail(task) for task in tasks]


def _mail(task: Task) -> outbox.Mail:
    """In the language of who does it."""
    with translation.override(task.assignee.language or settings.LANGUAGE_CODE):
        facts = [
            named(task.get_kind_display(), task.title),
            named(_("Customer"), f"{task.customer.name} ({task.customer.number})"),
            named(_("Due on"), _moment(task)),
        ]
        if task.place:
            facts.append(named(_("Place"), task.place))
        words = {"task": task.title, "customer": task.customer.name}
        lines = [
            _("Dear %(name)s,") % {"name": task.assignee.name},
            _("you asked to be reminded:"),
            "\n".join(facts),
            settings.SITE_URL + reverse("card", args=[task.customer_id]),
        ]
        subject = _("Reminder: %(task)s – %(customer)s") % words
    body = "\n\n".join(lines) + "\n"
    return outbox.Mail(_cause(task), task.assignee.email, subject, body)


def _moment(task: Task) -> str:
    day = date_format(task.due_on, "DATE_FORMAT")
    return f"{day}, {time_format(task.starts_at, 'TIME_FORMAT')}" if task.starts_at else day


def _cause(task: Task) -> str:
    return f"task-reminder:{task.pk}:{task.remind_on}"


def withdraw(task: Task) -> None:
    """Take back a mail that waits still, so that the task can remind again. The caller saves."""
    if task.reminded_at and outbox.withdraw([_cause(task)]):
        task.reminded_at = None


def renew(before: Task, task: Task) -> None:
    """After a change: what waits and says something else is taken back; a new day reminds anew."""
    if all(getattr(before, name) == getattr(task, name) for name in SAID):
        return
    withdraw(before)
    is_new_day = before.remind_on != task.remind_on
    task.reminded_at = None if is_new_day else before.reminded_at
    task.save(update_fields=["reminded_at"])
