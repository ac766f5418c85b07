"""What is changed on our side so that a complaint does not come again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.cases import Case
from complaints.querysets import CorrectiveQuerySet


class CorrectiveAction(models.Model):
    """A change by somebody by a day, and later the check whether it helped.

    It belongs to the case that showed the need and may outlive it: it is settled when it was
    dropped, or when somebody has said whether it was effective.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    class Verdict(models.TextChoices):
        EFFECTIVE = "effective", _("effective")
        INEFFECTIVE = "ineffective", _("not effective")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="corrective_actions")
    what = models.CharField(_("what is changed on our side"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="corrective_actions",
        verbose_name=_("who does it"),
    )
    due_on = models.DateField(_("due on"))
    aim = models.CharField(_("done when"), max_length=300, blank=True)
    check_on = models.DateField(_("effect is checked on"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    result = models.TextField(_("what was done"), blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    verdict = models.CharField(_("verdict"), max_length=11, choices=Verdict, blank=True)
    verdict_words = models.TextField(_("how it showed"), blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CorrectiveQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(state="open"), name="corrective_to_do"
            ),
            models.Index(
                fields=["check_on", "id"],
                condition=Q(state="done", verdict=""),
                name="corrective_to_check",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="corrective_has_words"),
            models.CheckConstraint(
                condition=Q(check_on__gte=models.F("due_on")), name="corrective_checked_after"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & ~Q(result="") & Q(closed_at__isnull=False)),
                name="corrective_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", checked_at=None, checked_by=None)
                | (
                    Q(verdict__in=["effective", "ineffective"], state="done")
                    & Q(checked_at__isnull=False, checked_by__isnull=False)
                    & ~Q(verdict_words="")
                ),
                name="corrective_checked_has_words",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_unchecked(self) -> bool:
        """Done, and nobody has said whether it helped."""
        return self.state == self.State.DONE and not self.verdict
