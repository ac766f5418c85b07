"""Reads of the track record, page-shaped."""

import datetime as dt

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery, Sum

from customers.models import DealingDay


class TrackRecordQuerySet(models.QuerySet):
    """Of no customer: sums over all of them."""

    def newest(self) -> dict[str, models.Model]:
        """The record of the last night that made one, by kind of flag."""
        latest = self.order_by("-as_of").values("as_of")[:1]
        return {record.kind: record for record in self.filter(as_of=latest)}


class TrackMonthQuerySet(models.QuerySet):
    """Of no customer: sums over all of them."""

    def by_month(self, *kinds: str) -> dict[tuple[dt.date, str], tuple[int, int]]:
        """Customers and those of them that left, by month's end and kind, all tiers together."""
        rows = (
            self.filter(kind__in=kinds)
            .order_by("month", "kind")
            .values_list("month", "kind")
            .annotate(sum_customers=Sum("customers"), sum_lost=Sum("lost"))
        )
        return {(month, kind): (customers, lost) for month, kind, customers, lost in rows}


def _purchases(since: str) -> QuerySet:
    """The purchase days of a row's customer after the date that it names, the first one first."""
    days = DealingDay.objects.filter(customer=OuterRef("customer"), gross__gt=0)
    return days.filter(day__gt=OuterRef(since)).order_by("day")


def with_outcome(flags: QuerySet, since: str, horizon: int) -> QuerySet:
    """Adds `bought_on`: the first purchase day within the horizon after the flag, or None."""
    ends = OuterRef(since) + dt.timedelta(days=horizon)
    bought = _purchases(since).filter(day__lte=ends)
    return flags.annotate(bought_on=Subquery(bought.values("day")[:1]))


def with_return(leavers: QuerySet) -> QuerySet:
    """Adds `came_back_on`: the first purchase day after the month's end, however late, or None."""
    return leavers.annotate(came_back_on=Subquery(_purchases("month").values("day")[:1]))
