"""Tasks of surveys: thin, and safe to run twice."""

from celery import shared_task

from satisfaction.services import (
    anonymous,
    celling,
    counting,
    followers,
    gauging,
    occasions,
    results,
    sending,
    waves,
)


@shared_task(name="satisfaction.remind", time_limit=1800)
def remind() -> int:
    """Close the waves whose last day is over, then remind who has not finished the others.

    First of all addresses that are dead are noted, so that no reminder goes there; at last, who
    never answers.
    """
    followers.mark_bounced()
    waves.close_due()
    reminded = sending.remind_due()
    followers.refresh_silent()
    return reminded


@shared_task(name="satisfaction.refresh_figures", time_limit=1800)
def refresh_figures() -> int:
    """Prepare the figures of waves whose answers or customers' owners have changed.

    And what verifies actions; counts come first.
    """
    counting.count_asked()
    counting.add_up_loops()
    gauging.gauge_due()
    celling.follow_moves()
    return results.refresh_due()


@shared_task(name="satisfaction.ask_after_complaints", time_limit=600)
def ask_after_complaints() -> int:
    """Invite to say how a complaint was handled that has stayed closed."""
    return occasions.ask_after_complaints()


@shared_task(name="satisfaction.empty_boxes", time_limit=1800)
def empty_boxes() -> int:
    """Let out the answers of anonymous waves that are over."""
    return anonymous.empty_boxes()
