"""Reads of tasks."""

from django.db.models import Q

from customers.querysets.access import OfVisibleCustomers


class TaskQuerySet(OfVisibleCustomers):
    def visible_to(self, user):
        """Of visible customers; a task from a churn signal would tell who may not see signals."""
        tasks = super().visible_to(user)
        if user.sees_worth:
            return tasks
        return tasks.exclude(Q(origin="signal") & ~Q(assignee=user.pk))

    def open(self):
        return self.filter(state="open")

    def of_team(self, team_id: int | None):
        return self.filter(assignee__team=team_id)
