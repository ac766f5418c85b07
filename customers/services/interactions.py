"""Logging what passed between us and a customer, correcting it, and the files that belong to it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from crm.platform import uploads
from crm.platform.edits import save_version
from customers.models import Attachment, Competitor, Contact, Customer, Interaction, Task
from customers.services import care
from customers.services.derived import refresh_derived
from customers.services.following import tell_of_interaction
from customers.services.locks import DOUBLE_CLICK, lock_customer
from customers.services.tasks import create_task, set_task_state

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
    contacts: Iterable[Contact] = (),
    colleagues: Iterable["User"] = (),
    notes: str = "",
    heard: Sequence[str] = (),
    competitor: Competitor | None = None,
    outcome: str = "",
    next_step: NextStep | None = None,
    files: Sequence[UploadedFile] = (),
    planned: Task | None = None,
) -> Interaction:
    """Record an interaction with its files, its next step as a task, the last contact and care.

    `planned` is the task that it fulfils: it is done with it. The same form sent twice makes one
    interaction and one task.
    """
    lock_customer(customer.pk)
    content = {"kind": kind, "direction": direction, "contact": contact, "subject": subject}
    content |= {"notes": notes, "heard": list(heard), "competitor": competitor, "outcome": outcome}
    if twin := _twin(customer, by, content):
        return twin
    interaction = Interaction.objects.create(customer=customer, by=by, at=at, **content)
    interaction.contacts.set(contacts)
    interaction.colleagues.set(colleagues)
    _keep(interaction, files, by)
    if next_step:
        _plan(interaction, next_step, by)
    _settle(interaction, planned)
    tell_of_interaction(interaction)
    return interaction


def _twin(customer: Customer, by: "User", content: Mapping[str, Any]) -> Interaction | None:
    """The same as just logged: a form sent twice."""
    since = timezone.now() - DOUBLE_CLICK
    twins = Interaction.objects.filter(customer=customer, by=by, created_at__gt=since, **content)
    return twins.first()


def _settle(interaction: Interaction, planned: Task | None) -> None:
    """The task that it fulfils, the customer's last contact, and the care that was owed."""
    if planned and Task.objects.filter(pk=planned.pk, state=Task.State.OPEN).exists():
        set_task_state(task=planned, state=Task.State.DONE)
    refresh_derived([interaction.customer_id])
    care.settle(interaction.customer_id)


def _plan(interaction: Interaction, step: NextStep, by: "User") -> None:
    """The next step's task bears the interaction in its reason, so that both find each other."""
    create_task(
        customer=interaction.customer,
        by=by,
        title=step.title,
        assignee=step.assignee,
        due_on=step.due_on,
        origin=Task.Origin.NEXT_STEP,
        reason=interaction.step_reason,
    )


@transaction.atomic
def edit_interaction(
    *, pk: int, version: int, values: Mapping[str, Any], by: "User"
) -> Interaction:
    """Write the values, unless somebody saved since (NewerChange).

    Last contacts and care follow, and whom the notes mention now is told once.
    """
    customer = Interaction.objects.values_list("customer", flat=True).get(pk=pk)
    lock_customer(customer)
    interaction = save_version(Interaction.objects.all(), pk, version, values)
    refresh_derived([customer])
    care.doubt(interaction=interaction)
    care.settle(customer)
    tell_of_interaction(interaction, by=by)
    return interaction


@transaction.atomic
def attach_files(*, interaction: Interaction, files: Sequence[UploadedFile], by: "User") -> None:
    """Hang files on an interaction; the same file sent twice hangs there once."""
    lock_customer(interaction.customer_id)
    _keep(interaction, files, by)


def _keep(interaction: Interaction, files: Sequence[UploadedFile], by: "User") -> None:
    there = set(interaction.attachments.values_list("name", "sha256"))
    stored = [uploads.store(file) for file in files]
    Attachment.objects.bulk_create(
        Attachment(
            customer_id=interaction.customer_id, interaction=interaction, uploaded_by=by, **values
        )
        for values in stored
        if (values["name"], values["sha256"]) not in there
    )
