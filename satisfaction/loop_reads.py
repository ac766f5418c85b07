"""Reads of the closed loop: what is open, and what came of the others."""

import datetime as dt

from django.db.models import Count, Q

from customers.querysets import OfWorth


class LoopQuerySet(OfWorth):
    def open(self):
        return self.filter(closed_at=None)

    def closed(self):
        return self.filter(closed_at__isnull=False)

    def with_row(self):
        """With what a row of a list shows."""
        return self.select_related(
            "customer__account_manager", "response__contact", "response__wave", "task__assignee"
        )

    def rates(self, since: dt.datetime) -> dict:
        """Of those that opened since: how many, acted on, in two business days, by outcome.

        One whose two days still run counts in none of the shares.
        """
        rows = self.filter(opened_at__gte=since).order_by().values("outcome")
        counted = rows.annotate(
            opened=Count("outcome"),
            acted=Count("outcome", filter=Q(acted_at__isnull=False)),
            in_time=Count("outcome", filter=Q(acted_in_time=True)),
            closed=Count("outcome", filter=Q(closed_at__isnull=False)),
        )
        found = list(counted)  # one pass over a year of them
        names = ("opened", "acted", "in_time", "closed")
        sums = {name: sum(row[name] for row in found) for name in names}
        return sums | {"outcomes": {row["outcome"]: row["opened"] for row in found}}

    def due_by(self, day: dt.date):
        """Those whose days for acting are over, or that were acted on already."""
        return self.filter(Q(due_on__lt=day) | Q(acted_at__isnull=False))
