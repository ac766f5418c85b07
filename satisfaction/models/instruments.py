"""Questionnaires. A version is frozen by its first answer; editing makes the next one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.platform.models.texts import Listed, in_language, validate_texts
from customers.models import Touchpoint
from satisfaction.instrument_reads import VersionQuerySet
from satisfaction.models.choices import (
    BURDENS,
    CHOSEN,
    SCALES,
    Aspect,
    Audience,
    Measure,
    QuestionKind,
)


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
    # Raised by every edit: saving over someone else's newer change is refused.
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

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

    @property
    def is_frozen(self) -> bool:
        """Was answered: it never changes again, and editing makes the next version."""
        return self.frozen_at is not None

    def comparable_with(self, other: "InstrumentVersion") -> models.QuerySet["Question"]:
        """Its questions whose answers can be compared with those of another version.

        The other asks the same: the same code, on the same scale, for the same aspect; and, where
        something is chosen, with an option in common. Words may have been put better.
        """
        return self.questions.filter(pk__in=[mine.pk for mine, _theirs in self.pairs_with(other)])

    def pairs_with(self, other: "InstrumentVersion") -> list[tuple["Question", "Question"]]:
        """The questions of `comparable_with`, each with that of the other version."""
        theirs = {question.code: question for question in other.questions.all()}
        pairs = [(mine, theirs.get(mine.code)) for mine in self.questions.all()]
        return [(mine, found) for mine, found in pairs if found and mine.asks_like(found)]


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
    # Goes on through the versions, as the code does.
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="question_code_once"),
            # Held at the end of a statement, so that one can move several.
            models.UniqueConstraint(
                fields=["version", "position"],
                name="question_place_once",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=Q(weight=0) | Q(kind__in=list(SCALES)), name="question_weight_of_scale"
            ),
            models.CheckConstraint(
                condition=Q(weight=0) | Q(aspect=Aspect.PERCEPTION) & ~Q(measure__in=list(BURDENS)),
                name="question_weight_of_what_was_met",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=list(CHOSEN)) | Q(options__1__isnull=False),
                name="question_has_options",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.texts)

    @property
    def scale(self) -> tuple[int, int] | None:
        """The lowest and highest answer; None where it is no scale."""
        return SCALES.get(self.kind)

    @property
    def has_options(self) -> bool:
        return self.kind in CHOSEN

    @property
    def possible_values(self) -> list[int | str]:
        """What can be answered where there is a choice; nothing for words."""
        if self.scale:
            return list(range(self.scale[0], self.scale[1] + 1))
        return [option["value"] for option in self.options] if self.has_options else []

    def asks_like(self, other: "Question") -> bool:
        """Whether answers to both mean the same (see `InstrumentVersion.comparable_with`)."""
        same = ("code", "kind", "aspect")
        if any(getattr(self, name) != getattr(other, name) for name in same):
            return False
        return not self.has_options or bool({*self.possible_values} & {*other.possible_values})
