"""What complaints cost and what answering them well brings: prepared figures, and assumptions."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ComplaintStudy(models.Model):
    """A study of complaints together with values or answers, as the newest night made it.

    `content` is what `lifecycle.services.complaint_studies` describes for each kind.
    """

    class Kind(models.TextChoices):
        ICEBERG = "iceberg"
        STAKE = "stake"
        RECOVERY = "recovery"

    kind = models.CharField(primary_key=True, max_length=8, choices=Kind)
    as_of = models.DateField()
    content = models.JSONField()

    def __str__(self) -> str:
        return f"{self.kind} {self.as_of}"


def _share(label: str, usual: float, **more) -> models.FloatField:
    bounds = [MinValueValidator(0), MaxValueValidator(1)]
    return models.FloatField(label, default=usual, validators=bounds, **more)


class LossAssumptions(models.Model):
    """What a manager supposes in the loss calculator, kept for this person.

    The usual shares are those of the Technical Assistance Research Programs (1986) for purchases
    of more than 100 dollars: of those who said nothing 9 % bought again, of those whose complaint
    was resolved 54 %. Empty: what our own figures say.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", editable=False
    )
    silent = models.FloatField(
        _("silent for each one who complains"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1_000)],
        help_text=_("Empty: the estimate of the iceberg."),
    )
    leave_silent = _share(_("share of the silent who leave"), 0.91)
    leave_speaking = _share(_("share of the complaining who leave"), 0.46)
    told = models.FloatField(
        _("people whom each unhappy one tells"),
        default=10,
        validators=[MinValueValidator(0), MaxValueValidator(1_000)],
    )
    put_off = _share(
        _("share of these who would have become customers"),
        0.01,
        help_text=_("Your own judgement: no source knows it for your trade."),
    )
    value = models.DecimalField(
        _("value of a customer"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty: the mean lifetime value of active customers."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name_plural = "loss assumptions"
        constraints = [
            models.CheckConstraint(
                condition=Q(leave_silent__range=(0, 1))
                & Q(leave_speaking__range=(0, 1))
                & Q(put_off__range=(0, 1)),
                name="loss_assumptions_are_shares",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"

    @classmethod
    def of(cls, user) -> "LossAssumptions":
        """What this person supposes; the usual figures the first time."""
        return cls.objects.get_or_create(user=user)[0]
