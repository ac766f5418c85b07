"""The same again: when one customer suffers from one root cause more often than once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Recurrence:
    """Customer and cause, and the places of the complaints of the newest span that suffices."""

    customer: int
    cause: int
    places: list[int]


def recurrences(
    customers: Sequence[int], causes: Sequence[int], days: Sequence[int], least: int, span: int
) -> list[Recurrence]:
    """Who came with the same cause ``least`` times within ``span`` days, ordered as grouped.

    One value a complaint in any order; days are numbers. The first and the last of a span are at
    most ``span`` days apart. Of each customer and cause the newest such span is given, with all
    complaints of that group within ``span`` days before its last.
    """
    customers, causes, days = (np.asarray(one, dtype=int) for one in (customers, causes, days))
    if least < 2 or len(days) < least:
        return []
    order = np.lexsort((days, causes, customers))
    who, why, when = customers[order], causes[order], days[order]
    start, end = order[: len(order) - least + 1], order[least - 1 :]
    alike = (customers[start] == customers[end]) & (causes[start] == causes[end])
    ends = np.flatnonzero(alike & (days[end] - days[start] <= span)) + least - 1
    newest = {(int(who[at]), int(why[at])): int(at) for at in ends}
    found = []
    for (customer, cause), at in newest.items():
        here = (who == customer) & (why == cause) & (when <= when[at]) & (when >= when[at] - span)
        found.append(Recurrence(customer, cause, order[here].tolist()))
    return found
