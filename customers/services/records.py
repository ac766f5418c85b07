"""Writing what people keep about a customer: promises, credit, referrals and the like.

One way for all kinds: make, save over the version that was opened, remove and bring back. What
follows for some (a promise has its task, who is asked for help hears of it) stands in `AFTER`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from crm.platform.edits import save_version
from customers.models import (
    CreditRecord,
    Customer,
    HelpRequest,
    Membership,
    Promise,
    YearFigure,
)
from customers.models.record import Record
from customers.services import care
from customers.services.help import tell_of_help
from customers.services.locks import DOUBLE_CLICK, lock_customer
from customers.services.promises import match_task
from customers.services.storing import stored

User = settings.AUTH_USER_MODEL


def _settle_care(record: Record, by: "User") -> None:
    """Joining a club is owed care, and figures belong to a complete file."""
    care.settle(record.customer_id)


# What follows a write, in its transaction: idempotent, since it runs after each of them.
AFTER: dict[type[Record], Callable[[Record, "User"], None]] = {
    Promise: match_task,
    HelpRequest: tell_of_help,
    **dict.fromkeys((Membership, YearFigure, CreditRecord), _settle_care),
}


@transaction.atomic
def create_record(
    *, model: type[Record], customer: Customer, by: "User", values: Mapping[str, Any]
) -> Record:
    """A new record; the same form sent twice makes one."""
    lock_customer(customer.pk)
    single, several = _apart(model, values)
    since = timezone.now() - DOUBLE_CLICK
    same = {"customer": customer, "created_by": by, "removed_at": None, **single}
    if twin := model.objects.filter(created_at__gt=since, **same).first():
        return twin
    record = model(customer=customer, created_by=by, **single)
    stored(model, record.save)
    for name, rows in several.items():
        getattr(record, name).set(rows)
    _follow(record, by)
    return record


@transaction.atomic
def edit_record(
    *, model: type[Record], pk: int, version: int, by: "User", values: Mapping[str, Any]
) -> Record:
    """Write the values, unless somebody saved since (NewerChange)."""
    _lock_customer_of(model, pk)
    rows = model.objects.all()
    record = stored(model, lambda: save_version(rows, pk, version, values))
    _follow(record, by)
    return record


@transaction.atomic
def set_removed(*, model: type[Record], pk: int, by: "User", removed: bool) -> Record:
    """Out of sight, or back; who clicks twice changes nothing the second time."""
    _lock_customer_of(model, pk)
    record = model.objects.select_for_update(of=("self",)).get(pk=pk)
    if (record.removed_at is not None) != removed:
        record.removed_at = timezone.now() if removed else None
        record.version += 1
        stored(model, lambda: record.save(update_fields=["removed_at", "version"]))
        _follow(record, by)
    return record


def _lock_customer_of(model: type[Record], pk: int) -> None:
    """The customer first, as everywhere: tasks are made under its lock."""
    lock_customer(model.objects.values_list("customer_id", flat=True).get(pk=pk))


def _follow(record: Record, by: "User") -> None:
    if follows := AFTER.get(type(record)):
        follows(record, by)


def _apart(model: type[Record], values: Mapping[str, Any]) -> tuple[dict, dict]:
    """The values of columns, and those of many-to-many fields."""
    several = {field.name for field in model._meta.many_to_many}
    single = {name: value for name, value in values.items() if name not in several}
    return single, {name: value for name, value in values.items() if name in several}
