"""What the pages of the service desk do in one go, also when a form is sent twice."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from complaints import rights
from complaints.models import Case, CaseLink
from complaints.services.actions import Refused, act, settle
from complaints.services.cases import log_case
from complaints.services.events import lock, lock_people, lock_with
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
    continues: Case | None = None,
) -> Case:
    """Log a case with its files, and acknowledge it where the customer was told at once.

    It is linked to the earlier case that it continues. An account manager who acknowledges it is
    in charge of it, unless somebody else is named.

    The second sending of a form finds the first one's case, and adds nothing to it.
    """
    if acknowledge and not rights.handles_all(by):
        values = {**values, "owner": values.get("owner") or by}
        if values["owner"] != by:
            words = _("Who is in charge acknowledges it: log it without, or take charge yourself.")
            raise Refused(words, "owner")
    case = log_case(by=by, values=values, submission=submission)
    if continues and not CaseLink.objects.of(case).exists():
        case = act(case=case, action=Action.LINK, by=by, data={"linked": continues.pk})
    if files and not case.attachments.exists():
        case = attach(case=case, files=files, by=by)
    if acknowledge and case.state == State.NEW:
        case = act(case=case, action=Action.ACKNOWLEDGE, by=by)
    return case


@transaction.atomic
def claim(*, case: Case, by: User) -> Case:
    """Take charge of a case that nobody is in charge of."""
    lock_people(by)
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
    lock_people(by, values.get("owner"))
    locked = lock_with(case.pk, data.get("target") or data.get("linked"))
    common = {"case": locked, "by": by, "data": data, "values": values}
    told = {}
    if action == Action.PROPOSE:
        # What the customer is told of a proposal is a reply of its own.
        told, common["data"] = data, {}
    if expected_seq is not None and _was_done(
        **common, action=action, reason=reason, since=expected_seq
    ):
        return locked
    if action == SETTLE:
        return settle(**common, expected_seq=expected_seq)
    if told:
        act(case=locked, action=Action.REPLY, by=by, data=told)
    return act(**common, action=action, reason=reason, expected_seq=expected_seq)


def assign_many(*, cases: Iterable[Case], by: User, owner: User) -> tuple[int, list[str]]:
    """Put somebody in charge of several cases; returns how many, and why others were not.

    Each in a transaction of its own: what stands in the way of one does not hold up the others.
    """
    given, refusals = 0, []
    for case in cases:
        if not rights.may(by, Action.ASSIGN, case):
            raise PermissionDenied
        try:
            act(case=case, action=Action.ASSIGN, by=by, values={"owner": owner})
        except Refused as refusal:
            refusals.append(f"{case.reference}: {refusal.message}")
        else:
            given += 1
    return given, refusals


def _was_done(
    *,
    case: Case,
    action: str,
    by: User,
    reason: str,
    data: Mapping[str, Any],
    values: Mapping[str, Any],
    since: int,
) -> bool:
    """The same person did the same in the same words since the form was opened, and it stands.

    An older form that says something else, as after going back, is no second sending of this one.
    """
    if any(getattr(case, name) != value for name, value in values.items()):
        return False
    event = Action.RESOLVE if action == SETTLE else action
    events = case.events.filter(seq__gt=since, action=event, by=by)
    return any(
        done.reason == reason and all(done.data.get(name) == data[name] for name in data)
        for done in events
    )
