"""Who else our customers buy from."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models.customer import Customer
from customers.models.record import Record
from customers.querysets import PresenceQuerySet


class Competitor(models.Model):
    """A supplier that our customers compare us with; one register for all."""

    name = models.CharField(pgettext_lazy("of a company", "name"), max_length=150)
    website = models.URLField(_("website"), blank=True)
    strengths = models.TextField(_("strengths"), blank=True)
    weaknesses = models.TextField(_("weaknesses"), blank=True)
    notes = models.TextField(_("notes"), blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="competitor_once"),
            models.CheckConstraint(condition=~Q(name=""), name="competitor_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class CompetitorPresence(Record):
    """A competitor at a customer: how strong, with which share, and where that goes."""

    class Strength(models.TextChoices):
        WEAKER = "weaker", _("Weaker than we")
        EQUAL = "equal", _("As strong as we")
        STRONGER = "stronger", _("Stronger than we")

    class Trend(models.TextChoices):
        GAINING = "gaining", _("Gaining")
        STEADY = "steady", _("Steady")
        LOSING = "losing", _("Losing")

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="competitor_presences"
    )
    competitor = models.ForeignKey(
        Competitor,
        on_delete=models.PROTECT,
        related_name="presences",
        verbose_name=_("competitor"),
    )
    strength = models.CharField(_("strength here"), max_length=8, choices=Strength, blank=True)
    share = models.DecimalField(
        _("share of its purchases in %"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    trend = models.CharField(_("trend"), max_length=7, choices=Trend, blank=True)
    known_on = models.DateField(_("known since"))
    remarks = models.TextField(_("remarks"), blank=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        ordering = ["competitor__name", "id"]
        indexes = [
            models.Index(
                fields=["competitor", "-known_on", "-id"],
                condition=Q(removed_at=None),
                name="presence_of_competitor",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "competitor"],
                condition=Q(removed_at=None),
                name="presence_once_a_competitor",
            )
        ]

    def __str__(self) -> str:
        return f"{self.competitor}"
