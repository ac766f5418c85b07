"""Who sees which customers, and the rows that hang on them."""

from django.db import models
from django.db.models import Q


def visible(user, owner: str, team: str) -> Q:
    """The access rule on customers: own and team's for account managers, all for the others."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.sees_all_customers:
        return Q()
    rule = Q(**{owner: user.pk})
    if user.team_id:
        rule |= Q(**{team: user.team_id})
    return rule


class OfVisibleCustomers(models.QuerySet):
    """Rows that hang on a customer are seen by those who see the customer."""

    def visible_to(self, user):
        return self.filter(visible(user, "customer__account_manager_id", "customer__team_id"))
