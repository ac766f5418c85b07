"""Reads of the sums that the pages of value show; `visible_to(user)` first."""

from django.db import models
from django.db.models import Max, Sum

from customers.querysets import visible

SUMS = (
    *("customers", "equity", "lifetime_value", "revenue_12m", "revenue_before", "margin_12m"),
    *("cost_12m", "could_stay", "stayed", "cost_of_stayed", "acquired", "acquisition_cost"),
    *("earned", "months", "paid_back"),
)


class ValueCellQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(visible(user, "owner_id", "team_id"))

    def date(self):
        """The date of the sums, None before the first night."""
        return self.aggregate(newest=Max("as_of"))["newest"]

    def by_key(self, dimension: str) -> list[dict]:
        """A row a key of the dimension with the sums of its cells, by key."""
        rows = self.filter(dimension=dimension).order_by().values("key")
        return list(rows.annotate(**{f"sum_{name}": Sum(name) for name in SUMS}).order_by("key"))
