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

    Coefficients are R⁻¹ r with the usual standard error, the root of (1 - R²) / (n - k - 1) times
    the diagonal of R⁻¹, and Student's t.  Relative weights: Johnson 2000, "A Heuristic Method for
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
    errors = np.sqrt((1 - told) / freedom * np.diag(inverse))
    half = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * errors
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


def relative_weights(values, vectors, with_outcome) -> np.ndarray:
    """Johnson's weights from the eigenvalues and vectors of the drivers; they add up to R²."""
    root = (vectors * np.sqrt(values)) @ vectors.T
    back = (vectors / np.sqrt(values)) @ vectors.T
    return root**2 @ (back @ with_outcome) ** 2
