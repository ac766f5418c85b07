"""When a customer buys and when it silently leaves: MBG/NBD, with BG/NBD as a variant.

While alive a customer buys as a Poisson process of rate lambda ~ Gamma(r, alpha); after each
purchase it leaves with probability p ~ Beta(a, b). In MBG it may also leave right after its first
purchase. Both are one formula with B = b (BG) or b + 1 (MBG).

Sources: Fader, Hardie & Lee 2005, "Counting your customers the easy way" (BG); Batislam, Denizel
& Filiztekin 2007 and Hoppe & Wagner 2007 (MBG). A fit with k > 1 is of customers who buy
regularly: what differs is in ``cnbd``, with its source.

Arrays of one entry a customer: ``x`` repeat purchase days, ``t_x`` time from the first to the last
purchase day, ``T`` time from the first purchase day to the cut, 0 <= t_x <= T. Times are in any
unit; the parameters are in the same one (the application uses days).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from scipy.special import betainc, expit, gammaln

from lifecycle.analytics import cnbd
from lifecycle.analytics.grouping import unique_rows
from lifecycle.analytics.likelihood import by_count, log_likelihood, log_odds, objective, phases
from lifecycle.analytics.nodes import Nodes, octaves

LOG_BOUNDS = (-7.0, 8.0)
"""Bounds of the logarithms of the parameters, time being measured in fiftieths of the mean age."""
UNIDENTIFIABLE_DROPOUT = 1e-3
"""A mean probability to leave, a / (a + b), below this says nothing about leaving."""
SAMPLE = 50_000


@dataclass(frozen=True)
class Fit:
    """Parameters of a fitted model and how far to trust them.

    ``log_likelihood`` is that of all rows given to the optimiser, without the prior. ``k`` is the
    regularity of the gaps, 1 for none.
    """

    r: float
    alpha: float
    a: float
    b: float
    variant: Literal["bg", "mbg"] = "mbg"
    log_likelihood: float = 0.0
    customers: int = 0
    converged: bool = True
    k: int = 1

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
    k: int = 1,
    log_gaps: np.ndarray | None = None,
    near: Fit | None = None,
) -> Fit:
    """Fit by maximum likelihood, or maximum posterior with the weak prior on a and b.

    ``prior_sd`` is the standard deviation of ln a and ln b around 0; ``None`` fits without prior,
    as the published figures were. With ``rng``, no more than ``sample`` customers drawn by it are
    used, which keeps the total within 0.1 %. Without customers the prior's centre comes back,
    marked as not converged. ``log_gaps`` is each customer's sum of ln(time between purchases),
    which changes no parameter, but makes the likelihoods of different ``k`` comparable. The
    search begins ``near`` another fit where one is given.
    """
    x, t_x, T = clean(x, t_x, T)
    log_gaps = np.zeros(len(x)) if log_gaps is None else np.nan_to_num(log_gaps)
    if rng is not None and len(x) > sample:
        chosen = np.sort(rng.choice(len(x), sample, replace=False))
        x, t_x, T, log_gaps = x[chosen], t_x[chosen], T[chosen], log_gaps[chosen]
    if not len(x) or not T.max():
        return Fit(1.0, 1.0, 1.0, 1.0, variant, customers=len(x), converged=False)
    first, inverse = unique_rows(x, t_x, T)
    weights = np.bincount(inverse).astype(float)
    unit = float(T.mean()) / 50
    rows = (x[first], t_x[first] / unit, T[first] / unit)
    start = np.zeros(4) if near is None else _near(near, k, unit)
    found = _maximised(rows, weights, start, variant, prior_sd, k)
    r, alpha, a, b = np.exp(found.x).tolist()
    value, _ = log_likelihood(np.exp(found.x), rows, weights, variant, k)
    gaps = float(weights @ rows[0])
    value += (k - 1) * float(log_gaps.sum()) - gaps * float(k * np.log(unit) + gammaln(k))
    return Fit(r, alpha * unit, a, b, variant, value, len(x), bool(found.success), k)


def _maximised(rows, weights, start: np.ndarray, *model) -> OptimizeResult:
    """The logarithms of the likeliest parameters of a ``model`` (variant, prior_sd, k) as ``x``."""
    return minimize(
        objective,
        start,
        args=(rows, weights, *model, by_count(rows[0], weights)),
        jac=True,
        method="L-BFGS-B",
        bounds=[LOG_BOUNDS] * 4,
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 1000, "maxfun": 2000},
    )


def _near(fit: Fit, k: int, unit: float) -> np.ndarray:
    """The logarithms of a fit's parameters where its gaps are as long, but of regularity k."""
    alpha = fit.alpha / unit * fit.k / k
    return np.clip(np.log([fit.r, alpha, fit.a, fit.b]), *LOG_BOUNDS)


def fit_regular(
    x: np.ndarray,
    t_x: np.ndarray,
    T: np.ndarray,
    log_gaps: np.ndarray,
    *,
    rng: np.random.Generator | None = None,
    sample: int = SAMPLE // 5,
) -> Fit:
    """The MBG/CNBD-k of the most likely k of ``cnbd.LIKELY``, on a sample drawn by ``rng``.

    As in BTYDplus, k grows as long as that helps: the likelihood has one peak.
    """
    x, t_x, T = clean(x, t_x, T)
    if rng is not None and len(x) > sample:
        chosen = np.sort(rng.choice(len(x), sample, replace=False))
        x, t_x, T, log_gaps = x[chosen], t_x[chosen], T[chosen], log_gaps[chosen]
    best = fit(x, t_x, T, log_gaps=log_gaps)
    for k in cnbd.LIKELY[1:] if best.customers and T.max() else ():
        found = fit(x, t_x, T, k=k, log_gaps=log_gaps, near=best)
        if found.log_likelihood <= best.log_likelihood:
            break
        best = found
    return best


def clean(x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, ...]:
    """Bring the arrays to floats within 0 <= t_x <= T and x >= 0; t_x is 0 where x is."""
    x = np.maximum(np.nan_to_num(np.asarray(x, dtype=float)), 0.0)
    T = np.maximum(np.nan_to_num(np.asarray(T, dtype=float)), 0.0)
    t_x = np.clip(np.nan_to_num(np.asarray(t_x, dtype=float)), 0.0, T)
    return x, np.where(x > 0, t_x, 0.0), T


def _log_odds_left(r, alpha, a, b, variant, x, t_x, T, k=1):
    """D = ln a - ln(B+x-1) + s ln((alpha+T)/(alpha+t_x)) - ln S; nobody leaves BG with x = 0."""
    shape = r + k * x
    silent = shape * np.log((alpha + T) / (alpha + t_x)) - phases(alpha, k, shape, t_x, T)[0]
    return log_odds(a, b, variant, x, silent)


def probability_alive(fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Probability in [0, 1] that a customer has not left by T: expit(-D)."""
    x, t_x, T = clean(x, t_x, T)
    return expit(-_log_odds_left(fit.r, fit.alpha, fit.a, fit.b, fit.variant, x, t_x, T, fit.k))


def probability_active(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float
) -> np.ndarray:
    """Probability in [0, 1] of at least one purchase within ``horizon`` after T.

    P(alive) (1 - ((alpha+T)/(alpha+T+H))^(r+x)): to leave, a customer must buy first. For k > 1
    as of ``cnbd.within``.
    """
    x, t_x, T = clean(x, t_x, T)
    alive = probability_alive(fit, x, t_x, T)
    if fit.k > 1:
        return alive * cnbd.within(fit.k, *_regular(fit, x, t_x, T, horizon))
    idle = (fit.r + x) * np.log1p(horizon / (fit.alpha + T))
    return alive * -np.expm1(-idle)


def probability_active_anew(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float
) -> np.ndarray:
    """``probability_active`` as if a gap began at T: the later t_x, the greater, for any k."""
    if fit.k == 1:
        return probability_active(fit, x, t_x, T, horizon)
    x, t_x, T = clean(x, t_x, T)
    shape, _, z = _regular(fit, x, t_x, T, horizon)
    return probability_alive(fit, x, t_x, T) * betainc(fit.k, shape, z / (1 + z))


def _regular(fit: Fit, x, t_x, T, horizon) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shape s, silence u = (T - t_x)/(alpha + T) and z = H/(alpha + T), as ``cnbd`` takes them."""
    age = fit.alpha + T
    return fit.r + fit.k * x, (T - t_x) / age, horizon / age


def silence(fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    """How unusual the time since the last purchase is: 1 - ((alpha+t_x)/(alpha+T))^(r+x).

    The probability in [0, 1] that a customer of this rhythm, still buying, would have bought
    again by now: for k > 1 that k events fell into the time.
    """
    x, t_x, T = clean(x, t_x, T)
    if fit.k > 1:
        return betainc(fit.k, fit.r + fit.k * x, (T - t_x) / (fit.alpha + T))
    return -np.expm1(-(fit.r + x) * np.log((fit.alpha + T) / (fit.alpha + t_x)))


def expected_count(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float, delta: float = 0.0
) -> np.ndarray:
    """Expected number of purchases within ``horizon`` after T, discounted at ``delta`` a unit.

    P(alive) times the integral of exp(-delta s) m(s), m(s) = (r+x)/(alpha+T) (1+z)^-a 2F1(a,
    a+B-r-1; a+B+x; z/(1+z)), z = s/(alpha+T): Fader, Hardie & Lee's expectation after Pfaff's
    transformation, by 16-node Gauss-Legendre in ln(1+z), at few ages for each x (``nodes``). With
    x = t_x = T = 0 it is that of a customer after its very first purchase.
    """
    return probability_alive(fit, x, t_x, T) * count_if_alive(fit, x, t_x, T, horizon, delta)


def count_if_alive(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float, delta: float = 0.0
) -> np.ndarray:
    """Expected discounted purchases within ``horizon`` of customers that have not left by T."""
    return counts_if_alive(fit, x, t_x, T, horizon, (delta,))[0]


def counts_if_alive(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float, deltas: Sequence[float]
) -> list[np.ndarray]:
    """The same at several rates of discount, for little more than at one."""
    x, t_x, T = clean(x, t_x, T)
    nodes, each = _nodes(fit, x, t_x, T, horizon)
    rate = nodes.rate()
    even = [each((rate * np.exp(-delta * nodes.s)).sum(axis=1)) for delta in deltas]
    if fit.k == 1:
        return even
    added = _regularity(fit, x, t_x, T, horizon, each(rate.sum(axis=1)))
    return [count * added for count in even]


def count_moments_if_alive(
    fit: Fit, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float, delta: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moments of the discounted purchases at s_1, s_2, ... within ``horizon``, if alive at T.

    Returns E[sum w_i], E[sum w_i^2] and E[sum over pairs i != j of w_i w_j], w_i = exp(-delta s_i).
    For k > 1 the first is that of ``count_if_alive``, the
    others grow with it, and of the pairs those are taken off that a spacing of Erlang-k keeps
    apart: the variance of the number is then 1/k of a Poisson process's.
    """
    x, t_x, T = clean(x, t_x, T)
    nodes, each = _nodes(fit, x, t_x, T, horizon)
    rate, pair, discount = nodes.rate(), nodes.pair_rate(), np.exp(-delta * nodes.s)
    before = -np.expm1(-delta * nodes.s) / delta if delta else nodes.s
    moments = rate * discount, rate * discount**2, 2 * pair * discount * before
    count, square, pairs = (each(moment.sum(axis=1)) for moment in moments)
    if fit.k == 1:
        return count, square, pairs
    added = _regularity(fit, x, t_x, T, horizon, each(rate.sum(axis=1)))
    apart = np.maximum(pairs * added**2 - (1 - 1 / fit.k) * square * added, 0.0)
    return count * added, square * added, apart


def _nodes(fit: Fit, x, t_x, T, horizon) -> tuple[Nodes, Callable[[np.ndarray], np.ndarray]]:
    """Nodes, and what brings sums over them to each customer; k > 1 counts at an even rate."""
    if fit.k == 1:
        x, scale, each = octaves(fit.alpha, x, T)
        return Nodes(fit.a, fit.shift + x, fit.r + x, scale, horizon), each
    phase = cnbd.mean_phase(fit.k, *_regular(fit, x, t_x, T, horizon)[:2])
    first, inverse = unique_rows(x, T, phase)
    x, T, phase = x[first], T[first], phase[first]
    shape, scale = fit.r + fit.k * x + phase, fit.k * (fit.alpha + T)
    return Nodes(fit.a, fit.shift + x, shape, scale, horizon), lambda sums: sums[inverse]


def _regularity(fit: Fit, x, t_x, T, horizon, even: np.ndarray) -> np.ndarray:
    """By what factor regularity changes the number of purchases at an ``even`` rate."""
    shape, gone, z = _regular(fit, x, t_x, T, horizon)
    leaves = fit.a / (fit.a + fit.shift + x)
    added = cnbd.added_count(fit.k, shape, gone, leaves, z)
    least = cnbd.within(fit.k, shape, gone, z)
    known = even > 1e-12
    count = np.maximum(even + added, least)
    return np.divide(count, even, where=known, out=np.ones(len(even)))
