"""Making and editing improvement actions."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.platform.edits import save_version
from satisfaction.models import ImprovementAction

State = ImprovementAction.State


@transaction.atomic
def create_action(*, by: User, values: Mapping[str, Any]) -> ImprovementAction:
    """A new action; the same click sent twice makes one."""
    same = {name: values[name] for name in ("what", "measure", "owner", "due_on")}
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    twin = ImprovementAction.objects.open().filter(made_by=by, **same).first()
    return twin or ImprovementAction.objects.create(made_by=by, **values)


@transaction.atomic
def edit_action(*, pk: int, version: int, values: Mapping[str, Any]) -> ImprovementAction:
    """Write the values, unless somebody saved since (NewerChange); notes when it was closed."""
    before = ImprovementAction.objects.select_for_update(of=("self",)).get(pk=pk)
    closed_at = None
    if values.get("state", State.OPEN) != State.OPEN:
        closed_at = before.closed_at or timezone.now()
    values = {**values, "closed_at": closed_at}
    return save_version(ImprovementAction.objects.all(), pk, version, values)
