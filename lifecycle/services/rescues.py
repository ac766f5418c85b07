"""What people do about a customer at risk: work on it, find no danger, take either back."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation

from crm.accounts.models import User
from crm.platform.models import Installation
from customers.models import Customer, Standing, Task
from customers.services.locks import lock_customer
from customers.services.tasks import create_task, set_task_state
from lifecycle.analytics.risk import MINIMUM_HORIZON
from lifecycle.models import NightlyRun, Rescue, Signal
from lifecycle.services.signals import dismiss_signal, restore_signal
from lifecycle.steps import Step


class RescueOverError(Exception):
    """It was closed meanwhile, or is too old to be taken back."""


@dataclass(frozen=True)
class Worked:
    """The rescue that runs, whether it is new, and the task where one was made or is open."""

    rescue: Rescue
    is_new: bool
    task: Task | None = None


def horizon_now() -> int:
    """H of the newest figures, in days."""
    used = NightlyRun.objects.done().values_list("models_used", flat=True).first() or {}
    return int(used.get("horizon_days") or MINIMUM_HORIZON)


@transaction.atomic
def work_on(*, customer: Customer, by: User, note: str = "") -> Worked:
    """Say that somebody works on a customer at risk; a rescue that runs already stays."""
    lock_customer(customer.pk)
    running = Rescue.objects.open().filter(customer=customer).first()
    if running:
        return Worked(running, False)
    return Worked(_opened(customer, by, note=note[:300]), True)


@transaction.atomic
def make_task(*, customer: Customer, by: User, step: Step) -> Worked:
    """A task with the suggested step for the account manager; with it the rescue begins."""
    worked = work_on(customer=customer, by=by)
    owner = customer.account_manager
    assignee = owner if owner and owner.is_active else by
    with translation.override(assignee.language or translation.get_language()):
        title = step.words[:200]
    today = Installation.cached().today()
    task = create_task(
        customer=customer,
        by=by,
        title=title,
        assignee=assignee,
        due_on=today + dt.timedelta(days=step.days),
        origin=Task.Origin.SIGNAL,
        reason=step.reason,
        kind=step.kind,
    )
    Rescue.objects.filter(pk=worked.rescue.pk).update(task=task)
    return Worked(worked.rescue, worked.is_new, task)


@transaction.atomic
def find_no_danger(*, customer: Customer, by: User, reason: str) -> Rescue:
    """Somebody called, and there is none: open signals are dismissed with the reason.

    A rescue that runs is closed by it. For H days nobody is asked again.
    """
    lock_customer(customer.pk)
    today = Installation.cached().today()
    reason = reason[:300]
    running = Rescue.objects.open().filter(customer=customer).first()
    rescue = running or _built(customer, by)
    rescue.state, rescue.note = Rescue.State.NO_DANGER, reason
    rescue.closed_on, rescue.closed_by = today, by
    rescue.calm_until = today + dt.timedelta(days=rescue.horizon_days)
    rescue.save()
    for signal in Signal.objects.open().filter(customer=customer):
        dismiss_signal(signal=signal, by=by, reason=reason)
    return rescue


@transaction.atomic
def close_as_lost(*, customer: Customer, by: User) -> None:
    """The rescue that runs, if any, failed: somebody marked the customer as lost."""
    Rescue.objects.open().filter(customer=customer).update(
        state=Rescue.State.LOST, closed_on=Installation.cached().today(), closed_by=by
    )


@transaction.atomic
def take_back(*, rescue: Rescue, by: User) -> None:
    """Undo a click of today: the rescue goes, with its task and the dismissals that it made."""
    lock_customer(rescue.customer_id)
    rescue = Rescue.objects.select_for_update(of=("self",)).filter(pk=rescue.pk).first()
    if rescue is None:
        return
    state, today = rescue.state, Installation.cached().today()
    if state not in ("open", "no_danger") or rescue.opened_on != today:
        raise RescueOverError
    task = rescue.task
    if task and task.is_open and task.created_at >= rescue.opened_at:
        set_task_state(task=task, state=Task.State.DROPPED)
    if state == Rescue.State.NO_DANGER:
        dismissed = Signal.objects.filter(
            customer=rescue.customer_id,
            dismissed_by=rescue.closed_by,
            dismissed_reason=rescue.note,
            dismissed_at__gte=rescue.opened_at,
            ended_on=None,
        )
        for signal in dismissed:
            restore_signal(signal=signal)
    rescue.delete()


def _opened(customer: Customer, by: User, *, note: str) -> Rescue:
    rescue = _built(customer, by)
    rescue.note = note
    rescue.save()
    return rescue


def _built(customer: Customer, by: User) -> Rescue:
    """With the figures as they stand."""
    standing = Standing.objects.filter(pk=customer.pk).first() or Standing(customer=customer)
    signals = Signal.objects.open().filter(customer=customer).by_weight()
    return Rescue(
        customer=customer,
        opened_on=Installation.cached().today(),
        opened_by=by,
        reasons=[signal.kind for signal in signals],
        tier=standing.tier,
        risk=standing.risk,
        value_at_risk=standing.value_at_risk,
        horizon_days=horizon_now(),
    )
