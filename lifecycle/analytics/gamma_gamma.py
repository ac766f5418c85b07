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
        args=(Spent.of(n, mean / unit),),
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


@dataclass(frozen=True)
class Spent:
    """What the likelihood reads of n purchase days and their ``total``, whatever the parameters.

    ``counts`` are the distinct n and ``share`` that of the customers who have each; the others are
    means over the customers.
    """

    n: np.ndarray
    total: np.ndarray
    counts: np.ndarray
    share: np.ndarray
    log_mean: float
    n_log_total: float

    @classmethod
    def of(cls, n: np.ndarray, mean: np.ndarray) -> Spent:
        counts, of_each = np.unique(n, return_counts=True)
        total = n * mean
        n_log_total = float(np.mean(n * np.log(total)))
        log_mean = float(np.mean(np.log(mean)))
        return cls(n, total, counts, of_each / len(n), log_mean, n_log_total)


def mean_objective(logs: np.ndarray, spent: Spent) -> tuple[float, np.ndarray]:
    """Negative mean log-likelihood and its gradient by the logarithms of p, q, v.

    ln L = lnG(pn+q) - lnG(pn) - lnG(q) + q ln v + pn ln(n m) - ln m - (pn+q) ln(n m + v). The gamma
    functions are taken once per distinct n.
    """
    p, q, v = np.exp(logs)
    counts, share, all_of = spent.counts, spent.share, spent.total + v
    joint = np.log(all_of)
    mean_joint, n_joint = float(np.mean(joint)), float(np.mean(spent.n * joint))
    value = share @ (gammaln(p * counts + q) - gammaln(p * counts)) - gammaln(q) + q * np.log(v)
    value += p * spent.n_log_total - spent.log_mean - p * n_joint - q * mean_joint
    both, own = digamma(p * counts + q), digamma(p * counts)
    gradient = np.array(
        [
            p * (share @ (counts * (both - own)) + spent.n_log_total - n_joint),
            q * (share @ both - digamma(q) + np.log(v) - mean_joint),
            q - v * float(np.mean((p * spent.n + q) / all_of)),
        ]
    )
    return -float(value), -gradient


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
