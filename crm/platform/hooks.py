"""Web hooks leave through a table, as mails do, until the other side has said that it has them.

Each body is signed with the hook's secret. A worker takes a delivery for a while (it moves the
next attempt ahead), calls without holding anything in the database, and writes down what came of
it if the delivery is still its own: two workers never send the same thing at once, and what a
killed one had is sent again. The other side knows a delivery by its id and takes it once.
"""

import datetime as dt
import hmac
import json
import time
import uuid
from collections import deque
from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from crm.platform import outgoing
from crm.platform.models import HookEvent, WebHook, WebHookDelivery
from crm.platform.secret_links import new_token

State, Failure = WebHookDelivery.State, WebHookDelivery.Failure

SIGNATURE = "X-Perennial-Signature"
# A worker that has it for longer is taken for dead.
LEASE = dt.timedelta(minutes=2)
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE_OF_DELIVERY, LONGEST_PAUSE_OF_HOOK = dt.timedelta(hours=4), dt.timedelta(hours=1)
# For so long a delivery is tried; a hook that fails for so long is switched off.
GIVE_UP_AFTER = dt.timedelta(hours=24)
KEPT = dt.timedelta(days=30)
# One look at the table, which comes each minute.
LOOK_SECONDS = 50.0
MOST_TIDIED = 5_000

CLAIM = """
    UPDATE platform_webhookdelivery
    SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + %(lease)s
    WHERE id = (
        SELECT id FROM platform_webhookdelivery
        WHERE hook_id = %(hook)s AND state = 'pending' AND next_attempt_at <= clock_timestamp()
        ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""

# Called in the transaction in which a hook is switched off.
WhenOff = Callable[[WebHook], None]


def secret_of(hook: WebHook) -> str:
    """By it the other side knows that we wrote. Not stored: the site's own key is a part of it."""
    return "whsec_" + salted_hmac("crm.platform.hooks", hook.salt, algorithm="sha256").hexdigest()


def new_salt() -> str:
    """Another secret from now on."""
    return new_token()


def signature(secret: str, body: bytes, at: int) -> str:
    """What the header says: when it was signed (seconds of Unix), and HMAC-SHA256 of both."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return f"t={at},v1={signed}"


def body_of(delivery: WebHookDelivery) -> bytes:
    """The same at each attempt."""
    content = {
        "id": str(delivery.uid),
        "event": delivery.event,
        "at": delivery.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "data": delivery.data,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def send_due(when_off: WhenOff) -> int:
    """Send what is due, hook by hook in turn; returns how many got there.

    A hook that fails is left in peace for a while, so that it doesn't hold up the others.
    """
    until = time.monotonic() + LOOK_SECONDS
    turn, sent = deque(_ready()), 0
    while turn and time.monotonic() < until:
        hook = turn.popleft()
        delivery = claim(hook)
        if delivery is not None and send(delivery, when_off):
            sent += 1
            turn.append(hook)
    return sent


def _ready() -> list[int]:
    """The hooks that may be called now."""
    now = timezone.now()
    free = Q(paused_until=None) | Q(paused_until__lte=now)
    hooks = WebHook.objects.filter(free, is_active=True).order_by("pk")
    due = WebHookDelivery.objects.filter(state=State.PENDING, next_attempt_at__lte=now)
    return [pk for pk in hooks.values_list("pk", flat=True) if due.filter(hook=pk).exists()]


def claim(hook_id: int) -> WebHookDelivery | None:
    """Take the delivery of this hook that waits the longest; None when none is due."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"hook": hook_id, "lease": LEASE})
        row = cursor.fetchone()
    return row and WebHookDelivery.objects.select_related("hook").get(pk=row[0])


def send(delivery: WebHookDelivery, when_off: WhenOff) -> bool:
    """Call once for a delivery that one has claimed, and write down what came of it."""
    status, failure = _call(delivery)
    arrived = status is not None and 200 <= status < 300
    with transaction.atomic():
        hook = WebHook.objects.select_for_update(no_key=True).get(pk=delivery.hook_id)
        now = timezone.now()
        # Whoever has it by now writes down what came of it.
        mine = WebHookDelivery.objects.filter(
            pk=delivery.pk, state=State.PENDING, next_attempt_at=delivery.next_attempt_at
        )
        outcome = {"status": status, "failure": failure}
        if not arrived:
            outcome |= _put_off(delivery, now)
        if not mine.update(**(_arrived(now) if arrived else {}), **outcome):
            return arrived
        if arrived:
            _note_success(hook)
        elif delivery.event != HookEvent.TEST:
            _note_failure(hook, now, when_off)
    return arrived


def _call(delivery: WebHookDelivery) -> tuple[int | None, str]:
    body = body_of(delivery)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Perennial",
        SIGNATURE: signature(secret_of(delivery.hook), body, int(time.time())),
    }
    try:
        return outgoing.post(delivery.hook.url, body, headers), ""
    except outgoing.Unreachable as error:
        return None, error.code


def _arrived(now: dt.datetime) -> dict:
    return {"state": State.SENT, "sent_at": now}


def _put_off(delivery: WebHookDelivery, now: dt.datetime) -> dict:
    """Try again after a while, each time after twice as long; a test is not tried again."""
    if delivery.event == HookEvent.TEST or now - delivery.queued_at >= GIVE_UP_AFTER:
        return {"state": State.FAILED}
    return {"next_attempt_at": now + _pause(delivery.attempts, LONGEST_PAUSE_OF_DELIVERY)}


def _pause(attempts: int, longest: dt.timedelta) -> dt.timedelta:
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), longest)


def _note_success(hook: WebHook) -> None:
    if hook.failures or hook.paused_until:
        hook.failures, hook.failing_since, hook.paused_until = 0, None, None
        hook.save(update_fields=["failures", "failing_since", "paused_until"])


def _note_failure(hook: WebHook, now: dt.datetime, when_off: WhenOff) -> None:
    hook.failures += 1
    hook.failing_since = hook.failing_since or now
    hook.paused_until = now + _pause(hook.failures, LONGEST_PAUSE_OF_HOOK)
    hook.save(update_fields=["failures", "failing_since", "paused_until"])
    if hook.is_active and now - hook.failing_since >= GIVE_UP_AFTER:
        switch_off(hook)
        when_off(hook)


def switch_off(hook: WebHook) -> None:
    """Tell it no more; what waits for it goes nowhere until somebody sends it again."""
    WebHook.objects.filter(pk=hook.pk).update(is_active=False)
    waiting = WebHookDelivery.objects.filter(hook=hook.pk, state=State.PENDING)
    waiting.update(state=State.FAILED, failure=Failure.OFF)


def send_test(hook: WebHook) -> WebHookDelivery:
    """Call at once with an event that says nothing but that it is a test."""
    now = timezone.now()
    delivery = WebHookDelivery.objects.create(
        hook=hook,
        event=HookEvent.TEST,
        cause=f"test:{uuid.uuid4()}",
        at=now,
        attempts=1,
        next_attempt_at=now + LEASE,
    )
    send(delivery, lambda hook: None)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def send_again(delivery: WebHookDelivery) -> None:
    """Let a worker try a delivery anew, whatever became of it; it keeps its id."""
    WebHook.objects.filter(pk=delivery.hook_id).update(paused_until=None)
    now = timezone.now()
    WebHookDelivery.objects.filter(pk=delivery.pk).update(
        state=State.PENDING, attempts=0, queued_at=now, next_attempt_at=now, failure="", status=None
    )


def tidy() -> int:
    """Delete deliveries that are over for a month, some at a time."""
    old = WebHookDelivery.objects.exclude(state=State.PENDING)
    old = old.filter(queued_at__lt=timezone.now() - KEPT).order_by("queued_at")
    ids = list(old.values_list("pk", flat=True)[:MOST_TIDIED])
    return WebHookDelivery.objects.filter(pk__in=ids).delete()[0] if ids else 0
