"""Reads of improvement proposals."""

import datetime as dt

from django.db import models

from customers.querysets import visible


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of visible customers, and one's own; those across customers where one sees all."""
        mine = visible(user, "customer__account_manager_id", "customer__team_id")
        if user.sees_all_customers:
            return self.filter(mine)
        own = models.Q(owner=user.pk) if user.is_authenticated else models.Q()
        return self.filter((mine & models.Q(customer__isnull=False)) | own)

    def live(self):
        return self.filter(state__in=["open", "accepted"])

    def overdue(self, today: dt.date):
        return self.filter(state="accepted", due_on__lt=today)

    def with_row(self):
        return self.select_related("root_cause", "customer", "owner").annotate(
            complaints=models.Count("cases")
        )
