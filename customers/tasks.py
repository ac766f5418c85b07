"""Tasks of the customers' floor: thin, and safe to run twice."""

from celery import shared_task

from crm.platform.jobs import StaleClaim
from customers.imports import background, undo, uploads
from customers.services import digest, mailings, recurrences, reminders

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


@shared_task(name="customers.tidy_imports", time_limit=1800)
def tidy_imports() -> int:
    """Forget what imports of long ago would need for an undo, and files nobody came back for."""
    uploads.tidy()
    return undo.tidy()


@shared_task(name="customers.recur", time_limit=1800)
def recur() -> int:
    """Make the tasks of what comes again."""
    return recurrences.make_due()


@shared_task(name="customers.remind_of_tasks", time_limit=1800)
def remind_of_tasks() -> int:
    """In the morning: put today's reminders of tasks into the outbox."""
    return reminders.remind_due()


@shared_task(name="customers.mail_digests", time_limit=1800)
def mail_digests() -> int:
    """In the morning: put the digests of notices into the outbox."""
    return digest.mail_due()


@shared_task(name="customers.deliver_mailings", time_limit=1800)
def deliver_mailings() -> int:
    """Put the mails of news mailings that somebody sent into the outbox."""
    return mailings.deliver_decided()
