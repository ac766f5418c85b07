"""Reads of promises, opportunities and requests for help, across customers too."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce

from customers.querysets.access import OfVisibleCustomers, RecordQuerySet, WorthRecordQuerySet

# Where those without a day stand in a list by day: after all others.
NO_DAY = dt.date(9999, 12, 31)
OPEN_STAGES = ("idea", "talking", "offered", "negotiating")


class KeptRate(NamedTuple):
    """How many of the settled promises were kept."""

    kept: int
    settled: int


class PromiseQuerySet(RecordQuerySet):
    def open(self):
        return self.filter(state="open")

    def settled(self):
        return self.exclude(state="open")

    def overdue(self, today: dt.date):
        return self.open().filter(due_on__lt=today)

    def kept_rate(self) -> KeptRate:
        """Of these promises; of one customer: `.filter(customer=…).kept_rate()`."""
        counts = self.settled().aggregate(
            kept=Count("pk", filter=Q(state="kept")), settled=Count("pk")
        )
        return KeptRate(**counts)


class OpportunityQuerySet(WorthRecordQuerySet):
    def open(self):
        return self.filter(stage__in=OPEN_STAGES)

    def closed(self):
        return self.exclude(stage__in=OPEN_STAGES)

    def by_expected_day(self):
        """With `decision_on` to sort by: the expected day, or the last of all days."""
        return self.annotate(decision_on=Coalesce("expected_on", Value(NO_DAY)))

    def totals(self) -> dict:
        """How many, and what they come to where an amount is known."""
        return self.aggregate(count=Count("pk"), amount=Sum("amount"))


class HelpRequestQuerySet(RecordQuerySet):
    def open(self):
        return self.filter(state="open")

    def overdue(self, today: dt.date):
        return self.open().filter(due_on__lt=today)

    def answered(self):
        return self.exclude(state="open")


class PresenceQuerySet(WorthRecordQuerySet):
    def by_competitor(self):
        """One row a competitor: at how many customers, how strong, and where that goes."""
        several = {
            name: Count("pk", filter=Q(**{field: name}))
            for field, names in (
                ("strength", ("stronger", "equal", "weaker")),
                ("trend", ("gaining", "losing")),
            )
            for name in names
        }
        rows = self.order_by().values("competitor")
        return rows.annotate(customers=Count("pk"), **several)


class MembershipQuerySet(RecordQuerySet):
    def ending_after(self, day: dt.date):
        """Those that hold on this day or will."""
        return self.filter(Q(until=None) | Q(until__gte=day))

    def by_level(self) -> dict[int | None, int]:
        rows = self.order_by().values_list("level").annotate(members=Count("pk"))
        return dict(rows)


class AttendanceQuerySet(OfVisibleCustomers):
    def by_event(self) -> dict[int, dict]:
        """How many were invited to each event, and how many came."""
        rows = self.order_by().values("event")
        rows = rows.annotate(invited=Count("pk"), came=Count("pk", filter=Q(state="came")))
        return {row["event"]: row for row in rows}

    def by_state(self) -> dict[str, int]:
        return dict(self.order_by().values_list("state").annotate(people=Count("pk")))
