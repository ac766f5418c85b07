"""Account plans: make, change, close, review; their objectives, actions and files."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.platform import uploads
from crm.platform.edits import save_version
from customers.models import (
    AccountPlan,
    Attachment,
    Customer,
    PlanObjective,
    PlanReview,
    Task,
)
from customers.services.locks import DOUBLE_CLICK, lock_customer
from customers.services.tasks import create_task


class PlanReplacedError(Exception):
    """Another plan became the current one since this person opened the form."""

    def __init__(self, current: AccountPlan | None):
        super().__init__(f"plan {current and current.pk}")
        self.current = current


class PlanClosedError(Exception):
    """The plan is closed: it is read, not changed."""


@transaction.atomic
def create_plan(
    *,
    customer: Customer,
    by: User,
    values: Mapping[str, Any],
    replaces: int | None = None,
    take_over: bool = False,
) -> AccountPlan:
    """A new current plan; the one it replaces is closed and kept.

    `replaces` is the plan that was current when the form was opened. With `take_over` open
    objectives are copied, and open actions belong to the new plan from now on.
    """
    lock_customer(customer.pk)
    before = AccountPlan.objects.current().filter(customer=customer).first()
    if before and before.pk != replaces:
        if _is_the_same_click(before, by, values):
            return before
        raise PlanReplacedError(before)
    if before:
        _close(before)
    plan = AccountPlan.objects.create(customer=customer, made_by=by, **values)
    if before and take_over:
        _take_over(before, plan)
    return plan


def _is_the_same_click(plan: AccountPlan, by: User, values: Mapping[str, Any]) -> bool:
    return (
        plan.made_by_id == by.pk
        and timezone.now() - plan.made_at < DOUBLE_CLICK
        and all(getattr(plan, name) == value for name, value in values.items())
    )


def _take_over(before: AccountPlan, plan: AccountPlan) -> None:
    objectives = before.objectives.filter(state=PlanObjective.State.OPEN)
    PlanObjective.objects.bulk_create(
        PlanObjective(plan=plan, what=one.what, measure=one.measure, due_on=one.due_on)
        for one in objectives
    )
    before.actions.filter(state=Task.State.OPEN).update(plan=plan)


@transaction.atomic
def edit_plan(*, pk: int, version: int, values: Mapping[str, Any]) -> AccountPlan:
    """Write the changed values, unless somebody saved since (NewerChange) or closed the plan."""
    _open_plan(pk)
    return save_version(AccountPlan.objects.all(), pk, version, values)


@transaction.atomic
def close_plan(*, plan: AccountPlan) -> AccountPlan:
    """Close the current plan without another in its place; its open actions stay to be done."""
    lock_customer(plan.customer_id)
    plan = AccountPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.is_current:
        _close(plan)
    return plan


@transaction.atomic
def reopen_plan(*, plan: AccountPlan) -> AccountPlan:
    """Make a closed plan the current one again, unless another is."""
    lock_customer(plan.customer_id)
    current = AccountPlan.objects.current().filter(customer=plan.customer_id).first()
    if current:
        if current.pk == plan.pk:
            return current
        raise PlanReplacedError(current)
    plan = AccountPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    plan.is_current, plan.closed_at = True, None
    plan.version += 1
    plan.save(update_fields=["is_current", "closed_at", "version"])
    return plan


def _close(plan: AccountPlan) -> None:
    plan.is_current, plan.closed_at = False, timezone.now()
    plan.version += 1
    plan.save(update_fields=["is_current", "closed_at", "version"])


def _open_plan(pk: int) -> AccountPlan:
    """The plan, locked until the end of the transaction; refused when it is closed."""
    plan = AccountPlan.objects.select_for_update(of=("self",)).get(pk=pk)
    if not plan.is_current:
        raise PlanClosedError
    return plan


@transaction.atomic
def create_objective(*, plan: AccountPlan, values: Mapping[str, Any]) -> PlanObjective:
    """A further objective; the same one sent twice is one."""
    plan = _open_plan(plan.pk)
    twin = plan.objectives.filter(what=values["what"], due_on=values["due_on"]).first()
    return twin or PlanObjective.objects.create(plan=plan, **values)


@transaction.atomic
def edit_objective(*, pk: int, version: int, values: Mapping[str, Any]) -> PlanObjective:
    """Write the changed values, unless somebody saved since (NewerChange) or closed the plan."""
    _open_plan(PlanObjective.objects.only("plan").get(pk=pk).plan_id)
    return save_version(PlanObjective.objects.all(), pk, version, values)


@transaction.atomic
def add_action(*, plan: AccountPlan, by: User, values: Mapping[str, Any]) -> Task:
    """An action of the plan is a task that names it."""
    # Customer before plan, in the order in which closing locks them.
    lock_customer(plan.customer_id)
    plan = _open_plan(plan.pk)
    customer = plan.customer
    return create_task(customer=customer, by=by, origin=Task.Origin.PLAN, plan=plan, **values)


@transaction.atomic
def add_review(
    *, plan: AccountPlan, by: User, on: dt.date, findings: str, next_on: dt.date
) -> PlanReview:
    """What a look at the plan found; the next one is due by the date given."""
    plan = _open_plan(plan.pk)
    twin = plan.reviews.filter(by=by, on=on, findings=findings).first()
    if twin:
        return twin
    plan.review_on = next_on
    plan.version += 1
    plan.save(update_fields=["review_on", "version"])
    return PlanReview.objects.create(plan=plan, on=on, findings=findings, by=by)


@transaction.atomic
def attach(*, plan: AccountPlan, files: Sequence[UploadedFile], by: User) -> list[Attachment]:
    """Keep files with the plan; the same file sent twice is kept once."""
    plan = _open_plan(plan.pk)
    there = set(plan.attachments.values_list("name", "sha256"))
    stored = [uploads.store(file) for file in files]
    return Attachment.objects.bulk_create(
        Attachment(customer_id=plan.customer_id, plan=plan, uploaded_by=by, **values)
        for values in stored
        if (values["name"], values["sha256"]) not in there
    )
