"""How long contract customers go on renewing: the shifted beta-geometric model.

At each renewal a customer leaves with its own probability, Beta(alpha, beta) over customers.
Source: Fader & Hardie 2007, "How to project customer retention".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from lifecycle.analytics.mbgnbd import LOG_BOUNDS


@dataclass(frozen=True)
class Fit:
    """Parameters of a fitted model."""

    alpha: float
    beta: float
    log_likelihood: float = 0.0
    converged: bool = True


def fit(survivors: np.ndarray) -> Fit:
    """Fit by maximum likelihood on one or several cohorts.

    ``survivors`` has shape (periods + 1,) or (cohorts, periods + 1): customers at the start and
    after each renewal, non-increasing; NaN where a cohort is too young. Each renewal is a
    binomial trial with hazard alpha / (alpha + beta + t - 1), which is the paper's likelihood.
    Without any renewal observed the parameters are 1, 1, marked as not converged.
    """
    survivors = np.atleast_2d(np.asarray(survivors, dtype=float))
    kept = np.nan_to_num(survivors[:, 1:]).sum(axis=0)
    at_risk = np.where(np.isfinite(survivors[:, 1:]), survivors[:, :-1], 0.0).sum(axis=0)
    return fit_counts(kept, at_risk)


def fit_counts(kept: np.ndarray, at_risk: np.ndarray) -> Fit:
    """The same from how many came to their first, second ... renewal, and how many renewed."""
    kept, at_risk = np.asarray(kept, dtype=float), np.asarray(at_risk, dtype=float)
    lost, t = np.maximum(at_risk - kept, 0.0), np.arange(1, len(kept) + 1)
    if not at_risk.sum():
        return Fit(1.0, 1.0, converged=False)

    def objective(logs):
        alpha, beta = np.exp(logs)
        total = alpha + beta + t - 1
        value = lost * np.log(alpha) + kept * np.log(beta + t - 1) - at_risk * np.log(total)
        by_alpha = np.sum(lost / alpha - at_risk / total)
        by_beta = np.sum(kept / (beta + t - 1) - at_risk / total)
        return -value.sum(), -np.array([alpha * by_alpha, beta * by_beta])

    found = minimize(
        objective,
        np.zeros(2),
        jac=True,
        method="L-BFGS-B",
        bounds=[LOG_BOUNDS] * 2,
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    alpha, beta = np.exp(found.x).tolist()
    return Fit(alpha, beta, -float(found.fun), bool(found.success))


def retention(fit: Fit, t: np.ndarray) -> np.ndarray:
    """Probability that a customer with t - 1 renewals renews the t-th time (t = 1, 2, ...)."""
    t = np.asarray(t, dtype=float)
    return (fit.beta + t - 1) / (fit.alpha + fit.beta + t - 1)


def survival(fit: Fit, periods: int) -> np.ndarray:
    """Share of a cohort left after 0, 1, ... ``periods`` renewals."""
    return np.cumprod(np.concatenate([[1.0], retention(fit, np.arange(1, periods + 1))]))
