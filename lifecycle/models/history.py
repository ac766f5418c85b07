"""Dated history of the figures: month-ends, and each change of tier and stage."""

from django.db import models
from django.db.models import Q

from crm.platform.amounts import summed
from customers.models import Customer
from customers.models.standing import Stage, Tier
from customers.querysets import OfVisibleCustomers
from lifecycle.querysets import ChangeQuerySet


class StandingMonth(models.Model):
    """A customer's figures as they stood at a month's end."""

    pk = models.CompositePrimaryKey("month", "customer_id")
    month = models.DateField()  # the last day of the month
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="standing_months")
    tier = models.CharField(max_length=1, choices=Tier)
    # The tier that the cuts alone would give: a change holds after two month-ends across.
    raw_tier = models.CharField(max_length=1, choices=Tier)
    stage = models.CharField(max_length=11, choices=Stage)
    risk = models.FloatField()
    lifetime_value = summed()
    value_at_risk = summed()
    revenue_12m = summed(4)

    objects = OfVisibleCustomers.as_manager()

    def __str__(self) -> str:
        return f"{self.month} {self.customer_id}"


class TierChange(models.Model):
    """A customer went from one tier to another on a date (empty: it had none)."""

    is_of_tier = True

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tier_changes")
    on = models.DateField()
    before = models.CharField(max_length=1, choices=Tier, blank=True)
    after = models.CharField(max_length=1, choices=Tier)
    basis = summed(4)
    # Given by a person's word (`TierOverride`) and not by the figures.
    overridden = models.BooleanField(default=False, db_default=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        # A customer's first figure is no change: a whole base has them on one date.
        indexes = [
            models.Index(fields=["on"], name="tierchange_on", condition=~Q(before="")),
            models.Index(fields=["on"], name="tierchange_first", condition=Q(before="")),
            models.Index(
                fields=["customer"], name="tierchange_overridden", condition=Q(overridden=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "on"], name="tierchange_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.before}>{self.after}"


class StageChange(models.Model):
    """A customer went from one lifecycle stage to another on a date, and why."""

    is_of_tier = False

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="stage_changes")
    on = models.DateField()
    before = models.CharField(max_length=11, choices=Stage, blank=True)
    after = models.CharField(max_length=11, choices=Stage)
    reason = models.CharField(max_length=30, blank=True)
    numbers = models.JSONField(default=dict)
    # Given by a person's word (`StageOverride`) and not by the rules.
    overridden = models.BooleanField(default=False, db_default=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        # A customer's first figure is no change: a whole base has them on one date.
        indexes = [
            models.Index(fields=["on"], name="stagechange_on", condition=~Q(before="")),
            models.Index(fields=["on"], name="stagechange_first", condition=Q(before="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "on"], name="stagechange_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.before}>{self.after}"


class StageWait(models.Model):
    """A stage that the rules give and that has to hold before a customer is placed in it.

    Dated like the changes, so that a night computed again starts from what its first one knew.
    Also written while people overrode the rules, whose stage may come after them.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="stage_waits", db_index=False
    )
    stage = models.CharField(max_length=11, choices=Stage)
    since = models.DateField()
    until = models.DateField(null=True)  # the night from which on it waited no more

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "since"], name="stagewait_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.stage} {self.since}"
