"""The settings of the installation, edited by managers."""

import datetime as dt
import time
import zoneinfo
from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import OperationalError, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CACHE_SECONDS = 5


def between(low, high):
    """Bounds of a setting, checked by forms."""
    return [MinValueValidator(low), MaxValueValidator(high)]


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("This is no time zone, for example: Asia/Shanghai."))


class Installation(models.Model):
    """One row: what holds for this company. Rates are shares (0.10 is 10 %), times days."""

    class TierBasis(models.TextChoices):
        MARGIN = "margin", _("12-month margin (net revenue where costs are unknown)")
        REVENUE = "revenue", _("12-month net revenue")
        LIFETIME_VALUE = "lifetime_value", _("Lifetime value")

    name = models.CharField(_("company name"), max_length=200, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Europe/London",
        validators=[validate_time_zone],
        help_text=_("Decides when a business day ends. Changing it moves the next nightly run."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="GBP",
        help_text=_("Three letters, such as CNY. Amounts are shown in it, never converted."),
    )
    discount_rate = models.DecimalField(
        _("discount rate a year"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.10"),
        validators=between(0, 1),
        help_text=_("Money later is worth less: 0.10 is 10 % a year. Higher lowers every value."),
    )
    horizon_months = models.PositiveSmallIntegerField(
        _("horizon of lifetime value in months"),
        default=36,
        validators=between(1, 120),
        help_text=_("How far lifetime value looks ahead."),
    )
    assumed_margin = models.DecimalField(
        _("margin where costs are unknown"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.30"),
        validators=between(0, 1),
        help_text=_("Values that rest on it are marked as assumed."),
    )
    risk_horizon_days = models.PositiveSmallIntegerField(
        _("horizon of churn risk in days"),
        null=True,
        blank=True,
        validators=between(7, 730),
        help_text=_("Empty: from the data, the 95th percentile of the gaps between purchases."),
    )
    tier_basis = models.CharField(
        _("basis of the tiers"), max_length=16, choices=TierBasis, default=TierBasis.MARGIN
    )
    tier_a_cut = models.DecimalField(
        _("tier A up to this share"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.80"),
        validators=between(Decimal("0.01"), 1),
    )
    tier_b_cut = models.DecimalField(
        _("tier B up to this share"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.95"),
        validators=between(Decimal("0.01"), 1),
    )
    high_share = models.DecimalField(
        _("high share of wallet"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.50"),
        validators=between(0, 1),
        help_text=_("From this share on a customer counts as stable."),
    )
    growth_mark = models.DecimalField(
        _("growth that marks formation"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.20"),
        validators=between(0, 10),
    )
    decline_mark = models.DecimalField(
        _("fall that marks decline"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.25"),
        validators=between(0, 1),
    )
    stage_hold_days = models.PositiveSmallIntegerField(
        _("days a new stage must hold"), default=30, validators=between(0, 365)
    )
    steady_mark = models.DecimalField(
        _("change that still is stable"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.20"),
        db_default=Decimal("0.20"),
        validators=between(0, 1),
    )
    inactive_mark = models.DecimalField(
        _("chance of a purchase below which it ended"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.05"),
        db_default=Decimal("0.05"),
        validators=between(0, Decimal("0.50")),
    )
    few_purchases = models.PositiveSmallIntegerField(
        _("purchase days until exploration is over"),
        default=4,
        db_default=4,
        validators=between(1, 50),
    )
    new_days = models.PositiveSmallIntegerField(
        _("days until exploration is over"), default=90, db_default=90, validators=between(0, 730)
    )
    silent_days = models.PositiveSmallIntegerField(
        _("days of silence until it ended"),
        default=365,
        db_default=365,
        validators=between(30, 1825),
    )
    silent_gaps = models.PositiveSmallIntegerField(
        _("gaps of silence until it ended"), default=4, db_default=4, validators=between(1, 20)
    )
    long_stability_days = models.PositiveSmallIntegerField(
        _("days that make stability long"),
        default=730,
        db_default=730,
        validators=between(30, 3650),
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("sign out after idle minutes"), default=30, validators=between(5, 1440)
    )
    session_hours = models.PositiveSmallIntegerField(
        _("sign out after hours"), default=12, validators=between(1, 168)
    )
    upload_megabytes = models.PositiveSmallIntegerField(
        _("largest upload in MB"), default=200, validators=between(1, 2000)
    )
    attachment_megabytes = models.PositiveSmallIntegerField(
        _("largest attachment in MB"), default=10, db_default=10, validators=between(1, 100)
    )
    closing_days = models.PositiveSmallIntegerField(
        _("days until a resolved case closes by itself"), default=7, validators=between(1, 90)
    )
    reopening_days = models.PositiveSmallIntegerField(
        _("days in which a case can be reopened"), default=14, validators=between(1, 365)
    )
    follow_up_days = models.PositiveSmallIntegerField(
        _("days a follow-up link holds after the end"),
        default=90,
        db_default=90,
        validators=between(1, 730),
    )
    authority_service = models.PositiveIntegerField(
        _("remedy authority of service staff and account managers"),
        default=500,
        validators=between(0, 10_000_000),
    )
    authority_team_lead = models.PositiveIntegerField(
        _("remedy authority of team leads"), default=2_000, validators=between(0, 10_000_000)
    )
    authority_manager = models.PositiveIntegerField(
        _("remedy authority of managers"), default=20_000, validators=between(0, 10_000_000)
    )
    requests_need_cause = models.BooleanField(
        _("service requests need a root cause and a remedy"), default=False, db_default=False
    )
    requests_rejected = models.BooleanField(
        _("managers may reject service requests"), default=False, db_default=False
    )
    requests_surveyed = models.BooleanField(
        _("a survey follows service requests"), default=False, db_default=False
    )
    survey_pause_days = models.PositiveSmallIntegerField(
        _("survey pause in days"), default=90, validators=between(0, 730)
    )
    attractive_from = models.DecimalField(
        _("high attractiveness from"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("3.50"),
        db_default=Decimal("3.50"),
        validators=between(1, 5),
    )
    attractive_to = models.DecimalField(
        _("low attractiveness below"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("2.50"),
        db_default=Decimal("2.50"),
        validators=between(1, 5),
    )
    good_from = models.DecimalField(
        _("good relationship from"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("3.50"),
        db_default=Decimal("3.50"),
        validators=between(1, 5),
    )
    good_to = models.DecimalField(
        _("poor relationship below"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("2.50"),
        db_default=Decimal("2.50"),
        validators=between(1, 5),
    )
    is_demo = models.BooleanField(default=False, editable=False)
    demo_seed = models.PositiveIntegerField(null=True, editable=False)
    demo_day = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    _cache: "ClassVar[tuple[Installation | None, float]]" = (None, 0.0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="installation_is_one_row"),
            models.CheckConstraint(
                condition=Q(tier_a_cut__lte=F("tier_b_cut")) & Q(tier_b_cut__lte=1),
                name="installation_cuts_in_order",
            ),
            models.CheckConstraint(
                condition=Q(attractive_to__lte=F("attractive_from"))
                & Q(good_to__lte=F("good_from")),
                name="installation_matrix_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name or "Perennial"

    @classmethod
    def cached(cls) -> "Installation":
        """As `get`, from the process's memory for a few seconds: every request asks."""
        row, until = cls._cache
        if row is None or time.monotonic() > until:
            try:
                row = cls.get()
            except OperationalError:
                # While the database restarts the last ones hold; /healthz needs no database.
                row = row or cls()
            cls._cache = row, time.monotonic() + CACHE_SECONDS
        return row

    @classmethod
    def forget(cls) -> None:
        """Make the next `cached` read the row again."""
        cls._cache = (None, 0.0)

    @classmethod
    def get(cls) -> "Installation":
        """The settings; the defaults are stored at first use."""
        return cls.objects.get_or_create(id=1)[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def today(self) -> dt.date:
        """The business date: the calendar day in the installation's time zone."""
        return timezone.now().astimezone(self.zone).date()
