"""Reads of the history of fields: nobody reads there what the fields themselves hide."""

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Value

from customers.querysets.access import OfVisibleCustomers

# Tables, and columns of others, that tell what a customer is worth to us; and tasks, of which
# service staff see some only.
WORTH_TABLES = (
    *("customers_yearfigure", "customers_creditrecord", "customers_competitorpresence"),
    *("customers_opportunity", "customers_benefit", "customers_accountplan"),
    *("customers_planobjective", "customers_planreview", "customers_task"),
    *("lifecycle_assessment", "lifecycle_fitdecision", "lifecycle_nomination"),
    *("lifecycle_tieroverride", "lifecycle_stageoverride"),
    *("lifecycle_lostmark", "lifecycle_lossreview"),
)
WORTH_COLUMNS = {
    "customers_customer": ("acquisition_cost",),
    "customers_organisation": ("finance", "trade_terms", "bank", "bank_account", "capital"),
    "customers_idea": ("amount",),
}


class _Without(Func):
    """What a JSON object has besides these keys."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = models.JSONField()


class ChangeQuerySet(OfVisibleCustomers):
    def visible_to(self, user):
        rows = super().visible_to(user)
        return rows if user.sees_worth else rows._without_worth()

    def about(self, customer_ids: Sequence[int], user):
        """Of a customer that the user sees, and of those that went into it (`Merge.ids_of`).

        These are customers no more, so that `visible_to` can't tell who sees them.
        """
        one = len(customer_ids) == 1  # which the index has in order
        rows = self.filter(
            **({"customer": customer_ids[0]} if one else {"customer__in": customer_ids})
        )
        return rows if user.sees_worth else rows._without_worth()

    def _without_worth(self):
        rows = self.exclude(table__in=WORTH_TABLES)
        for table, columns in WORTH_COLUMNS.items():
            keys = Value(list(columns), output_field=ArrayField(models.TextField()))
            rest = _Without(F("fields"), keys)
            rows = rows.alias(**{f"rest_of_{table}": rest}).exclude(
                **{f"rest_of_{table}": {}}, table=table, kind="~"
            )
        return rows

    def newest_first(self):
        return self.order_by("-at", "-pk")
