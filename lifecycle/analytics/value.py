"""Transaction value: what a customer's purchases over the horizon are worth today.

value = expected discounted number of purchases x expected gross amount of one x net ratio x
margin x level, where the level is 1 for the model and corrects it to the chosen forecast method
at the horizon at which that was backtested: a blend thus keeps the model's fading over time.

Sources: Fader, Hardie & Lee 2005, "RFM and CLV: using iso-value curves" (count x spend); moments
of the compound process as derived in ``mbgnbd.count_moments_if_alive`` and
``gamma_gamma.moments``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from lifecycle.analytics import gamma_gamma, mbgnbd
from lifecycle.analytics.summaries import Summary

INTERVAL = 0.80
PRIOR_ORDERS = 3
"""Orders of the population's mean amount that steady a customer's net ratio and margin."""


@dataclass(frozen=True)
class Population:
    """Ratios of all customers together, which the customers' own ones are drawn towards.

    ``order`` is the mean gross amount of a purchase day, ``margin`` None where no cost is known.
    """

    order: float
    net_ratio: float
    margin: float | None = None

    @classmethod
    def of(cls, summary: Summary) -> Population:
        """From the sums of all customers; with nothing sold: ratio 1, order 0, no margin."""
        gross, purchases = float(summary.gross.sum()), int(summary.purchases.sum())
        ratio = float(summary.net.sum()) / gross if gross > 0 else 1.0
        margin = None
        if summary.cost is not None and summary.costed_net.sum() > 0:
            net = float(summary.costed_net.sum())
            margin = float(np.clip((net - summary.cost.sum()) / net, -1.0, 1.0))
        return cls(gross / max(purchases, 1), float(np.clip(ratio, 0.0, 1.0)), margin)


def net_ratio(population: Population, gross: np.ndarray, net: np.ndarray) -> np.ndarray:
    """What stays of a gross amount after returns, in [0, 1]: (net + k P) / (gross + k).

    P is the population's ratio and k three of its mean orders.
    """
    k = PRIOR_ORDERS * population.order
    below = np.maximum(gross, 0.0) + k
    ratio = np.divide(net + k * population.net_ratio, below, where=below > 0, out=np.ones(len(net)))
    return np.clip(ratio, 0.0, 1.0)


def margin(
    population: Population,
    costed_net: np.ndarray | None,
    cost: np.ndarray | None,
    assumed: float,
    customers: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Margin in [-1, 1] and whether it rests on the customer's own costs.

    Where costs are known it is (net - cost + k M) / (net + k) over the lines with known cost, M
    the population's margin and k three mean orders; for customers without known costs M; where
    no cost is known at all, ``assumed``.
    """
    if population.margin is None or cost is None or costed_net is None:
        return np.full(customers, float(assumed)), np.zeros(customers, dtype=bool)
    own = costed_net > 0
    k = PRIOR_ORDERS * population.order * max(population.net_ratio, 0.01)
    net = np.where(own, costed_net, 0.0)
    earned = np.where(own, costed_net - cost, 0.0)
    below = net + k
    drawn = np.divide(
        earned + k * population.margin,
        below,
        where=below > 0,
        out=np.full(customers, population.margin),
    )
    return np.clip(drawn, -1.0, 1.0), own


@dataclass(frozen=True)
class Gross:
    """Gross amounts of the purchases in a horizon, arrays of one entry a customer.

    ``count`` purchases (discounted) times ``spend`` is ``expected``; ``if_alive`` is expected of
    those that have not left; ``low`` and ``high`` enclose the outcome in 80 of 100 cases.
    """

    alive: np.ndarray
    count: np.ndarray
    spend: np.ndarray
    expected: np.ndarray
    if_alive: np.ndarray
    low: np.ndarray
    high: np.ndarray


def gross_purchases(
    timing: mbgnbd.Fit,
    spend: gamma_gamma.Fit,
    summary: Summary,
    horizon: float,
    delta: float = 0.0,
) -> Gross:
    """Gross amounts expected within ``horizon`` days, discounted at ``delta`` a day."""
    x, t_x, T = summary.x, summary.t_x, summary.T
    bought = summary.purchases > 0
    alive = mbgnbd.probability_alive(timing, x, t_x, T) * bought
    active = mbgnbd.probability_active(timing, x, t_x, T, horizon) * bought
    count, count_square, pairs = mbgnbd.count_moments_if_alive(timing, x, t_x, T, horizon, delta)
    mean, mean_square, amount_square = gamma_gamma.moments(
        spend, summary.purchases, summary.mean_gross
    )
    if_alive = count * mean * bought
    square = count_square * amount_square + pairs * mean_square
    low, high = interval(alive * if_alive, alive * square, active)
    return Gross(alive, alive * count, mean, alive * if_alive, if_alive, low, high)


def interval(
    expected: np.ndarray, square: np.ndarray, active: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The 10th and 90th percentile of an amount that is 0 unless the customer is active.

    ``expected`` and ``square`` are the mean and mean square of the amount, ``active`` the
    probability that it is not 0. Given that, it is taken as log-normal with the same two moments.
    The mean itself always lies within, also where nine in ten such customers bring nothing.
    """
    active = np.clip(active, 1e-12, 1.0)
    mean = np.maximum(expected / active, 1e-100)
    spread = np.log(np.maximum(square / active / mean**2, 1.0 + 1e-9))
    tail = (1 - INTERVAL) / 2

    def quantile(share):
        inside = (share - (1 - active)) / active
        score = ndtri(np.clip(inside, 1e-12, 1 - 1e-12))
        amount = mean * np.exp(score * np.sqrt(spread) - spread / 2)
        return np.where(inside > 0, amount, 0.0)

    return np.minimum(quantile(tail), expected), np.maximum(quantile(1 - tail), expected)


def daily_discount(annual_rate: float) -> float:
    """ln(1 + d) / 365, the rate for continuous discounting by the day."""
    return float(np.log1p(annual_rate)) / 365
