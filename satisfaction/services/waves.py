"""Plan a wave, send it to whom it chooses, close it."""

import contextlib
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from satisfaction.models import Channel, Invitation, Wave
from satisfaction.services.choosing import chosen_by, parameters
from satisfaction.services.sending import BATCH, mail_links, withdraw_mails

# Two waves sent at the same moment would each miss that the other asks the same people.
SENDING = 7_203_118

SEND = """, skipped AS (
    INSERT INTO satisfaction_skip (wave_id, customer_id, user_id, reason)
    SELECT %(wave)s, customer_id, user_id, verdict FROM chosen WHERE verdict <> ''
    RETURNING 1
), asked AS (
    INSERT INTO satisfaction_invitation (wave_id, customer_id, user_id, contact_id, email,
        language, state, tier, stage, owner_id, team_id, agent_id, sent_at, reminders)
    SELECT %(wave)s, customer_id, user_id, contact_id, email, language, %(state)s,
        tier, stage, owner_id, team_id,
        (SELECT service_representative_id FROM customers_customer c WHERE c.id = customer_id),
        %(sent_at)s, 0
    FROM chosen WHERE verdict = '' ORDER BY place, customer_id, user_id, turn
    RETURNING 1
)
SELECT (SELECT count(*) FROM asked), (SELECT count(*) FROM skipped)
"""


class Refused(Exception):  # noqa: N818 -- an outcome for the person, no fault
    """A rule forbids it; the text says which, the field where it was typed."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True)
class Sent:
    """What opening a wave did."""

    asked: int
    skipped: int


def plan_wave(*, by: User, values: Mapping) -> Wave:
    with name_once():
        return Wave.objects.create(**values, created_by=by)


@transaction.atomic
def change_plan(*, wave: Wave, values: Mapping, revision: int) -> Wave:
    """Save a changed plan, unless somebody saved in between or the wave was sent."""
    wave = locked(wave)
    if wave.state != Wave.State.PLANNED:
        raise Refused(_("This wave was sent meanwhile: its plan stands."))
    if wave.revision != revision:
        raise NewerChange(wave)
    for name, value in values.items():
        setattr(wave, name, value)
    wave.revision += 1
    with name_once():
        wave.save(update_fields=[*values, "revision"])
    return wave


@contextlib.contextmanager
def name_once():
    """Two people may give the same name at the same moment, each form finding it free."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refused(_("There is a wave of this name already."), "name") from None


@transaction.atomic
def open_wave(*, wave: Wave, by: User | None) -> Sent | None:
    """Ask everybody whom the plan chooses now, once; None when the wave was sent already.

    Who is asked, who is skipped and why, the links and their mails stand in one transaction:
    all of it happens or nothing. Where it reaches people on paper or by interview the invitations
    wait for that; a public link, or what happens to customers, asks nobody beforehand.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SENDING])
    wave = locked(wave)
    if wave.state != Wave.State.PLANNED:
        return None
    _require_its_time(wave)
    now = timezone.now()
    sent = _ask(wave, now) if wave.chooses else Sent(asked=0, skipped=0)
    wave.state, wave.sent_at = Wave.State.OPEN, now
    wave.save(update_fields=["state", "sent_at"])
    audit(by, Action.WAVE_SENT, wave, asked=sent.asked, skipped=sent.skipped)
    return sent


def _ask(wave: Wave, now: dt.datetime) -> Sent:
    is_mailed = wave.channel == Channel.EMAIL
    values = {
        "wave": wave.pk,
        "state": Invitation.State.SENT if is_mailed else Invitation.State.PLANNED,
        "sent_at": now if is_mailed else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(chosen_by(wave) + SEND, parameters(wave) | values)
        sent = Sent(*cursor.fetchone())
    if not sent.asked:
        raise Refused(_("Nobody can be asked by this plan. Look at who is skipped, and why."))
    if is_mailed:
        people = Invitation.objects.filter(wave=wave).order_by("pk")
        ids = list(people.values_list("pk", flat=True))
        for start in range(0, len(ids), BATCH):
            mail_links(wave=wave, ids=ids[start : start + BATCH], before=start)
    return sent


@transaction.atomic
def close_wave(*, wave: Wave, by: User | None) -> bool:
    """No answer is taken from now on; False when it is not open."""
    wave = locked(wave)
    if wave.state != Wave.State.OPEN:
        return False
    wave.state = Wave.State.CLOSED
    wave.save(update_fields=["state"])
    people = Invitation.objects.filter(wave=wave).order_by("pk")
    withdraw_mails(list(people.values_list("pk", flat=True)))
    audit(by, Action.WAVE_CLOSED, wave)
    return True


def close_due() -> int:
    """Close the waves whose last day is over; returns how many."""
    today = Installation.cached().today()
    over = Wave.objects.filter(state=Wave.State.OPEN, closes_on__lt=today)
    return sum(close_wave(wave=wave, by=None) for wave in over)


def _require_its_time(wave: Wave) -> None:
    today = Installation.cached().today()
    if today < wave.opens_on:
        raise Refused(_("By its plan this wave opens later. To send it now, change that day."))
    if today > wave.closes_on:
        raise Refused(_("By its plan this wave is over. To send it now, change its days."))


def locked(wave: Wave) -> Wave:
    """The wave as it is now; who comes second waits."""
    rows = Wave.objects.select_related("version__instrument")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=wave.pk)
