"""Scorecards: how attractive a customer is, how good the relationship, and what follows."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.platform.amounts import summed
from crm.platform.models.texts import Listed, in_language
from customers.models import Customer
from lifecycle.assessment_reads import (
    AssessmentQuerySet,
    CriterionQuerySet,
    FitDecisionQuerySet,
    NominationQuerySet,
)

LOWEST, HIGHEST = 1, 5


class Criterion(Listed):
    """A question of the scorecard with its weight within its part; managers set them."""

    class Part(models.TextChoices):
        ATTRACTIVENESS = "attractiveness", _("Attractiveness")
        POTENTIAL = "potential", _("Potential")
        RELATIONSHIP = "relationship", _("Relationship")
        BARGAINING = "bargaining", _("Bargaining position")
        FIT = "fit", _("Fit")

    class Computed(models.TextChoices):
        """What the data knows by themselves."""

        NO = "", _("answered by people")
        VOLUME = "volume", _("from purchase volume")
        MARGIN = "margin", _("from margin")
        GROWTH = "growth", _("from growth")
        RHYTHM = "rhythm", _("from the rhythm of purchases")

    part = models.CharField(_("part"), max_length=14, choices=Part)
    # By language, then by mark: {"en": {"1": "…", "5": "…"}}.
    helps = models.JSONField(_("what 1 and 5 mean"), default=dict, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MaxValueValidator(10)]
    )
    computed = models.CharField(
        pgettext_lazy("where it is from", "answer"), max_length=6, choices=Computed, blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CriterionQuerySet.as_manager()

    class Meta(Listed.Meta):
        ordering = ["part", "position", "id"]

    def _help(self, mark: int) -> str:
        return in_language({code: texts.get(str(mark)) for code, texts in self.helps.items()})

    @property
    def means_lowest(self) -> str:
        return self._help(LOWEST)

    @property
    def means_highest(self) -> str:
        return self._help(HIGHEST)


class Assessment(models.Model):
    """The answers about one customer on one day; the newest counts, older ones are kept.

    `answers`: criterion's id as text to [score 1 to 5, computed or not]. The parts' totals are
    weighted means on 1 to 5 as the weights were on that day; null where nothing was answered.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="assessments")
    on = models.DateField(_("date"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    answers = models.JSONField(default=dict)
    remarks = models.TextField(_("remarks"), blank=True)
    attractiveness = models.FloatField(null=True)
    potential = models.FloatField(null=True)
    relationship = models.FloatField(null=True)
    bargaining = models.FloatField(null=True)
    fit = models.FloatField(null=True)
    # The two axes of the portfolio matrix.
    across = models.FloatField(null=True)  # relationship
    up = models.FloatField(null=True)  # attractiveness and potential
    total = models.FloatField(null=True)  # mean of the parts: what candidates are ranked by
    is_newest = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [
            models.Index(fields=["customer", "-on", "-id"], name="assessment_of_customer"),
            models.Index(
                fields=["up", "across"], condition=Q(is_newest=True), name="assessment_in_matrix"
            ),
            models.Index(
                fields=["total", "id"], condition=Q(is_newest=True), name="assessment_ranked"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_newest=True), name="assessment_one_newest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.on}"


class FitDecision(models.Model):
    """Whether we pursue a customer, and why; each one in exploration has one. Never changed."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="fit_decisions")
    pursue = models.BooleanField(
        _("decision"), choices=[(True, _("Pursue")), (False, _("Do not pursue"))]
    )
    why = models.TextField(_("why"))
    on = models.DateField(_("date"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = FitDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["customer", "-on", "-id"], name="fit_of_customer")]
        constraints = [models.CheckConstraint(condition=~Q(why=""), name="fit_has_reason")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.pursue}"


class Nomination(models.Model):
    """A manager made a customer a key account, confirms it each year, or dropped it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="nominations")
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    on = models.DateField(_("date"))
    review_on = models.DateField(_("to be confirmed by"))
    ended_on = models.DateField(null=True)
    end_reason = models.TextField(_("why it was dropped"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [
            models.Index(
                fields=["review_on"], condition=Q(ended_on=None), name="nomination_to_review"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(ended_on=None), name="nomination_one_open"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="nomination_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(end_reason=""), name="nomination_end_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.on}"


class NominationReview(models.Model):
    """A yearly look at a nomination: confirmed, with findings. Added, not changed."""

    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="reviews")
    on = models.DateField(_("date"))
    findings = models.TextField(_("findings"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.on}"


class PeerCategory(models.Model):
    """How many of an industry's customers, or of a sample, bought a category in twelve months.

    Made anew each night; from it a card proposes what similar customers buy.
    """

    industry = models.CharField(max_length=60)
    category = models.CharField(max_length=100)
    buyers = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()  # of these, who bought anything
    spend = summed()  # a buyer's mean net

    class Meta:
        ordering = ["industry", "-buyers"]
        constraints = [
            models.UniqueConstraint(fields=["industry", "category"], name="peer_category_once")
        ]

    def __str__(self) -> str:
        return f"{self.industry}: {self.category}"
