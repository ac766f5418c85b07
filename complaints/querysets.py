"""All reads of cases, `visible_to(user)` first."""

from django.db import models
from django.db.models import Q

from complaints.states import OPEN, PAUSING
from customers.querysets import visible


def visible_cases(user, prefix: str = "") -> Q:
    """Of visible customers; those of nobody known are seen by who sees all customers."""
    return visible(user, f"{prefix}customer__account_manager_id", f"{prefix}customer__team_id")


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user))

    def open(self):
        return self.filter(state__in=OPEN)

    def waiting(self):
        return self.filter(state__in=PAUSING)

    def complaints(self):
        """Without service requests, which are not counted as complaints."""
        return self.filter(kind="complaint")

    def unassigned(self):
        return self.filter(owner__isnull=True)

    def owned_by(self, user):
        return self.filter(owner=user.pk)


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible_cases(user, "case__"))
