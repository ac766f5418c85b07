"""Nightly runs: which nights are due, and asking for one."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max

from crm.platform import jobs
from crm.platform.models import Installation, Job
from customers.models import DealingSummary, TouchedCustomer, Transaction
from lifecycle.models import NightlyRun
from lifecycle.services import value_parts
from lifecycle.services.history import forget_after
from lifecycle.services.tiering import month_end_before
from lifecycle.services.training import settings_now

# Serialises those who ask for runs; any number that nobody else uses.
ASKING = 20_260_001
# A longer gap than this is not caught up night by night: its last month-ends are enough for the
# tiers, which look back at two of them.
LONGEST_CATCH_UP = 62
# Where nothing was bought for so long, the supply of dealings has stopped, and to compute on would
# make every customer look as if it were leaving.
SUPPLY_STOPPED = dt.timedelta(days=31)


class EarlierThanLatest(Exception):  # noqa: N818 -- an outcome for the person
    """A night before the newest one is only computed again as a rebuild."""


class OtherRunOpen(Exception):  # noqa: N818 -- an outcome for the person
    """Another night's run has to be finished first."""

    def __init__(self, run: NightlyRun):
        super().__init__(str(run))
        self.run = run


@dataclass(frozen=True)
class Request:
    """A run and whether there is anything left to do for it."""

    run: NightlyRun
    is_done: bool


def last_business_day() -> dt.date:
    """The last day that has ended in the installation's time zone."""
    return Installation.get().today() - dt.timedelta(days=1)


def open_run() -> NightlyRun | None:
    """The run that is waiting or at work."""
    return NightlyRun.objects.open().first()


def latest_done() -> dt.date | None:
    return NightlyRun.objects.done().aggregate(day=Max("as_of"))["day"]


def is_out_of_date(run: NightlyRun) -> bool:
    """Whether dealings or settings changed since the run."""
    if run.models_used.get("settings") != settings_now():
        return True
    if value_parts.has_changed(run):
        return True
    return TouchedCustomer.objects.filter(since__lte=run.as_of).exists()


@transaction.atomic
def request(*, as_of: dt.date, rebuild: bool = False, started_by=None) -> Request:
    """Ask for a night. One that is open goes on, one that is complete and still true is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ASKING])
    going_on = open_run()
    if going_on is not None:
        if (going_on.as_of, going_on.rebuild) == (as_of, rebuild):
            return Request(going_on, is_done=False)
        raise OtherRunOpen(going_on)
    latest = NightlyRun.objects.done().first()
    if latest is not None and as_of < latest.as_of:
        # A night before the first dealings came in says nothing that could be lost.
        if not rebuild and "no_dealings" not in latest.warnings:
            raise EarlierThanLatest(latest.as_of.isoformat())
        forget_after(as_of)
    run = NightlyRun.objects.select_related("job").filter(as_of=as_of).first()
    if run is None:
        job = jobs.create_job(kind=Job.Kind.NIGHTLY, started_by=started_by)
        run = NightlyRun.objects.create(as_of=as_of, job=job, rebuild=rebuild)
        return Request(run, is_done=False)
    if run.job.state == Job.State.FAILED and run.rebuild == rebuild:
        jobs.reopen(run.job)
        run.job.refresh_from_db()
        return Request(run, is_done=False)
    if run.job.state == Job.State.DONE and not rebuild and not is_out_of_date(run):
        return Request(run, is_done=True)
    _start_again(run, rebuild, started_by)
    return Request(run, is_done=False)


def _start_again(run: NightlyRun, rebuild: bool, started_by) -> None:
    former = run.job
    run.job = jobs.create_job(kind=Job.Kind.NIGHTLY, started_by=started_by)
    run.rebuild = rebuild
    run.save(update_fields=["job", "rebuild"])
    former.delete()


def due_dates(until: dt.date) -> list[dt.date]:
    """The nights up to the date that were missed, in order; the first one ever is just that."""
    latest = latest_done()
    if latest is None:
        return [until]
    gap = (until - latest).days
    if gap <= LONGEST_CATCH_UP:
        return [latest + dt.timedelta(days=day) for day in range(1, gap + 1)]
    last = month_end_before(until)
    return [day for day in (month_end_before(last), last) if latest < day < until] + [until]


@dataclass(frozen=True)
class Supply:
    """How far nights can be computed: to yesterday, or to the last dealing where they stopped."""

    until: dt.date
    newest: dt.date | None = None  # the last dealing, where nothing newer comes in

    @property
    def stopped(self) -> bool:
        return self.newest is not None


def supply() -> Supply | None:
    """Whether dealings still come in; None before the first.

    Asks the sums, and the transactions only of customers that are not summed yet: a search of all
    transactions by date would take seconds.
    """
    yesterday = last_business_day()
    waiting = Transaction.objects.filter(
        customer__in=TouchedCustomer.objects.values("customer"), date__lte=yesterday
    )
    recent = yesterday - SUPPLY_STOPPED
    summed = DealingSummary.objects.filter(last_purchase__lte=yesterday)
    if summed.filter(last_purchase__gt=recent).exists() or waiting.filter(date__gt=recent).exists():
        return Supply(yesterday)
    newest = [
        summed.aggregate(day=Max("last_purchase"))["day"],
        waiting.aggregate(day=Max("date"))["day"],
    ]
    known = [day for day in newest if day]
    return Supply(max(known), max(known)) if known else None


def is_newest_due(as_of: dt.date) -> bool:
    """Whether no later night is due yet."""
    found = supply()
    return found is None or as_of >= found.until


def nights_to_compute() -> list[dt.date]:
    """The nights that are due, or else the newest one, to be brought in line with the data."""
    found = supply()
    return due_dates(found.until if found else last_business_day()) or [latest_done()]
