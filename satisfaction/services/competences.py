"""Rating our people, and correcting a rating; former ones are kept."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.accounts.models import User
from crm.platform.edits import save_version
from satisfaction.models import StaffCompetence


class RatedThatDayError(Exception):
    """There is one rating a day of a person."""


@transaction.atomic
def rate(*, person: User, by: User, values: Mapping[str, Any]) -> StaffCompetence:
    """A new rating of the person; the same click sent twice makes one."""
    _lock(person.pk)
    there = StaffCompetence.objects.filter(user=person, on=values["on"]).first()
    if there is None:
        return StaffCompetence.objects.create(user=person, rated_by=by, **values)
    if there.rated_by_id == by.pk and all(getattr(there, key) == values[key] for key in values):
        return there
    raise RatedThatDayError


@transaction.atomic
def correct(*, rating: StaffCompetence, version: int, values: Mapping[str, Any]) -> StaffCompetence:
    """Write the values, unless somebody saved since (NewerChange)."""
    _lock(rating.user_id)
    same_day = StaffCompetence.objects.filter(user=rating.user_id, on=values["on"])
    if same_day.exclude(pk=rating.pk).exists():
        raise RatedThatDayError
    return save_version(StaffCompetence.objects.all(), rating.pk, version, values)


def _lock(person_id: int) -> None:
    """Two who rate one person at once come one after the other."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person_id)
