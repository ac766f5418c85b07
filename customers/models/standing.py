"""The customer's current row of figures for lists and cards."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team
from crm.platform.amounts import summed
from customers.models.customer import Customer
from customers.models.signal_kinds import SignalKind
from customers.querysets import StandingQuerySet

# Sort columns are never null: keyset paging compares them. "Never" sorts as the earliest day.
NEVER = dt.date(1, 1, 1)


class Tier(models.TextChoices):
    A = "A", _("A")
    B = "B", _("B")
    C = "C", _("C")


class Stage(models.TextChoices):
    """Where the relationship stands, in the order of a relationship's life."""

    EXPLORATION = "exploration", _("Exploration")
    FORMATION = "formation", _("Formation")
    STABILITY = "stability", _("Stability")
    DECLINE = "decline", _("Decline")
    ENDED = "ended", _("Ended")


class ValueBand(models.TextChoices):
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Standing(models.Model):
    """One narrow row per customer, rebuilt each night and read by everybody.

    Apart from Customer, so that nightly writes never meet a person's edit. The nightly run builds
    the table aside and renames it; the foreign keys have no constraint for that reason. Customers'
    services keep the descriptive half (upper block) up by day; figures are the nightly run's.
    """

    customer = models.OneToOneField(
        Customer,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="standing",
        db_constraint=False,
    )
    number = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    # Lower-case pinyin for Chinese, folded Latin letters: what names sort by.
    name_key = models.CharField(max_length=250, db_collation="C")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    team = models.ForeignKey(
        Team,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    region = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    is_key_account = models.BooleanField(default=False, db_default=False)
    last_contact = models.DateField(default=NEVER)
    last_contact_in = models.DateField(default=NEVER, db_default=NEVER)  # from the customer
    last_contact_out = models.DateField(default=NEVER, db_default=NEVER)  # from us

    tier = models.CharField(max_length=1, choices=Tier, default=Tier.C)
    stage = models.CharField(max_length=11, choices=Stage, default=Stage.EXPLORATION)
    # What the figures and rules alone give, where people overrode them; empty elsewhere.
    tier_by_numbers = models.CharField(
        max_length=1, choices=Tier, blank=True, default="", db_default=""
    )
    stage_by_rules = models.CharField(
        max_length=11, choices=Stage, blank=True, default="", db_default=""
    )
    value_band = models.CharField(max_length=6, choices=ValueBand, default=ValueBand.LOW)
    risk = models.FloatField(default=0)  # probability of no purchase within H; 0 before any
    lifetime_value = summed(default=0)
    value_at_risk = summed(default=0)
    signal = models.CharField(max_length=20, choices=SignalKind, blank=True)
    revenue_12m = summed(4, default=0)
    last_purchase = models.DateField(default=NEVER)
    computed_on = models.DateField(null=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        # One index a sort column; ties are ordered by the customer. Names are kept by the rebuild.
        indexes = [
            models.Index(fields=["name_key", "customer"], name="standing_name"),
            models.Index(fields=["number", "customer"], name="standing_number"),
            models.Index(fields=["tier", "customer"], name="standing_tier"),
            models.Index(fields=["lifetime_value", "customer"], name="standing_ltv"),
            models.Index(fields=["value_at_risk", "customer"], name="standing_var"),
            models.Index(fields=["risk", "customer"], name="standing_risk"),
            models.Index(fields=["revenue_12m", "customer"], name="standing_revenue"),
            models.Index(fields=["last_purchase", "customer"], name="standing_purchase"),
            models.Index(fields=["last_contact", "customer"], name="standing_contact"),
            models.Index(fields=["last_contact_in", "customer"], name="standing_contact_in"),
            models.Index(fields=["last_contact_out", "customer"], name="standing_contact_out"),
            models.Index(fields=["owner", "value_at_risk"], name="standing_owner"),
            models.Index(fields=["team", "value_at_risk"], name="standing_team"),
            models.Index(fields=["region", "lifetime_value"], name="standing_region"),
            models.Index(fields=["industry", "lifetime_value"], name="standing_industry"),
            models.Index(
                fields=["signal", "value_at_risk"],
                condition=~models.Q(signal=""),
                name="standing_signal",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_purchased(self) -> bool:
        return self.last_purchase != NEVER

    @property
    def was_contacted(self) -> bool:
        return self.last_contact != NEVER
