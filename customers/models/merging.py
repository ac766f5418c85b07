"""Customers that are one: pairs that may be, and those that were merged."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from customers.models.customer import Customer


class DuplicatePair(models.Model):
    """Two customers that may be one, and why; until somebody merges or dismisses them."""

    first = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    # What they share: codes such as "name", "phone", "domain", "tax_number".
    reasons = models.JSONField(default=list)
    score = models.PositiveSmallIntegerField()  # of 100: how likely they are one
    found_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"


class Merge(models.Model):
    """A customer that went into another one; `MergedRow` keeps how to undo it."""

    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges")
    gone_id = models.BigIntegerField()
    gone_number = models.CharField(max_length=60)
    gone_name = models.CharField(max_length=200)
    # field -> "kept" or "gone": whose value was taken.
    choices = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone_id"], condition=Q(undone_at=None), name="merged_into_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_number} {self.gone_name}"


class MergedRow(models.Model):
    """A row that a merge moved, changed or removed, as it was before."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    # Whole where the merge removed the row, else what it changed: column -> value before.
    before = models.JSONField(default=dict)
    is_removed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class FormerNumber(models.Model):
    """A number that went with a merge and still leads to the customer that was kept."""

    number = models.CharField(max_length=60)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="former_numbers")
    merge = models.ForeignKey(Merge, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("number"), name="former_number_once")]

    def __str__(self) -> str:
        return self.number
