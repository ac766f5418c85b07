"""Long lists are written by a worker: one job of one step, which any worker begins anew.

The file is whole before anybody hears of it: it is written under a name of its own for each claim,
and the row gets that name in the transaction in which the step ends. A worker that was killed
leaves a file that no row names; the daily tidying deletes it.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone, translation

from crm.accounts.models import User
from crm.exports import service
from crm.exports.columns import Value
from crm.exports.lists import TABLES
from crm.exports.table import Asked, Listing
from crm.platform import exports as files
from crm.platform import jobs
from crm.platform.jobs import Hold
from crm.platform.models import Export, Installation, Job, JobStep
from crm.platform.models.exports import KEPT_FOR, ExportQuerySet
from customers.models import Notice

LOOK_SECONDS = 1.0
State = Export.State


class Cancelled(Exception):  # noqa: N818 -- an outcome, no fault
    """Somebody stopped the export, or another worker has taken it over."""


def work(job_id: int) -> JobStep | None:
    """Write the job's file if nobody does; None when there is nothing to do."""
    if not Job.objects.filter(pk=job_id, kind=Job.Kind.EXPORT).exists():
        return None
    step = jobs.claim(job_id)
    if step is None:
        return None
    export = Export.objects.select_related("user").filter(job=job_id).first()
    with Hold(step) as hold:
        if export is None or not export.is_open:
            _end(step, hold)
            return step
        with translation.override(export.language), timezone.override(Installation.cached().zone):
            _write(export, step, hold)
    return step


def _write(export: Export, step: JobStep, hold: Hold) -> None:
    path = files.new_path()
    with contextlib.ExitStack() as unless_done:
        unless_done.callback(path.unlink, missing_ok=True)
        try:
            listing = listing_of(export)
            mine = Export.objects.open().filter(pk=export.pk)
            if not mine.update(state=State.WRITING, rows=0, expected=listing.count()):
                raise Cancelled
            watch = Watch(export)
            service.write(listing, path, export.format, watch)
            _settle(path)
            _done(export, listing, path, watch.rows, step, hold)
        except (Cancelled, PermissionDenied, Http404) as outcome:
            if not isinstance(outcome, Cancelled):
                _fail(Export.objects.filter(pk=export.pk))
            _end(step, hold)
        else:
            unless_done.pop_all()


def listing_of(export: Export) -> Listing:
    """The list with the rights that its owner has now; PermissionDenied for who left."""
    user = User.objects.get(pk=export.user_id)
    table = TABLES.get(export.table)
    if not user.is_active or table is None:
        raise PermissionDenied
    return Listing(table, Asked(user, service.parameters_of(export.query)))


class Watch:
    """Passes rows on; now and then it shows how many, and looks whether it is to stop."""

    def __init__(self, export: Export):
        self._open = Export.objects.filter(pk=export.pk, state=State.WRITING)
        self.rows = 0

    def __call__(self, rows: Iterable[list[Value]]) -> Iterator[list[Value]]:
        looked = time.monotonic()
        for row in rows:
            yield row
            self.rows += 1
            if time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                if not self._open.update(rows=self.rows):
                    raise Cancelled


def _settle(path: Path) -> None:
    """On the disk before the row says so, also after a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@transaction.atomic
def _done(
    export: Export, listing: Listing, path: Path, rows: int, step: JobStep, hold: Hold
) -> None:
    """The file, the audit log, the notice and the step's end: all or nothing."""
    mine = Export.objects.filter(pk=export.pk, state=State.WRITING)
    now = timezone.now()
    if not mine.update(
        state=State.DONE,
        rows=rows,
        size=path.stat().st_size,
        stored_name=path.name,
        rights=service.rights_of(listing.asked.user),
        finished_at=now,
        expires_at=now + KEPT_FOR,
    ):
        raise Cancelled
    export.refresh_from_db()
    service.tell_audit(export, listing)
    _tell(export, listing)
    jobs.finish(step, rows=rows, seconds=hold.seconds)


def _tell(export: Export, listing: Listing) -> None:
    Notice.objects.get_or_create(
        user=export.user,
        cause=f"export:{export.pk}",
        defaults={
            "kind": Notice.Kind.EXPORT,
            "text": listing.title[:300],
            "at": timezone.now(),
        },
    )


def _end(step: JobStep, hold: Hold) -> None:
    """Nothing is to be written: the job has nothing to do."""
    with transaction.atomic():
        jobs.finish(step, rows=0, seconds=hold.seconds)


def fail_if_given_up(job_id: int) -> None:
    """A job that failed too often takes its export along."""
    if Job.objects.filter(pk=job_id, state=Job.State.FAILED).exists():
        _fail(Export.objects.filter(job=job_id))


def _fail(exports: ExportQuerySet) -> None:
    exports.open().update(state=State.FAILED, finished_at=timezone.now())
