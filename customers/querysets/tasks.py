"""Reads of tasks and of what comes again."""

import datetime as dt

from django.db.models import BooleanField, ExpressionWrapper, F, Q

from crm.accounts.roles import Role
from customers.querysets.access import OfVisibleCustomers

# The access rule on customers, asked of whoever has the work to do.
ASSIGNEE_SEES = (
    ~Q(assignee__role=Role.ACCOUNT_MANAGER)
    | Q(customer__account_manager=F("assignee"))
    | Q(customer__team=F("assignee__team"))
)


class WorkQuerySet(OfVisibleCustomers):
    """What somebody has to do about customers."""

    def with_whether_assignee_sees(self):
        """Work stays with people who left, or whose customer went to another team."""
        sees = ExpressionWrapper(ASSIGNEE_SEES, output_field=BooleanField())
        return self.annotate(assignee_sees_customer=sees)


class TaskQuerySet(WorkQuerySet):
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

    def to_remind(self, today: dt.date):
        """Open ones whose day of reminding has come, oldest first."""
        due = self.open().filter(reminded_at=None, remind_on__lte=today)
        return due.with_whether_assignee_sees().order_by("remind_on", "pk")


class RecurrenceQuerySet(WorkQuerySet):
    def active(self):
        return self.filter(is_active=True)
