"""Reads of what customers bought."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.apps import apps
from django.db.models import Count, F, Min, Q, Sum

from customers.querysets.access import OfVisibleCustomers

NOTHING = Decimal(0)


class TransactionQuerySet(OfVisibleCustomers):
    def matching(self, criteria: Mapping):
        """Lines by date span, product, category and invoice; empty ones filter nothing."""
        columns = {
            "start": "date__gte",
            "end": "date__lte",
            "product": "product",
            "category": "product__category",
            "invoice": "reference",
        }
        chosen = {column: criteria[name] for name, column in columns.items() if criteria.get(name)}
        return self.filter(**chosen)

    def totals(self) -> dict:
        """Net, sales, returns (as a positive figure) and lines, summed by the database."""
        sums = self.aggregate(
            net=Sum("amount", default=NOTHING),
            sales=Sum("amount", filter=Q(amount__gt=0), default=NOTHING),
            lines=Count("pk"),
        )
        return {**sums, "returns": sums["sales"] - sums["net"]}

    def invoices(self):
        """One row an invoice: when, what it comes to, how many lines; newest first."""
        return (
            self.order_by()
            .values("source", "reference")
            .annotate(day=Min("date"), net=Sum("amount"), lines=Count("pk"))
            .order_by("-day", "reference")
        )

    def of_invoice(self, reference: str):
        """The invoices with this reference, one row each, of whichever source; newest first."""
        written = {reference, reference.upper(), reference.lower()}
        # Named one by one, so that the unique index, which begins with the source, serves.
        sources = apps.get_model("customers", "Source").objects.values_list("pk", flat=True)
        rows = self.filter(source__in=list(sources), reference__in=written).order_by()
        rows = rows.values("source", "reference", "customer", "customer__name")
        return rows.annotate(day=Min("date")).order_by("-day", "reference", "customer")

    def by_category(self):
        """Net by category, most first; lines without a product or category together."""
        return (
            self.order_by()
            .values(category=F("product__category"))
            .annotate(net=Sum("amount"))
            .order_by("-net")
        )

    def by_product(self):
        """Net by product, most first."""
        return (
            self.filter(product__isnull=False)
            .order_by()
            .values("product", code=F("product__code"), name=F("product__name"))
            .annotate(net=Sum("amount"))
            .order_by("-net")
        )


class DealingDayQuerySet(OfVisibleCustomers):
    def after(self, since: dt.date, until: dt.date):
        """Day, sales, returns and net of each day after one date and up to another."""
        rows = self.filter(day__gt=since, day__lte=until).order_by()
        return rows.values_list("day", "gross", "returns", "net")
