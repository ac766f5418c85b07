"""What a customer spends on a purchase day: the Gamma-Gamma model.

Amounts of one customer are Gamma(p, nu), and nu ~ Gamma(q, v) over customers; amounts are taken
as independent of how often it buys. Source: Fader & Hardie 2013, "The Gamma-Gamma model of
monetary value".

Arrays of one entry a customer: ``n`` purchase days (0 or more) and ``mean`` gross amount of one
(any currency).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from lifecycle.analytics.mbgnbd import LOG_BOUNDS, SAMPLE


@dataclass(frozen=True)
class Fit:
    """Parameters of a fitted model; ``v`` is in units of currency."""

    p: float
    q: float
    v: float
    log_likelihood: float = 0.0
    customers: int = 0
    converged: bool = True

    @property
    def population_mean(self) -> float:
        """Expected amount of a customer never seen: p v / (q - 1), or the mode-like p v / q."""
        return self.p * self.v / (self.q - 1 if self.q > 1 else self.q)


def fit(
    n: np.ndarray,
    mean: np.ndarray,
    *,
    rng: np.random.Generator | None = None,
    sample: int = SAMPLE,
) -> Fit:
    """Fit by maximum likelihood on the customers with n > 0 and a mean worth the name.

    With ``rng``, no more than ``sample`` customers drawn by it are used. Without customers a fit
    with mean 1 comes back, marked as not converged.
    """
    n, mean = clean(n, mean)
    # A billionth of the largest is dust of rounding, whose logarithm would weigh like a customer.
    keep = (n > 0) & (mean > 1e-9 * mean.max(initial=0.0))
    n, mean = n[keep], mean[keep]
    if rng is not None and len(n) > sample:
        chosen = np.sort(rng.choice(len(n), sample, replace=False))
        n, mean = n[chosen], mean[chosen]
    if not len(n):
        return Fit(1.0, 2.0, 1.0, converged=False)
    unit = float(mean.mean())
    found = minimize(
        mean_objective,
        np.array([0.0, 1.0, 1.0]),
        args=(n, mean / unit, np.unique(n, return_inverse=True)),
        jac=True,
        method="L-BFGS-B",
        bounds=[LOG_BOUNDS] * 3,
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 1000, "maxfun": 2000},
    )
    p, q, v = np.exp(found.x).tolist()
    value = -found.fun * len(n) - len(n) * float(np.log(unit))
    return Fit(p, q, v * unit, float(value), len(n), bool(found.success))


def clean(n: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bring both arrays to finite floats of 0 and more; n is 0 where nothing was spent."""
    mean = np.maximum(np.nan_to_num(np.asarray(mean, dtype=float)), 0.0)
    n = np.maximum(np.nan_to_num(np.asarray(n, dtype=float)), 0.0)
    return np.where(mean > 0, n, 0.0), mean


def mean_objective(logs, n, mean, groups):
    """Negative mean log-likelihood and its gradient by the logarithms of p, q, v.

    ln L = lnG(pn+q) - lnG(pn) - lnG(q) + q ln v + pn ln(n m) - ln m - (pn+q) ln(n m + v). The gamma
    functions are taken once per distinct n: ``groups`` are these and whose is which.
    """
    p, q, v = np.exp(logs)
    counts, place = groups
    total = n * mean
    shape = p * n
    joint = np.log(total + v)
    value = (gammaln(p * counts + q) - gammaln(p * counts))[place] - gammaln(q) + q * np.log(v)
    value += shape * np.log(total) - np.log(mean) - (shape + q) * joint
    both, own = digamma(p * counts + q)[place], digamma(p * counts)[place]
    gradient = np.array(
        [
            p * np.mean(n * (both - own + np.log(total) - joint)),
            q * np.mean(both - digamma(q) + np.log(v) - joint),
            v * np.mean(q / v - (shape + q) / (total + v)),
        ]
    )
    return -float(np.mean(value)), -gradient


def expected_mean(fit: Fit, n: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Expected amount of a purchase day, given all so far: p (v + n m) / (p n + q - 1).

    The posterior mean of p / nu; for n = 0 that of the population.
    """
    n, mean = clean(n, mean)
    below = fit.p * n + fit.q - 1
    found = fit.p * (fit.v + n * mean) / np.where(below > 0, below, 1.0)
    return np.where((n > 0) & (below > 0), found, np.where(n > 0, mean, fit.population_mean))


def moments(fit: Fit, n: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Posterior mean of the expected amount, of its square, and of one amount's square.

    With shape s = pn + q and rate u = v + n m of nu: E[p/nu] = p u/(s-1), E[(p/nu)^2] =
    p^2 u^2/((s-1)(s-2)) and E[M^2] = (p + p^2) u^2/((s-1)(s-2)). Where s <= 2.1 the second
    moments do not exist or explode; they are taken at s = 2.1, a wide but finite spread.
    """
    expected = expected_mean(fit, n, mean)
    n, mean = clean(n, mean)
    shape = np.maximum(fit.p * n + fit.q, 2.1)
    square = expected**2 * (shape - 1) / (shape - 2)
    return expected, square, square * (1 + 1 / fit.p)
