"""What satisfaction should be, by tier, from a day on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models.standing import Tier


class SatisfactionTarget(models.Model):
    """The least that a figure should be for customers of a tier, from a day on till the next one.

    A target that once held stays, so that each wave is held against those of its own time.
    """

    class Figure(models.TextChoices):
        INDEX = "index", _("Satisfaction index")
        NPS = "nps", _("NPS")
        SATISFIED = "satisfied", _("Satisfied or very satisfied")
        RELIABILITY = "reliability", _("Reliability")
        RESPONSIVENESS = "responsiveness", _("Responsiveness")
        ASSURANCE = "assurance", _("Assurance")
        EMPATHY = "empathy", _("Empathy")
        TANGIBLES = "tangibles", _("Tangibles")

    tier = models.CharField(
        _("tier"), max_length=1, choices=Tier, blank=True, help_text=_("Empty: all customers.")
    )
    measure = models.CharField(_("figure"), max_length=20, choices=Figure)
    value = models.DecimalField(
        _("at least"),
        max_digits=4,
        decimal_places=1,
        help_text=_("0 to 100, a share in per cent; NPS -100 to 100."),
    )
    from_on = models.DateField(_("holds from"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["measure", "tier", "-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "measure", "from_on"], name="target_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lte=100)
                | Q(measure="nps", value__gte=-100, value__lte=100),
                name="target_on_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.tier} {self.value}"
