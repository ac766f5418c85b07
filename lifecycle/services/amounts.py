"""The amounts of lifetime value that managers set."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.platform.edits import save_version
from lifecycle.models import NightlyRun, ValueAmounts


@transaction.atomic
def change(*, actor: User, version: int, values: Mapping[str, Any]) -> ValueAmounts:
    """Write the amounts, unless somebody saved since (NewerChange); the audit log has each."""
    before = ValueAmounts.get()
    log = changes({name: getattr(before, name) for name in values}, dict(values))
    after = save_version(ValueAmounts.objects.all(), before.pk, version, values)
    if log:
        audit(actor, Action.SETTINGS_CHANGED, "", **log)
    return after


def occurred() -> dict[str, int] | None:
    """How often each kind was in the twelve months before the newest night; None before one."""
    used = NightlyRun.objects.done().values_list("models_used__value__occurred", flat=True)
    return used.order_by("-as_of").first()


def year_of(amounts: Mapping[str, Decimal], counts: Mapping[str, int]) -> tuple[Decimal, Decimal]:
    """What the interactions of these twelve months cost, and what the knowledge was worth."""
    sums = (
        sum((amounts[name] * counts.get(name, 0) for name in names), Decimal(0))
        for names in (ValueAmounts.INTERACTIONS, ValueAmounts.IDEAS)
    )
    costs, worth = sums
    return costs, worth
