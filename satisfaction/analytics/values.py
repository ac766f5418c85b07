"""What customers get for what they give: gaps, differences and ratios of their own scores.

A score of 0-100 is a place on its scale. A ratio needs a zero that means nothing at all, which a
place has not: there, a score is a part of the highest point of its scale (4 of 5 is 0.8), so that
the lowest of 5 or 7 points is never zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from satisfaction.analytics.estimates import LEVEL, Estimate


def acsi(overall, expected, ideal, weights=(1.0, 1.0, 1.0)) -> np.ndarray:
    """Index of the three questions of the ACSI, each 0 to 100: their weighted mean; NaN if one is.

    Fornell, Johnson, Anderson, Cha and Bryant 1996, "The American Customer Satisfaction Index:
    Nature, Purpose, and Findings", Journal of Marketing 60(4), appendix: (sum of w x - sum of w
    min) / (sum of w (max - min)) times 100.  They fit the weights by partial least squares within
    their model of causes; here they are equal, as is usual where that model is not fitted.
    """
    parts = np.asarray([overall, expected, ideal], dtype=float)
    counted = np.asarray(weights, dtype=float)
    return np.tensordot(counted / counted.sum(), parts, axes=1)


def gap(perception, expectation) -> np.ndarray:
    """Perception less expectation of the same respondent, in points of 0-100; NaN without both.

    Parasuraman, Zeithaml and Berry 1988, "SERVQUAL: A Multiple-Item Scale for Measuring Consumer
    Perceptions of Service Quality", Journal of Retailing 64(1): negative where service falls short.
    """
    return np.asarray(perception, dtype=float) - np.asarray(expectation, dtype=float)


def value_equation(result, process, price, obtaining) -> np.ndarray:
    """(result + process) / (price + cost of obtaining), of scores as parts of the highest point.

    Heskett, Sasser and Schlesinger 1997, "The Service Profit Chain", chapter 3.  Above 1 the
    customer gets more than it gives. NaN where one is missing, or where nothing is given.
    """
    over = np.asarray(result, dtype=float) + np.asarray(process, dtype=float)
    under = np.asarray(price, dtype=float) + np.asarray(obtaining, dtype=float)
    return np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under > 0)


@dataclass(frozen=True)
class Pairs:
    """Customers with two values each: their sums, sums of squares, and of products."""

    n: float = 0
    over: float = 0.0
    under: float = 0.0
    over_squares: float = 0.0
    under_squares: float = 0.0
    products: float = 0.0

    def __add__(self, other: Pairs) -> Pairs:
        mine, theirs = vars(self), vars(other)
        return Pairs(**{name: mine[name] + theirs[name] for name in mine})


def pairs(over, under) -> Pairs:
    """Of one pair a customer; without both a customer is left out."""
    x, y = np.asarray(over, dtype=float), np.asarray(under, dtype=float)
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    sums = (x.sum(), y.sum(), (x**2).sum(), (y**2).sum(), (x * y).sum())
    return Pairs(len(x), *(float(one) for one in sums))


def ratio(sums: Pairs) -> Estimate:
    """Mean of what is above over mean of what is below, with the interval of Fieller.

    Fieller 1954, "Some Problems in Interval Estimation", Journal of the Royal Statistical Society
    B 16(2): all ratios R for which mean(over - R under) is not told from 0 by Student's t of n - 1
    degrees of freedom.  The ratio of the means is asked for and not the mean of the ratios, which
    a single customer who gives next to nothing would carry off.  No interval where the mean below
    may be 0, or where there is no spread. Simulated coverage 94 to 96 % from 20 customers on.
    """
    if not sums.n or sums.under <= 0:
        return Estimate(None, None, None, sums.n)
    n = sums.n
    x, y = sums.over / n, sums.under / n
    value = x / y
    if n < 2:
        return Estimate(value, None, None, n)
    of_mean = n * (n - 1)
    xx = max(0.0, sums.over_squares - n * x * x) / of_mean
    yy = max(0.0, sums.under_squares - n * y * y) / of_mean
    xy = (sums.products - n * x * y) / of_mean
    if xx + yy <= 1e-12 * (x * x + y * y):
        return Estimate(value, None, None, n)
    t2 = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) ** 2
    below = y * y - t2 * yy
    if below <= 0:
        return Estimate(value, None, None, n)
    middle = x * y - t2 * xy
    half = np.sqrt(max(0.0, middle**2 - (x * x - t2 * xx) * below))
    return Estimate(value, float((middle - half) / below), float((middle + half) / below), n)
