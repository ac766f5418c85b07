"""Reads of the cells of movement and loyalty, and of the customers behind them."""

import datetime as dt

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from customers.models import Standing
from customers.querysets import visible


class CellQuerySet(models.QuerySet):
    """Cells are seen by those who see the customers in them."""

    def visible_to(self, user):
        if not user.sees_worth:
            return self.none()
        return self.filter(visible(user, "owner_id", "team_id"))

    def by(self, *dimensions: str, sums: tuple[str, ...]):
        """Rows of the dimensions with the sums of their cells, under the names of the columns."""
        added = {f"sum_{name}": Sum(name) for name in sums}
        return self.order_by().values(*dimensions).annotate(**added).order_by(*dimensions)


class MoveQuerySet(models.QuerySet):
    def of(self, kind: str, start: dt.date, end: dt.date):
        """The comparison of these dates if it has been counted; else None."""
        return self.filter(kind=kind, start=start, end=end).first()


def held_at(kind: str, day: dt.date, changes: QuerySet):
    """What a customer (a Standing) held at the end of a day; "" for nothing yet.

    What it holds now unless it changed since: then what it had before the first of these changes.
    """
    later = changes.filter(customer=OuterRef("pk"), on__gt=day).order_by("on", "pk")
    return Coalesce(Subquery(later.values("before")[:1]), F(kind))


def moved(
    user, kind: str, changes: QuerySet, start: dt.date, end: dt.date, before: str, after: str
) -> QuerySet[Standing]:
    """The customers in sight that held one at the start and one at the end, of those with figures.

    Who moved is found by the changes of the span, who stayed along the list of customers.
    """
    rows = Standing.objects.visible_to(user).filter(customer__valuation__isnull=False)
    if before != after:
        span = changes.filter(on__gt=start, on__lte=end)
        rows = rows.filter(
            Q(pk__in=span.filter(before=before).values("customer")),
            Q(pk__in=span.filter(after=after).values("customer")),
        )
    return (
        rows.alias(then=held_at(kind, start, changes), later=held_at(kind, end, changes))
        .filter(then=before, later=after)
        .select_related("owner")
    )
