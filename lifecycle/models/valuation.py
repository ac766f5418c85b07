from decimal import Decimal

from django.db import models

from crm.platform.amounts import summed
from customers.models import Customer
from lifecycle.querysets import HAPPY, ValuationQuerySet


def _money() -> models.DecimalField:
    return summed(default=0, db_default=0)


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0, db_default=0)


class Valuation(models.Model):
    """The figures behind a customer's standing, as the last nightly run computed them.

    Rebuilt aside each night, as Standing is. Money in the installation's currency, times in days.
    """

    class GrowthFrom(models.TextChoices):
        """What the headroom was read from."""

        WALLET = "wallet"
        CATEGORIES = "categories"

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
    transaction_value = summed()
    transaction_value_low = summed()
    transaction_value_high = summed()
    value_if_active = summed()
    # Which forecast the backtest chose, or "contract": remaining contract value and renewals.
    method = models.CharField(max_length=20)
    # Of contract customers alone.
    contract_ends = models.DateField(null=True)  # the last day signed
    contract_left = summed(null=True)  # net ahead
    renewals = models.PositiveIntegerField(null=True)  # so far
    renewal_chance = models.FloatField(null=True)  # of the next one, within H of the end
    margin_12m = summed(4)
    tier_basis = summed(4)
    stage_reason = models.CharField(max_length=30, blank=True)
    stage_numbers = models.JSONField(default=dict)
    stage_since = models.DateField(null=True)
    # Of those in decline and ended, by the last stage before: A to D of `stages.pattern`.
    pattern = models.CharField(max_length=1, blank=True, default="", db_default="")
    stage_candidate = models.CharField(max_length=11, blank=True)
    stage_candidate_since = models.DateField(null=True)

    # The other parts of lifetime value, with what they rest on; see analytics/value_parts.py.
    lifetime_low = _money()
    lifetime_high = _money()
    growth_value = _money()
    growth_low = _money()
    growth_high = _money()
    growth_from = models.CharField(
        max_length=10, choices=GrowthFrom, blank=True, default="", db_default=""
    )
    headroom = models.FloatField(default=0, db_default=0)  # net sales a year
    take_up = models.FloatField(default=0, db_default=0)  # share of it a year
    referral_value = _money()
    referral_low = _money()
    referral_high = _money()
    referral_realised = _money()  # its part of the value of the customers it brought
    referral_rate = models.FloatField(default=0, db_default=0)  # customers a year
    referred = _count()
    knowledge_value = _money()
    knowledge_low = _money()
    knowledge_high = _money()
    ideas = _count()  # adopted within the horizon's length, of known worth
    cost_to_serve = _money()
    cost_12m = _money()
    interactions_12m = _money()
    # Cost to serve of twelve months less its part of all cost by its part of all value.
    service_gap = _money()
    revenue_before = summed(4, default=0, db_default=0)  # of the twelve months before the last
    categories = _count()  # bought from in twelve months
    # The value view: 0 to 100, null where nothing is known.
    loyalty = models.FloatField(null=True)
    credit = models.FloatField(null=True)
    satisfaction = models.FloatField(null=True)
    # Not in money: how warmly it recommends us (0 to 10), how often it did, reference visits,
    # clubs, and how often it told us of the market.
    recommend = models.FloatField(null=True)
    recommended = _count()
    showings = _count()
    clubs = _count()
    told = _count()

    objects = ValuationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["pattern", "value_if_active", "customer"],
                condition=~models.Q(pattern=""),
                name="valuation_pattern",
            ),
            models.Index(
                fields=["service_gap", "customer"],
                condition=~models.Q(service_gap=0),
                name="valuation_service_gap",
            ),
            # What customers who are happy cost beyond what they leave, the most first.
            models.Index(
                models.F("cost_12m") - models.F("margin_12m"),
                models.F("customer"),
                condition=models.Q(cost_12m__gt=models.F("margin_12m")) & HAPPY,
                name="valuation_happy_below_cost",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.transaction_value}"

    @property
    def growth_basis(self) -> str:
        """What the growth value rests on: yearly figures are what somebody said."""
        bases = {self.GrowthFrom.WALLET: "assessed", self.GrowthFrom.CATEGORIES: "computed"}
        return bases.get(self.growth_from, "none")

    @property
    def referral_basis(self) -> str:
        return "computed" if self.referred or self.referral_value else "none"

    @property
    def knowledge_basis(self) -> str:
        return "assessed" if self.ideas else "none"

    @property
    def cost_basis(self) -> str:
        """Amounts of interactions are what managers say; remedies were paid."""
        if self.interactions_12m:
            return "assessed"
        return "computed" if self.cost_12m else "none"

    @property
    def current_value(self) -> Decimal:
        """Margin less cost to serve, of twelve months."""
        return self.margin_12m - self.cost_12m

    @property
    def fair_cost(self) -> Decimal:
        """Its part of all cost to serve, by its part of all value."""
        return self.cost_12m - self.service_gap
