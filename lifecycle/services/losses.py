"""What people say of lost customers: the mark, the review, the attempt to win one back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.platform.edits import NewerChange, save_version
from crm.platform.models import Installation
from customers.models import Customer, Task
from customers.services.locks import lock_customer
from customers.services.tasks import create_task
from lifecycle.models import Loss, LossReview, LostMark, WinBack
from lifecycle.services.loss_values import VALUE_ONE
from lifecycle.services.rescues import close_as_lost
from satisfaction.services.improvement import create_action

DAYS_TO_WIN_BACK = 14


class LossOverError(Exception):
    """It bought again, or was not lost: there is nothing to win back or to take back."""


@transaction.atomic
def mark_lost(*, customer: Customer, by: User, values: Mapping[str, Any]) -> tuple[LostMark, bool]:
    """Mark a customer as lost; a mark that stands stays. Says whether it is new.

    `values` are the fields of the mark. The loss waits for its review at once.
    """
    lock_customer(customer.pk)
    standing = LostMark.objects.open().filter(customer=customer).first()
    if standing:
        return standing, False
    mark = LostMark.objects.create(customer=customer, marked_by=by, **values)
    loss = Loss.objects.open().filter(customer=customer).first()
    if loss is None:
        loss = Loss(customer=customer, on=mark.on)
    loss.mark, loss.kind, loss.by_us, loss.was_gone = mark, mark.kind, mark.by_us, False
    loss.save()
    _value(loss)
    close_as_lost(customer=customer, by=by)
    return mark, True


def _value(loss: Loss) -> None:
    """What it was worth a year, as the night values losses."""
    today = Installation.cached().today()
    with connection.cursor() as cursor:
        cursor.execute(VALUE_ONE, {"loss": loss.pk, "as_of": today})


@transaction.atomic
def take_mark_back(*, mark: LostMark, by: User) -> None:
    """The customer is not lost; a loss that only the mark told of is none."""
    lock_customer(mark.customer_id)
    mark = LostMark.objects.select_for_update(of=("self",)).get(pk=mark.pk)
    if mark.taken_back_at:
        return
    mark.taken_back_at, mark.taken_back_by = timezone.now(), by
    mark.save(update_fields=["taken_back_at", "taken_back_by"])
    for loss in Loss.objects.open().filter(mark=mark):
        close_loss(loss, on=max(Installation.cached().today(), loss.on), closed_as="void")


def close_loss(loss: Loss, *, on: dt.date, closed_as: str) -> None:
    loss.closed_on, loss.closed_as = on, closed_as
    loss.save(update_fields=["closed_on", "closed_as"])


@transaction.atomic
def create_review(
    *, loss: Loss, by: User, values: Mapping[str, Any], new_action: Mapping[str, Any] | None = None
) -> LossReview:
    """The one review of a loss; where somebody was faster, theirs is raised as newer.

    `new_action` are the values of an improvement action that is made with it.
    """
    lock_customer(loss.customer_id)
    if there := LossReview.objects.filter(loss=loss).first():
        raise NewerChange(there)
    fields = dict(values)
    actions = fields.pop("actions", ())
    review = LossReview.objects.create(loss=loss, made_by=by, **fields)
    review.actions.set(actions)
    _follow(review, by, new_action)
    return review


@transaction.atomic
def edit_review(
    *,
    pk: int,
    version: int,
    by: User,
    values: Mapping[str, Any],
    new_action: Mapping[str, Any] | None = None,
) -> LossReview:
    """Write the values, unless somebody saved since (NewerChange)."""
    lock_customer(Loss.objects.values_list("customer", flat=True).get(review=pk))
    review = save_version(LossReview.objects.all(), pk, version, values)
    _follow(review, by, new_action)
    return review


def _follow(review: LossReview, by: User, new_action: Mapping[str, Any] | None) -> None:
    """The loss says what its review says: whom we ended ourselves is not won back."""
    if new_action:
        review.actions.add(create_action(by=by, values=new_action))
    Loss.objects.filter(pk=review.loss_id).update(
        is_reviewed=True, kind=review.kind, by_us=review.by_us
    )


@transaction.atomic
def try_to_win_back(*, loss: Loss, by: User) -> tuple[WinBack, bool]:
    """A task for the account manager, and the attempt that the night judges; one at a time."""
    lock_customer(loss.customer_id)
    loss = Loss.objects.select_for_update(of=("self",)).get(pk=loss.pk)
    if loss.closed_on or loss.by_us:
        raise LossOverError
    running = loss.win_backs.filter(state=WinBack.State.OPEN).select_related("task").first()
    if running:
        return running, False
    customer = Customer.objects.select_related("account_manager").get(pk=loss.customer_id)
    owner = customer.account_manager
    assignee = owner if owner and owner.is_active else by
    with translation.override(assignee.language or translation.get_language()):
        title = _("Win back: ask what would bring them back, and offer it")
    today = Installation.cached().today()
    task = create_task(
        customer=customer,
        by=by,
        title=title,
        assignee=assignee,
        due_on=today + dt.timedelta(days=DAYS_TO_WIN_BACK),
        origin=Task.Origin.SIGNAL,
        reason=f"win_back:{loss.pk}",
        kind=Task.Kind.CALL,
    )
    made = WinBack.objects.create(loss=loss, on=today, by=by, task=task, chance=loss.chance)
    return made, True
