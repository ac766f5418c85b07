"""What the newest answers of one customer say beside the index: worth its price, ease, suppliers.

Scores come with the answers themselves, so that they cost no query of their own.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from satisfaction.analytics import value_equation
from satisfaction.models import (
    EQUATION_OVER,
    EQUATION_UNDER,
    SCALES,
    Answer,
    Aspect,
    Measure,
    Response,
)

EQUATION = (*EQUATION_OVER, *EQUATION_UNDER)
ASKED = (*EQUATION, Measure.EFFORT, Measure.COMPARED)


def with_scores(responses: QuerySet[Response]) -> QuerySet[Response]:
    """Each with `scores`: what it answered to the questions of `ASKED`."""
    answers = Answer.objects.filter(
        response=OuterRef("pk"),
        score__isnull=False,
        question__measure__in=ASKED,
        question__aspect=Aspect.PERCEPTION,
    ).values(json=JSONObject(measure="question__measure", score="score", kind="question__kind"))
    return responses.annotate(scores=ArraySubquery(answers))


def level(score: dict) -> float:
    """A part of the highest point of its scale: 4 of 5 is 0.8."""
    return score["score"] / SCALES[score["kind"]][1]


def place(score: dict) -> float:
    """0 to 100 between the ends of its scale."""
    low, high = SCALES[score["kind"]]
    return 100 * (score["score"] - low) / (high - low)


@dataclass(frozen=True)
class Said:
    """A figure of the newest survey in which the customer said it, over `n` of its people."""

    value: float
    n: int
    on: dt.date
    response: int  # the newest of them


@dataclass(frozen=True)
class Equation(Said):
    """The customer value equation: above 1 it gets more than it gives; with its parts, 0 to 1."""

    parts: dict[str, float]


def value_equation_of(answers: Iterable[Response]) -> Equation | None:
    """(result + quality of the process) ÷ (price + cost of obtaining), from one's own scores.

    `answers` are finished, `with_scores`, the newest first. Of those who said all four; people of
    one survey are averaged first, as in the results.
    """

    def said(response: Response) -> dict[str, float] | None:
        parts = {one: _mean(response, one, level) for one in EQUATION}
        return None if None in parts.values() else parts

    found = _newest(answers, said)
    if not found:
        return None
    parts = {one: fmean(values[one] for _response, values in found) for one in EQUATION}
    ratio = float(value_equation(*([parts[one]] for one in EQUATION))[0])
    return Equation(**_common(found, ratio), parts=parts)


def effort_of(answers: Iterable[Response]) -> Said | None:
    """How easy it is to deal with us, 0 to 100."""
    return _said(answers, Measure.EFFORT)


def compared_of(answers: Iterable[Response]) -> Said | None:
    """Against its other suppliers, 0 to 100; 50 is as good as they are."""
    return _said(answers, Measure.COMPARED)


def _said(answers: Iterable[Response], measure: str) -> Said | None:
    found = _newest(answers, lambda response: _mean(response, measure, place))
    return Said(**_common(found, fmean(value for _response, value in found))) if found else None


def _mean(response: Response, measure: str, read: Callable[[dict], float]) -> float | None:
    values = [read(score) for score in response.scores if score["measure"] == measure]
    return fmean(values) if values else None


def _newest(answers: Iterable[Response], read: Callable) -> list[tuple]:
    """Of the newest survey in which anybody said it: each response with what it said."""
    known = [(response, value) for response in answers if (value := read(response)) is not None]
    return [one for one in known if one[0].wave_id == known[0][0].wave_id]


def _common(found: list[tuple], value: float) -> dict:
    newest = found[0][0]
    return {
        "value": value,
        "n": len(found),
        "on": timezone.localdate(newest.finished_at),
        "response": newest.pk,
    }
