"""Anonymous waves: a finished answer goes into a box, which is opened when the wave is over.

A ballot lies sealed in the same transaction in which its link is spent, so that an answer is
neither lost nor counted twice. All become responses at once, in random order, in one transaction
that also writes the spent invitations anew: neither keys nor transaction numbers, places on disk or
times tell then which is whose, nor which came first or last. docs/architecture.md has the reasons.
"""

import datetime as dt
import logging
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.views.decorators.debug import sensitive_variables

from crm.platform.models import Installation
from satisfaction import analytics
from satisfaction.models import Answer, Invitation, Response, SealedBallot, SealedDraft, Wave
from satisfaction.questionnaire import Questionnaire, Value
from satisfaction.services import answering, sealing
from satisfaction.services.answering import IsOverError, Over
from satisfaction.services.sealing import Draft
from satisfaction.services.sending import withdraw_mails

logger = logging.getLogger(__name__)
# No group under it is shown, and none is let out of the box.
FEWEST = analytics.FEWEST
LOT = 5_000  # rows at once
State = Invitation.State
Group = tuple[str, int | None]  # the tier, or the team
NONE: Group = ("", None)


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
    room = sealing.room_for(wave.version.questions.all())
    row, draft = sealing.lock_draft(wave.pk, token, room)
    draft = Draft(page, language, {**draft.values, **answers})
    sealing.keep_draft(row, token, draft, room)
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
    questions = wave.version.questions.all()
    room = sealing.room_for(questions)
    row, draft = sealing.lock_draft(wave.pk, token, room)
    questionnaire = Questionnaire(questions, {**draft.values, **answers})
    answering.freeze(wave.version, answers, now)
    if page := answering.unfinished_page(questionnaire):
        sealing.keep_draft(row, token, Draft(page, language, questionnaire.values), room)
        return False
    row.delete()
    cast(wave=wave, questionnaire=questionnaire, group=_group_of(invitation))
    invitation.state = State.FINISHED
    invitation.save(update_fields=["state"])
    withdraw_mails([invitation.pk])
    return True


def _group_of(invitation: Invitation) -> Group:
    """All that stays of who it was: the tier; of our own staff the team."""
    return ("", invitation.team_id) if invitation.user_id else (invitation.tier, None)


@sensitive_variables()
def cast(*, wave: Wave, questionnaire: Questionnaire, group: Group) -> None:
    """Put what was answered to what was asked into the box, in the caller's transaction.

    IsOverError where the wave was closed meanwhile: whoever opens the box waits for the ballots
    that refer to the wave by then, and none comes after it, which would lie there alone.
    """
    asked = {question.code for question in questionnaire.asked}
    values = {code: value for code, value in questionnaire.values.items() if code in asked}
    content = {"group": group, "values": values}
    room = sealing.room_for(questionnaire.questions)
    sealed = sealing.seal(sealing.ballot_keys()[0], content, wave.pk, room)
    SealedBallot.objects.create(wave=wave, sealed=sealed)
    if not Wave.objects.filter(pk=wave.pk, state=Wave.State.OPEN).exists():
        raise IsOverError(Over.CLOSED)


def empty_boxes() -> int:
    """Open the boxes of waves that are over; returns how many answers came out.

    Safe to repeat, by any number of workers. Drafts go: nobody can send them any more.
    """
    closed = Wave.objects.filter(state=Wave.State.CLOSED)
    waiting = closed.filter(Exists(SealedBallot.objects.filter(wave=OuterRef("pk"))))
    count = sum(map(_empty, waiting.order_by("pk").values_list("pk", flat=True)))
    over = closed | Wave.objects.filter(closes_on__lt=Installation.cached().today())
    SealedDraft.objects.filter(wave__in=over.values("pk")).delete()
    return count


@transaction.atomic
def _empty(pk: int) -> int:
    """All of a wave at once, or none: who could see a part come out would know whose it is."""
    wave = Wave.objects.select_for_update(of=("self",)).select_related("version").get(pk=pk)
    groups = _groups_in(wave)
    if len(groups) < FEWEST:
        return 0  # they stay sealed for good: so few could be told apart
    kept = _kept(Counter(groups.values()))
    order = list(groups)
    secrets.SystemRandom().shuffle(order)
    for start in range(0, len(order), LOT):
        lot = order[start : start + LOT]
        _write(wave, [(groups[one] if groups[one] in kept else NONE, one) for one in lot])
    SealedBallot.objects.filter(wave=wave).delete()
    # The same transaction wrote them all: its number says nothing of any of them.
    finished = Invitation.objects.filter(wave=wave, state=State.FINISHED)
    finished.update(state=F("state"))
    return len(order)


@sensitive_variables()
def _groups_in(wave: Wave) -> dict[int, Group]:
    """Each ballot's group; none at all where one can't be opened."""
    groups: dict[int, Group] = {}
    for ballot in SealedBallot.objects.filter(wave=wave).iterator(LOT):
        content = sealing.unseal(sealing.ballot_keys(), ballot.sealed, wave.pk)
        if content is None:
            logger.error("Ballots of wave %s can't be opened: was SECRET_KEY changed?", wave.pk)
            return {}
        groups[ballot.pk] = tuple(content["group"])
    return groups


def _kept(sizes: Mapping[Group, int]) -> set[Group]:
    """The groups that answers keep: those left without one must be five and more together too.

    Else it would be known of who is in no kept group that these few answers are theirs.
    """
    names = {str(group): group for group in sizes}
    shown = analytics.publishable({(name,): sizes[group] for name, group in names.items()})
    return {names[name] for name in (shown[0] if shown else ())}


@sensitive_variables()
def _write(wave: Wave, lot: Sequence[tuple[Group, int]]) -> None:
    """Ballots as responses, in the order given, all of the wave's first day."""
    day = dt.datetime.combine(wave.opens_on, dt.time.min, tzinfo=Installation.cached().zone)
    questions = list(wave.version.questions.all())
    ballots = SealedBallot.objects.in_bulk([pk for _group, pk in lot])
    responses, sheets = [], []
    for (tier, team), pk in lot:
        content = sealing.unseal(sealing.ballot_keys(), ballots[pk].sealed, wave.pk)
        sheet = Questionnaire(questions, content["values"])
        figures = answering.figures(sheet)
        # Not the one that was answered in: where few have another, it names them.
        common = {"wave": wave, "language": settings.LANGUAGE_CODE, "tier": tier, "team_id": team}
        responses.append(Response(started_at=day, finished_at=day, **common, **figures))
        sheets.append(sheet)
    Response.objects.bulk_create(responses)
    rows: list[Answer] = []
    for response, sheet in zip(responses, sheets, strict=True):
        given = {question: sheet.values.get(question.code) for question in sheet.asked}
        rows += answering.rows_of(response, given)
    Answer.objects.bulk_create(rows, batch_size=LOT)
