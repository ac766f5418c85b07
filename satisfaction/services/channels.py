"""Links that are not mailed: printed for one person each, or one link of a wave for everybody.

Only hashes are stored, so a link can be shown once, when it is made; showing it again makes
another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.platform.bulk import copy_rows
from crm.platform.secret_links import hash_of, new_token
from satisfaction.models import Channel, Invitation, PublicLink, Wave
from satisfaction.services.waves import Refused, locked

# Sheets made at once: what a browser prints without choking.
SHEETS = 100
State = Invitation.State


@dataclass(frozen=True)
class Picture:
    """A QR code as the path of an SVG, one unit a module."""

    size: int
    path: str


@dataclass(frozen=True)
class Sheet:
    """What is printed for one person."""

    invitation: Invitation
    address: str
    qr: Picture


def address_of(token: str) -> str:
    return settings.SITE_URL + reverse("satisfaction:answer", args=[token])


def picture_of(address: str) -> Picture:
    """Its dark modules, run by run, with the quiet zone of four modules around them."""
    rows = list(segno.make(address, error="m", micro=False).matrix_iter(border=4))
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            width = 0
            while x + width < len(row) and row[x + width]:
                width += 1
            if width:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width or 1
    return Picture(len(rows), "".join(runs))


@transaction.atomic
def print_next(*, wave: Wave, by: User) -> list[Sheet]:
    """Sheets of the next invitations that nobody has printed yet; they count as sent with it.

    Whoever prints at the same moment gets the ones after them.
    """
    wave = _to_print(wave)
    rows = Invitation.objects.select_for_update(of=("self",), skip_locked=True)
    waiting = rows.filter(wave=wave, state=State.PLANNED).order_by("pk")[:SHEETS]
    return _sheets(wave, [row.pk for row in waiting], by)


@transaction.atomic
def print_again(*, invitation: Invitation, by: User) -> list[Sheet]:
    """A further sheet for somebody who has not answered; the one before still leads there."""
    wave = _to_print(invitation.wave)
    rows = Invitation.objects.unfinished().select_for_update(of=("self",))
    return _sheets(wave, [row.pk for row in rows.filter(wave=wave, pk=invitation.pk)], by)


def _to_print(wave: Wave) -> Wave:
    wave = Wave.objects.select_related("version__instrument").get(pk=wave.pk)
    if wave.channel != Channel.PRINT or wave.state != Wave.State.OPEN:
        raise Refused(_("Sheets are printed for an open wave that reaches people on paper."))
    return wave


def _sheets(wave: Wave, ids: Sequence[int], by: User) -> list[Sheet]:
    if not ids:
        return []
    now = timezone.now()
    rows = Invitation.objects.filter(pk__in=ids)
    rows.filter(state=State.PLANNED).update(state=State.SENT, sent_at=now)
    sheets, links = [], []
    for invitation in rows.select_related("customer", "contact", "user").order_by("pk"):
        token = new_token()
        links.append((invitation.pk, hash_of(token), now))
        address = address_of(token)
        sheets.append(Sheet(invitation, address, picture_of(address)))
    copy_rows("satisfaction_invitationlink", ("invitation_id", "token_hash", "created_at"), links)
    audit(by, Action.WAVE_PRINTED, wave, sheets=len(sheets))
    return sheets


@transaction.atomic
def renew_public_link(*, wave: Wave, by: User) -> str:
    """The address for everybody, which nobody can be told again; the one before it ends."""
    wave = locked(wave)
    if wave.channel != Channel.PUBLIC or wave.state == Wave.State.CLOSED:
        raise Refused(_("A public link is for a wave that reaches people by one, and is not over."))
    PublicLink.objects.filter(wave=wave, ended_at=None).update(ended_at=timezone.now())
    token = new_token()
    PublicLink.objects.create(wave=wave, token_hash=hash_of(token))
    audit(by, Action.WAVE_LINK_MADE, wave)
    return address_of(token)


@transaction.atomic
def end_public_link(*, wave: Wave, by: User) -> bool:
    """Nobody gets in by it any more; False when there was none."""
    wave = locked(wave)
    ended = PublicLink.objects.filter(wave=wave, ended_at=None).update(ended_at=timezone.now())
    if ended:
        audit(by, Action.WAVE_LINK_ENDED, wave)
    return bool(ended)
