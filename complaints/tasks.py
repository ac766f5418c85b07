"""Tasks of the complaints' floor: thin, and safe to run twice."""

from celery import shared_task

from complaints.services import sweep, tiers


@shared_task(name="complaints.wake", time_limit=600)
def wake() -> int:
    """Warn of deadlines, tell of missed ones, end waiting, close what is long resolved."""
    return sweep.wake_due()


@shared_task(name="complaints.retier", time_limit=600)
def retier() -> int:
    """Let open cases follow the tier of their customer."""
    return tiers.retier()
