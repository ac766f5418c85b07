"""What we change so that fewer customers have a reason to leave."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from satisfaction.improvement_reads import ImprovementActionQuerySet
from satisfaction.models.choices import Measure as Gauge
from satisfaction.models.waves import Wave


class ImprovementAction(models.Model):
    """A change that somebody brings about by a day, of one of the eight long-term measures."""

    class Measure(models.TextChoices):
        IDEA = "idea", pgettext_lazy("long-term measure", "Idea")
        PRODUCT = "product", pgettext_lazy("long-term measure", "Product")
        SERVICE = "service", pgettext_lazy("long-term measure", "Service")
        STAFF = "staff", pgettext_lazy("long-term measure", "Staff")
        IMAGE = "image", pgettext_lazy("long-term measure", "Image")
        MANAGEMENT = "management", pgettext_lazy("long-term measure", "Management")
        INNOVATION = "innovation", pgettext_lazy("long-term measure", "Innovation")
        ALLIANCE = "alliance", pgettext_lazy("long-term measure", "Customer alliance")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    class Verdict(models.TextChoices):
        BETTER = "better", _("it got better")
        SAME = "same", _("no change that chance would not explain")
        WORSE = "worse", _("it got worse")

    finding = models.TextField(_("what was found"), blank=True, db_default="")
    cause = models.TextField(_("why it is so"), blank=True, db_default="")
    what = models.CharField(_("what is done"), max_length=300)
    measure = models.CharField(_("long-term measure"), max_length=10, choices=Measure)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="improvement_actions",
        verbose_name=_("who does it"),
    )
    due_on = models.DateField(_("due on"))
    aim = models.TextField(_("what it should change"), blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    result = models.TextField(_("result"), blank=True)
    # Verified by the same measure before and after.
    gauge = models.CharField(
        _("verified by"), max_length=20, choices=Gauge, blank=True, db_default=""
    )
    wave_before = models.ForeignKey(
        Wave,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("wave before"),
    )
    wave_after = models.ForeignKey(
        Wave,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("later wave"),
    )
    verdict = models.CharField(
        _("verdict"), max_length=6, choices=Verdict, blank=True, db_default="", editable=False
    )
    verification = models.TextField(
        _("what the verifier says"), blank=True, db_default="", editable=False
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    verified_at = models.DateTimeField(null=True, editable=False)
    # Prepared by `satisfaction.services.gauging`: of both waves, and of the customers who gave the
    # measure one of the lower two of five points in the wave before.
    affected = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    affected_value = models.DecimalField(
        max_digits=18, decimal_places=2, default=0, db_default=0, editable=False
    )
    gauged = models.JSONField(default=dict, db_default={}, editable=False)
    gauged_at = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ImprovementActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="improvement_by_day"),
            models.Index(fields=["state", "affected_value", "id"], name="improvement_by_value"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="improvement_has_words"),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(result=""), name="improvement_done_has_result"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="improvement_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(wave_before=None, wave_after=None)
                | (~Q(gauge="") & Q(wave_before__isnull=False)),
                name="improvement_waves_need_measure",
            ),
            models.CheckConstraint(
                condition=~Q(wave_before=F("wave_after")), name="improvement_two_waves"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", verified_by=None, verified_at=None)
                | (
                    ~Q(verdict="")
                    & Q(verified_by__isnull=False)
                    & Q(verified_at__isnull=False)
                    & Q(wave_after__isnull=False)
                ),
                name="improvement_verdict_of_two_waves",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
