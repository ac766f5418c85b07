from django.db import models

from customers.models import Customer
from lifecycle.querysets import ValuationQuerySet


class Valuation(models.Model):
    """The figures behind a customer's standing, as the last nightly run computed them.

    Rebuilt aside each night, as Standing is. Money in the installation's currency, times in days.
    """

    customer = models.OneToOneField(
        Customer,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="valuation",
        db_constraint=False,
    )
    as_of = models.DateField()
    purchase_days = models.PositiveIntegerField()
    repeats = models.PositiveIntegerField()  # x
    recency = models.FloatField()  # t_x: first to last purchase
    age = models.FloatField()  # T: first purchase to as_of
    usual_gap = models.FloatField(null=True)  # days between purchases, from its own history
    probability_alive = models.FloatField()
    probability_active = models.FloatField()  # of a purchase within H
    risk = models.FloatField()
    risk_after_purchase = models.FloatField()
    expected_purchases = models.FloatField()  # within the horizon, discounted
    expected_spend = models.FloatField()  # a purchase day
    net_ratio = models.FloatField()
    margin = models.FloatField()
    margin_is_assumed = models.BooleanField()
    transaction_value = models.DecimalField(max_digits=18, decimal_places=2)
    transaction_value_low = models.DecimalField(max_digits=18, decimal_places=2)
    transaction_value_high = models.DecimalField(max_digits=18, decimal_places=2)
    value_if_active = models.DecimalField(max_digits=18, decimal_places=2)
    method = models.CharField(max_length=20)  # which forecast the backtest chose
    margin_12m = models.DecimalField(max_digits=18, decimal_places=4)
    tier_basis = models.DecimalField(max_digits=18, decimal_places=4)
    stage_reason = models.CharField(max_length=30, blank=True)
    stage_numbers = models.JSONField(default=dict)
    stage_since = models.DateField(null=True)
    # Of those in decline and ended, by the last stage before: A to D of `stages.pattern`.
    pattern = models.CharField(max_length=1, blank=True, default="", db_default="")
    stage_candidate = models.CharField(max_length=11, blank=True)
    stage_candidate_since = models.DateField(null=True)
    # The candidate of the night before, so that the same night can be computed again.
    last_candidate = models.CharField(max_length=11, blank=True, default="", db_default="")
    last_candidate_since = models.DateField(null=True)

    objects = ValuationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["pattern", "value_if_active", "customer"],
                condition=~models.Q(pattern=""),
                name="valuation_pattern",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.transaction_value}"
