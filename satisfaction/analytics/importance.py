"""What matters to customers, derived from how their scores go with overall satisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from satisfaction.analytics.estimates import LEVEL, Estimate

# Green 1991: customers beyond the number of drivers, to test each of them in a regression.
BEYOND_DRIVERS = 104
# Drivers that say nearly the same can't be told apart: the smallest eigenvalue of their matrix.
LEAST_EIGENVALUE = 0.01


@dataclass(frozen=True)
class Driver:
    """One driver: its standardised coefficient with the interval, and its part of what is told."""

    coefficient: Estimate
    weight: float  # 0 to 1; all together 1


@dataclass(frozen=True)
class Regression:
    """Of overall satisfaction on all drivers together; R² is 0 to 1."""

    drivers: tuple[Driver, ...]
    r_squared: float
    n: float


def enough(n: float, drivers: int) -> bool:
    """Whether a regression can tell the drivers apart: n of 104 + drivers and more.

    Green 1991, "How Many Subjects Does It Take To Do A Regression Analysis?", Multivariate
    Behavioral Research 26(3), for single predictors of medium strength. Below it correlations, one
    at a time, are shown instead.
    """
    return drivers > 0 and n >= BEYOND_DRIVERS + drivers


def correlations(n: float, sums: Sequence[float], products: Sequence[Sequence[float]]):
    """The matrix of correlations from sums and sums of products; None where one has no spread."""
    if n < 2:
        return None
    totals, crossed = np.asarray(sums, dtype=float), np.asarray(products, dtype=float)
    around = crossed - np.outer(totals, totals) / n
    spread = np.diag(around)
    if np.any(spread <= 1e-9 * np.maximum(np.diag(crossed), 1e-300)):
        return None
    return np.clip(around / np.sqrt(np.outer(spread, spread)), -1.0, 1.0)


def regression(matrix, n: float) -> Regression | None:
    """`fit` where it can tell the drivers apart: `enough` of them, and none nearly the same."""
    matrix = np.asarray(matrix, dtype=float)
    if not enough(n, len(matrix) - 1):
        return None
    if np.linalg.eigvalsh(matrix[:-1, :-1])[0] < LEAST_EIGENVALUE:
        return None
    return fit(matrix, n)


def fit(matrix, n: float) -> Regression:
    """Standardised regression and relative weights, from correlations; the last is the outcome.

    Coefficients are b = R⁻¹ r; their intervals are those of `errors`, with Student's t of n - k - 1
    degrees of freedom.  Relative weights: Johnson 2000, "A Heuristic Method for
    Estimating the Relative Weight of Predictor Variables in Multiple Regression", Multivariate
    Behavioral Research 35(1): drivers are replaced by the nearest uncorrelated ones, and what
    those tell is handed back; so drivers that go together share, where coefficients would take from
    one another and turn negative.  The weights add up to R² and are given as parts of it; their
    interval would need the single answers (bootstrap), so that of the coefficient stands beside.
    """
    matrix = np.asarray(matrix, dtype=float)
    drivers = len(matrix) - 1
    among, with_outcome = matrix[:-1, :-1], matrix[:-1, -1]
    values, vectors = np.linalg.eigh(among)
    inverse = (vectors / values) @ vectors.T
    coefficients = inverse @ with_outcome
    told = float(np.clip(with_outcome @ coefficients, 0.0, 1.0))
    freedom = n - drivers - 1
    half = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * errors(inverse, with_outcome, n)
    weights = relative_weights(values, vectors, with_outcome)
    total = weights.sum()
    found = [
        Driver(
            Estimate(float(one), float(one - width), float(one + width), n),
            float(weight / total) if total > 0 else 0.0,
        )
        for one, width, weight in zip(coefficients, half, weights, strict=True)
    ]
    return Regression(tuple(found), told, n)


def errors(inverse, with_outcome, n: float) -> np.ndarray:
    """Standard errors of b = R⁻¹ r, from R⁻¹ and r, where drivers are drawn and not set.

    Yuan and Chan 2011, "Biases and Standard Errors of Standardized Regression Coefficients",
    Psychometrika 76(4); Jones and Waller 2015, "The Normal-Theory and Asymptotic Distribution-Free
    (ADF) Covariance Matrix of Standardized Regression Coefficients", Psychometrika 80(2), by normal
    theory.  Both scores are standardised by the sample's own spread: to what the usual error knows
    of, (R⁻¹x)e of a customer, comes b (x² - y²) / 2.  The variance of the sum is
    (1 - R²) (diag R⁻¹ - 2 b²) + b² (1 - r²), which of a single driver is that of its correlation,
    (1 - r²)²; over n - 3, as `seBetaCor` of R's package fungible has it.  The usual error alone is
    too wide: its intervals hold 96 to 98 of 100.
    """
    coefficients = inverse @ with_outcome
    told = float(np.clip(with_outcome @ coefficients, 0.0, 1.0))
    own = (1 - told) * (np.diag(inverse) - 2 * coefficients**2)
    return np.sqrt(np.maximum(own + coefficients**2 * (1 - with_outcome**2), 0.0) / (n - 3))


def relative_weights(values, vectors, with_outcome) -> np.ndarray:
    """Johnson's weights from the eigenvalues and vectors of the drivers; they add up to R²."""
    root = (vectors * np.sqrt(values)) @ vectors.T
    back = (vectors / np.sqrt(values)) @ vectors.T
    return root**2 @ (back @ with_outcome) ** 2
