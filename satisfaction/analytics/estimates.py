"""Figures of a group with their Interval (95 %)s.

Everything rests on a few sums over the group's customers (`Moments`), so that the database can
sum and hundred thousands of rows need not travel.  Intervals speak of the customers that might
have answered, of which those who did are taken for a random sample; they say nothing about those
who never answer.  No correction is made for a finite population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

LEVEL = 0.95
# Observations that the adjusted Wald interval of the NPS adds: promoters, passives, detractors.
ADDED = (0.75, 1.5, 0.75)


@dataclass(frozen=True)
class Moments:
    """Customers, the sum of their values, and the sum of the squares."""

    n: float = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float | None:
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float | None:
        """Of the sample (n - 1); None of fewer than two."""
        if self.n < 2:
            return None
        around = self.squares - self.total**2 / self.n
        # What is left of rounding when all are equal is no variance.
        return around / (self.n - 1) if around > 1e-9 * self.squares else 0.0


@dataclass(frozen=True)
class Estimate:
    """A figure, its Interval (95 %) and how many customers it rests on.

    `value` is None where there is nobody.  The interval is None where the group cannot tell how
    much others would differ: of one customer, or where all means are the same.
    """

    value: float | None
    low: float | None
    high: float | None
    n: float

    @property
    def has_interval(self) -> bool:
        return self.low is not None

    @property
    def margin(self) -> float | None:
        """Half the width of the interval."""
        return (self.high - self.low) / 2 if self.has_interval else None


def moments(values) -> Moments:
    """Of one value a customer; NaN is left out."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    return Moments(len(values), float(values.sum()), float((values**2).sum()))


def mean(sums: Moments, least: float = 0.0, most: float = 100.0) -> Estimate:
    """Mean with Student's interval: m ± t(n - 1) s / sqrt(n), cut at the ends of the scale.

    Student 1908, "The Probable Error of a Mean", Biometrika 6(1).  Scores are skewed, not normal;
    for answers on five points the simulated coverage is 94 to 96 % from 20 customers on and 91 to
    97 % with 5. Where four in five give the best answer it is 87 to 93 % below 100 customers.
    """
    variance = sums.variance
    if not variance:
        return Estimate(sums.mean, None, None, sums.n)
    half = _t(sums.n - 1) * np.sqrt(variance / sums.n)
    return _within(sums.mean, half, least, most, sums.n)


def share(successes: float, n: float) -> Estimate:
    """A share 0 to 1 with the score interval of Wilson 1927.

    "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22(158).  It
    keeps to 0 and 1 and is sensible for few customers and for shares of none and all.
    ``successes`` need not be whole: a customer whose contacts disagree counts with a part, whose
    variance is smaller than the interval assumes, which thus errs to the wide side.
    """
    if not n:
        return Estimate(None, None, None, 0)
    p, z = successes / n, _z()
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return Estimate(p, max(0.0, float(middle - half)), min(1.0, float(middle + half)), n)


def nps(sums: Moments) -> Estimate:
    """Net promoter score, -100 to 100, with the adjusted Wald interval (3, T).

    ``sums`` are of values from -1 to 1 (`scores.recommendation`, averaged within a customer).

    Rocks 2016, "Interval Estimation for the 'Net Promoter Score'", The American Statistician
    70(4), compares six intervals on the scores of thousands of companies: adding three
    observations, a quarter of them promoters, half passives and a quarter detractors, before the
    plain Wald formula, and an iterative score test came out best.  The former is a closed
    formula of the same sums, also for customers whose contacts disagree, and gives an interval
    where all answers are alike; so it is taken here.  Simulated coverage is 94 to 96 % from 15
    customers on for any mix with a tenth of detractors, from 30 on with a fiftieth; with 10 it is
    93 to 97 %, with 5 it may be 83 % where nearly all are promoters.  The score itself is the
    observed one; the interval stands around the adjusted.
    """
    if not sums.n:
        return Estimate(None, None, None, 0)
    promoters, passives, detractors = ADDED
    n = sums.n + promoters + passives + detractors
    middle = (sums.total + promoters - detractors) / n
    variance = (sums.squares + promoters + detractors) / n - middle**2
    half = 100 * _z() * np.sqrt(variance / n)
    around = _within(100 * middle, half, -100.0, 100.0, sums.n)
    return Estimate(100 * sums.total / sums.n, around.low, around.high, sums.n)


def weighted(values, weights, least: float = 0.0, most: float = 100.0) -> Estimate:
    """Mean weighted by revenue, with its interval; `weighted_of_sums` of one entry a customer."""
    values, weights = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    known = ~np.isnan(values) & (weights > 0)
    x, w = values[known], weights[known]
    sums = (w, w**2, w * x, w**2 * x, w**2 * x**2)
    return weighted_of_sums(*(float(part.sum()) for part in sums), least=least, most=most)


def weighted_of_sums(
    w: float, w2: float, wx: float, w2x: float, w2x2: float, *, least: float, most: float
) -> Estimate:
    """Weighted mean m from sums of w, w², wx, w²x and w²x²; n is the effective number.

    Effective number: (sum w)² / sum w² (Kish 1965, "Survey Sampling", section 11.7): as many equal
    customers would be as sure.  Standard error by linearisation of the ratio (Cochran 1977,
    "Sampling Techniques", section 6.3): sqrt(sum w² (x - m)²) / sum w, times
    sqrt(n_eff / (n_eff - 1)); Student's t of n_eff - 1 degrees of freedom.  With
    lognormal revenues (sigma 1) the simulated coverage is 92 % of 30 customers (effective number
    11), 94 to 95 % of 100 and more.
    """
    if w <= 0:
        return Estimate(None, None, None, 0)
    m, effective = wx / w, w**2 / w2
    around = w2x2 - 2 * m * w2x + m**2 * w2
    if effective <= 1 + 1e-9 or around <= 1e-9 * max(w2x2, m**2 * w2):
        return Estimate(m, None, None, effective)
    error = np.sqrt(around * effective / (effective - 1)) / w
    return _within(m, _t(effective - 1) * error, least, most, effective)


def _within(middle: float, half: float, least: float, most: float, n: float) -> Estimate:
    low, high = max(least, middle - half), min(most, middle + half)
    return Estimate(float(middle), float(low), float(high), n)


def _z() -> float:
    return float(ndtri(0.5 + LEVEL / 2))


def _t(freedom: float) -> float:
    return float(stdtrit(freedom, 0.5 + LEVEL / 2))
