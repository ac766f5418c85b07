"""Tasks of the figures: thin, and safe to run twice."""

from celery import shared_task
from django.utils import timezone

from crm.platform.jobs import StaleClaim
from lifecycle.dashboard import mail
from lifecycle.services import backtest_requests

LONGEST_SECONDS = 3600


@shared_task(name="lifecycle.run_backtest", time_limit=LONGEST_SECONDS)
def run_backtest(job_id: int) -> str | None:
    """Do a backtest that somebody asked for."""
    try:
        step = backtest_requests.work(job_id)
    except StaleClaim:
        return None
    return step and str(step)


@shared_task(name="lifecycle.mail_dashboards")
def mail_dashboards() -> int:
    """On Monday mornings: the dashboards of those who want them by mail."""
    return mail.mail_due(timezone.now())
