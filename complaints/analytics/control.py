"""Control charts of counts: what is chance, and what has a cause of its own.

Sources: Shewhart 1931, "Economic Control of Quality of Manufactured Product" (limits at three
standard deviations); Western Electric 1956, "Statistical Quality Control Handbook", 25 to 28 (the
four rules); Laney 2002, "Improved control charts for attributes", Quality Engineering 14(4) (limits
where counts scatter more than chance); Fisher 1950, "The significance of deviations from
expectation in a Poisson series", Biometrics 6 (the test of that).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtrc

FEWEST_POINTS = 8
"""Points that limits rest on at least."""

SURE = 0.05
# Mean of the range of two draws from a normal distribution, in standard deviations.
D2 = 1.128

# Rule: so many of the last so many points, beyond so many standard deviations on one side.
RULES = {1: (1, 1, 3.0), 2: (2, 3, 2.0), 3: (4, 5, 1.0), 4: (8, 8, 0.0)}


@dataclass(frozen=True)
class Firing:
    """A rule that fired at a point; `side` is 1 above the centre and −1 below."""

    point: int
    rule: int
    side: int


@dataclass(frozen=True)
class Chart:
    """Rates with their limits, one value a point; empty lists where there is no chart."""

    rates: list[float]  # complaints, or complaints per 100 customers
    centre: float
    low: list[float]
    high: list[float]
    z: list[float] = field(repr=False)  # distance from the centre in standard deviations
    widening: float = 1.0  # Laney's sigma of z; 1 where chance explains the scatter
    firings: list[Firing] = field(default_factory=list)

    @property
    def is_widened(self) -> bool:
        return self.widening > 1


def chart(
    counts: Sequence[float],
    sizes: Sequence[float] | None = None,
    baseline: int | None = None,
    per: float = 1.0,
) -> Chart | None:
    """A c-chart of counts, or a u-chart of counts per size; None with too little to tell.

    ``counts`` are complaints by period, in order. ``sizes`` are the active customers of each
    period (without them all periods count alike: the c-chart). The centre and the scatter are of
    the first ``baseline`` points (all of them if None), so that what came later is judged by what
    was before. ``per`` scales the rates (100: per hundred customers).

    The centre is ū = Σ counts ÷ Σ sizes and the standard deviation of a point √(ū ÷ size). Where
    the baseline scatters more than a Poisson count may (index of dispersion, 5 %), limits are
    Laney's u′: wider by σ_z, the mean moving range of the z-values ÷ 1.128. Periods of no size are
    not judged: their z is 0.
    """
    counts = np.asarray(counts, dtype=float)
    sizes = np.ones(len(counts)) if sizes is None else np.asarray(sizes, dtype=float)
    first = len(counts) if baseline is None else min(baseline, len(counts))
    known = sizes > 0
    base = known & (np.arange(len(counts)) < first)
    if base.sum() < FEWEST_POINTS or not counts[base].sum() > 0:
        return None
    centre = counts[base].sum() / sizes[base].sum()
    spread = np.sqrt(centre / np.where(known, sizes, 1.0))
    rates = np.where(known, counts / np.where(known, sizes, 1.0), 0.0)
    z = np.where(known, (rates - centre) / spread, 0.0)
    widening = _widening(z[base])
    reach = 3 * widening * spread
    return Chart(
        rates=(per * rates).tolist(),
        centre=float(per * centre),
        low=(per * np.maximum(centre - reach, 0.0)).tolist(),
        high=(per * (centre + reach)).tolist(),
        z=(z / widening).tolist(),
        widening=widening,
        firings=fired(z / widening),
    )


def _widening(z: np.ndarray) -> float:
    """Laney's σ_z where the scatter is more than chance, never under 1."""
    dispersion = float((z**2).sum())
    if chdtrc(len(z) - 1, dispersion) >= SURE:
        return 1.0
    return max(1.0, float(np.abs(np.diff(z)).mean() / D2))


def fired(z: Sequence[float]) -> list[Firing]:
    """The rules that fire, by point and rule: 1 to 4 of `RULES`.

    A rule fires at the point that completes it, which itself lies on that side and beyond that
    distance; a run that goes on fires at each of its points.
    """
    z = np.asarray(z, dtype=float)
    found = []
    for rule, (least, among, beyond) in RULES.items():
        for side in (1, -1):
            hit = side * z > beyond
            sums = np.cumsum(np.concatenate([[0], hit]))
            for point in np.flatnonzero(hit):
                if sums[point + 1] - sums[max(point + 1 - among, 0)] >= least:
                    found.append(Firing(int(point), rule, side))
    return sorted(found, key=lambda one: (one.point, one.rule))
