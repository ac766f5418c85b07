"""Nightly runs and backtests."""

from django.db import models
from django.db.models import Min, Sum
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Job
from lifecycle.querysets import BacktestRequestQuerySet, NightlyRunQuerySet


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
            self.job.steps.values("name")
            .annotate(first=Min("pk"), sum_rows=Sum("rows"), sum_seconds=Sum("seconds"))
            .order_by("first")
        )
        return [
            {"name": s["name"], "rows": s["sum_rows"], "seconds": round(s["sum_seconds"], 3)}
            for s in sums
        ]


class BacktestRequest(models.Model):
    """A backtest that somebody asked for; a worker puts its result beside the others."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="backtest_request")
    as_of = models.DateField(_("as of"))
    horizon_days = models.PositiveSmallIntegerField(_("horizon in days"))

    objects = BacktestRequestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.as_of} + {self.horizon_days}"


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
