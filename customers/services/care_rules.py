"""The rules of care programmes: making and changing them. The night follows what they say."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.platform.edits import save_version
from crm.platform.models import Installation
from customers.models import CareRule


@transaction.atomic
def create_care_rule(*, actor: User, values: Mapping[str, Any]) -> CareRule:
    """A new rule, the last one of its tier; it holds from today on."""
    others = CareRule.objects.filter(tier=values["tier"])
    place = (others.aggregate(last=Max("position"))["last"] or 0) + 1
    rule = CareRule.objects.create(
        position=place, since=Installation.get().today(), **{"is_active": True, **values}
    )
    audit(actor, Action.SETTINGS_CHANGED, rule, care_rule=[None, f"{rule.tier}: {rule}"])
    return rule


@transaction.atomic
def edit_care_rule(*, actor: User, pk: int, version: int, values: Mapping[str, Any]) -> CareRule:
    """Change or retire a rule, unless somebody saved since (NewerChange).

    What it asks for, of whom and when stays: kept and missed care is told by rule.
    """
    before = CareRule.objects.values(*values).get(pk=pk)
    rule = save_version(CareRule.objects.all(), pk, version, values)
    audit(actor, Action.SETTINGS_CHANGED, rule, **changes(before, dict(values)))
    return rule
