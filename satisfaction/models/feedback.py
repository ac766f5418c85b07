"""What is heard of satisfaction beside complaints and questionnaires."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Contact, Customer, Touchpoint
from satisfaction.feedback_reads import FeedbackQuerySet
from satisfaction.models.choices import Measure


class Source(models.TextChoices):
    """Where satisfaction is heard (ISO 10004): the eight sources."""

    COMPLAINTS = "complaints", _("Customer complaints")
    TALK = "talk", _("Direct talk")
    SURVEYS = "surveys", _("Questionnaires and surveys")
    RESEARCH = "research", _("Commissioned research")
    GROUPS = "groups", _("Focus groups")
    CONSUMERS = "consumers", _("Consumer organisations")
    MEDIA = "media", pgettext_lazy("source of feedback", "Media")
    STUDIES = "studies", _("Industry studies")


# These two have tables of their own: what is complained of is a case, what is answered a response.
ELSEWHERE = (Source.COMPLAINTS, Source.SURVEYS)
WRITTEN = [(one.value, one.label) for one in Source if one not in ELSEWHERE]


class Tone(models.TextChoices):
    """Whether it pleased."""

    GOOD = "good", pgettext_lazy("tone of feedback", "good")
    MIXED = "mixed", pgettext_lazy("tone of feedback", "mixed")
    BAD = "bad", pgettext_lazy("tone of feedback", "bad")


class Feedback(models.Model):
    """What somebody said of us, written down: of one customer, or of the market."""

    source = models.CharField(_("source"), max_length=10, choices=WRITTEN)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="feedback"
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="feedback",
        verbose_name=_("who said it"),
    )
    said_on = models.DateField(_("said on"))
    words = models.TextField(_("what was said"))
    dimension = models.CharField(_("measure"), max_length=20, choices=Measure, blank=True)
    touchpoint = models.ForeignKey(
        Touchpoint,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("touchpoint"),
    )
    tone = models.CharField(_("tone"), max_length=5, choices=Tone, default=Tone.MIXED)
    # The agency of commissioned research; else the organisation, paper or study.
    origin = models.CharField(_("agency or origin"), max_length=150, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-said_on", "-id"]
        indexes = [
            # With all that is counted, so that a year is counted by it alone.
            models.Index(
                fields=["said_on", "id"],
                include=["source", "dimension", "touchpoint", "tone", "customer"],
                name="feedback_by_day",
            ),
            models.Index(fields=["source", "said_on"], name="feedback_by_source"),
            GinIndex(OpClass("words", name="gin_trgm_ops"), name="feedback_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="feedback_has_words"),
            models.CheckConstraint(
                condition=~Q(source__in=[one.value for one in ELSEWHERE]),
                name="feedback_not_kept_elsewhere",
            ),
            models.CheckConstraint(
                condition=~Q(source="research") | ~Q(origin=""),
                name="feedback_of_research_names_agency",
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=True) | Q(customer__isnull=False),
                name="feedback_of_contact_has_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.words[:80]
