"""What the steps of one nightly run hand to each other. Emptied at both ends of a run."""

import datetime as dt

from django.db import models


class PaddedField(models.CharField):
    """A short text that is written padded with spaces, which PostgreSQL's char(n) ignores."""

    def db_type(self, connection) -> str:
        return f"char({self.max_length})"


class Scored(models.Model):
    """A customer's figures as its shard computed them, on their way to standing and history.

    Written by binary COPY, amounts as doubles.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    purchase_days = models.FloatField()
    repeats = models.FloatField()
    recency = models.FloatField()
    age = models.FloatField()
    usual_gap = models.FloatField()  # 0 without a repeat
    probability_alive = models.FloatField()
    probability_active = models.FloatField()
    risk = models.FloatField()
    risk_after_purchase = models.FloatField()
    expected_purchases = models.FloatField()
    expected_spend = models.FloatField()
    net_ratio = models.FloatField()
    margin = models.FloatField()
    transaction_value = models.FloatField()
    transaction_value_low = models.FloatField()
    transaction_value_high = models.FloatField()
    value_if_active = models.FloatField()
    value_at_risk = models.FloatField()
    revenue_12m = models.FloatField()
    revenue_year_before = models.FloatField(default=0, db_default=0)
    margin_12m = models.FloatField()
    tier_basis = models.FloatField()
    last_purchase = models.DateField()
    method = PaddedField(max_length=20, default="", db_default="")
    # Of contract customers alone: the last day signed, net still ahead, renewals so far.
    contract_ends = models.DateField(default=dt.date.min, db_default=dt.date.min)
    contract_left = models.FloatField(default=0, db_default=0)
    renewals = models.FloatField(default=0, db_default=0)
    renewal_chance = models.FloatField(default=0, db_default=0)

    stage_before = PaddedField(max_length=20)
    stage = PaddedField(max_length=20)
    stage_by_rules = PaddedField(max_length=20, db_default="")  # where people overrode them
    stage_since = models.DateField(null=True)
    pattern = PaddedField(max_length=1, db_default="")
    stage_reason = PaddedField(max_length=30)
    stage_figure = models.FloatField()
    stage_mark = models.FloatField()
    stage_candidate = PaddedField(max_length=20)
    stage_candidate_since = models.DateField()

    silent = models.FloatField()  # strength of the signal, 0 for none
    volume_down = models.FloatField()
    volume_kind = PaddedField(max_length=20)
    volume_before = models.FloatField()
    volume_now = models.FloatField()
    volume_change = models.FloatField()

    def __str__(self) -> str:
        return str(self.customer_id)


class DealtLately(models.Model):
    """A signal told from single days, on its way to the signals; its evidence in `a` to `e`."""

    pk = models.CompositePrimaryKey("customer_id", "kind")
    customer_id = models.BigIntegerField()
    kind = PaddedField(max_length=20)
    strength = models.FloatField()
    a = models.FloatField(null=True)
    b = models.FloatField(null=True)
    c = models.FloatField(null=True)
    d = models.FloatField(null=True)
    e = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"


class Placed(models.Model):
    """A customer's tier and value band, which rest on all customers together."""

    customer_id = models.BigIntegerField(primary_key=True)
    tier_before = PaddedField(max_length=1)
    raw_tier = PaddedField(max_length=1)
    tier = PaddedField(max_length=1)
    tier_by_numbers = PaddedField(max_length=1, db_default="")  # where people overrode them
    value_band = PaddedField(max_length=6)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tier}"


class ValueParts(models.Model):
    """The parts of a customer's lifetime value as its shard computed them, with what they rest on.

    NaN where nothing is known.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    lifetime_value = models.FloatField()
    lifetime_low = models.FloatField()
    lifetime_high = models.FloatField()
    growth_value = models.FloatField()
    growth_low = models.FloatField()
    growth_high = models.FloatField()
    growth_from = PaddedField(max_length=10)
    headroom = models.FloatField()
    take_up = models.FloatField()
    referral_value = models.FloatField()
    referral_low = models.FloatField()
    referral_high = models.FloatField()
    referral_realised = models.FloatField()
    referral_rate = models.FloatField()
    referred = models.BigIntegerField()
    knowledge_value = models.FloatField()
    knowledge_low = models.FloatField()
    knowledge_high = models.FloatField()
    ideas = models.BigIntegerField()
    cost_to_serve = models.FloatField()
    cost_12m = models.FloatField()
    interactions_12m = models.FloatField()
    revenue_before = models.FloatField()
    categories = models.BigIntegerField()
    loyalty = models.FloatField()
    credit = models.FloatField()
    satisfaction = models.FloatField()
    recommend = models.FloatField()
    recommended = models.BigIntegerField()
    showings = models.BigIntegerField()
    clubs = models.BigIntegerField()
    told = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.customer_id)
