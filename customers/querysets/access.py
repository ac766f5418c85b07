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


class OfWorth(OfVisibleCustomers):
    """Rows that tell what a customer is worth to us: service staff see none of them."""

    def visible_to(self, user):
        return super().visible_to(user) if user.sees_worth else self.none()


class OfWorthyPlans(models.QuerySet):
    """Rows of an account plan."""

    def visible_to(self, user):
        if not user.sees_worth:
            return self.none()
        of_plan = "plan__customer__account_manager_id", "plan__customer__team_id"
        return self.filter(visible(user, *of_plan))


class AttachmentQuerySet(OfVisibleCustomers):
    """Files: those of account plans would tell what the plans say."""

    def visible_to(self, user):
        files = super().visible_to(user)
        return files if user.sees_worth else files.filter(plan=None)


class RecordQuerySet(OfVisibleCustomers):
    """Records on the card: removed ones are out of sight, so that removing can be undone."""

    def visible_to(self, user):
        return self.visible_with_removed(user).filter(removed_at=None)

    def visible_with_removed(self, user):
        return super().visible_to(user)


class WorthRecordQuerySet(RecordQuerySet):
    """Records that tell what a customer is worth to us."""

    def visible_with_removed(self, user):
        rows = super().visible_with_removed(user)
        return rows if user.sees_worth else rows.none()
