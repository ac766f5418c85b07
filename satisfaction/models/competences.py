"""What our people know and can do in serving customers: the start of the service-profit chain."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from satisfaction.competence_reads import CompetenceQuerySet

LOWEST, HIGHEST = 1, 5
AREAS = ("company_values", "product", "market", "selling", "procedures")


class Mark(models.IntegerChoices):
    """How far somebody is in an area."""

    BEGINNER = 1, _("1: has to begin")
    HELPED = 2, _("2: does it with help")
    ALONE = 3, _("3: does it alone")
    SURE = 4, _("4: does it surely, in hard cases too")
    TEACHES = 5, _("5: teaches others")


def _mark(label: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label, choices=Mark, validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )


class StaffCompetence(models.Model):
    """How a manager or team lead rated one of our people on a day; former ratings are kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="competences",
        editable=False,
    )
    on = models.DateField(_("date"))
    company_values = _mark(_("our values"))
    product = _mark(_("product"))
    market = _mark(_("market"))
    selling = _mark(_("selling"))
    procedures = _mark(_("procedures"))
    remarks = models.TextField(_("remarks"), blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = CompetenceQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "on"], name="competence_once_a_day"),
            models.CheckConstraint(
                condition=Q(**{f"{area}__range": (LOWEST, HIGHEST) for area in AREAS}),
                name="competence_on_scale",
            ),
            models.CheckConstraint(
                condition=~Q(user=models.F("rated_by")), name="competence_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"

    @property
    def mean(self) -> float:
        return sum(getattr(self, area) for area in AREAS) / len(AREAS)
