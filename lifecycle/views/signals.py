"""Dismiss a churn signal, take that back, make a task of it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.accounts.access import only_with_worth
from customers.models import Task
from customers.views.shared import back, undo_address
from lifecycle.models import Signal
from lifecycle.services.signals import dismiss_signal, restore_signal, task_from_signal

LONGEST_REASON = Signal._meta.get_field("dismissed_reason").max_length


def _visible_signal(request, pk: int) -> Signal:
    """A signal that has not ended, of a customer in sight; else 404."""
    signals = Signal.objects.visible_to(request.user).filter(ended_on__isnull=True)
    return get_object_or_404(signals.select_related("customer__account_manager"), pk=pk)


@require_POST
@only_with_worth
def signal_dismiss(request, pk: int):
    """Needs a reason, so that the next reader knows."""
    signal = _visible_signal(request, pk)
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    if not reason:
        messages.error(request, _("Say why the signal is no reason to fear."))
        return back(request, "card", signal.customer_id)
    dismiss_signal(signal=signal, by=request.user, reason=reason[:LONGEST_REASON])
    undo = reverse("value:signal_restore", args=[pk])
    messages.success(
        request,
        _("Dismissed: %(signal)s") % {"signal": signal.words},
        extra_tags=f"undo:{undo}",
    )
    return back(request, "card", signal.customer_id)


@require_POST
@only_with_worth
def signal_restore(request, pk: int):
    """Take a dismissal back."""
    signal = restore_signal(signal=_visible_signal(request, pk))
    messages.success(request, _("The signal is open again: %(signal)s") % {"signal": signal.words})
    return back(request, "card", signal.customer_id)


@require_POST
@only_with_worth
def signal_task(request, pk: int):
    """A task for the customer's account manager."""
    signal = _visible_signal(request, pk)
    task = task_from_signal(signal=signal, by=request.user)
    undo = undo_address(task, Task.State.DROPPED, request.POST.get("next", ""))
    messages.success(
        request,
        _("%(who)s has a task: %(task)s") % {"who": task.assignee, "task": task.title},
        extra_tags=undo,
    )
    return back(request, "card", signal.customer_id)
