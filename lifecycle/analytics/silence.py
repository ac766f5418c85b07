"""How sure a customer's silence is, by the regularity of its own gaps.

Gaps between purchase days are taken as Gamma(k, lambda): k = 1 as by chance, large as by a clock.
Nobody's k is known, so each candidate in ``REGULARITIES`` is weighted by how likely it makes the
customer's own gaps, which their number, sum and sum of logarithms tell completely:

    ln L(k) = lnG(r + kx) - lnG(r) + r ln a - (r + kx) ln(a + t_x) + (k - 1) sum ln gap - x lnG(k)

with lambda ~ Gamma(r, a) integrated out. The rate a = alpha K / k keeps the population's mean gap,
where the fit of all has (r, alpha) and regularity K. Beforehand ln k is normal about ln K. The idea
of a regularity of its own is Platzer & Reutterer's (2016, "Ticking away the moments", Pareto/GGG);
a grid in place of their simulation is what makes it fast.

That a customer still buying would have bought by now is, given k, the incomplete beta function
I(k, r + kx; (T - t_x) / (a + T)): for k = 1 it is 1 - ((alpha + t_x) / (alpha + T))^(r + x).

A silence in a slow season says less. Who bought in the same days a year ago too is asked by its
pace then: of a silence in which it buys half as often as usual, each day counts as half a day.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, gammaln

from lifecycle.analytics import mbgnbd
from lifecycle.analytics.summaries import Summary

YEAR = 364
AROUND = 30
"""Days on either side of the same days a year ago."""
DOUBT = 2.0
"""Standard errors by which a mean gap may be shorter, or a season slower, than it seems."""
REGULARITIES = (0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 4.5, 7.0, 11.0, 18.0, 30.0)
PRIOR_SD = 1.0
"""Of ln k about that of all customers: most are between a third and three times as regular."""
LEAST_WEIGHT = 1e-3


def own_silence(
    timing: mbgnbd.Fit, summary: Summary, felt: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Probability that one of its rhythm would have bought by now, and the k it rests on.

    ``felt`` are the days of its silence as they count; all of them where it is not given.

    Of each of n customers: 0 and 1 as long as the silence is no longer than its mean gap, since
    nobody asks that early, and for all without a repeat. Where the logarithms of the gaps are not
    known, k is the population's.
    """
    x, t_x, T = mbgnbd.clean(summary.x, summary.t_x, summary.T)
    T = T if felt is None else np.minimum(t_x + felt, T)
    if summary.sum_log_gaps is None:
        return mbgnbd.silence(timing, x, t_x, T), np.full(len(x), float(timing.k))
    usual = np.minimum(t_x / np.maximum(x, 1), (timing.alpha * timing.k + t_x) / (timing.r + x))
    asked = np.flatnonzero((x > 0) & (T - t_x > usual))
    sure, shape = np.zeros(len(x)), np.ones(len(x))
    if len(asked):
        logs = np.nan_to_num(np.asarray(summary.sum_log_gaps, dtype=float))[asked]
        sure[asked], shape[asked] = _mixed(timing, x[asked], t_x[asked], T[asked], logs)
    return sure, shape


def a_year_ago(last: np.ndarray, cut: int) -> tuple[np.ndarray, int]:
    """The days of the silence that lasts since ``last``, a year ago: after one, until the other."""
    return last - YEAR - AROUND, cut - YEAR + AROUND


def pace_of_season(silent: np.ndarray, gap: np.ndarray, then: np.ndarray, k) -> np.ndarray:
    """By which part of its usual pace a customer buys in the season of its silence, at most 1.

    ``silent`` days since the last purchase, ``gap`` its mean gap, ``then`` its purchase days within
    ``a_year_ago``. These are set beside those that its mean gap expects in so many days, e, as far
    as they are surely fewer: of the squared difference the part above that of two standard errors,
    4 e / k (positive-part James-Stein). A silence of a year and more has all seasons: 1.
    """
    expected = (silent + 2 * AROUND) / np.maximum(gap, 1.0)
    fewer = np.maximum(expected - then, 0.0)
    chance = DOUBT**2 * expected / k
    left = 1 - np.divide(chance, fewer**2, where=fewer > 0, out=np.ones(len(fewer)))
    told = np.where(silent < YEAR, np.maximum(left, 0.0), 0.0)
    return 1 - told * fewer / expected


def _mixed(timing: mbgnbd.Fit, x, t_x, T, sum_log_gaps) -> tuple[np.ndarray, np.ndarray]:
    """Both figures, each k with its weight; of less than a thousandth it says nothing."""
    counts, place = np.unique(x, return_inverse=True)
    likely = np.empty((len(REGULARITIES), len(x)))
    for row, k in enumerate(REGULARITIES):
        a, shape = timing.alpha * timing.k / k, timing.r + k * x
        gammas = gammaln(timing.r + k * counts) - counts * gammaln(k) + timing.r * np.log(a)
        gammas -= (np.log(k / timing.k) / PRIOR_SD) ** 2 / 2
        likely[row] = gammas[place] - shape * np.log(a + t_x) + (k - 1) * sum_log_gaps
    weights = np.exp(likely - likely.max(axis=0))
    weights[weights < LEAST_WEIGHT] = 0.0
    weights /= weights.sum(axis=0)
    sure, mean = np.zeros(len(x)), np.zeros(len(x))
    for row, k in enumerate(REGULARITIES):
        mean += weights[row] * k
        told = np.flatnonzero(weights[row])
        gone = (T[told] - t_x[told]) / (timing.alpha * timing.k / k + T[told])
        sure[told] += weights[row, told] * betainc(k, timing.r + k * x[told], gone)
    return np.minimum(sure, 1.0), mean
