"""How likely purchases are under MBG/NBD and BG/NBD: what ``mbgnbd`` maximises, with its gradient.

Parameters, arrays and sources are those of ``mbgnbd``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from lifecycle.analytics import cnbd


def log_likelihood(
    parameters: np.ndarray,
    rows: tuple[np.ndarray, np.ndarray, np.ndarray],
    weights: np.ndarray,
    variant: str = "mbg",
    k: int = 1,
    groups: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[float, np.ndarray]:
    """Weighted log-likelihood of (x, t_x, T) rows and its gradient by (r, alpha, a, b).

    ln L = lnG(s) - lnG(r) + r ln alpha - s ln(alpha+T) + lnG(a+b) - lnG(b) + lnG(B+x)
    - lnG(a+B+x) + ln S + ln(1 + e^D), s = r + k x, S = 1 for k = 1, else as of ``cnbd.log_sum``,
    D the log odds of having left (for BG only where x > 0); what depends on the gaps alone is
    left out. The gamma functions depend on x alone and are taken once per distinct x: ``groups``
    are these and the weight of each.
    """
    r, alpha, a, b = parameters
    shift = b + (variant == "mbg")
    gone = _Gone.of(parameters, rows, variant, k)
    counts, at = by_count(rows[0], weights) if groups is None else groups
    total = at.sum()
    value = (
        at @ (gammaln(r + k * counts) + gammaln(shift + counts) - gammaln(a + shift + counts))
        + total * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
        + weights @ gone.log_density
    )
    by_r, by_alpha, by_a, by_b = gone.gradient(weights)
    by_shift = at @ digamma(a + shift + counts)
    gradient = np.array(
        [
            at @ digamma(r + k * counts) + total * (np.log(alpha) - digamma(r)) + by_r,
            total * r / alpha + by_alpha,
            total * digamma(a + b) - by_shift + by_a,
            total * (digamma(a + b) - digamma(b)) + at @ digamma(shift + counts) - by_shift + by_b,
        ]
    )
    return float(value), gradient


@dataclass(frozen=True)
class _Gone:
    """What of the likelihood depends on t_x and T, by row: whether a customer is gone by T.

    ``left`` is the probability of that, ``log_density`` ln S + ln(1 + e^D) - s ln(alpha + T) of
    ``log_likelihood``, ``aged`` ln(alpha + T) and ``spread`` what it is above ln(alpha + t_x).
    """

    log_density: np.ndarray
    left: np.ndarray
    aged: np.ndarray
    spread: np.ndarray
    shape: np.ndarray
    survived: np.ndarray
    ages: tuple[np.ndarray, np.ndarray]
    a: float
    phases: tuple

    @classmethod
    def of(cls, parameters, rows, variant: str, k: int) -> _Gone:
        (r, alpha, a, b), (x, t_x, T) = parameters, rows
        shape = r + k * x
        log_sum, sum_by_r, phase = phases(alpha, k, shape, t_x, T)
        aged = np.log(alpha + T)
        spread = aged - np.log(alpha + t_x)
        dead_odds = log_odds(a, b, variant, x, shape * spread - log_sum)
        near = np.exp(-np.abs(dead_odds))
        left = np.where(dead_odds > 0, 1.0, near) / (1.0 + near)
        density = np.maximum(dead_odds, 0.0) + np.log1p(near) + log_sum - shape * aged
        # Where nobody can have left (BG, x = 0), B + x - 1 may be 0 and `left` is.
        survived = np.where(left > 0, b + (variant == "mbg") + x - 1, 1.0)
        ages = alpha + T, alpha + t_x
        return cls(density, left, aged, spread, shape, survived, ages, a, (sum_by_r, phase))

    def gradient(self, weights: np.ndarray) -> tuple[float, ...]:
        """Of the weighted log density by (r, alpha, a, b)."""
        (sum_by_r, phase), (whole, until_last), left = self.phases, self.ages, self.left
        stayed = (1 - left) * (self.shape + phase) / whole
        return (
            weights @ (left * self.spread + (1 - left) * sum_by_r - self.aged),
            -(weights @ (stayed + left * self.shape / until_last)),
            weights @ left / self.a,
            -(weights @ (left / self.survived)),
        )


def by_count(x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    counts, inverse = np.unique(x, return_inverse=True)
    return counts, np.bincount(inverse, weights)


def phases(alpha, k, shape, t_x, T):
    """ln S, its derivative by r and the mean phase; nothing of all that for k = 1."""
    if k == 1:
        return 0.0, 0.0, 0.0
    return cnbd.log_sum(k, shape, (T - t_x) / (alpha + T))


def objective(logs, rows, weights, variant, prior_sd, k, groups):
    """Negative mean log posterior and its gradient by the logarithms of the parameters."""
    parameters = np.exp(logs)
    value, gradient = log_likelihood(parameters, rows, weights, variant, k, groups)
    gradient = gradient * parameters
    if prior_sd is not None:
        value -= 0.5 * float(np.sum((logs[2:] / prior_sd) ** 2))
        gradient[2:] -= logs[2:] / prior_sd**2
    scale = weights.sum()
    return -value / scale, -gradient / scale


def log_odds(a, b, variant, x, silent):
    survived = b + x if variant == "mbg" else np.where(x > 0, b + x - 1, 1.0)
    odds = np.log(a) - np.log(survived) + silent
    return odds if variant == "mbg" else np.where(x > 0, odds, -np.inf)
