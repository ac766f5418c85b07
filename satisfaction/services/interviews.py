"""Answers that staff type in for somebody, on the phone or during a visit.

They go the same way as those behind a secret link; the response says who typed it.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from crm.accounts.models import User
from satisfaction.models import Invitation, Response
from satisfaction.questionnaire import Value
from satisfaction.services import answering


def can_be_entered(invitation: Invitation) -> bool:
    """In no anonymous wave: there nobody may learn who answered what."""
    return not invitation.wave.is_anonymous and answering.over(invitation) is None


@transaction.atomic
def enter_page(
    *,
    invitation: Invitation,
    by: User,
    page: int,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
    is_end: bool,
) -> Response:
    """Keep the answers of a page, and send all of them where it was the last."""
    response = answering.save_page(
        invitation=invitation, page=page, answers=answers, language=language, now=now
    )
    Response.objects.filter(pk=response.pk).update(entered_by=by)
    _note_asked(invitation, now)
    if is_end:
        response = answering.finish(invitation=invitation, now=now)
    return response


@transaction.atomic
def enter_refusal(*, invitation: Invitation, for_ever: bool, now: dt.datetime) -> Invitation:
    """Somebody was asked and does not want to answer, or never again."""
    _note_asked(invitation, now)
    return answering.decline(invitation=invitation, for_ever=for_ever)


def _note_asked(invitation: Invitation, now: dt.datetime) -> None:
    """Who was called was asked: from then on the pause counts."""
    Invitation.objects.filter(pk=invitation.pk, sent_at=None).update(sent_at=now)
