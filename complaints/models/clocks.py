from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.cases import Case
from complaints.models.choices import ClockKind
from complaints.querysets import ClockQuerySet


class Clock(models.Model):
    """A deadline of a case in business time: derived from its events by `complaints.replay`."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        MET = "met", _("met")
        ENDED = "ended", _("ended")  # the case ended without what the clock waited for

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=14, choices=ClockKind)
    # Which one of its kind: each word of the customer that wants an answer begins another next
    # response; of the others there is one.
    turn = models.PositiveSmallIntegerField(default=1, db_default=1)
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    target = models.PositiveIntegerField()  # minutes of business time
    # Minutes counted: until it was met or ended; 0 while it runs, since they depend on the moment.
    minutes = models.FloatField(default=0)
    # When it will be up if nothing stops it; null while it is paused.
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)  # met or ended
    # Each fires once. A breach stays a breach.
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    # How often people were told of the breach, and when the last time.
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["case", "due_at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "turn"], name="clock_one_a_turn"),
            models.CheckConstraint(
                condition=Q(state__in=["running", "paused"], stopped_at__isnull=True)
                | Q(state__in=["met", "ended"], stopped_at__isnull=False),
                name="clock_stopped_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(due_at__isnull=False, warn_at__isnull=False),
                name="clock_running_has_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "stopped_at"], condition=Q(state="met"), name="clock_met")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
