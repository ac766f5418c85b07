"""What customers answered: responses across waves, and the answers of one wave, each question."""

from collections import defaultdict
from functools import partial

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import moment, of_customer
from crm.exports.table import Asked, Table, with_worth
from crm.platform.models.texts import in_language
from crm.platform.words import listed
from satisfaction.models import Answer, Invitation, Question, Response, Wave
from satisfaction.views.response_list import filter_of

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
    rows = Response.objects.visible_to(asked.user).finished().filter(wave=_wave(asked))
    return rows.with_row().order_by("-finished_at", "-pk")


def _columns_of_wave(asked: Asked) -> list[Column]:
    """Those of every response, then a column a question."""
    questions = Question.objects.filter(version=_wave(asked).version_id).order_by("position")
    return [*COLUMNS, *(_of_question(question) for question in questions)]


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
    return waves.select_related("version__instrument", "in_charge").order_by("-opens_on", "-pk")


def _add_states(asked: Asked, rows: list[Wave]) -> None:
    states = Invitation.objects.states_of([wave.pk for wave in rows])
    for wave in rows:
        counts = states.get(wave.pk, {})
        wave.asked = sum(counts.values())
        wave.finished = counts.get(Invitation.State.FINISHED, 0)


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
            Column("opens_on", _("opens on"), type=Type.DATE),
            Column("closes_on", _("closes on"), type=Type.DATE),
            Column("in_charge", _("who analyses it"), "in_charge.name"),
            Column("asked", _("asked"), type=Type.COUNT),
            Column("finished", _("finished"), type=Type.COUNT),
        ),
    ),
)
