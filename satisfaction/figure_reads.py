"""Reads of prepared figures."""

from collections.abc import Collection

from django.db import models

from customers.querysets import visible


class CellFigureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The cells whose customers this person sees."""
        if not user.sees_worth:
            return self.none()
        return self.filter(visible(user, "account_manager_id", "team_id"))

    def of_kinds(self, kinds: Collection[str] | None):
        """Of all customers together, and the groups of these kinds; None stands for all kinds."""
        return self if kinds is None else self.filter(group__in={"all", *kinds})
