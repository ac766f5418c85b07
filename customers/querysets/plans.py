"""Reads of account plans."""

import datetime as dt

from customers.querysets.access import OfWorth


class AccountPlanQuerySet(OfWorth):
    def current(self):
        return self.filter(is_current=True)

    def to_review(self, today: dt.date):
        """Current plans whose review date has come, the longest waiting first."""
        return self.current().filter(review_on__lte=today).order_by("review_on", "pk")

    def with_progress(self):
        """With whose customer it is, and its objectives and actions."""
        people = self.select_related("customer__account_manager")
        return people.prefetch_related("objectives", "actions")
