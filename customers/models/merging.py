"""Customers that are one: pairs that may be, and those that were merged."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.querysets.merging import DuplicatePairQuerySet, MergeQuerySet


class CustomerKeys(models.Model):
    """By what a customer is recognised as another one's double: see `customers.doubles`."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="keys"
    )
    keys = ArrayField(models.CharField(max_length=140))  # such as "name:acmetools"

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="customer_keys")]

    def __str__(self) -> str:
        return " ".join(self.keys)


class DuplicatePair(models.Model):
    """Two customers that may be one, and why; until somebody merges or dismisses them."""

    first = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    # What they share: "tax", "name", "phone", "domain"; the strongest first.
    reasons = ArrayField(models.CharField(max_length=10), default=list, db_default=[])
    score = models.PositiveSmallIntegerField()  # of 100: how likely they are one
    found_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "-id"]
        indexes = [
            models.Index(
                fields=["score", "id"], condition=Q(dismissed_at=None), name="duplicate_pair_open"
            ),
            models.Index(
                fields=["score", "id"],
                condition=Q(dismissed_at__isnull=False),
                name="duplicate_pair_dismissed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"

    @property
    def is_open(self) -> bool:
        return self.dismissed_at is None


class Merge(models.Model):
    """A customer that went into another one; `MergedRows` keep how to undo it.

    Where that one goes into a third, its merges go with it: `customer` is always who is there now.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges")
    gone_id = models.BigIntegerField()
    gone_number = models.CharField(max_length=60, editable=False)
    gone_name = models.CharField(max_length=200, editable=False)
    # field -> "kept", "gone" or "both": whose value was taken.
    choices = models.JSONField(default=dict, editable=False)
    counts = models.JSONField(default=dict, editable=False)  # table -> rows that moved
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone_id"], condition=Q(undone_at=None), name="merged_into_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_number} {self.gone_name}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class MergedRows(models.Model):
    """What a merge did to rows of one table, as much as it takes to undo it.

    Rows that only moved are remembered by their ids, however many they are; of the others the
    values of before, and those that the merge wrote, to tell what was changed since.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", _("moved")  # `ids`, whose `column` named the customer that is gone
        CHANGED = "changed", _("changed")  # [{"key": {…}, "before": {…}, "after": {…}}, …]
        REMOVED = "removed", _("removed")  # [{column: value, …}, …]: whole

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=7, choices=Kind)
    table = models.CharField(max_length=63, editable=False)
    column = models.CharField(max_length=63, blank=True, editable=False)
    ids = ArrayField(models.BigIntegerField(), default=list)
    rows = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.table}"


class FormerNumber(models.Model):
    """A number that went with a merge and still leads to the customer that was kept."""

    number = models.CharField(max_length=60, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="former_numbers")
    merge = models.ForeignKey(Merge, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("number"), name="former_number_once")]

    def __str__(self) -> str:
        return self.number
