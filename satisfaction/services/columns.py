"""What is summed of each respondent and customer, by the questions that waves have asked.

Names of columns are written here, and questions are numbers: no text of anybody gets into SQL.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from satisfaction.models import (
    ACSI,
    BENEFITS,
    COSTS,
    DIMENSIONS,
    EQUATION_OVER,
    EQUATION_UNDER,
    INNER_LINKS,
    SCALES,
    Aspect,
    Measure,
    Question,
    Wave,
)

# What a response keeps itself; the others come from its answers.
KEPT = (Measure.OVERALL, Measure.RECOMMEND)
# What overall satisfaction may come from.
DRIVERS = (
    *DIMENSIONS,
    *BENEFITS,
    *COSTS,
    *EQUATION_OVER,
    *EQUATION_UNDER,
    Measure.COMPARED,
    Measure.HANDLING,
    Measure.EFFORT,
)
# Shown by tier (targets) and by team (inner links).
BY_GROUP = (*DIMENSIONS, *INNER_LINKS)


def place(question: Question) -> str:
    """0 to 100, by the ends of the scale."""
    low, high = question.scale
    return f"(a.score - {low}) * {100 / (high - low)!r}::float"


def level(question: Question) -> str:
    """A part of the highest point: what can be divided."""
    return f"a.score / {float(question.scale[1])}::float"


def top(question: Question) -> str:
    """1 in the upper two boxes, else 0."""
    return f"(a.score >= {question.scale[1] - 1})::int::float"


def _mean(questions: Iterable[Question], of) -> str:
    whens = " ".join(f"WHEN {one.pk} THEN {of(one)}" for one in questions)
    return f"avg(CASE a.question_id {whens} END)"


@dataclass(frozen=True)
class Columns:
    """SQL by name: of a respondent over the answers `a`, and of a customer over respondents."""

    respondent: Mapping[str, str]
    customer: Mapping[str, str]
    measures: tuple[str, ...]  # columns "m_…" of which n, sum and squares are summed
    pairs: Mapping[str, tuple[str, str]]  # what is above and what is below, by name
    drivers: tuple[str, ...]

    @property
    def by_group(self) -> tuple[str, ...]:
        return tuple(name for name in self.measures if name in BY_GROUP)


def scales_of(waves: Sequence[Wave]) -> list[Question]:
    versions = {wave.version_id for wave in waves}
    rows = Question.objects.filter(version__in=versions, kind__in=list(SCALES))
    return list(rows.order_by("version", "position"))


def columns_of(questions: Sequence[Question]) -> Columns:
    """What these questions allow to be summed; columns of measures begin with "m_"."""
    met, hoped = _by_measure(questions, Aspect.PERCEPTION), _by_measure(questions, "expectation")
    respondent = {f"m_{name}": _mean(rows, place) for name, rows in met.items()}
    respondent |= {f"hoped_{name}": _mean(rows, place) for name, rows in hoped.items()}
    customer = {f"m_{name}": f"avg(m_{name})" for name in met}
    for one in DIMENSIONS:
        if one in met and one in hoped:
            customer[f"m_{one}_gap"] = f"avg(m_{one} - hoped_{one})"
    if all(one in met for one in ACSI[1:]):
        customer["m_acsi"] = "avg((overall + m_expected + m_ideal) / 3)"
    if Measure.EFFORT in met:
        respondent["effort_top"] = _mean(met[Measure.EFFORT], top)
        customer["m_effort_top"] = "avg(effort_top)"
    pairs = _delivered(met, respondent, customer) | _equation(met, respondent, customer)
    return Columns(
        respondent,
        customer,
        tuple(name.removeprefix("m_") for name in customer if name.startswith("m_")),
        pairs,
        tuple(str(one) for one in DRIVERS if one in met),
    )


def _by_measure(questions: Sequence[Question], aspect: str) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for question in questions:
        if question.measure and question.aspect == aspect and question.measure not in KEPT:
            found.setdefault(str(Measure(question.measure)), []).append(question)
    return found


def _delivered(met: dict, respondent: dict, customer: dict) -> dict:
    """Benefits against costs, of those who said something of both."""
    gained = [question for one in BENEFITS for question in met.get(one, ())]
    given = [question for one in COSTS for question in met.get(one, ())]
    if not gained or not given:
        return {}
    for name, rows in (("gained", gained), ("given", given)):
        respondent[f"{name}_place"], respondent[name] = _mean(rows, place), _mean(rows, level)
    customer["m_worth"] = "avg(gained_place - given_place)"
    customer["delivered_over"] = "avg(gained) FILTER (WHERE given IS NOT NULL)"
    customer["delivered_under"] = "avg(given) FILTER (WHERE gained IS NOT NULL)"
    return {"delivered": ("delivered_over", "delivered_under")}


def _equation(met: dict, respondent: dict, customer: dict) -> dict:
    """(result + process) against (price + obtaining), of those who said all four."""
    parts = (*EQUATION_OVER, *EQUATION_UNDER)
    if not all(one in met for one in parts):
        return {}
    respondent |= {f"level_{one}": _mean(met[one], level) for one in parts}
    over, under = (
        " + ".join(f"level_{one}" for one in side) for side in (EQUATION_OVER, EQUATION_UNDER)
    )
    known = f"FILTER (WHERE {over} + {under} IS NOT NULL)"
    customer["equation_over"] = f"avg({over}) {known}"
    customer["equation_under"] = f"avg({under}) {known}"
    return {"equation": ("equation_over", "equation_under")}
