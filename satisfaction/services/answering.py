"""Answering behind a secret link: page by page, resumed on the same link, spent by the finish."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from django.db import transaction
from django.db.models import prefetch_related_objects

from crm.platform.models import Installation
from satisfaction.analytics import index
from satisfaction.models import (
    Answer,
    InstrumentVersion,
    Invitation,
    Measure,
    OptOut,
    Question,
    QuestionKind,
    Response,
    Wave,
)
from satisfaction.questionnaire import Questionnaire, Value, Values, counts_towards_lowest, is_given
from satisfaction.services.closed_loop import follow_up, is_unhappy
from satisfaction.services.sending import withdraw_mails, withdraw_mails_to

State = Invitation.State


class Over(StrEnum):
    """Why an invitation takes no answers any more."""

    FINISHED = "finished"
    DECLINED = "declined"
    CLOSED = "closed"


class IsOverError(Exception):
    """The invitation takes no answers any more."""

    def __init__(self, why: Over):
        super().__init__(why)
        self.why = why


def over(invitation: Invitation) -> Over | None:
    """Why nothing can be answered here any more; None while it can."""
    if invitation.state == State.FINISHED:
        return Over.FINISHED
    if invitation.state == State.DECLINED:
        return Over.DECLINED
    return None if is_running(invitation.wave) else Over.CLOSED


def is_running(wave: Wave) -> bool:
    """Takes answers today."""
    return wave.state == Wave.State.OPEN and Installation.cached().today() <= wave.closes_on


def draft_of(invitation: Invitation) -> Response | None:
    return getattr(invitation, "response", None)


def so_far(invitation: Invitation) -> Questionnaire:
    """The questions with what was saved of the answers."""
    version = invitation.wave.version
    # Asked for once, however often they are looked through.
    prefetch_related_objects([version], "questions")
    draft = draft_of(invitation)
    questions = {question.pk: question for question in version.questions.all()}
    values = {}
    for answer in draft.answers.all() if draft else ():
        answer.question = questions[answer.question_id]
        values[answer.question.code] = value_of(answer)
    return Questionnaire(questions.values(), values)


def value_of(answer: Answer) -> Value:
    kind = answer.question.kind
    if kind == QuestionKind.TEXT:
        return answer.text
    if kind == QuestionKind.SEVERAL:
        return answer.values or []
    if kind == QuestionKind.ONE:
        return answer.values[0] if answer.values else None
    return answer.score


@transaction.atomic
def save_page(
    *,
    invitation: Invitation,
    page: int,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
) -> Response:
    """Keep the answers of a page, by code; empty ones take earlier ones back.

    `page` is where the draft goes on. Two browsers on one link write into the same draft.
    """
    return _save(lock_open(invitation), page, answers, language, now)


@transaction.atomic
def send_page(
    *,
    invitation: Invitation,
    page: int,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
) -> Response:
    """Keep the answers of the last page, and send all of them."""
    invitation = lock_open(invitation)
    _save(invitation, page, answers, language, now)
    return _finish(invitation, now)


def _save(
    invitation: Invitation,
    page: int,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
) -> Response:
    draft = draft_of(invitation)
    if is_new := draft is None:
        draft = _new_draft(invitation, page, language, now)
    elif (draft.page, draft.language) != (page, language):
        draft.page, draft.language = page, language
        draft.save(update_fields=["page", "language"])
    # First: from here on no edit takes a question away; one just taken away is not answered.
    freeze(invitation.wave.version, answers, now)
    questions = {q.code: q for q in invitation.wave.version.questions.all()}
    known = {questions[code]: value for code, value in answers.items() if code in questions}
    _write(draft, known, is_new)
    _note(invitation, State.STARTED if any(map(is_given, known.values())) else State.OPENED)
    return draft


def _note(invitation: Invitation, state: State) -> None:
    """How far somebody has come; who has begun stays so, whatever is taken back."""
    if invitation.state not in (state, State.STARTED):
        invitation.state = state
        invitation.save(update_fields=["state"])


def freeze(version: InstrumentVersion, answers: Values, now: dt.datetime) -> None:
    """The first answer freezes a version."""
    if version.frozen_at is None and any(map(is_given, answers.values())):
        InstrumentVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=now)


@transaction.atomic
def finish(*, invitation: Invitation, now: dt.datetime) -> Response:
    """Send the draft: its figures are derived, the link is spent. The same again changes nothing.

    Where something that must be answered is missing it stays a draft, on the page of that; where
    nothing was answered at all, on the first one.
    """
    try:
        invitation = lock_open(invitation)
    except IsOverError as refused:
        if refused.why == Over.FINISHED:
            return Response.objects.get(invitation=invitation.pk)
        raise
    return _finish(invitation, now)


def _finish(invitation: Invitation, now: dt.datetime) -> Response:
    response = draft_of(invitation) or _new_draft(invitation, 1, invitation.language, now)
    questionnaire = so_far(invitation)
    if page := unfinished_page(questionnaire):
        if response.page != page:
            response.page = page
            response.save(update_fields=["page"])
        return response
    asked = {question.code for question in questionnaire.asked}
    if questionnaire.values.keys() - asked:
        # What an earlier answer once asked for, and a changed one no longer does, was not asked.
        response.answers.exclude(question__in=questionnaire.asked).delete()
    response.finished_at = now
    for name, figure in figures(questionnaire).items():
        setattr(response, name, figure)
    response.save()
    invitation.state, invitation.finished_at = State.FINISHED, now
    invitation.save(update_fields=["state", "finished_at"])
    withdraw_mails([invitation.pk])
    if is_unhappy(response):
        follow_up(response=response, now=now)
    return response


def unfinished_page(questionnaire: Questionnaire) -> int | None:
    """The page of what must be answered still; None where the answers can be sent."""
    missing = questionnaire.missing()
    if missing:
        return missing[0].page
    return None if questionnaire.is_answered else questionnaire.nearest(1)


def figures(questionnaire: Questionnaire) -> dict:
    """What a finished response keeps of its answers, so that results sum over one table."""
    values = questionnaire.values
    given = [q for q in questionnaire.asked if is_given(values.get(q.code))]
    scales = [q for q in given if counts_towards_lowest(q)]
    weighted = [q for q in scales if q.weight]
    texts = [values.get(q.code) for q in questionnaire.asked if q.kind == QuestionKind.TEXT]
    recommend = [
        values[q.code]
        for q in scales
        if q.measure == Measure.RECOMMEND and q.kind == QuestionKind.SCALE_10
    ]
    return {
        "index": _index(weighted, values, [q.weight for q in weighted]),
        "overall": _first([share(q, values) for q in scales if q.measure == Measure.OVERALL]),
        "recommend": _first(recommend),
        "lowest": min((share(q, values) for q in scales), default=None),
        "comment": "\n\n".join(text for text in texts if text),
    }


def share(question: Question, values: Mapping[str, Value]) -> float:
    """An answer on a scale, brought to 0 to 100."""
    return _index([question], values, [1])


def _index(questions: list[Question], values: Mapping, weights: list[int]) -> float | None:
    if not questions:
        return None
    lows, highs = zip(*(question.scale for question in questions), strict=True)
    return index([values[question.code] for question in questions], lows, highs, weights)


def _first(found: list):
    return found[0] if found else None


def wants_no_more(invitation: Invitation) -> bool:
    """The address is never asked again."""
    return OptOut.objects.filter(email=invitation.email.lower()).exists()


@transaction.atomic
def decline(*, invitation: Invitation, for_ever: bool) -> Invitation:
    """Somebody does not want to answer, or never again; a draft goes.

    Never again can be said on an old link too, when its survey is long over.
    """
    invitation = _locking(invitation)
    if over(invitation) is None:
        Response.objects.filter(invitation=invitation, finished_at=None).delete()
        invitation.state = State.DECLINED
        invitation.save(update_fields=["state"])
        withdraw_mails([invitation.pk])
    if for_ever and invitation.email:
        OptOut.objects.get_or_create(email=invitation.email.lower())
        withdraw_mails_to(invitation.email)
    return invitation


def _locking(invitation: Invitation) -> Invitation:
    """The invitation as it is now; who comes second waits.

    Without its response, which the one before may have made while this one waited.
    """
    rows = Invitation.objects.select_for_update(of=("self",))
    locked = rows.select_related("wave").get(pk=invitation.pk)
    if locked.wave.version_id == invitation.wave.version_id:
        # With its questions, which do not change while a wave asks them.
        locked.wave.version = invitation.wave.version
    return locked


def lock_open(invitation: Invitation) -> Invitation:
    """As it is now, and taking answers; else IsOverError."""
    invitation = _locking(invitation)
    if why := over(invitation):
        raise IsOverError(why)
    return invitation


def _new_draft(invitation: Invitation, page: int, language: str, now: dt.datetime) -> Response:
    """With the standing of the moment at which the invitation was made."""
    return Response.objects.create(
        wave=invitation.wave,
        invitation=invitation,
        page=page,
        customer_id=invitation.customer_id,
        contact_id=invitation.contact_id,
        tier=invitation.tier,
        stage=invitation.stage,
        owner_id=invitation.owner_id,
        team_id=invitation.team_id,
        language=language,
        started_at=now,
    )


def _write(draft: Response, answers: Mapping[Question, Value], is_new: bool) -> None:
    taken_back = [question for question, value in answers.items() if not is_given(value)]
    if taken_back and not is_new:
        draft.answers.filter(question__in=taken_back).delete()
    Answer.objects.bulk_create(
        rows_of(draft, answers),
        update_conflicts=True,
        unique_fields=["response", "question"],
        update_fields=["score", "values", "text"],
    )


def rows_of(response: Response, answers: Mapping[Question, Value]) -> list[Answer]:
    """What is stored of answers; empty ones are none."""
    return [
        Answer(response=response, question=question, **_columns(question, value))
        for question, value in answers.items()
        if is_given(value)
    ]


def _columns(question: Question, value: Value) -> dict:
    if question.scale:
        return {"score": value}
    if question.kind == QuestionKind.TEXT:
        return {"text": value}
    # Each once, however often it was posted.
    return {"values": list(dict.fromkeys(value)) if isinstance(value, list) else [value]}
