"""Reads of possible doubles and of merges."""

from django.db import models
from django.db.models import Q

from customers.querysets.access import OfVisibleCustomers, visible


class DuplicatePairQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Pairs of which the user sees both customers."""
        return self.filter(
            visible(user, "first__account_manager_id", "first__team_id"),
            visible(user, "second__account_manager_id", "second__team_id"),
        )

    def open(self):
        return self.filter(dismissed_at=None)

    def with_customer(self, pk):
        return self.filter(Q(first=pk) | Q(second=pk))


class MergeQuerySet(OfVisibleCustomers):
    def in_force(self):
        """Those that were not undone."""
        return self.filter(undone_at=None)

    def ids_of(self, customer_id: int) -> list[int]:
        """The customer's id, and those of the customers that went into it."""
        gone = self.in_force().filter(customer=customer_id).order_by()
        return [customer_id, *gone.values_list("gone_id", flat=True)]
