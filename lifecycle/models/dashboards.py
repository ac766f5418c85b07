"""The dashboard of each manager: which pictures, in which order, how large, and by mail or not."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.querysets import DashboardQuerySet


class Dashboard(models.Model):
    """What a manager picked of the pictures; without a row it is as it comes with the product."""

    class Picture(models.TextChoices):
        EQUITY = "equity", _("Customer equity by month")
        AT_RISK = "at_risk", _("Value at risk by month")
        STAGE_VALUE = "stage_value", _("Customers and value by stage")
        MIGRATION = "migration", _("Migration between tiers")
        COMPLAINTS = "complaints", _("Complaints by month")
        INDEX = "index", _("Satisfaction index, wave by wave")
        PARETO = "pareto", _("Where the money comes from")
        CURVE = "curve", _("How concentrated the equity is")
        TIER_REVENUE = "tier_revenue", _("12-month revenue by tier")
        RISK = "risk", _("Customers by risk")
        TIER_RISK = "tier_risk", _("Value at risk by tier")
        STAGES = "stages", _("Customers by stage and month")
        FLOW = "flow", _("Movements between stages")
        CATEGORIES = "categories", _("What complaints are about")
        NPS = "nps", _("NPS, wave by wave")
        DIMENSIONS = "dimensions", _("Service quality")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="dashboard",
    )
    # [{"key", "wide"}] in their order; none: as it comes with the product
    pictures = models.JSONField(null=True, blank=True)
    is_mailed = models.BooleanField(default=False, db_default=False)
    mailed_on = models.DateField(null=True)

    objects = DashboardQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_id}"
