"""How well we manage the satisfaction of customers, as we judge it ourselves."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.utils.translation import gettext_lazy as _

STEP, FULL = 10, 100


class Item(models.TextChoices):
    """The eight items of customer satisfaction in the award criteria of Malcolm Baldrige."""

    KNOWLEDGE = "knowledge", _("Knowledge of requirements and expectations")
    RELATIONSHIPS = "relationships", _("Management of relationships")
    STANDARDS = "standards", _("Service standards")
    COMMITMENTS = "commitments", _("Commitments to customers")
    RESOLUTION = "resolution", _("Resolution of complaints and wishes for improvement")
    DETERMINING = "determining", _("Determining satisfaction")
    RESULTS = "results", _("Results in satisfaction")
    COMPARISON = "comparison", _("Comparison with other suppliers")


class SelfAssessment(models.Model):
    """What somebody judged of one item on a day; former ones are kept."""

    item = models.CharField(_("item"), max_length=13, choices=Item, editable=False)
    score = models.PositiveSmallIntegerField(
        _("how far we are, in %"), choices=[(step, f"{step} %") for step in range(0, 101, STEP)]
    )
    words = models.TextField(_("why, and what is missing"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["item", "-at", "-id"], name="selfassessment_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__lte=FULL) & Q(score=F("score") - Mod(F("score"), STEP)),
                name="selfassessment_in_steps",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="selfassessment_has_words"),
            models.CheckConstraint(
                condition=Q(item__in=Item.values), name="selfassessment_item_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.score}"
