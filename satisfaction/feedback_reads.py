"""Reads of feedback and of the plan by which it is collected."""

import datetime as dt
from collections.abc import Mapping

from django.apps import apps
from django.db import models
from django.db.models.functions import TruncMonth

from customers.querysets import Order, Page, keyset_page, visible
from satisfaction.lookups import Says

PAGE_SIZE = 40
NEWEST_FIRST = Order("said_on", descending=True)


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, user):
        """By the customer it is about; what is said of the market is for everybody."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.sees_all_customers:
            return self.all()
        # Looked up first: joined, all customers there are would be read.
        customers = apps.get_model("customers", "Customer").objects
        ours = customers.filter(visible(user, "account_manager_id", "team_id")).values("pk")
        return self.filter(models.Q(customer=None) | models.Q(customer__in=ours))

    def matching(self, criteria: Mapping):
        """The filters of the list's form; empty ones filter nothing."""
        rows = self
        for name, value in criteria.items():
            if name in FILTERS and value not in ("", None):
                rows = rows.filter(FILTERS[name](value))
        return rows

    def with_row(self):
        """With what a row of a list shows."""
        return self.select_related("customer", "contact", "touchpoint", "recorded_by")

    def page(self, cursor: str) -> Page:
        """The newest first."""
        return keyset_page(self.with_row(), NEWEST_FIRST, cursor, PAGE_SIZE)

    def since(self, day: dt.date):
        return self.filter(said_on__gte=day)

    def counted(self, *by: str):
        """How many, and how many of them bad, by these columns."""
        rows = self.annotate(month=TruncMonth("said_on")) if "month" in by else self
        bad = models.Count("pk", filter=models.Q(tone="bad"))
        return rows.order_by().values(*by).annotate(heard=models.Count("pk"), bad=bad)


FILTERS = {
    "source": lambda source: models.Q(source=source),
    "dimension": lambda dimension: models.Q(dimension=dimension),
    "touchpoint": lambda touchpoint: models.Q(touchpoint=touchpoint),
    "tone": lambda tone: models.Q(tone=tone),
    "customer": lambda customer: models.Q(customer=customer),
    "since": lambda day: models.Q(said_on__gte=day),
    "until": lambda day: models.Q(said_on__lte=day),
    "q": lambda words: models.Q(Says(models.F("words"), words)),
}
