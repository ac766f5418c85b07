"""Reads of what users keep for themselves, and of what is handed over."""

from django.db import models
from django.db.models import Q

from customers.querysets.access import OfVisibleCustomers, visible


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of who gives it, who gets it, and all managers."""
        if user.is_manager:
            return self
        return self.filter(Q(by=user.pk) | Q(taker=user.pk))


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, about customers that one sees still."""
        rule = visible(user, "customer__account_manager_id", "customer__team_id")
        return self.filter(rule | Q(customer=None), user=user.pk)

    def unseen(self):
        return self.filter(seen_at=None)


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own and those shared with one's team."""
        rule = Q(user=user.pk)
        return self.filter(rule | Q(team=user.team_id)) if user.team_id else self.filter(rule)


class ChangeQuerySet(OfVisibleCustomers):
    # Tables, and columns of others, that tell what a customer is worth to us.
    WORTH_TABLES = (
        *("customers_yearfigure", "customers_creditrecord", "customers_competitorpresence"),
        *("customers_opportunity", "customers_benefit", "customers_accountplan"),
        *("customers_planobjective", "customers_planreview"),
    )

    def visible_to(self, user):
        rows = super().visible_to(user)
        return rows if user.sees_worth else rows.exclude(table__in=self.WORTH_TABLES)
