"""The value equation of one customer: what it says that it gets over what it says that it gives."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from customers.models import Customer
from satisfaction import analytics
from satisfaction.models import EQUATION_OVER, EQUATION_UNDER, Answer, Aspect

PARTS = (*EQUATION_OVER, *EQUATION_UNDER)


@dataclass(frozen=True)
class ValueEquation:
    """(result + process) / (price + cost of obtaining) of the newest wave that asked for it."""

    value: float
    contacts: int
    answered_at: dt.datetime  # the newest answer
    wave_id: int


def value_equation_of(customer: Customer) -> ValueEquation | None:
    """Of contacts who said all four: both sides averaged over them, then divided. None without."""
    rows = Answer.objects.filter(
        response__customer=customer,
        response__finished_at__isnull=False,
        question__measure__in=PARTS,
        question__aspect=Aspect.PERCEPTION,
        score__isnull=False,
    )
    parts: dict[tuple, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for answer in rows.select_related("question", "response"):
        if scale := answer.question.scale:
            response = answer.response
            place = (response.wave_id, response.pk, response.finished_at)
            parts[place][answer.question.measure].append(answer.score / scale[1])
    complete = {place: said for place, said in parts.items() if len(said) == len(PARTS)}
    if not complete:
        return None
    newest = max(complete, key=lambda place: (place[2], place[1]))
    sides = [
        [np.mean(said[part]) for part in PARTS]
        for (wave, *_rest), said in complete.items()
        if wave == newest[0]
    ]
    value = float(analytics.value_equation(*np.mean(sides, axis=0)))
    if np.isnan(value):
        return None
    return ValueEquation(value, len(sides), newest[2], newest[0])
