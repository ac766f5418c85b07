"""Reads of prepared figures of cases."""

import datetime as dt

from django.db import models

from customers.querysets import visible


class CaseFigureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The row of all cases for who sees all, else the cells of the customers that one sees."""
        if user.is_authenticated and user.is_active and user.sees_all_customers:
            return self.filter(is_of_all=True)
        return self.filter(visible(user, "account_manager_id", "team_id"), is_of_all=False)

    def made_at(self) -> dt.datetime | None:
        """When they were prepared the last time."""
        return self.filter(is_of_all=True).values_list("made_at", flat=True).first()
