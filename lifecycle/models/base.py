"""The customer base in cells: what dashboards sum, so that no page scans all customers."""

from django.conf import settings
from django.db import models

from crm.accounts.models import Team
from crm.platform.amounts import summed
from customers.models.standing import SignalKind, Stage, Tier
from lifecycle.querysets import BaseCellQuerySet


def _sum() -> models.DecimalField:
    return summed(default=0, db_default=0)


class BaseCell(models.Model):
    """Customers alike in team, owner, tier, stage, risk and strongest signal, summed at a date.

    Recorded by each nightly run; of former dates the month-ends and the last week are kept.
    `risk_band` is the tenth of the risk: 0 for under 10 %, 9 for 90 % and more.
    """

    as_of = models.DateField()
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    tier = models.CharField(max_length=1, choices=Tier)
    stage = models.CharField(max_length=11, choices=Stage)
    risk_band = models.PositiveSmallIntegerField()
    signal = models.CharField(max_length=20, choices=SignalKind, blank=True)
    customers = models.PositiveIntegerField()
    lifetime_value = summed()
    value_at_risk = summed()
    revenue_12m = summed(4)
    # Lifetime value with each referred customer counted once, and what it consists of.
    equity = _sum()
    transaction_value = _sum()
    growth_value = _sum()
    referral_value = _sum()
    referral_realised = _sum()
    knowledge_value = _sum()
    cost_to_serve = _sum()
    margin_12m = _sum()
    cost_12m = _sum()
    # What customers agreed that we brought them in twelve months, and how many did.
    benefits_12m = _sum()
    benefit_customers = models.PositiveIntegerField(default=0, db_default=0)

    objects = BaseCellQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["as_of", "team"], name="basecell_as_of")]

    def __str__(self) -> str:
        return f"{self.as_of} {self.tier} {self.stage}: {self.customers}"


class ParetoPoint(models.Model):
    """One point of the Pareto curve of the whole base at a date."""

    as_of = models.DateField()
    customers_share = models.FloatField()
    basis_share = models.FloatField()

    class Meta:
        ordering = ["customers_share"]
        indexes = [models.Index(fields=["as_of"], name="paretopoint_as_of")]

    def __str__(self) -> str:
        return f"{self.customers_share:.3f} {self.basis_share:.3f}"
