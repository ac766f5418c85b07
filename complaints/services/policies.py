"""Changing how fast cases have to be handled."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from django.db import transaction

from complaints.models import ClockKind, Policy
from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.platform.edits import NewerChange


def minutes_of(row: Policy) -> dict[str, int]:
    return {kind: getattr(row, kind) for kind in ClockKind.values}


def fingerprint(rows: Iterable[Policy]) -> str:
    """Which table it is: the same minutes in the same rows."""
    content = [[row.pk, *minutes_of(row).values()] for row in rows]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


@transaction.atomic
def change_policies(*, by: User, opened: str, rows: Sequence[Policy]) -> bool:
    """Store the minutes of the rows; False where none differ.

    `opened` is the fingerprint of the table that the person saw; another one since is a
    NewerChange, with the rows as they now are.
    """
    standing = list(Policy.objects.order_by("position").select_for_update())
    if fingerprint(standing) != opened:
        raise NewerChange(standing)
    before = {row.pk: minutes_of(row) for row in standing}
    changed = {}
    for row in rows:
        if difference := changes(before[row.pk], minutes_of(row)):
            row.save(update_fields=ClockKind.values)
            changed[str(row)] = difference
    if changed:
        audit(by, Action.SETTINGS_CHANGED, "policies", **changed)
    return bool(changed)
