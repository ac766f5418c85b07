"""The closed loop: who was unhappy in a survey, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models import Customer, Task
from satisfaction.loop_reads import LoopQuerySet
from satisfaction.models.waves import Response


class Outcome(models.TextChoices):
    """What somebody who called an unhappy customer can report."""

    SOLVED = "solved", pgettext_lazy("outcome of a call", "Solved")
    CALLED = "called", pgettext_lazy("outcome of a call", "Spoken with, nothing to be done")
    COMPLAINT = "complaint", pgettext_lazy("outcome of a call", "Became a complaint")
    LATER = "later", pgettext_lazy("outcome of a call", "Spoken with, more to do")
    NO_ANSWER = "no_answer", pgettext_lazy("outcome of a call", "No answer")
    REFUSED = "refused", pgettext_lazy("outcome of a call", "Does not want to talk")


# These leave the loop open: somebody goes on.
GOES_ON = (Outcome.LATER, Outcome.NO_ANSWER)


class Loop(models.Model):
    """An unhappy response that waits for somebody, until an outcome closes it."""

    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="loop")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    task = models.OneToOneField(Task, null=True, on_delete=models.SET_NULL, related_name="loop")
    opened_at = models.DateTimeField()
    due_on = models.DateField()  # two business days after the answer, wherever the task went
    # The first time that anybody acted, and the newest outcome.
    acted_at = models.DateTimeField(null=True)
    acted_in_time = models.BooleanField(null=True)
    outcome = models.CharField(
        _("outcome"), max_length=9, choices=Outcome, blank=True, default="", db_default=""
    )
    closed_at = models.DateTimeField(null=True)

    objects = LoopQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=Q(closed_at__isnull=True), name="loop_open"
            ),
            models.Index(
                fields=["closed_at", "id"], condition=Q(closed_at__isnull=False), name="loop_closed"
            ),
            models.Index(fields=["opened_at"], name="loop_by_day"),
            # An account manager's are counted by it alone.
            models.Index(
                fields=["customer"],
                include=[
                    *("opened_at", "due_on", "acted_at", "acted_in_time", "outcome", "closed_at"),
                ],
                name="loop_of_customer",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", acted_at=None, acted_in_time=None, closed_at=None)
                | (
                    ~Q(outcome="")
                    & Q(acted_at__isnull=False)
                    & Q(acted_in_time__isnull=False)
                    & (
                        Q(outcome__in=["later", "no_answer"], closed_at=None)
                        | (~Q(outcome__in=["later", "no_answer"]) & Q(closed_at__isnull=False))
                    )
                ),
                name="loop_outcome_and_times_agree",
            )
        ]

    def __str__(self) -> str:
        return f"{self.response_id} {self.outcome}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class LoopStep(models.Model):
    """One time that somebody acted on it: what came of it, in whose words."""

    loop = models.ForeignKey(Loop, on_delete=models.CASCADE, related_name="steps")
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    words = models.TextField(_("what came of it"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.loop_id} {self.outcome}"
