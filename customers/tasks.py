"""Tasks of the customers' floor: thin, and safe to run twice."""

from celery import shared_task

from crm.platform.jobs import StaleClaim
from customers.imports import background, uploads

LONGEST_IMPORT_SECONDS = 4 * 3600


@shared_task(name="customers.commit_import", time_limit=LONGEST_IMPORT_SECONDS)
def commit_import(job_id: int) -> str | None:
    """Check or commit an upload: the one long task, since its commit is one transaction."""
    try:
        step = background.work(job_id)
    except StaleClaim:
        return None
    uploads.tidy()
    return step and str(step)
