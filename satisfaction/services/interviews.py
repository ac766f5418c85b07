"""Answers that staff type in for somebody, on the phone or during a visit.

They go the same way as those behind a secret link; the response says who typed it.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from crm.accounts.models import User
from satisfaction.models import InterviewAttempt, Invitation, Response
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
    way: str,
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
    Response.objects.filter(pk=response.pk).update(entered_by=by, entered_way=way)
    _note_asked(invitation, now)
    if is_end:
        response = answering.finish(invitation=invitation, now=now)
    return response


@transaction.atomic
def enter_refusal(*, invitation: Invitation, for_ever: bool, now: dt.datetime) -> Invitation:
    """Somebody was asked and does not want to answer, or never again."""
    _note_asked(invitation, now)
    return answering.decline(invitation=invitation, for_ever=for_ever)


@transaction.atomic
def note_attempt(
    *,
    invitation: Invitation,
    by: User,
    way: str,
    on: dt.date,
    is_reached: bool,
    again_on: dt.date | None,
    now: dt.datetime,
) -> InterviewAttempt:
    """Nobody was reached, or at a bad moment; IsOverError where there is nothing to ask any more.

    Who was reached was asked; who was not was not.
    """
    invitation = answering.lock_open(invitation)
    if is_reached:
        _note_asked(invitation, now)
    values = {"way": way, "on": on, "is_reached": is_reached, "again_on": again_on}
    return InterviewAttempt.objects.create(invitation=invitation, by=by, **values)


def _note_asked(invitation: Invitation, now: dt.datetime) -> None:
    """Who was called was asked: from then on the pause counts."""
    Invitation.objects.filter(pk=invitation.pk, sent_at=None).update(sent_at=now)
