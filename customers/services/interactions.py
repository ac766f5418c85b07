"""Logging what passed between us and a customer."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.models import Contact, Customer, Interaction, Task
from customers.services.derived import refresh_derived
from customers.services.locks import DOUBLE_CLICK, lock_customer
from customers.services.tasks import create_task

User = settings.AUTH_USER_MODEL


@dataclass(frozen=True)
class NextStep:
    """What was agreed to do next: becomes a task."""

    title: str
    due_on: dt.date
    assignee: "User"


@transaction.atomic
def log_interaction(
    *,
    customer: Customer,
    by: "User",
    kind: str,
    direction: str,
    at: dt.datetime,
    subject: str,
    contact: Contact | None = None,
    notes: str = "",
    outcome: str = "",
    next_step: NextStep | None = None,
) -> Interaction:
    """Record an interaction, its next step as a task, and the customer's last contact.

    The same form sent twice makes one interaction and one task.
    """
    lock_customer(customer.pk)
    content = {
        "kind": kind,
        "direction": direction,
        "contact": contact,
        "subject": subject,
        "notes": notes,
        "outcome": outcome,
    }
    since = timezone.now() - DOUBLE_CLICK
    twins = Interaction.objects.filter(customer=customer, by=by, created_at__gt=since, **content)
    if twin := twins.first():
        return twin
    interaction = Interaction.objects.create(customer=customer, by=by, at=at, **content)
    if next_step:
        create_task(
            customer=customer,
            by=by,
            title=next_step.title,
            assignee=next_step.assignee,
            due_on=next_step.due_on,
            origin=Task.Origin.NEXT_STEP,
        )
    refresh_derived([customer.pk])
    return interaction
