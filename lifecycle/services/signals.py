"""What people do about a churn signal: dismiss it, take that back, make a task of it."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from crm.platform.models import Installation
from customers.models import Standing, Task
from customers.services.tasks import create_task
from lifecycle.models import Signal

User = settings.AUTH_USER_MODEL
# Somebody at risk is called soon.
DAYS_TO_ACT = 2


@transaction.atomic
def dismiss_signal(*, signal: Signal, by: "User", reason: str) -> Signal:
    """Say why a signal is no reason to fear; it leaves lists and counts."""
    return _set_dismissal(signal, by, timezone.now(), reason)


@transaction.atomic
def restore_signal(*, signal: Signal) -> Signal:
    """Take a dismissal back."""
    return _set_dismissal(signal, None, None, "")


def _set_dismissal(
    signal: Signal, by: "User | None", at: dt.datetime | None, reason: str
) -> Signal:
    signal = Signal.objects.select_for_update(of=("self",)).get(pk=signal.pk)
    signal.dismissed_by, signal.dismissed_at, signal.dismissed_reason = by, at, reason
    signal.dismissed_strength = None if at is None else signal.strength
    signal.save(
        update_fields=[
            *("dismissed_by", "dismissed_at", "dismissed_reason"),
            "dismissed_strength",
        ]
    )
    of_customer = Signal.objects.reasons().filter(customer=signal.customer_id)
    strongest = of_customer.by_weight().values_list("kind", flat=True).first()
    Standing.objects.filter(pk=signal.customer_id).update(signal=strongest or "")
    return signal


@transaction.atomic
def task_from_signal(*, signal: Signal, by: "User") -> Task:
    """A task for the customer's account manager; one that is open for the signal stays alone."""
    customer = signal.customer
    owner = customer.account_manager
    assignee = owner if owner and owner.is_active else by
    with translation.override(assignee.language or translation.get_language()):
        title = signal.words
    return create_task(
        customer=customer,
        by=by,
        title=title,
        assignee=assignee,
        due_on=Installation.cached().today() + dt.timedelta(days=DAYS_TO_ACT),
        origin=Task.Origin.SIGNAL,
        reason=signal.kind,
    )
