"""Anonymous waves: a finished answer goes into a box, and boxes are emptied five at a time.

A ballot lies sealed in the same transaction in which its link is spent, so that an answer is
neither lost nor counted twice. It becomes a response only together with others of its group, in
random order, in one transaction that also writes the spent invitations anew: neither keys nor
transaction numbers, places on disk or times tell then which is whose. docs/architecture.md has
the reasons.
"""

import datetime as dt
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.views.decorators.debug import sensitive_variables

from crm.platform.models import Installation
from satisfaction.models import Answer, Invitation, Response, SealedBallot, SealedDraft, Wave
from satisfaction.questionnaire import Questionnaire, Value
from satisfaction.services import answering, sealing
from satisfaction.services.sealing import Draft
from satisfaction.services.sending import withdraw_mails

logger = logging.getLogger(__name__)
# No group under it is shown, and none is let out of the box.
FEWEST = 5
MOST = 10_000  # ballots at once
ROWS = 5_000
State = Invitation.State


@transaction.atomic
@sensitive_variables()
def save_page(
    *,
    invitation: Invitation,
    token: str,
    page: int,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
) -> None:
    """Keep the answers of a page in the draft that only the link can open."""
    wave = answering.lock_open(invitation).wave
    row, draft = sealing.lock_draft(wave.pk, token)
    draft = Draft(page, language, {**draft.values, **answers})
    sealing.keep_draft(row, token, draft)
    answering.freeze(wave.version, answers, now)


@transaction.atomic
@sensitive_variables()
def send_page(
    *,
    invitation: Invitation,
    token: str,
    answers: Mapping[str, Value],
    language: str,
    now: dt.datetime,
) -> bool:
    """Keep the answers of the last page and put all of them into the box; the link is spent.

    Where something that must be answered is missing they stay a draft. The invitation says that
    it was finished, and not when.
    """
    invitation = answering.lock_open(invitation)
    wave = invitation.wave
    row, draft = sealing.lock_draft(wave.pk, token)
    questionnaire = Questionnaire(wave.version.questions.all(), {**draft.values, **answers})
    answering.freeze(wave.version, answers, now)
    if page := answering.unfinished_page(questionnaire):
        sealing.keep_draft(row, token, Draft(page, language, questionnaire.values))
        return False
    row.delete()
    cast(wave=wave, questionnaire=questionnaire, group=_group_of(invitation))
    invitation.state = State.FINISHED
    invitation.save(update_fields=["state"])
    withdraw_mails([invitation.pk])
    return True


def _group_of(invitation: Invitation) -> tuple[str, int | None]:
    """All that stays of who it was: the tier; of our own staff the team."""
    return ("", invitation.team_id) if invitation.user_id else (invitation.tier, None)


@sensitive_variables()
def cast(*, wave: Wave, questionnaire: Questionnaire, group: tuple[str, int | None]) -> None:
    """Put what was answered to what was asked into the box, in the caller's transaction."""
    asked = {question.code for question in questionnaire.asked}
    values = {code: value for code, value in questionnaire.values.items() if code in asked}
    content = {"group": group, "values": values}
    sealed = sealing.seal(sealing.ballot_keys()[0], content, wave.pk)
    SealedBallot.objects.create(wave=wave, sealed=sealed)


def empty_boxes() -> int:
    """Let out what has company enough; returns how many. Safe to repeat, by any number of workers.

    Drafts of waves that are over go: nobody can send them any more.
    """
    count = 0
    for pk in SealedBallot.objects.order_by("wave").values_list("wave", flat=True).distinct():
        while taken := _empty(pk):
            count += taken
    today = Installation.cached().today()
    over = Wave.objects.filter(state=Wave.State.CLOSED) | Wave.objects.filter(closes_on__lt=today)
    SealedDraft.objects.filter(wave__in=over.values("pk")).delete()
    return count


@transaction.atomic
def _empty(pk: int) -> int:
    """One lot of a wave; the rest of a group under five waits until the wave is over."""
    waves = Wave.objects.select_for_update(of=("self",), no_key=True).select_related("version")
    wave = waves.get(pk=pk)
    ballots = SealedBallot.objects.select_for_update().filter(wave=wave)[:MOST]
    groups: dict[tuple, list[tuple[int, dict]]] = defaultdict(list)
    for ballot in ballots:
        content = sealing.unseal(sealing.ballot_keys(), ballot.sealed, wave.pk)
        if content is None:
            logger.error("Ballots of wave %s can't be opened: was SECRET_KEY changed?", wave.pk)
            return 0
        groups[tuple(content["group"])].append((ballot.pk, content["values"]))
    taken = list(_let_out(wave, groups))
    if taken:
        _write(wave, [(group, values) for group, _ballot, values in taken])
        SealedBallot.objects.filter(pk__in=[ballot for _group, ballot, _values in taken]).delete()
        # The same transaction wrote them all: its number says nothing of any of them.
        finished = Invitation.objects.filter(wave=wave, state=State.FINISHED)
        finished.update(state=F("state"))
    return len(taken)


def _let_out(wave: Wave, groups: Mapping[tuple, list]) -> Iterable[tuple]:
    """Groups of five and more; the others at the end, without their group where it stays small."""
    is_over = not answering.is_running(wave)
    for (tier, team), ballots in groups.items():
        group = (tier, team)
        if len(ballots) < FEWEST:
            if not is_over:
                continue
            out = Response.objects.filter(wave=wave, tier=tier, team=team).count()
            group = group if out >= FEWEST else ("", None)
        yield from ((group, *ballot) for ballot in ballots)


def _write(wave: Wave, found: list[tuple]) -> None:
    """As responses, in an order that nobody knows, all of the wave's first day."""
    secrets.SystemRandom().shuffle(found)
    day = dt.datetime.combine(wave.opens_on, dt.time.min, tzinfo=Installation.cached().zone)
    questions = list(wave.version.questions.all())
    responses, sheets = [], []
    for (tier, team), values in found:
        sheet = Questionnaire(questions, values)
        figures = answering.figures(sheet)
        # Not the one that was answered in: where few have another, it names them.
        common = {"wave": wave, "language": settings.LANGUAGE_CODE, "tier": tier, "team_id": team}
        responses.append(Response(started_at=day, finished_at=day, **common, **figures))
        sheets.append(sheet)
    Response.objects.bulk_create(responses, batch_size=ROWS)
    rows: list[Answer] = []
    for response, sheet in zip(responses, sheets, strict=True):
        given = {question: sheet.values.get(question.code) for question in sheet.asked}
        rows += answering.rows_of(response, given)
    Answer.objects.bulk_create(rows, batch_size=ROWS)
