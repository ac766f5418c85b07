"""What people outside do by the public form and behind their secret link."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.models import Actor, Case, CaseEvent, Channel
from complaints.services.actions import act
from complaints.services.cases import log_case
from complaints.services.events import lock
from complaints.services.follow_up import acknowledge, handled_as, new_link
from complaints.services.hearing import hear, keep_files
from complaints.states import OPEN, Action, State


@transaction.atomic
def complain(
    *, values: Mapping[str, Any], submission: UUID, files: Sequence[UploadedFile] = ()
) -> str:
    """Log what somebody wrote into the public form; the secret of the link to follow it by.

    Nothing is looked up of who it is: that comes later, by the minute's sweep. The second sending
    of a form finds the first one's case, and gets a link of its own to it.
    """
    given = dict(values) | {"channel": Channel.FORM}
    case = log_case(by=None, values=given, submission=submission, actor=Actor.CUSTOMER)
    if files and not case.attachments.exists():
        case = keep_files(case, files)
    token = new_link(case)
    acknowledge(case, token)
    return token


@transaction.atomic
def add_word(*, case: Case, text: str, files: Sequence[UploadedFile], key: UUID) -> str:
    """A word of who follows the case; the secret of another case where it began one, else none."""
    text = text or _("(files alone)")
    heard = hear(case=case, text=text, channel=Channel.FORM, files=files, key=key)
    is_new = heard.pk != case.pk and heard.created_at > case.created_at
    is_new = is_new and case.state != State.MERGED
    return new_link(heard) if is_new else ""


@transaction.atomic
def accept(*, case: Case) -> None:
    """The customer agrees that it is settled. Twice is the same as once."""
    locked = lock(case.pk)
    if locked.state != State.CLOSED:
        act(case=locked, action=Action.CLOSE, by=None, actor=Actor.CUSTOMER)


@transaction.atomic
def withdraw(*, case: Case, reason: str) -> None:
    """The customer no longer wants it. Twice is the same as once."""
    locked = lock(case.pk)
    if locked.state in OPEN:
        reason = reason or _("By the link of the customer.")
        act(case=locked, action=Action.WITHDRAW, by=None, actor=Actor.CUSTOMER, reason=reason)


@dataclass(frozen=True)
class Said:
    """What passed between the customer and us, as the customer may read it."""

    is_ours: bool
    at: dt.datetime
    text: str
    files: tuple[str, ...] = ()


def conversation(case: Case) -> list[Said]:
    """What the customer said and was told, the oldest first: never a comment inside.

    Of a merged case also what was said behind its link since, which stands in the other one; there
    it is shown to nobody else outside, who may be another customer.
    """
    said = [Said(False, case.received_at, case.description)]
    events = [event for event in case.events.order_by("seq") if "behind" not in event.data]
    if case.state == State.MERGED:
        other = handled_as(case)
        events += other.events.filter(data__behind=case.pk).order_by("seq")
    for event in events:
        text = _outward(event)
        files = _files(event)
        if text or files:
            said.append(Said(event.actor != Actor.CUSTOMER, event.at, text, files))
    return said


def _outward(event: CaseEvent) -> str:
    data = event.data
    if event.action == Action.ASK_CUSTOMER:
        return data.get("waiting_for", "")
    told = (Action.ACKNOWLEDGE, Action.REPLY, Action.RESOLVE, Action.REJECT)
    if event.action not in told:
        return ""
    words = [data.get("told", ""), data.get("recourse", "")]
    return "\n\n".join(word for word in words if word)


def _files(event: CaseEvent) -> tuple[str, ...]:
    is_theirs = event.action == Action.ATTACH and event.actor == Actor.CUSTOMER
    return tuple(event.data.get("files", ())) if is_theirs else ()
