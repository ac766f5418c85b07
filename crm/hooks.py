"""Web hooks: what happened on all floors, looked for each minute and written down to be sent.

Nothing calls here when something happens: sweeps find it in the tables, as often as they like,
since a hook is told of a cause once. Payloads name customers and cases by their numbers and keys:
what stands in them belongs to no person.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.states import OPEN
from crm.accounts.audit import Action, audit, changes
from crm.accounts.models import User
from crm.platform import hooks, outbox
from crm.platform.edits import save_version
from crm.platform.models import HookEvent, WebHook
from lifecycle.models import NightlyRun
from lifecycle.services.runs import latest_done

# Of an outage that lasts longer, complaints are not told any more.
LOOKS_BACK_DAYS = 3
# A complaint that was received before this came in with somebody's history.
LONGEST_RECEIVED_DAYS = 30

CUSTOMER = """
    CASE WHEN c.id IS NOT NULL THEN jsonb_build_object('number', c.number, 'keys', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('source', s.code, 'key', i.key)
            ORDER BY i.id), '[]')
        FROM customers_customeridentity i JOIN customers_source s ON s.id = i.source_id
        WHERE i.customer_id = c.id)) END
"""
INSERT = """
    INSERT INTO platform_webhookdelivery (hook_id, event, cause, uid, at, data, state, attempts,
        next_attempt_at, queued_at, failure)
    SELECT %(hook)s, %(event)s, {cause}, gen_random_uuid(), {at},
        jsonb_build_object('customer', {customer}, {data}), 'pending', 0, now(), now(), ''
    FROM {found} AND (%(team)s::bigint IS NULL OR c.team_id = %(team)s)
    ON CONFLICT (hook_id, cause) DO NOTHING
"""
CASE_DATA = """
    'case', 'C' || repeat('0', 5 - length(x.id::text)) || x.id, 'severity', x.severity,
    'received_at', x.received_at, 'keys', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('source', s.code, 'key', i.key)
            ORDER BY i.id), '[]')
        FROM complaints_caseidentity i JOIN customers_source s ON s.id = i.source_id
        WHERE i.case_id = x.id)
"""


@dataclass(frozen=True)
class Look:
    """Where an event is found (rows x of customers c), and what is told of it."""

    found: str
    cause: str
    at: str
    data: str

    def tell(self, hook: WebHook, event: str, **values) -> int:
        """Write down what the hook has not been told yet; returns how much."""
        parts = {"cause": self.cause, "at": self.at, "data": self.data, "found": self.found}
        with connection.cursor() as cursor:
            cursor.execute(
                INSERT.format(customer=CUSTOMER, **parts),
                {"hook": hook.pk, "event": event, "team": hook.team_id, **values},
            )
            return cursor.rowcount


# What a night finds, of the night %(night)s.
NIGHTLY = {
    HookEvent.TIER_CHANGED: Look(
        found="lifecycle_tierchange x JOIN customers_customer c ON c.id = x.customer_id"
        " WHERE x.\"on\" = %(night)s AND x.before <> ''",
        cause="'tier:' || x.customer_id || ':' || x.\"on\"",
        at="now()",
        data="'on', x.\"on\", 'from', x.before, 'to', x.after",
    ),
    HookEvent.SIGNAL_RAISED: Look(
        found="lifecycle_signal x JOIN customers_customer c ON c.id = x.customer_id"
        " WHERE x.first_seen = %(night)s AND x.ended_on IS NULL AND x.dismissed_at IS NULL",
        cause="'signal:' || x.customer_id || ':' || x.kind || ':' || x.first_seen",
        at="now()",
        data="'on', x.first_seen, 'kind', x.kind, 'strength', x.strength, 'evidence', x.evidence",
    ),
}
# What happens by day, since %(since)s. History that was imported has no submission: what people
# and other systems log has.
BY_DAY = {
    HookEvent.COMPLAINT_OPENED: Look(
        found="complaints_case x LEFT JOIN customers_customer c ON c.id = x.customer_id"
        " WHERE x.received_at > now() - %(received)s * interval '1 day' AND x.kind = 'complaint'"
        " AND x.created_at >= %(since)s AND x.created_at > now() - %(days)s * interval '1 day'"
        " AND x.submission IS NOT NULL AND x.state <> 'merged'",
        cause="'opened:' || x.id",
        at="x.created_at",
        data=CASE_DATA,
    ),
    HookEvent.COMPLAINT_BREACHED: Look(
        found="complaints_clock k JOIN complaints_case x ON x.id = k.case_id"
        " LEFT JOIN customers_customer c ON c.id = x.customer_id"
        " WHERE (x.state = ANY(%(open)s) OR x.ended_at > now() - %(days)s * interval '1 day')"
        " AND k.breached_at >= %(since)s AND k.breached_at > now() - %(days)s * interval '1 day'"
        " AND x.kind = 'complaint' AND x.state <> 'merged'",
        # Each turn of the next response is told; the first as clocks without turns are.
        cause="'breached:' || x.id || ':' || k.kind"
        " || CASE k.turn WHEN 1 THEN '' ELSE '-' || k.turn END",
        at="k.breached_at",
        data=CASE_DATA + ", 'deadline', k.kind, 'due_at', k.due_at",
    ),
}


def find_events() -> int:
    """Write down what hooks have to be told; returns how much. What is over for long goes."""
    hooks.tidy()
    active = WebHook.objects.filter(is_active=True).order_by("pk")
    return sum(_tell(pk) for pk in list(active.values_list("pk", flat=True)))


@transaction.atomic
def _tell(pk: int) -> int:
    hook = WebHook.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    if hook is None or not hook.is_active:
        return 0
    told = _tell_nights(hook)
    by_day = {
        "since": hook.told_since,
        "days": LOOKS_BACK_DAYS,
        "received": LONGEST_RECEIVED_DAYS,
        "open": list(OPEN),
    }
    for event, look in BY_DAY.items():
        if event in hook.events:
            told += look.tell(hook, event, **by_day)
    return told


def _tell_nights(hook: WebHook) -> int:
    """Nights that are done since the last one that was told."""
    told = 0
    nights = NightlyRun.objects.done().order_by("as_of")
    if hook.told_night:
        nights = nights.filter(as_of__gt=hook.told_night)
    for night in list(nights.values_list("as_of", flat=True)):
        for event, look in NIGHTLY.items():
            if event in hook.events:
                told += look.tell(hook, event, night=night)
        WebHook.objects.filter(pk=hook.pk).update(told_night=night)
    return told


def send_due() -> int:
    """Send what is due; returns how many got there."""
    return hooks.send_due(tell_administrators)


def tell_administrators(hook: WebHook) -> None:
    """A hook that failed for a day is off: those who look after it hear of it."""
    address = settings.SITE_URL + reverse("web_hook", args=[hook.pk])
    for person in User.objects.administrators():
        with translation.override(person.language or settings.LANGUAGE_CODE):
            body = _(
                "%(address)s could not be told of anything for 24 hours, so it is told no more."
                " What waited is kept for 30 days and can be sent again.\n\n%(link)s\n"
            )
            outbox.enqueue(
                cause=f"hook-off:{hook.pk}:{hook.failing_since:%Y%m%d%H%M%S}:{person.pk}",
                recipient=person.email,
                subject=_("A web hook is switched off"),
                body=body % {"address": hook.url, "link": address},
            )


@transaction.atomic
def create_hook(*, actor: User, values: dict) -> WebHook:
    """A new hook, which is told of what happens from now on."""
    hook = WebHook.objects.create(
        **values, salt=hooks.new_salt(), told_night=latest_done(), created_by=actor
    )
    audit(actor, Action.WEB_HOOK_MADE, hook, **_shown(hook))
    return hook


@transaction.atomic
def edit_hook(*, actor: User, pk: int, version: int, values: dict) -> WebHook:
    """Change a hook; one that was off is told of what happens from now on."""
    before = WebHook.objects.select_for_update(no_key=True).get(pk=pk)
    hook = save_version(WebHook.objects.all(), pk, version, values)
    if hook.is_active and not before.is_active:
        WebHook.objects.filter(pk=pk).update(
            told_since=timezone.now(),
            told_night=latest_done(),
            failures=0,
            failing_since=None,
            paused_until=None,
        )
    elif before.is_active and not hook.is_active:
        hooks.switch_off(hook)
    audit(actor, Action.WEB_HOOK_CHANGED, hook, **changes(_shown(before), _shown(hook)))
    return hook


@transaction.atomic
def renew_secret(*, actor: User, pk: int) -> WebHook:
    """Another secret: deliveries from now on are signed with it alone."""
    hook = WebHook.objects.select_for_update(no_key=True).get(pk=pk)
    hook.salt = hooks.new_salt()
    hook.save(update_fields=["salt"])
    audit(actor, Action.WEB_HOOK_KEY_RENEWED, hook)
    return hook


def _shown(hook: WebHook) -> dict:
    """As the audit log keeps it."""
    events = ", ".join(hook.events)
    active = str(hook.is_active)
    return {"url": hook.url, "events": events, "team": str(hook.team or ""), "is_active": active}
