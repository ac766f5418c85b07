"""Tasks of the platform: thin, short, and safe to run twice."""

import socket

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from crm.platform import jobs, outbox, uploads
from crm.platform.models import Heartbeat


@shared_task(name="platform.sweep")
def sweep() -> int:
    """Ring for work that nobody does; that this runs at all is the workers' heartbeat."""
    Heartbeat.objects.update_or_create(
        machine=socket.gethostname()[:100], defaults={"seen_at": timezone.now()}
    )
    return jobs.sweep()


@shared_task(name="platform.send_outbox", time_limit=600)
def send_outbox() -> int:
    """Send the mails that are due."""
    return outbox.send_due()


@shared_task(name="platform.clear_sessions", time_limit=600)
def clear_sessions() -> None:
    """Delete the rows of sessions that have expired."""
    call_command("clearsessions")


@shared_task(name="platform.tidy_attachments", time_limit=600)
def tidy_attachments() -> int:
    """Delete attachments whose transaction was rolled back."""
    return uploads.tidy()
