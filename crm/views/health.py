"""Is it alive, can it work: for supervisors and monitors. Says which part fails, never how."""

import datetime as dt

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.platform.models import Heartbeat, Job, OutboxMessage
from customers.models import Transaction
from lifecycle.models import NightlyRun

BROKER_SECONDS = 2
HEARTBEAT = dt.timedelta(minutes=5)  # written each minute
NIGHTLY = dt.timedelta(hours=36)  # a night may be missed, not two
OUTBOX = dt.timedelta(minutes=15)


@login_not_required
@require_safe
def healthz(request):
    """The process answers; needs nothing else."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    """All that the site rests on works."""
    found = {name: "ok" if _passes(check) else "failing" for name, check in CHECKS.items()}
    fails = "failing" in found.values()
    answer = {"status": "failing" if fails else "ok", "checks": found}
    return JsonResponse(answer, status=503 if fails else 200)


def _passes(check) -> bool:
    try:
        return check(timezone.now())
    except (DatabaseError, redis.RedisError):
        return False


def _database(now: dt.datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _broker(now: dt.datetime) -> bool:
    limits = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
    with redis.Redis.from_url(settings.CELERY_BROKER_URL, **limits) as client:
        return client.ping()


def _worker(now: dt.datetime) -> bool:
    return Heartbeat.objects.filter(seen_at__gt=now - HEARTBEAT).exists()


def _nightly(now: dt.datetime) -> bool:
    """One was done lately, or there is nothing to compute yet."""
    done = NightlyRun.objects.filter(job__state=Job.State.DONE)
    if done.filter(job__finished_at__gt=now - NIGHTLY).exists():
        return True
    return not done.exists() and not Transaction.objects.exists()


def _outbox(now: dt.datetime) -> bool:
    pending = OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING)
    return not pending.filter(next_attempt_at__lt=now - OUTBOX).exists()


CHECKS = {
    "database": _database,
    "broker": _broker,
    "worker": _worker,
    "nightly": _nightly,
    "outbox": _outbox,
}
