"""What a customer says about a case from outside: by mail, or behind the secret link."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from complaints.models import Actor, Case
from complaints.models.cases import TITLE_LENGTH
from complaints.services import mails
from complaints.services.actions import act
from complaints.services.cases import log_case, title_of
from complaints.services.events import lock
from complaints.services.files import attach
from complaints.states import SOLVED, WAITING, Action, State
from crm.platform.models import Installation

# What a case that goes on as a new one takes along.
TAKEN_ALONG = (
    *("kind", "customer", "contact", "caller_name", "caller_phone", "caller_email", "category"),
    *("touchpoint", "product", "order_reference"),
)
MOST_MERGES = 20


@transaction.atomic
def hear(
    *,
    case: Case,
    text: str,
    channel: str,
    files: Sequence[UploadedFile] = (),
    data: dict[str, Any] | None = None,
    key: UUID | None = None,
    now: dt.datetime | None = None,
) -> Case:
    """The customer's word on a case; returns the case that it went into.

    What waited goes on; what was solved is opened again within the days for that; later, and after
    a case was withdrawn or rejected, a new case linked to it begins. `data` goes into the event;
    the same `key` again changes nothing.
    """
    now = now or timezone.now()
    locked = _goes_on_in(case)
    # Behind whose link or mail it was said: what two callers say is not for each other's eyes.
    behind = {"behind": case.pk} if case.pk != locked.pk else {}
    said = {**(data or {}), "told": text, **behind} | ({"key": str(key)} if key else {})
    if key and (before := _heard_before(locked, key)):
        return before
    if _is_over(locked, now):
        return _begin_anew(locked, text, channel, files, said, key, now)
    common = {"by": None, "actor": Actor.CUSTOMER, "now": now}
    locked = act(case=locked, action=Action.REPLY, data=said, **common)
    event = locked.events.get(seq=locked.last_seq)
    locked = keep_files(locked, files, behind)
    if locked.state in WAITING:
        locked = act(case=locked, action=Action.GO_ON, **common)
    elif locked.state in SOLVED:
        locked = act(case=locked, action=Action.REOPEN, reason=title_of(text), **common)
    mails.report_word(locked, event)
    return locked


def _heard_before(case: Case, key: UUID) -> Case | None:
    """The case that took the same word: this one, or the one that it began."""
    if case.events.filter(action=Action.REPLY, data__key=str(key)).exists():
        return case
    return Case.objects.filter(submission=key).first()


def _goes_on_in(case: Case) -> Case:
    """The case, locked; where it was merged, the one that it was merged into."""
    locked = lock(case.pk)
    for _step in range(MOST_MERGES):
        if locked.state != State.MERGED:
            break
        locked = lock(locked.merged_into_id)
    return locked


def _is_over(case: Case, now: dt.datetime) -> bool:
    if case.state in (State.WITHDRAWN, State.REJECTED):
        return True
    days = Installation.cached().reopening_days
    return case.state in SOLVED and now > case.resolved_at + dt.timedelta(days=days)


def _begin_anew(
    earlier: Case,
    text: str,
    channel: str,
    files: Sequence[UploadedFile],
    said: dict[str, Any],
    key: UUID | None,
    now: dt.datetime,
) -> Case:
    values = {name: getattr(earlier, name) for name in TAKEN_ALONG}
    values |= {"description": text, "channel": channel, "title": earlier.title[:TITLE_LENGTH]}
    kept = {name: said[name] for name in ("mail_read", "left_out") if name in said}
    common = {"by": None, "actor": Actor.CUSTOMER, "now": now}
    case = log_case(values=values, submission=key, data=kept, **common)
    case = act(case=case, action=Action.LINK, data={"linked": earlier.pk}, **common)
    return keep_files(case, files)


def keep_files(
    case: Case, files: Sequence[UploadedFile], data: dict[str, Any] | None = None
) -> Case:
    """Attach what can be kept, whoever sent it; no room on the server loses no words."""
    if not files:
        return case
    try:
        with transaction.atomic():
            return attach(case=case, files=files, by=None, actor=Actor.CUSTOMER, data=data)
    except ValidationError:
        return case
