"""Backtests that somebody asks for: a job of one step, done by a worker, one at a time.

The result and the step's end are one transaction; a worker that was killed has written nothing,
and the next one starts anew. A result of the same cut takes the former one's place.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from crm.platform import jobs
from crm.platform.jobs import Hold
from crm.platform.models import Job, JobStep
from lifecycle.models import BacktestRequest, BacktestResult
from lifecycle.services import backtests, runs, summaries

# Serialises those who ask; any number that nobody else uses.
ASKING = 20_260_003
# What a failed job says where there was nothing to test; the page has words for it.
NOTHING = "nothing_to_test"
# Twice the shortest horizon that a forecast is chosen and a risk trained by.
LEAST_HISTORY = dt.timedelta(days=28)


class OtherOpen(Exception):  # noqa: N818 -- an outcome for the person
    """Another backtest has to be finished first."""

    def __init__(self, request: BacktestRequest):
        super().__init__(str(request))
        self.request = request


@dataclass(frozen=True)
class Span:
    """The dates that a backtest may be of: something to learn from, and an outcome that is known.

    `earliest` is the first date, `last` the day on which the latest horizon ends.
    """

    first_purchase: dt.date
    earliest: dt.date
    last: dt.date


def span() -> Span | None:
    """None before the first night, and where the history is too short for any backtest."""
    last, first = runs.latest_done(), summaries.first_ever()
    if last is None or first is None or first + LEAST_HISTORY >= last:
        return None
    return Span(first, first + LEAST_HISTORY, last)


@transaction.atomic
def request(*, as_of: dt.date, horizon: int, started_by) -> BacktestRequest:
    """Ask for a backtest; OtherOpen while one is waiting or at work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ASKING])
    going_on = BacktestRequest.objects.open().first()
    if going_on is not None:
        raise OtherOpen(going_on)
    job = jobs.create_job(kind=Job.Kind.BACKTEST, steps=[("backtest", 1)], started_by=started_by)
    asked = BacktestRequest.objects.create(job=job, as_of=as_of, horizon_days=horizon)
    transaction.on_commit(lambda: jobs.ring(job))
    return asked


def work(job_id: int) -> JobStep | None:
    """Do the job's backtest if nobody does it; None when there is nothing to do."""
    if not Job.objects.filter(pk=job_id, kind=Job.Kind.BACKTEST).exists():
        return None
    step = jobs.claim(job_id)
    if step is None:
        return None
    asked = BacktestRequest.objects.get(job=job_id)
    with Hold(step) as hold:
        try:
            result = backtests.compute(as_of=asked.as_of, horizon=asked.horizon_days)
        except backtests.NothingToTest:
            jobs.fail_job(job_id, NOTHING)
            return step
        with transaction.atomic():
            backtests.store(asked.as_of, asked.horizon_days, result)
            jobs.finish(step, rows=result["customers"], seconds=hold.seconds)
    return step


def result_of(asked: BacktestRequest) -> BacktestResult | None:
    """What came of it, as long as it is there."""
    return BacktestResult.objects.filter(as_of=asked.as_of, horizon_days=asked.horizon_days).first()


def usual_seconds() -> float | None:
    """How long the last one took."""
    steps = JobStep.objects.filter(job__kind=Job.Kind.BACKTEST, state=JobStep.State.DONE)
    return steps.order_by("-pk").values_list("seconds", flat=True).first()
