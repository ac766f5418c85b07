"""Reads of the service-profit chain: managers' alone, since boxes tell how teams of people fare."""

from django.db import models


class OfManagers(models.QuerySet):
    def visible_to(self, user):
        return self.all() if user.is_authenticated and user.is_manager else self.none()


class ChainFigureQuerySet(OfManagers):
    def newest(self):
        """The newest figure of each team in each box."""
        return self.order_by("team_id", "box", "-quarter").distinct("team_id", "box")


class ChainLinkQuerySet(OfManagers):
    def of(self, team: int | None):
        """Of one team's quarters and customers, or of all together."""
        return self.filter(team=team)
