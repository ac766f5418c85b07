"""Reads of tasks."""

from django.db.models import Q

from customers.querysets.access import OfVisibleCustomers


class TaskQuerySet(OfVisibleCustomers):
    def visible_to(self, user):
        """Of visible customers; tasks from signals, surveys and plans would tell what those say."""
        tasks = super().visible_to(user)
        if user.sees_worth:
            return tasks
        return tasks.exclude(Q(origin__in=["signal", "survey", "plan"]) & ~Q(assignee=user.pk))

    def open(self):
        return self.filter(state="open")

    def of_team(self, team_id: int | None):
        return self.filter(assignee__team=team_id)
