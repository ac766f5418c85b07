"""Where the integrals of expected purchases are taken: at which times ahead, and for which ages.

Integrals over the time ahead are by Gauss-Legendre. Their sums depend on the purchases x and, very
smoothly, on the age: so they are taken at a dozen ages in each octave of alpha + T (from alpha to
twice that, to four times, ...) and brought to each customer's own age by Chebyshev interpolation,
which agrees with direct evaluation within 1e-12. Octaves and ages depend on the customer and the
fit alone, so any shard of customers gives the same figures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lifecycle.analytics.grouping import unique_rows
from lifecycle.analytics.hypergeometric import mean_power

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
AGES = 12
POINTS = np.cos(np.pi * (np.arange(AGES) + 0.5) / AGES)
"""Chebyshev points of an octave, from 1 (its end) to -1 (its beginning)."""
COEFFICIENTS = np.cos(np.outer(np.arccos(POINTS), np.arange(AGES))) * 2 / AGES
COEFFICIENTS[:, 0] /= 2


class Nodes:
    """Gauss-Legendre nodes in v = ln(1+z), z = s / scale, for customers (rows) alive at T.

    Both rates come multiplied by the integration's weights, ds = scale e^v dv. They are
    expectations over the posterior of a customer alive: lambda ~ Gamma(shape, scale), p ~ Beta(a,
    kept), who at s is alive with probability exp(-p lambda s). Shape, scale and kept are r + x,
    alpha + T and B + x.
    """

    def __init__(self, a: float, kept, shape, scale, horizon: float):
        self.a, self.kept = a, kept[:, None]
        self.shape, self.scale = shape[:, None], scale[:, None]
        end = np.log1p(horizon / self.scale)
        v = end * (NODES + 1) / 2
        self.z = np.expm1(v)
        self.s = self.scale * self.z
        self.step = end * WEIGHTS / 2 * self.scale * np.exp(v)

    def rate(self) -> np.ndarray:
        """Rate of purchases: E[lambda e^(-p lambda s)] = (r+x)/(alpha+T) E[(1+pz)^-(r+x+1)]."""
        alive = mean_power(self.a, self.kept, self.shape + 1, self.z)
        return self.shape / self.scale * alive * self.step

    def pair_rate(self) -> np.ndarray:
        """Rate of a purchase at s with another before it, for each unit of time before.

        E[(1-p) lambda^2 e^(-p lambda s)] = (r+x)(r+x+1)/(alpha+T)^2 E[(1-p)(1+pz)^-(r+x+2)]; the
        factor 1-p turns Beta(a, B+x) into Beta(a, B+x+1), times (B+x)/(a+B+x).
        """
        alive = mean_power(self.a, self.kept + 1, self.shape + 2, self.z)
        stays = self.kept / (self.a + self.kept)
        return self.shape * (self.shape + 1) / self.scale**2 * stays * alive * self.step


def octaves(
    alpha: float, x: np.ndarray, T: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """The x and alpha + T to take sums at, and what brings these to each customer (x, T)."""
    level = np.log2(1.0 + T / alpha)
    octave = np.floor(level)
    first, inverse = unique_rows(x, octave)
    scale = alpha * 2.0 ** (octave[first][:, None] + (POINTS + 1) / 2)
    at = 2 * (level - octave) - 1

    def each(sums: np.ndarray) -> np.ndarray:
        # Not a matrix product: its last digit may depend on how many customers the shard has.
        terms = (sums.reshape(-1, AGES, 1) * COEFFICIENTS).sum(axis=1).T
        one = two = np.zeros(len(at))
        for term in terms[:0:-1]:  # Clenshaw 1955
            one, two = term[inverse] + 2 * at * one - two, one
        return np.maximum(terms[0][inverse] + at * one - two, 0.0)

    return np.repeat(x[first], AGES), scale.ravel(), each
