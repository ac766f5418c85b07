"""Reads of what customers are owed by their care programmes."""

import datetime as dt

from django.db.models import Count, Max, Q

from customers.querysets.access import OfVisibleCustomers

YEAR = dt.timedelta(days=365)


class CareDueQuerySet(OfVisibleCustomers):
    def owed(self):
        return self.filter(state="owed")

    def looked_after_by(self, user):
        """Of the customers that rest on this person, as account manager or in service."""
        return self.filter(
            Q(customer__account_manager=user.pk) | Q(customer__service_representative=user.pk)
        )

    def settled_within_a_year(self, today: dt.date):
        """Kept or missed in the last 365 days; what is no longer owed counts for nothing."""
        return self.filter(state__in=("kept", "missed"), settled_on__gt=today - YEAR)

    def kept_and_missed(self, today: dt.date) -> tuple[int, int]:
        """How many were kept, and how many missed, in the last 365 days."""
        states = self.settled_within_a_year(today).order_by().values_list("state")
        counts = dict(states.annotate(Count("pk")))
        return counts.get("kept", 0), counts.get("missed", 0)

    def within_a_year_by_rule(self, today: dt.date) -> dict[int, dict]:
        """By rule: how many were `kept` and `missed` in the year, and when one was kept `last`."""
        rows = (
            self.settled_within_a_year(today)
            .order_by()
            .values("rule")
            .annotate(
                kept=Count("pk", filter=Q(state="kept")),
                missed=Count("pk", filter=Q(state="missed")),
                last=Max("settled_on", filter=Q(state="kept")),
            )
        )
        return {row.pop("rule"): row for row in rows}
