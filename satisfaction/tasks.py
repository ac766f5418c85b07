"""Tasks of surveys: thin, and safe to run twice."""

from celery import shared_task

from satisfaction.services import sending, waves


@shared_task(name="satisfaction.remind", time_limit=1800)
def remind() -> int:
    """Close the waves whose last day is over, then remind who has not finished the others."""
    waves.close_due()
    return sending.remind_due()
