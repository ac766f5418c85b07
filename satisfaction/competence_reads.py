"""Reads of how our people are rated: who may see and who may rate is decided here."""

from django.db import models
from django.db.models import Q

from crm.accounts.models import User


def rated_people(viewer: User) -> models.QuerySet[User]:
    """Whom this person may rate: managers everybody else, team leads the others of their team."""
    people = User.objects.active().exclude(pk=viewer.pk)
    if viewer.is_manager:
        return people
    if viewer.is_team_lead and viewer.team_id:
        return people.filter(team=viewer.team_id)
    return people.none()


def seen_people(viewer: User) -> models.QuerySet[User]:
    """Whose profile this person may see: whom they rate, and their own."""
    return User.objects.filter(Q(pk=viewer.pk) | Q(pk__in=rated_people(viewer).values("pk")))


class CompetenceQuerySet(models.QuerySet):
    def visible_to(self, viewer: User):
        return self.filter(user__in=seen_people(viewer))

    def rated_by_or_for(self, viewer: User):
        """Those that this person may correct."""
        return self.filter(user__in=rated_people(viewer))

    def newest(self):
        """The newest rating of each person."""
        return self.order_by("user_id", "-on", "-pk").distinct("user_id")
