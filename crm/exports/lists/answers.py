"""What customers answered: responses across waves, and the answers of one wave, each question."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import moment, of_customer
from crm.exports.table import Asked, Table, with_worth
from crm.platform.models.texts import in_language
from crm.platform.words import listed
from satisfaction.count_reads import NOBODY
from satisfaction.models import Answer, Invitation, Question, Response, Wave
from satisfaction.services import counting
from satisfaction.services.columns import scales_of
from satisfaction.services.results import questions_for, results_of
from satisfaction.views.response_list import filter_of
from satisfaction.views.results import kinds, names_of

COLUMNS = (
    *of_customer(),
    Column("contact", _("contact"), "contact.name"),
    Column("tier", _("tier")),
    Column("stage", _("stage")),
    Column("wave", _("wave")),
    moment("finished_at", _("finished")),
    Column("index", _("satisfaction index"), type=Type.NUMBER),
    Column("overall", _("Overall, 0 to 100"), type=Type.NUMBER),
    Column("recommend", _("Recommendation, 0 to 10"), type=Type.COUNT),
    Column("comment", _("comment")),
)


def _responses(asked: Asked) -> QuerySet:
    form = filter_of(asked.user, asked.parameters)
    rows = Response.objects.visible_to(asked.user).finished().matching(form.criteria)
    return rows.with_row().order_by("-finished_at", "-pk")


def _wave(asked: Asked) -> Wave:
    return get_object_or_404(Wave.objects.visible_to(asked.user), pk=asked.pk())


def _of_wave(asked: Asked) -> QuerySet:
    """Of an anonymous wave once it is published, and to those who see all: answers are nobody's."""
    wave = _wave(asked)
    if wave.is_anonymous:
        rows = Response.objects.published(wave).order_by("pk")
        return rows if asked.user.sees_all_customers else rows.none()
    rows = Response.objects.visible_to(asked.user).finished().filter(wave=wave)
    return rows.with_row().order_by("-finished_at", "-pk")


def _columns_of_wave(asked: Asked) -> list[Column]:
    """Those of every response, then a column a question; of anonymous ones what was answered."""
    wave = _wave(asked)
    questions = Question.objects.filter(version=wave.version_id).order_by("position")
    known = [] if wave.is_anonymous else COLUMNS
    return [*known, *(_of_question(question) for question in questions)]


@dataclass(frozen=True)
class _Figure:
    """A question in a group, as the export has it."""

    question: str
    code: str
    measure: str
    group: str
    key: str
    customers: int
    mean: float
    low: float | None
    high: float | None
    top: float


def _figures(asked: Asked) -> Iterator[_Figure]:
    """Each question of a wave, of all and by every group that its page can show."""
    wave = _wave(asked)
    groups = results_of(asked.user, [wave], kinds=()).groups
    questions = {one.code: one for one in scales_of([wave])}
    found = questions_for(asked.user, [wave], groups, every=True)
    names = {
        kind: names_of(kind, {one.key: one for one in found if one.kind == kind})
        for kind in kinds()
    }
    for one in found:
        question, mean, top = questions[one.code], one.mean, one.satisfied
        yield _Figure(
            str(question),
            one.code,
            question.get_measure_display(),
            str(kinds().get(one.kind, _("all"))),
            names.get(one.kind, {}).get(one.key, ""),
            round(mean.n),
            round(mean.value, 2),
            None if mean.low is None else round(mean.low, 2),
            None if mean.high is None else round(mean.high, 2),
            round(top.value, 4),
        )


def _of_question(question: Question) -> Column:
    kind = Type.COUNT if question.scale else Type.TEXT
    return Column(f"q-{question.pk}", question, partial(_answer, question), kind)


def _answer(question: Question, response: Response) -> int | str | None:
    """A score, the words of chosen options, or a text."""
    answer = response.by_question.get(question.pk)
    if answer is None:
        return None
    if question.scale:
        return answer.score
    names = {option["value"]: in_language(option["texts"]) for option in question.options}
    chosen = listed(names.get(value, value) for value in answer.values or ())
    return "\n".join(filter(None, (chosen, answer.text))) or None


def _add_answers(asked: Asked, rows: list[Response]) -> None:
    found: dict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(response__in=[row.pk for row in rows]):
        found[answer.response_id][answer.question_id] = answer
    for row in rows:
        row.by_question = found[row.pk]


def _waves(asked: Asked) -> QuerySet:
    waves = Wave.objects.visible_to(asked.user)
    return waves.select_related("version__instrument", "in_charge", "verifier").order_by(
        "-opens_on", "-pk"
    )


def _add_states(asked: Asked, rows: list[Wave]) -> None:
    asked_in = counting.asked_in([wave.pk for wave in rows])
    for wave in rows:
        counted = asked_in.get(wave.pk, NOBODY)
        wave.asked = counted.number
        wave.finished = counted.states[Invitation.State.FINISHED]


TABLES = (
    Table(
        key="responses",
        page="satisfaction:responses",
        title=_("Responses"),
        rows=_responses,
        may=with_worth,
        columns=COLUMNS,
    ),
    Table(
        key="answers-of-wave",
        page="satisfaction:results",
        title=_("Answers"),
        rows=_of_wave,
        may=with_worth,
        prepare=_add_answers,
        columns=_columns_of_wave,
    ),
    Table(
        key="figures-of-wave",
        page="satisfaction:questions",
        title=_("Figures"),
        rows=lambda asked: list(_figures(asked)),
        may=with_worth,
        columns=(
            Column("question", _("question")),
            Column("code", _("code")),
            Column("measure", _("measure")),
            Column("group", _("grouped by")),
            Column("key", _("group")),
            Column("customers", _("customers"), type=Type.COUNT),
            Column("mean", _("mean, 0 to 100"), type=Type.NUMBER),
            Column("low", _("interval from"), type=Type.NUMBER),
            Column("high", _("interval to"), type=Type.NUMBER),
            Column("top", _("upper two boxes, share"), type=Type.NUMBER),
        ),
    ),
    Table(
        key="waves",
        page="satisfaction:waves",
        title=_("Waves"),
        rows=_waves,
        may=with_worth,
        prepare=_add_states,
        columns=(
            Column("name", _("wave")),
            Column("instrument", _("questionnaire"), "version"),
            Column("state", _("state")),
            Column("purpose", _("purpose")),
            Column("department", _("department in charge")),
            Column("frequency", _("how often")),
            Column("channel", _("channel")),
            Column("opens_on", _("opens on"), type=Type.DATE),
            Column("closes_on", _("closes on"), type=Type.DATE),
            Column("in_charge", _("who analyses it"), "in_charge.name"),
            Column("verifier", _("who verifies what is done"), "verifier.name"),
            Column("asked", _("asked"), type=Type.COUNT),
            Column("finished", _("finished"), type=Type.COUNT),
        ),
    ),
)
