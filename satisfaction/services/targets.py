"""Targets of satisfaction: those that hold for a wave, new ones, and changed ones."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from crm.platform.edits import save_version
from satisfaction.models import GroupKind, SatisfactionTarget, Wave
from satisfaction.services.groups import Group, Groups


def holding(day: dt.date) -> list[SatisfactionTarget]:
    """For each figure and tier the newest that holds on a day."""
    rows = SatisfactionTarget.objects.filter(from_on__lte=day)
    return list(rows.order_by("measure", "tier", "-from_on").distinct("measure", "tier"))


def group_of(target: SatisfactionTarget, wave: Wave, groups: Groups) -> Group:
    """The customers whom a target is about."""
    if not target.tier:
        return groups.of(wave)
    empty = Group(GroupKind.TIER, target.tier, wave.pk)
    return groups.by(wave, GroupKind.TIER).get(target.tier, empty)


@transaction.atomic
def create_target(*, values: Mapping) -> SatisfactionTarget:
    return SatisfactionTarget.objects.create(**values)


@transaction.atomic
def edit_target(*, pk: int, version: int, values: Mapping) -> SatisfactionTarget:
    return save_version(SatisfactionTarget.objects.all(), pk, version, values)
