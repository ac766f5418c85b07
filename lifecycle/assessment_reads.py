"""Reads of scorecards, assessments, fit decisions and nominations; `visible_to(user)` first."""

import datetime as dt
from decimal import Decimal

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum

from crm.platform.models import Installation
from customers.models import Standing
from customers.models.standing import Stage
from customers.querysets import OfWorth
from lifecycle.portfolio import CELLS, Cell, Cuts


class CriterionQuerySet(models.QuerySet):
    def asked(self):
        """Those in use."""
        return self.filter(is_active=True)


def _rule(cell: Cell, cuts: Cuts) -> Q:
    rule = Q()
    for name, (low, high) in zip(("up", "across"), cuts.bounds(cell), strict=True):
        if low is not None:
            rule &= Q(**{f"{name}__gte": low})
        if high is not None:
            rule &= Q(**{f"{name}__lt": high})
    return rule


class AssessmentQuerySet(OfWorth):
    def newest(self):
        """The one that counts of each customer."""
        return self.filter(is_newest=True)

    def placed(self):
        """The newest ones that have a place in the matrix."""
        return self.newest().filter(up__isnull=False, across__isnull=False)

    def in_cell(self, cell: Cell, cuts: Cuts):
        """The placed ones of one cell."""
        return self.placed().filter(_rule(cell, cuts))

    def counts_by_cell(self, cuts: Cuts) -> dict[str, int]:
        """How many stand in each cell, by its key; exact."""
        counts = {cell.key: Count("pk", filter=_rule(cell, cuts)) for cell in CELLS}
        return self.placed().order_by().aggregate(**counts)

    def values_by_cell(self, cuts: Cuts) -> dict[str, Decimal]:
        """The lifetime value of each cell, by its key."""
        value = "customer__standing__lifetime_value"
        sums = {cell.key: Sum(value, filter=_rule(cell, cuts), default=Decimal()) for cell in CELLS}
        return self.placed().order_by().aggregate(**sums)

    def with_standing(self, **criteria):
        """Those of customers with a standing, filtered by its fields."""
        named = {f"customer__standing__{name}": value for name, value in criteria.items()}
        return self.filter(customer__standing__isnull=False, **named)

    def dots(self, most: int):
        """The placed ones of the customers of highest lifetime value."""
        rows = self.placed().with_standing().select_related("customer__standing")
        return rows.order_by("-customer__standing__lifetime_value", "-pk")[:most]

    def candidates(self, well_scored: float):
        """The newest ones of tiers A and B, and others with a high total; for paging by total."""
        rule = Q(customer__standing__tier__in=["A", "B"]) | Q(total__gte=well_scored)
        ranked = self.newest().with_standing().filter(rule, total__isnull=False)
        return ranked.select_related("customer__standing")

    def never_assessed(self, user):
        """Standings of active customers of tier A and B whom nobody assessed, by lifetime value."""
        rows = Standing.objects.visible_to(user) if user.sees_worth else Standing.objects.none()
        without = ~Exists(self.newest().order_by().filter(customer=OuterRef("pk")))
        best = rows.filter(without, tier__in=["A", "B"], is_active=True)
        return best.order_by("-lifetime_value", "-pk")

    def not_key_yet(self):
        """Neither tier A nor nominated."""
        return self.exclude(customer__standing__tier="A").filter(customer__is_key_account=False)


class FitDecisionQuerySet(OfWorth):
    def without_fit(self, user):
        """Standings of the customers in exploration of whom nobody decided whether we pursue them.

        The most valuable first.
        """
        rows = Standing.objects.visible_to(user) if user.sees_worth else Standing.objects.none()
        exploring = rows.filter(stage=Stage.EXPLORATION, is_active=True)
        undecided = ~Exists(self.order_by().filter(customer=OuterRef("pk")))
        return exploring.filter(undecided).order_by("-lifetime_value", "-pk")


class NominationQuerySet(OfWorth):
    def open(self):
        return self.filter(ended_on=None)

    def overdue(self, today: dt.date | None = None):
        """Open ones whose yearly confirmation has come, the longest waiting first."""
        today = today or Installation.cached().today()
        return self.open().filter(review_on__lte=today).order_by("review_on", "pk")
