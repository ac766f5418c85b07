"""When a customer buys and when it silently leaves: MBG/NBD, with BG/NBD as a variant.

While alive a customer buys as a Poisson process of rate lambda ~ Gamma(r, alpha); after each
purchase it leaves with probability p ~ Beta(a, b). In MBG it may also leave right after its first
purchase. Both are one formula with B = b (BG) or b + 1 (MBG).

Sources: Fader, Hardie & Lee 2005, "Counting your customers the easy way" (BG); Batislam, Denizel
& Filiztekin 2007 and Hoppe & Wagner 2007 (MBG).

Arrays of one entry a customer: ``x`` repeat purchase days, ``t_x`` time from the first to the last
purchase day, ``T`` time from the first purchase day to the cut, 0 <= t_x <= T. Times are in any
unit; the parameters are in the same one (the application uses days).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln

from lifecycle.analytics.grouping import unique_rows
from lifecycle.analytics.hypergeometric import mean_power

LOG_BOUNDS = (-7.0, 8.0)
"""Bounds of the logarithms of the parameters, time being measured in fiftieths of the mean age."""
UNIDENTIFIABLE_DROPOUT = 1e-3
"""A mean probability to leave, a / (a + b), below this says nothing about leaving."""
SAMPLE = 50_000
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Fit:
    """Parameters of a fitted model and how far to trust them.

    ``log_likelihood`` is that of all rows given to the optimiser, without the prior.
    """

    r: float
    alpha: float
    a: float
    b: float
    variant: Literal["bg", "mbg"] = "mbg"
    log_likelihood: float = 0.0
    customers: int = 0
    converged: bool = True

    @property
    def shift(self) -> float:
        """B of the formulas: b for BG, b + 1 for MBG."""
        return self.b + (self.variant == "mbg")

    @property
    def dropout_identifiable(self) -> bool:
        """Whether the data say anything about customers leaving."""
        return self.a / (self.a + self.b) >= UNIDENTIFIABLE_DROPOUT


def fit(
    x: np.ndarray,
    t_x: np.ndarray,
    T: np.ndarray,
    *,
    variant: Literal["bg", "mbg"] = "mbg",
    prior_sd: float | None = 1.0,
    rng: np.random.Generator | None = None,
    sample: int = SAMPLE,
) -> Fit:
    """Fit by maximum likelihood, or maximum posterior with the weak prior on a and b.

    ``prior_sd`` is the standard deviation of ln a and ln b around 0; ``None`` fits without prior,
    as the published figures were. With ``rng``, no more than ``sample`` customers drawn by it are
    used, which keeps the total within 0.1 %. Without customers the prior's centre comes back,
    marked as not converged.
    """
    x, t_x, T = clean(x, t_x, T)
    if rng is not None and len(x) > sample:
        chosen = np.sort(rng.choice(len(x), sample, replace=False))
        x, t_x, T = x[chosen], t_x[chosen], T[chosen]
    if not len(x) or not T.max():
        return Fit(1.0, 1.0, 1.0, 1.0, variant, customers=len(x), converged=False)
    first, inverse = unique_rows(x, t_x, T)
    weights = np.bincount(inverse).astype(float)
    unit = float(T.mean()) / 50
    rows = (x[first], t_x[first] / unit, T[first] / unit)
    found = minimize(
        _objective,
        np.zeros(4),
        args=(rows, weights, variant, prior_sd),
        jac=True,
        method="L-BFGS-B",
        bounds=[LOG_BOUNDS] * 4,
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 1000, "maxfun": 2000},
    )
    r, alpha, a, b = np.exp(found.x).tolist()
    value, _ = log_likelihood(np.exp(found.x), rows, weights, variant)
    value -= float(np.log(unit) * (weights @ rows[0]))
    return Fit(r, alpha * unit, a, b, variant, value, len(x), bool(found.success))


def clean(x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, ...]:
    """Bring the arrays to floats within 0 <= t_x <= T and x >= 0; t_x is 0 where x is."""
    x = np.maximum(np.nan_to_num(np.asarray(x, dtype=float)), 0.0)
    T = np.maximum(np.nan_to_num(np.asarray(T, dtype=float)), 0.0)
    t_x = np.clip(np.nan_to_num(np.asarray(t_x, dtype=float)), 0.0, T)
    return x, np.where(x > 0, t_x, 0.0), T


def log_likelihood(
    parameters: np.ndarray,
    rows: tuple[np.ndarray, np.ndarray, np.ndarray],
    weights: np.ndarray,
    variant: str = "mbg",
) -> tuple[float, np.ndarray]:
    """Weighted log-likelihood of (x, t_x, T) rows and its gradient by (r, alpha, a, b).

    ln L = lnG(r+x) - lnG(r) + r ln alpha - (r+x) ln(alpha+T) + lnG(a+b) - lnG(b) + lnG(B+x)
    - lnG(a+B+x) + ln(1 + e^D), D the log odds of having left (for BG only where x > 0). The
    gamma functions depend on x alone and are taken once per distinct x.
    """
    r, alpha, a, b = parameters
    x, t_x, T = rows
    shift = b + (variant == "mbg")
    dead_odds = _log_odds_left(r, alpha, a, b, variant, x, t_x, T)
    left = expit(dead_odds)
    counts, inverse = np.unique(x, return_inverse=True)
    at = np.bincount(inverse, weights)
    total = at.sum()
    value = (
        at @ (gammaln(r + counts) + gammaln(shift + counts) - gammaln(a + shift + counts))
        + total * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
        + weights @ (np.logaddexp(0.0, dead_odds) - (r + x) * np.log(alpha + T))
    )
    spread = np.log((alpha + T) / (alpha + t_x))
    by_shift = at @ digamma(a + shift + counts)
    # Where nobody can have left (BG, x = 0), B + x - 1 may be 0 and `left` is.
    survived = np.where(left > 0, shift + x - 1, 1.0)
    gradient = np.array(
        [
            at @ digamma(r + counts)
            + total * (np.log(alpha) - digamma(r))
            + weights @ (left * spread - np.log(alpha + T)),
            total * r / alpha
            - weights @ ((r + x) * ((1 - left) / (alpha + T) + left / (alpha + t_x))),
            total * digamma(a + b) - by_shift + weights @ left / a,
            total * (digamma(a + b) - digamma(b))
            + at @ digamma(shift + counts)
            - by_shift
            - weights @ (left / survived),
        ]
    )
    return float(value), gradient


def _objective(logs, rows, weights, variant, prior_sd):
    """Negative mean log posterior and its gradient by the logarithms of the parameters."""
    parameters = np.exp(logs)
    value, gradient = log_likelihood(parameters, rows, weights, variant)
    gradient = gradient * parameters
    if prior_sd is not None:
        value -= 0.5 * float(np.sum((logs[2:] / prior_sd) ** 2))
        gradient[2:] -= logs[2:] / prior_sd**2
    scale = weights.sum()
    return -value / scale, -gradient / scale


def _log_odds_left(r, alpha, a, b, variant, x, t_x, T):
    """D = ln a - ln(B+x-1) + (r+x) ln((alpha+T)/(alpha+t_x)); nobody leaves BG with x = 0."""
    survived = b + x if variant == "mbg" else np.where(x > 0, b + x - 1, 1.0)
    odds = np.log(a) - np.log(survived) + (r + x) * np.log((alpha + T) / (alpha + t_x))
    return odds if variant == "mbg" else np.where(x > 0, odds, -np.inf)


def probability_alive(fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Probability in [0, 1] that a customer has not left by T: expit(-D)."""
    x, t_x, T = clean(x, t_x, T)
    return expit(-_log_odds_left(fit.r, fit.alpha, fit.a, fit.b, fit.variant, x, t_x, T))


def probability_active(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float
) -> np.ndarray:
    """Probability in [0, 1] of at least one purchase within ``horizon`` after T.

    P(alive) (1 - ((alpha+T)/(alpha+T+H))^(r+x)): to leave, a customer must buy first.
    """
    x, t_x, T = clean(x, t_x, T)
    idle = (fit.r + x) * np.log1p(horizon / (fit.alpha + T))
    return probability_alive(fit, x, t_x, T) * -np.expm1(-idle)


def silence(fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    """How unusual the time since the last purchase is: 1 - ((alpha+t_x)/(alpha+T))^(r+x).

    The probability in [0, 1] that a customer of this rhythm, still buying, would have bought
    again by now.
    """
    x, t_x, T = clean(x, t_x, T)
    return -np.expm1(-(fit.r + x) * np.log((fit.alpha + T) / (fit.alpha + t_x)))


def expected_count(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float, delta: float = 0.0
) -> np.ndarray:
    """Expected number of purchases within ``horizon`` after T, discounted at ``delta`` a unit.

    P(alive) times the integral of exp(-delta s) m(s), m(s) = (r+x)/(alpha+T) (1+z)^-a 2F1(a,
    a+B-r-1; a+B+x; z/(1+z)), z = s/(alpha+T): Fader, Hardie & Lee's expectation after Pfaff's
    transformation, by 16-node Gauss-Legendre in ln(1+z), once for each distinct (x, T). With
    x = t_x = T = 0 it is that of a customer after its very first purchase.
    """
    return probability_alive(fit, x, t_x, T) * count_if_alive(fit, x, T, horizon, delta)


def count_if_alive(
    fit: Fit, x: np.ndarray, T: np.ndarray, horizon: float, delta: float = 0.0
) -> np.ndarray:
    """Expected discounted purchases within ``horizon`` of customers that have not left by T."""
    x, _, T = clean(x, T, T)
    first, inverse = unique_rows(x, T)
    nodes = _Nodes(fit, x[first], T[first], horizon)
    return (nodes.rate() * np.exp(-delta * nodes.s)).sum(axis=1)[inverse]


def count_moments_if_alive(
    fit: Fit, x: np.ndarray, T: np.ndarray, horizon: float, delta: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moments of the discounted purchases at s_1, s_2, ... within ``horizon``, if alive at T.

    Returns E[sum w_i], E[sum w_i^2] and E[sum over pairs i != j of w_i w_j], w_i = exp(-delta s_i),
    taken once for each distinct (x, T).
    """
    x, _, T = clean(x, T, T)
    first, inverse = unique_rows(x, T)
    nodes = _Nodes(fit, x[first], T[first], horizon)
    rate, pair, discount = nodes.rate(), nodes.pair_rate(), np.exp(-delta * nodes.s)
    before = -np.expm1(-delta * nodes.s) / delta if delta else nodes.s
    moments = rate * discount, rate * discount**2, 2 * pair * discount * before
    return tuple(moment.sum(axis=1)[inverse] for moment in moments)


class _Nodes:
    """Gauss-Legendre nodes in v = ln(1+z), z = s / (alpha+T), for customers (rows) alive at T.

    Both rates come multiplied by the integration's weights, ds = (alpha+T) e^v dv. They are
    expectations over the posterior of a customer alive: lambda ~ Gamma(r+x, alpha+T), p ~ Beta(a,
    B+x), who at s is alive with probability exp(-p lambda s).
    """

    def __init__(self, fit: Fit, x: np.ndarray, T: np.ndarray, horizon: float):
        self.a, self.kept = fit.a, fit.shift + x[:, None]
        self.shape, self.scale = fit.r + x[:, None], fit.alpha + T[:, None]
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
