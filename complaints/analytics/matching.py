"""Customers who complained against like ones who did not: exact matching, then differences.

Sources: Rubin 1973, "Matching to remove bias in observational studies", Biometrics 29; Card &
Krueger 1994, "Minimum wages and employment", Am. Econ. Rev. 84 (difference in differences); Abadie
& Imbens 2006, "Large sample properties of matching estimators", Econometrica 74 (the variance of
an effect on the treated with several controls each).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

LEVEL = 0.95
FEWEST = 10
# Half of an interval: normal, since groups of any size are added up.
SIGMAS = float(ndtri(0.5 + LEVEL / 2))


@dataclass(frozen=True)
class Effect:
    """Means before and after of both groups, and how much better the complainants fared.

    The effect is (after − before) of complainants less that of their matches; the interval is of
    95 % and None under `FEWEST` matched. `matched` and `unmatched` count complainants, `controls`
    the customers without complaint that they are held against.
    """

    before: float | None
    after: float | None
    control_before: float | None
    control_after: float | None
    effect: float | None
    low: float | None
    high: float | None
    matched: int
    unmatched: int
    controls: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no effect out."""
        return self.low is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Contrast:
    """How much better the first group of complainants fared than the second; None is not known.

    The interval is of 95 % and None where either has fewer than `FEWEST` matched.
    """

    difference: float | None
    low: float | None
    high: float | None
    first: int
    second: int


def compare(strata, complained, before, after) -> Effect:
    """One value a customer: the group that it is alike in (any labels), and its two figures.

    ``complained`` is true for complainants. A complainant is held against all customers of its
    group that did not complain, each counting alike; those whose group has none are left out and
    counted. NaN in a figure leaves the customer out altogether.

    With d = after − before, the effect is the mean over matched complainants of d − the mean d of
    its group's controls. Its variance is Σ_s s²_T n_s ÷ n² + Σ_s (n_s ÷ n)² s²_C,s ÷ m_s, where the
    spread of a group of fewer than two is that within all groups together.
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    known = ~(np.isnan(before) | np.isnan(after))
    before, after = before[known], after[known]
    treated = np.asarray(complained, dtype=bool)[known]
    _labels, group = np.unique(np.asarray(strata)[known], return_inverse=True)
    groups = int(group.max()) + 1 if len(group) else 0
    n = np.bincount(group[treated], minlength=groups)
    m = np.bincount(group[~treated], minlength=groups)
    both = (n > 0) & (m > 0)
    matched, unmatched = int(n[both].sum()), int(n[~both].sum())
    if not matched:
        return Effect(*(None,) * 7, matched=0, unmatched=unmatched, controls=0)
    weights, controls = np.where(both, n, 0) / matched, int(m[both].sum())
    change, sides = after - before, ((treated, n), (~treated, m))
    ours, theirs = (_means(change, group, *side) for side in sides)
    effect = float(weights @ (ours - theirs))
    variance = _variance(change, group, treated, n, ours, weights)
    half = SIGMAS * (variance + _variance(change, group, ~treated, m, theirs, weights)) ** 0.5
    enough = matched >= FEWEST and controls >= FEWEST
    ends = (effect - half, effect + half) if enough else (None, None)
    means = (weights @ _means(values, group, *side) for side in sides for values in (before, after))
    return Effect(*map(float, means), effect, *ends, matched, unmatched, controls)


def contrast(strata, first, second, controls, before, after) -> Contrast:
    """The effect on the first complainants less that on the second, by the same controls.

    ``first``, ``second`` and ``controls`` say of each customer whether it belongs there, nobody to
    two. With the shares w₁ and w₂ of both groups' matched in each stratum, the difference is
    Σ w₁ d₁ − Σ w₂ d₂ − Σ (w₁ − w₂) d_C: controls of strata that both have alike fall out, and so
    does their variance, Σ w₁² s²₁ ÷ n₁ + Σ w₂² s²₂ ÷ n₂ + Σ (w₁ − w₂)² s²_C ÷ m.
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    known = ~(np.isnan(before) | np.isnan(after))
    change = (after - before)[known]
    sides = [np.asarray(rows, dtype=bool)[known] for rows in (first, second, controls)]
    labels, group = np.unique(np.asarray(strata)[known], return_inverse=True)
    n1, n2, m = sizes = [np.bincount(group[rows], minlength=len(labels)) for rows in sides]
    matched = [np.where(m > 0, n, 0) for n in (n1, n2)]
    totals = [int(n.sum()) for n in matched]
    if not all(totals):
        return Contrast(None, None, None, *totals)
    w1, w2 = (n / total for n, total in zip(matched, totals, strict=True))
    weights = (w1, -w2, w2 - w1)
    parts = list(zip(sides, sizes, weights, strict=True))
    means = [_means(change, group, rows, size) for rows, size, _weight in parts]
    difference = float(sum(weight @ mean for weight, mean in zip(weights, means, strict=True)))
    variance = sum(
        _variance(change, group, rows, size, mean, weight)
        for (rows, size, weight), mean in zip(parts, means, strict=True)
    )
    half = SIGMAS * variance**0.5
    enough = min(*totals, int(m[(matched[0] + matched[1]) > 0].sum())) >= FEWEST
    low, high = (difference - half, difference + half) if enough else (None, None)
    return Contrast(difference, low, high, *totals)


def _means(values, group, rows, sizes) -> np.ndarray:
    """The mean of some rows' values in each group; 0 in groups without any."""
    sums = np.bincount(group[rows], weights=values[rows], minlength=len(sizes))
    return np.divide(sums, sizes, where=sizes > 0, out=np.zeros(len(sizes)))


def _variance(change, group, rows, size, middle, weights) -> float:
    """Σ w² s² ÷ size of the weighted mean of some rows' groups, whose means are ``middle``."""
    squares = (change[rows] - middle[group[rows]]) ** 2
    within = np.bincount(group[rows], weights=squares, minlength=len(size))
    freedom = np.maximum(size - 1, 0)
    pooled = within.sum() / max(freedom.sum(), 1)
    spread = np.divide(within, freedom, where=freedom > 0, out=np.full(len(size), pooled))
    part = weights**2 * np.divide(spread, size, where=size > 0, out=np.zeros(len(size)))
    return float(part.sum())
