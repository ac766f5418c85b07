"""Two groups against each other, and two measures of the same customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from satisfaction.analytics.estimates import LEVEL, Estimate, Moments

# Fewer customers than these can't be told from chance.
FEWEST_OF_CORRELATION = 4


@dataclass(frozen=True)
class Comparison:
    """How much the later group is above the earlier one, the interval, and p of no difference.

    Interval and p are None where the groups cannot tell: fewer than two in one, or no spread.
    """

    difference: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None

    @property
    def is_significant(self) -> bool:
        return self.p is not None and self.p < 1 - LEVEL


def compare(later: Moments, earlier: Moments) -> Comparison:
    """Difference of two means by the test of Welch, which assumes no equal spread.

    Welch 1947, "The Generalization of 'Student's' Problem when Several Different Population
    Variances are Involved", Biometrika 34(1-2).  In the units of the values.  Customers who
    answered in both waves count in both groups as if they were different ones: their answers
    mostly go together, so that true changes are found a little less often than a paired test
    would, and false alarms don't become more frequent. They do where the same customers stand
    several times in one group, as in waves added up: there p is too small.
    """
    if not later.n or not earlier.n:
        return Comparison(None)
    difference = later.mean - earlier.mean
    if later.n < 2 or earlier.n < 2 or not (later.variance or earlier.variance):
        return Comparison(difference)
    one, two = later.variance / later.n, earlier.variance / earlier.n
    freedom = (one + two) ** 2 / (one**2 / (later.n - 1) + two**2 / (earlier.n - 1))
    error = np.sqrt(one + two)
    half = stdtrit(freedom, 0.5 + LEVEL / 2) * error
    p = 2 * stdtr(freedom, -abs(difference) / error)
    return Comparison(difference, float(difference - half), float(difference + half), float(p))


def correlation(r: float | None, n: int) -> Estimate:
    """Pearson's correlation with the interval of Fisher: tanh(atanh r ± z / sqrt(n - 3)).

    Fisher 1921, "On the 'Probable Error' of a Coefficient of Correlation", Metron 1.  ``r`` is
    None where one of the measures has no spread.  From 4 customers on; r of ±1 has no interval.
    It is made for normal scores: of answers on five points, simulated with 30 to 300 customers, it
    holds 94 to 95.6 of 100 where r is about 0.26 or answers are mixed, and 92.5 to 93.2 where they
    are skewed or split and r is about 0.52.
    """
    if r is None or np.isnan(r):
        return Estimate(None, None, None, n)
    r = float(np.clip(r, -1, 1))
    if n < FEWEST_OF_CORRELATION or abs(r) > 1 - 1e-12:
        return Estimate(r, None, None, n)
    half = ndtri(0.5 + LEVEL / 2) / np.sqrt(n - 3)
    middle = np.arctanh(r)
    return Estimate(r, float(np.tanh(middle - half)), float(np.tanh(middle + half)), n)
