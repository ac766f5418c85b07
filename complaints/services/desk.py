"""What the pages of the service desk do in one go, also when a form is sent twice."""

import uuid
from collections.abc import Mapping, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.models import Case
from complaints.services.actions import act
from complaints.services.cases import log_case
from complaints.services.files import attach
from complaints.states import Action, State
from crm.accounts.models import User

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
