"""Attach files to a case."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.models import Actor, Case, CaseAttachment
from complaints.services.actions import act
from complaints.states import Action
from crm.accounts.models import User
from crm.platform import uploads


@transaction.atomic
def attach(
    *,
    case: Case,
    files: Sequence[UploadedFile],
    by: User | None,
    actor: str = Actor.USER,
    data: Mapping[str, Any] | None = None,
) -> Case:
    """Keep the files with the case, as one event that names them."""
    stored = [uploads.store(file) for file in files]
    CaseAttachment.objects.bulk_create(
        CaseAttachment(case=case, uploaded_by=by, **values) for values in stored
    )
    names = [values["name"] for values in stored]
    told = {**(data or {}), "files": names}
    return act(case=case, action=Action.ATTACH, by=by, actor=actor, data=told)
