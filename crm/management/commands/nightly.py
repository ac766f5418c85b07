"""`manage.py nightly`: one night's figures, worked on here and by every worker that hears."""

import datetime as dt
import sys
import time
from json import dumps

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from crm import nightly
from crm.platform import jobs
from crm.platform.models import Installation, Job
from lifecycle.models import NightlyRun
from lifecycle.services import runs

ALREADY_RUNNING = 3
# Held while a command works; goes with its connection, however that ends.
COMMAND_LOCK = 20_260_002
POLL_SECONDS = 0.3
# How long a restart of PostgreSQL may take.
PATIENCE_SECONDS = 120
BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Computes values, risks, tiers, stages and signals as of a date; resumes what broke off."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--as-of",
            type=dt.date.fromisoformat,
            metavar="DATE",
            help="the night to compute (default: all missed, to yesterday or the last dealing)",
        )
        parser.add_argument(
            "--rebuild", action="store_true", help="sum all transactions anew, also for a past date"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, as_of, rebuild: bool, json: bool, **options) -> None:
        self.is_json = json
        if isinstance(as_of, str):  # from call_command
            as_of = dt.date.fromisoformat(as_of)
        if as_of and as_of > Installation.get().today():
            raise CommandError("A night that is still to come can't be computed.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [COMMAND_LOCK])
            if not cursor.fetchone()[0]:
                self._end_already_running(runs.open_run())
        try:
            run = None
            for date in [as_of] if as_of else runs.nights_to_compute():
                run = self._night(date, rebuild)
            self._report(run)
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [COMMAND_LOCK])

    def _night(self, date: dt.date, rebuild: bool) -> NightlyRun:
        """Request a night and see it through, after whatever an earlier one left open."""
        while True:
            try:
                request = runs.request(as_of=date, rebuild=rebuild)
            except runs.OtherRunOpen as other:
                self._see_through(other.run)
                continue
            except runs.EarlierThanLatest as latest:
                raise CommandError(
                    f"The figures are of {latest}: a night before it needs --rebuild."
                ) from None
            if not request.is_done:
                self._see_through(request.run)
            return request.run

    def _see_through(self, run: NightlyRun) -> None:
        if jobs.is_held(run.job_id):
            self._end_already_running(run)
        nightly.plan(run)
        jobs.ring(run.job)
        job = self._work_patiently(run)
        if job.state == Job.State.FAILED:
            raise CommandError(f"The run of {run.as_of} has failed: {job.error}")

    def _work_patiently(self, run: NightlyRun) -> Job:
        """Work until the job is closed, by whomever; a restart of the database is waited for."""
        gives_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                for step in nightly.work_on(run.job_id):
                    self._show(run, step)
                job = Job.objects.get(pk=run.job_id)
                gives_up = time.monotonic() + PATIENCE_SECONDS
                if not job.is_open:
                    return job
            except jobs.CONNECTION_FAULTS:
                if time.monotonic() > gives_up:
                    raise
                connection.close()
            time.sleep(POLL_SECONDS)

    def _show(self, run: NightlyRun, step) -> None:
        if self.is_json or not sys.stderr.isatty():
            return
        job = Job.objects.get(pk=run.job_id)
        done = BAR_WIDTH * job.done // max(job.total, 1)
        bar = "#" * done + "." * (BAR_WIDTH - done)
        end = "\n" if job.done == job.total else ""
        line = f"\r{run.as_of} [{bar}] {job.done}/{job.total} {step.name:<10}{end}"
        self.stderr.write(line, ending="")
        self.stderr.flush()

    def _end_already_running(self, run: NightlyRun | None) -> None:
        if self.is_json:
            self._print(run, "running")
        else:
            self.stderr.write(
                f"A nightly run{f' of {run.as_of}' if run else ''} is at work already."
            )
        sys.exit(ALREADY_RUNNING)

    def _report(self, run: NightlyRun) -> None:
        run = NightlyRun.objects.select_related("job").get(pk=run.pk)
        if self.is_json:
            self._print(run, run.job.state)
            return
        for step in run.steps():
            self.stdout.write(
                f"{step['name']:<10}{step['rows']:>12,} rows {step['seconds']:8.2f} s"
            )
        warnings = f" ({', '.join(run.warnings)})" if run.warnings else ""
        self.stdout.write(f"{run.as_of}: {run.customers:,} customers{warnings}")

    def _print(self, run: NightlyRun | None, status: str) -> None:
        shown = {
            "as_of": run and run.as_of.isoformat(),
            "status": status,
            "customers": run.customers if run else 0,
            "steps": run.steps() if run else [],
            "models": {k: v for k, v in run.models_used.items() if k != "bounds"} if run else {},
            "warnings": run.warnings if run else [],
        }
        self.stdout.write(dumps(shown))
