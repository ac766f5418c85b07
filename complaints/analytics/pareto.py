"""Which few causes make most of the complaints.

Juran 1954, "Universals in Management Planning and Controlling": the vital few and the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

VITAL = 0.8


@dataclass(frozen=True)
class Bar:
    """`place` in the given counts, with its share and the share of all bars up to it (0 to 1)."""

    place: int
    count: float
    share: float
    cumulated: float
    is_vital: bool


def pareto(counts: Sequence[float], vital: float = VITAL) -> list[Bar]:
    """The counts from the largest on; ties stay in the given order, zeros are left out.

    Vital are the first bars that together reach the share ``vital``: a bar is one if those before
    it do not reach it yet. Empty without any count.
    """
    counts = np.asarray(counts, dtype=float)
    total = counts.sum()
    if not total > 0:
        return []
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    reached = np.cumsum(counts[order])
    before = reached - counts[order]
    return [
        Bar(
            place=int(place),
            count=float(counts[place]),
            share=float(counts[place] / total),
            cumulated=float(min(reached[rank] / total, 1.0)),
            is_vital=bool(before[rank] < vital * total),
        )
        for rank, place in enumerate(order)
    ]
