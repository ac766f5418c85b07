"""Reads of the lists that managers keep: tags and fields of their own."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Func, IntegerField, OuterRef

COUNTED_UP_TO = 1_000


class TagQuerySet(models.QuerySet):
    def with_customers(self, customers):
        """With how many of these customers have it; `COUNTED_UP_TO` + 1 means more."""
        tagged = customers.filter(tags=OuterRef("pk")).order_by().values("pk")
        some = ArraySubquery(tagged[: COUNTED_UP_TO + 1])
        return self.annotate(
            customers_capped=Func(some, function="cardinality", output_field=IntegerField())
        )

    def called(self, name: str):
        """The tag of this name, in whatever case."""
        return self.filter(name__iexact=name)


class CustomFieldQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(is_active=True)
