"""Long work: a job is what a person watches, its steps are what workers claim."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of long work (a nightly run, an import) and how far it is."""

    class Kind(models.TextChoices):
        NIGHTLY = "nightly", _("Nightly run")
        IMPORT = "import", _("Import")
        EXPORT = "export", _("Export")
        BACKTEST = "backtest", _("Backtest")
        TERMS = "terms", _("Deadlines of open cases")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    # A key of the kind's own list of phases, so that pages can translate it.
    phase = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]),
                name="job_state_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["kind", "id"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}


class JobStep(models.Model):
    """A shard of a job that one worker claims for a while.

    A claim lasts until `lease_until`; whoever claims raises `fence`, and a writer whose fence
    has passed is refused. A step done twice gives the same rows.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    position = (
        models.PositiveSmallIntegerField()
    )  # steps of a lower position are done first, those of one side by side
    name = models.CharField(max_length=40)
    shard = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["position", "shard"]
        constraints = [
            models.UniqueConstraint(fields=["job", "name", "shard"], name="jobstep_once_per_shard"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done"]), name="jobstep_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.shard}"


class Heartbeat(models.Model):
    """When the workers of a machine were last seen working."""

    machine = models.CharField(max_length=100, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.machine} {self.seen_at}"
