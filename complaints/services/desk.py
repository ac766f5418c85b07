"""What the pages of the service desk do in one go, also when a form is sent twice."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.models import Case
from complaints.services.actions import Refused, act, settle
from complaints.services.cases import log_case
from complaints.services.events import lock
from complaints.services.files import attach
from complaints.states import Action, State
from crm.accounts.models import User

# Decided and told on the spot: several actions in one.
SETTLE = "settle"
# So that an answer to a survey is logged once, whoever opens the form from it.
OF_RESPONSES = uuid.UUID("5b0d0a43-6f0c-4f8e-9d3c-1f1c0b6c7a52")


def submission_of(response: int) -> uuid.UUID:
    """The submission of the case that is logged from this answer to a survey."""
    return uuid.uuid5(OF_RESPONSES, str(response))


@transaction.atomic
def log_at_desk(
    *,
    by: User,
    values: Mapping,
    submission: uuid.UUID,
    files: Sequence[UploadedFile] = (),
    acknowledge: bool = False,
) -> Case:
    """Log a case with its files, and acknowledge it where the customer was told at once.

    The second sending of a form finds the first one's case, and adds nothing to it.
    """
    case = log_case(by=by, values=values, submission=submission)
    if files and not case.attachments.exists():
        case = attach(case=case, files=files, by=by)
    if acknowledge and case.state == State.NEW:
        case = act(case=case, action=Action.ACKNOWLEDGE, by=by)
    return case


@transaction.atomic
def claim(*, case: Case, by: User) -> Case:
    """Take charge of a case that nobody is in charge of."""
    locked = lock(case.pk)
    if locked.owner_id and locked.owner_id != by.pk:
        raise Refused(
            _("%(name)s is in charge of %(case)s already.")
            % {"name": locked.owner, "case": locked.reference}
        )
    return act(case=locked, action=Action.ASSIGN, by=by, values={"owner": by})


@transaction.atomic
def act_once(
    *,
    case: Case,
    action: str,
    by: User,
    reason: str,
    data: Mapping[str, Any],
    values: Mapping[str, Any],
    expected_seq: int | None,
) -> Case:
    """Act on a case, or settle it; the second sending of a form finds its own event, adds none."""
    locked = lock(case.pk)
    if expected_seq is not None and _was_done(locked, action, by, reason, data, expected_seq):
        return locked
    common = {"case": locked, "by": by, "data": data, "values": values}
    if action == SETTLE:
        return settle(**common, expected_seq=expected_seq)
    return act(**common, action=action, reason=reason, expected_seq=expected_seq)


def _was_done(
    case: Case, action: str, by: User, reason: str, data: Mapping[str, Any], expected_seq: int
) -> bool:
    """The same person did the same in the same words since the form was opened."""
    event = Action.RESOLVE if action == SETTLE else action
    since = case.events.filter(seq__gt=expected_seq, action=event, by=by)
    words = (reason, data.get("told", ""))
    return any((done.reason, done.data.get("told", "")) == words for done in since)
