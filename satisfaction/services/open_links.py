"""Answers behind a wave's public link: from nobody known, one of each browser.

The browser's own token, which it holds in a cookie, takes the place of a personal link's: under it
lies the sealed draft, and after the finish the word that it was spent.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from satisfaction.models import Answer, PublicLink, Response, SealedDraft
from satisfaction.questionnaire import Questionnaire, Value
from satisfaction.services import anonymous, answering, sealing
from satisfaction.services.answering import IsOverError, Over
from satisfaction.services.sealing import Draft


@sensitive_variables("visitor")
def over(link: PublicLink, visitor: str) -> Over | None:
    """Why nothing can be answered here any more; None while it can."""
    if link.ended_at or not answering.is_running(link.wave):
        return Over.CLOSED
    place = SealedDraft.objects.filter(place=sealing.place_of(visitor)) if visitor else ()
    return Over.FINISHED if any(map(sealing.is_spent, place)) else None


@transaction.atomic
@sensitive_variables()
def save_page(
    *,
    link: PublicLink,
    visitor: str,
    page: int,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
) -> None:
    """Keep the answers of a page in the draft that only this browser can open."""
    room = sealing.room_for(link.wave.version.questions.all())
    row, draft = _locked(link, visitor, room)
    sealing.keep_draft(row, visitor, Draft(page, language, {**draft.values, **answers}), room)
    answering.freeze(link.wave.version, answers, now)


@transaction.atomic
@sensitive_variables()
def send_page(
    *,
    link: PublicLink,
    visitor: str,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
) -> bool:
    """Keep the answers of the last page and send all of them; this browser has answered then.

    Where something that must be answered is missing they stay a draft.
    """
    version = link.wave.version
    room = sealing.room_for(version.questions.all())
    row, draft = _locked(link, visitor, room)
    questionnaire = Questionnaire(version.questions.all(), {**draft.values, **answers})
    answering.freeze(version, answers, now)
    if page := answering.unfinished_page(questionnaire):
        sealing.keep_draft(row, visitor, Draft(page, language, questionnaire.values), room)
        return False
    row.sealed = sealing.SPENT
    row.save(update_fields=["sealed"])
    if link.wave.is_anonymous:
        anonymous.cast(wave=link.wave, questionnaire=questionnaire, group=("", None))
    else:
        _respond(link, questionnaire, language, now)
    return True


def _respond(
    link: PublicLink, questionnaire: Questionnaire, language: str, now: dt.datetime
) -> None:
    figures = answering.figures(questionnaire)
    times = {"started_at": now, "finished_at": now}
    response = Response.objects.create(wave=link.wave, language=language, **times, **figures)
    given = {q: questionnaire.values.get(q.code) for q in questionnaire.asked}
    Answer.objects.bulk_create(answering.rows_of(response, given))


def _locked(link: PublicLink, visitor: str, room: int) -> tuple[SealedDraft, Draft]:
    """The draft, locked; IsOverError where this browser has answered."""
    row, draft = sealing.lock_draft(link.wave_id, visitor, room)
    if sealing.is_spent(row):
        raise IsOverError(Over.FINISHED)
    return row, draft
