"""Nightly runs and backtests."""

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Job


class NightlyRunQuerySet(models.QuerySet):
    """Runs are no customer's: managers see them all."""

    def newest(self, limit: int = 30):
        """The last nights with what they took, all steps and shards together."""
        runs = self.select_related("job__started_by").annotate(seconds=Sum("job__steps__seconds"))
        return runs.order_by("-as_of")[:limit]

    def open(self):
        """Waiting or at work; no more than one."""
        states = [Job.State.WAITING, Job.State.RUNNING]
        return self.filter(job__state__in=states).select_related("job")

    def done(self):
        return self.filter(job__state=Job.State.DONE)


class NightlyRun(models.Model):
    """One night's computation for a business date; its steps and shards are the job's."""

    as_of = models.DateField(_("as of"), unique=True)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="nightly_run")
    rebuild = models.BooleanField(default=False)
    customers = models.PositiveBigIntegerField(default=0)
    # What the steps of the run agree on: fitted parameters, H, method chosen, tier cuts.
    models_used = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)

    objects = NightlyRunQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of"]

    def __str__(self) -> str:
        return str(self.as_of)

    def steps(self) -> list[dict]:
        """Rows and seconds of each step, its shards together, in the order of the run."""
        sums = (
            self.job.steps.order_by("position")
            .values("position", "name")
            .annotate(sum_rows=Sum("rows"), sum_seconds=Sum("seconds"))
        )
        return [
            {"name": s["name"], "rows": s["sum_rows"], "seconds": round(s["sum_seconds"], 3)}
            for s in sums
        ]


class BacktestResult(models.Model):
    """What the forecast of an earlier date said against what then happened."""

    as_of = models.DateField(_("as of"))
    horizon_days = models.PositiveSmallIntegerField(_("horizon in days"))
    result = models.JSONField()
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-as_of"]
        constraints = [
            models.UniqueConstraint(fields=["as_of", "horizon_days"], name="backtest_once_a_cut")
        ]

    def __str__(self) -> str:
        return f"{self.as_of} + {self.horizon_days}"
