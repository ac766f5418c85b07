"""Tasks of exports: thin, and safe to run twice."""

from celery import shared_task

from crm.exports import background
from crm.platform import exports, jobs

LONGEST_SECONDS = 4 * 3600


@shared_task(name="crm.write_export", time_limit=LONGEST_SECONDS)
def write_export(job_id: int) -> str | None:
    """Write one export to its file."""
    try:
        step = background.work(job_id)
    except jobs.StaleClaim:
        return None
    finally:
        background.fail_if_given_up(job_id)
    return step and str(step)


@shared_task(name="crm.tidy_exports", time_limit=600)
def tidy_exports() -> int:
    """Delete files of exports whose week is over, and those that killed workers left."""
    return exports.tidy()
