"""Targets of satisfaction: those that hold for a wave, new ones, and changed ones."""

import contextlib
import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.platform.edits import save_version
from satisfaction.models import GroupKind, SatisfactionTarget, Wave
from satisfaction.services.groups import Group, Groups
from satisfaction.services.waves import Refused

ONE_OF_A_KIND = ("tier", "measure", "from_on")


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
    """A new target; the same click sent twice makes one."""
    with _once_a_day():
        made, is_new = SatisfactionTarget.objects.get_or_create(
            **{name: values[name] for name in ONE_OF_A_KIND},
            defaults={"value": values["value"]},
        )
    if not is_new and made.value != values["value"]:
        raise Refused(_("There is a target for this from that day on already."))
    return made


@transaction.atomic
def edit_target(*, pk: int, version: int, values: Mapping) -> SatisfactionTarget:
    with _once_a_day():
        return save_version(SatisfactionTarget.objects.all(), pk, version, values)


@contextlib.contextmanager
def _once_a_day():
    """Two people may set the same target at the same moment, each form finding it free."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refused(_("There is a target for this from that day on already.")) from None
