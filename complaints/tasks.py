"""Tasks of the complaints' floor: thin, and safe to run twice."""

import datetime as dt

from celery import shared_task

from complaints.services import (
    corrective,
    figuring,
    incoming,
    matching,
    sweep,
    term_changes,
    tiers,
)
from crm.platform import jobs
from crm.platform.models import Job


@shared_task(name="complaints.wake", time_limit=600)
def wake(after: tuple[str, int] | None = None) -> int:
    """Warn of deadlines, tell of missed ones, end waiting, close what is long resolved.

    What would take longer than a second is cut, and rung for again at once.
    """
    place = after and (dt.datetime.fromisoformat(after[0]), after[1])
    found = sweep.run(after=place)
    if found.last:
        at, pk = found.last
        wake.delay((at.isoformat(), pk))
    return found.woken


@shared_task(name="complaints.retier", time_limit=600)
def retier() -> int:
    """Let open cases follow the tier of their customer."""
    return tiers.retier()


@shared_task(name="complaints.prepare_figures", time_limit=600)
def prepare_figures() -> int:
    """Count what the dashboard shows and takes long to count."""
    return figuring.prepare()


@shared_task(name="complaints.read_mails", time_limit=600)
def read_mails() -> int:
    """Take the mails that wait in the mailbox into their cases."""
    return incoming.read_mailbox()


@shared_task(name="complaints.tidy_mails", time_limit=600)
def tidy_mails() -> int:
    """Delete what is kept of mails that were ignored long ago."""
    return incoming.tidy()


@shared_task(name="complaints.match_callers", time_limit=600)
def match_callers() -> int:
    """Give cases of the public form to the customers who sent them."""
    return matching.match_callers()


@shared_task(name="complaints.remind_of_corrective", time_limit=600)
def remind_of_corrective() -> int:
    """In the morning: tell of corrective actions that are due, late or to be checked."""
    return corrective.remind_due()


@shared_task(name="complaints.work_on_terms", time_limit=600)
def work_on_terms(job_id: int) -> str | None:
    """Compare a shard of the open cases with other terms, or give these; then ring for the next."""
    try:
        step = term_changes.work(job_id)
    except jobs.StaleClaim:
        return None
    if step is None:
        return None
    job = Job.objects.get(pk=job_id)
    if job.is_open:
        jobs.ring(job)
    return str(step)
