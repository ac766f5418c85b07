"""Questionnaires. A version is frozen by its first answer; editing makes the next one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.platform.models.texts import Listed, in_language, validate_texts
from customers.models import Touchpoint
from satisfaction.models.choices import SCALES, Aspect, Audience, Measure, QuestionKind
from satisfaction.querysets import VersionQuerySet


class Instrument(Listed):
    """A questionnaire through its versions. A ready one stays as it is; its copies are edited."""

    audience = models.CharField(
        _("who is asked"),
        max_length=12,
        choices=Audience,
        default=Audience.CUSTOMERS,
        db_default=Audience.CUSTOMERS,
    )
    is_ready = models.BooleanField(default=False, db_default=False, editable=False)
    # Where a ready one comes from, by language.
    source = models.JSONField(default=dict, db_default={}, blank=True)

    class Meta(Listed.Meta):
        pass

    @property
    def current(self) -> "InstrumentVersion":
        """The newest version: the one that new waves ask with."""
        return self.versions.order_by("-number").first()


class InstrumentVersion(models.Model):
    """The questions as they are asked in one or more waves."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    # Said to the customer above the first question and after the last one, by language.
    introduction = models.JSONField(default=dict, blank=True)
    thanks = models.JSONField(default=dict, blank=True)
    frozen_at = models.DateTimeField(null=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["instrument", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "number"], name="instrument_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.number}"


class Question(models.Model):
    """One question of a version; versions are compared by its code."""

    version = models.ForeignKey(
        InstrumentVersion, on_delete=models.CASCADE, related_name="questions"
    )
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    page = models.PositiveSmallIntegerField(_("page"), default=1)
    kind = models.CharField(_("kind"), max_length=8, choices=QuestionKind)
    texts = models.JSONField(_("text"), validators=[validate_texts])
    # What the ends of the scale mean, where not satisfaction: {"low": texts, "high": texts}.
    ends = models.JSONField(default=dict, blank=True)
    # For choices: [{"value": "price", "texts": {...}}, ...].
    options = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    weight = models.PositiveSmallIntegerField(
        _("weight in the index"), default=0, help_text=_("0: not part of the index.")
    )
    measure = models.CharField(_("measures"), max_length=20, choices=Measure, blank=True)
    aspect = models.CharField(
        _("asks"),
        max_length=11,
        choices=Aspect,
        default=Aspect.PERCEPTION,
        db_default=Aspect.PERCEPTION,
    )
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Asked only if an earlier answer fits: {"question": code, "values": [...]}.
    condition = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="question_code_once"),
            models.UniqueConstraint(fields=["version", "position"], name="question_place_once"),
            models.CheckConstraint(
                condition=Q(weight=0) | Q(kind__in=list(SCALES)), name="question_weight_of_scale"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.texts)

    @property
    def scale(self) -> tuple[int, int] | None:
        """The lowest and highest answer; None where it is no scale."""
        return SCALES.get(self.kind)
