"""Churn signals in how a customer buys lately: how much, in which orders, with which returns.

A customer's last weeks are set beside its own year before. Every function returns a frame with one
row a customer: ``strength`` from 0 (no signal) to 1, and the numbers that are its evidence, never
NaN. Days are day numbers (``date.toordinal``), amounts currency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from lifecycle.analytics.summaries import LEAST_LEVEL, QUARTER

YEAR = 364
SURE = 0.99
"""These look at windows that move each day, so chance alone gets many tries: it must explain what
is seen in no more than 1 of 100 windows."""
FEWEST_NOW, FEWEST_BEFORE = 3, 4
"""Purchase days wanted in the last quarter, and in the year before."""
FALL = 0.25
RETURNED = 0.10
"""Share of gross that came back, from which on it is worth a word."""
RETURN_DAYS = 2
MARGIN_POINTS = 0.05
MARGIN_WEIGHT = 0.5
"""A thinner margin is our loss before it is the customer's leaving."""
LATELY, LATELY_GAPS = 30, 3
"""The shortest window, in days, and the window in gaps of the customer's own."""
LATELY_ORDERS = 2
"""Orders expected within it, so that there is something to miss."""
AROUND = 30
"""Days on either side of the same time a year ago."""
RHYTHM_GAPS = 6
"""Gaps wanted before their regularity counts."""
MOST_REGULAR = 20.0


@dataclass(frozen=True)
class Days:
    """Dealing days of n customers, one row a customer and day, sorted by both.

    ``customer`` counts from 0 to ``customers`` - 1. ``returns`` are positive figures; ``cost`` is
    that of ``known_net``, the part of the net whose cost is known.
    """

    customers: int
    customer: np.ndarray
    day: np.ndarray
    gross: np.ndarray
    returns: np.ndarray
    net: np.ndarray
    known_net: np.ndarray
    cost: np.ndarray

    def within(self, after, until) -> Window:
        """Sums over after < day <= until; either is one day for all or one a customer."""
        first = np.broadcast_to(after, self.customers)[self.customer]
        last = np.broadcast_to(until, self.customers)[self.customer]
        inside = (self.day > first) & (self.day <= last)
        bought, costed = inside & (self.gross > 0), inside & (self.known_net > LEAST_LEVEL)
        margin = 1 - np.divide(
            self.cost, self.known_net, where=costed, out=np.ones(len(self.cost), dtype=float)
        )
        return Window(
            purchases=self._sum(bought),
            gross=self._sum(bought, self.gross),
            squares=self._sum(bought, self.gross**2),
            net=self._sum(inside, self.net),
            returns=self._sum(inside, self.returns),
            return_days=self._sum(inside & (self.returns > 0)),
            known_net=self._sum(inside, self.known_net),
            cost=self._sum(inside, self.cost),
            costed_days=self._sum(costed),
            margins=self._sum(costed, margin),
            margin_squares=self._sum(costed, margin**2),
        )

    def _sum(self, chosen: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        weights = None if values is None else np.nan_to_num(values[chosen])
        return np.bincount(self.customer[chosen], weights, minlength=self.customers).astype(float)


@dataclass(frozen=True)
class Window:
    """Sums over a span of days; every array has one entry a customer.

    ``squares`` are of the gross of purchase days, ``margins`` of the margin rates of days with
    known cost and a positive net.
    """

    purchases: np.ndarray
    gross: np.ndarray
    squares: np.ndarray
    net: np.ndarray
    returns: np.ndarray
    return_days: np.ndarray
    known_net: np.ndarray
    cost: np.ndarray
    costed_days: np.ndarray
    margins: np.ndarray
    margin_squares: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """Mean gross of a purchase day, 0 without any."""
        return self.gross / np.maximum(self.purchases, 1)

    @property
    def variance(self) -> np.ndarray:
        """Of the gross of a purchase day, 0 with fewer than two."""
        return _variance(self.purchases, self.gross, self.squares)

    @property
    def margin(self) -> np.ndarray:
        """Margin rate over all with known cost; 0 where there is no such net."""
        known = self.known_net > LEAST_LEVEL
        spent = np.divide(self.cost, self.known_net, where=known, out=np.ones(len(known)))
        return 1 - spent


def smaller_orders(now: Window, before: Window) -> pd.DataFrame:
    """Orders that are smaller by a quarter and more, and not by chance.

    The mean gross of a purchase day against that of the year before; z of the difference of two
    means, where the spread of the few new orders is taken to be no narrower, for their size, than
    that of the old ones. Strength: relative fall x Phi(z). Evidence: ``order_before``,
    ``order_now``, ``change``, ``orders``.
    """
    known = (now.purchases >= FEWEST_NOW) & (before.purchases >= FEWEST_BEFORE)
    known &= before.order > LEAST_LEVEL
    ratio = np.divide(now.order, before.order, where=known, out=np.ones(len(known)))
    score = _orders_score(now, before, ratio)
    fires = known & (ratio <= 1 - FALL) & (score >= ndtri(SURE))
    return pd.DataFrame(
        {
            "strength": np.where(fires, (1 - ratio) * ndtr(score), 0.0),
            "order_before": before.order,
            "order_now": now.order,
            "change": ratio - 1,
            "orders": now.purchases,
        }
    )


def _orders_score(now: Window, before: Window, ratio: np.ndarray) -> np.ndarray:
    spread = np.maximum(now.variance, before.variance * ratio**2)
    return _score(
        before.order - now.order,
        before.variance / np.maximum(before.purchases, 1) + spread / np.maximum(now.purchases, 1),
    )


def stronger(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Row by row the frame of the stronger signal, of two windows of the same signal."""
    return one.where(one["strength"] >= other["strength"], other)


def more_returns(now: Window, before: Window) -> pd.DataFrame:
    """More of what was bought comes back: a tenth and more, twice its own share, not by chance.

    Chance: so many days with returns among its days, each as likely as in the year before
    (binomial, with one day of either kind added to the year before). Strength: the share of the
    gross returned less that of the year before. Evidence: ``share_before``, ``share_now``,
    ``return_days``.
    """
    share_now, share_before = _returned(now), _returned(before)
    days_now = np.maximum(now.purchases, now.return_days)
    days_before = np.maximum(before.purchases, before.return_days)
    usual = (before.return_days + 1) / (days_before + 2)
    chance = binom.sf(now.return_days - 1, np.maximum(days_now, 1), usual)
    fires = (before.purchases >= FEWEST_BEFORE) & (now.return_days >= RETURN_DAYS)
    fires &= (share_now >= RETURNED) & (share_now >= 2 * share_before) & (chance <= 1 - SURE)
    return pd.DataFrame(
        {
            "strength": np.where(fires, share_now - share_before, 0.0),
            "share_before": share_before,
            "share_now": share_now,
            "return_days": now.return_days,
        }
    )


def margin_down(now: Window, before: Window) -> pd.DataFrame:
    """A margin rate lower by a quarter and by five points and more, and not by chance.

    Figures are those of all sales with known cost; chance is judged by the rates of single days (z
    of the difference of two means). Strength: half the relative fall x Phi(z). Evidence:
    ``margin_before``, ``margin_now``.
    """
    known = (now.costed_days >= FEWEST_NOW) & (before.costed_days >= FEWEST_BEFORE)
    known &= before.margin > 0
    fall = before.margin - now.margin
    relative = np.divide(fall, before.margin, where=known, out=np.zeros(len(known)))
    usual = before.margins / np.maximum(before.costed_days, 1)
    mean = now.margins / np.maximum(now.costed_days, 1)
    noise = sum(
        _variance(span.costed_days, span.margins, span.margin_squares)
        / np.maximum(span.costed_days, 1)
        for span in (now, before)
    )
    score = _score(usual - mean, noise, least=1e-4)
    fires = known & (relative >= FALL) & (fall >= MARGIN_POINTS) & (score >= ndtri(SURE))
    strength = MARGIN_WEIGHT * np.clip(relative, 0, 1) * ndtr(score)
    return pd.DataFrame(
        {
            "strength": np.where(fires, strength, 0.0),
            "margin_before": before.margin,
            "margin_now": now.margin,
        }
    )


def span_lately(gap: np.ndarray) -> np.ndarray:
    """The days that are called lately: three of the customer's own gaps, at least 30, up to 91."""
    return np.clip(np.ceil(LATELY_GAPS * np.nan_to_num(gap)), LATELY, QUARTER).astype(np.int64)


def regularity(gaps: np.ndarray, mean_gap: np.ndarray, sum_log_gaps: np.ndarray) -> np.ndarray:
    """Shape k of a gamma distribution of the gaps: 1 as by chance, large as a clock's.

    Maximum likelihood by Minka's closed form (Estimating a Gamma distribution, 2002) from the mean
    and the mean logarithm, less its bias (x - 3)/x; 1 with fewer than six gaps, 20 at most.
    """
    known = (gaps >= RHYTHM_GAPS) & (mean_gap > 0)
    s = np.log(np.where(known, mean_gap, 1.0)) - np.where(known, sum_log_gaps, 0.0) / np.maximum(
        gaps, 1
    )
    s = np.maximum(s, 1e-6)
    shape = (3 - s + np.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s) * (gaps - 3) / np.maximum(gaps, 1)
    return np.where(known, np.clip(shape, 1.0, MOST_REGULAR), 1.0)


def down_lately(
    now: Window,
    year: Window,
    around: Window,
    *,
    span: np.ndarray,
    age: np.ndarray,
    shape: np.ndarray,
    season: float = 1.0,
    outlook: np.ndarray | float = 1.0,
    fall: float = FALL,
) -> pd.DataFrame:
    """Volume of the last weeks against the own level, for a fall that quarters show too late.

    ``now`` covers the last ``span`` days, ``year`` the 364 before them, ``around`` the same days a
    year ago with 30 on either side; ``age`` days since the first purchase day; ``shape`` as of
    ``regularity``; ``season`` the factor of the present quarter; ``outlook`` 1 + the change of its
    peers. What is expected is the level of the year, or what it bought around that time a year ago
    where that was less. Noise: orders come as a renewal process (variance of their count n/k +
    (1 - 1/k)/4), each with the variance of its own; where the orders themselves are surely smaller
    (three and more, as in ``smaller_orders``), so is the volume, however many chance would have
    brought. Who bought nothing is silent, which is another signal. Strength: relative fall x
    Phi(z). Evidence: ``days``, ``level_before``, ``level_now`` (amounts in as many days),
    ``change``.
    """
    expected = _expected(year, around, span, np.asarray(age), season) * outlook
    order = np.maximum(year.order, LEAST_LEVEL)
    count = expected / order
    known = (year.purchases >= FEWEST_BEFORE) & (expected > LEAST_LEVEL) & (now.purchases > 0)
    known &= count >= LATELY_ORDERS
    change = np.divide(now.net, expected, where=known, out=np.ones(len(known)))
    change = np.maximum(change, 0.0) - 1
    counted = count / shape + (1 - 1 / shape) / 4
    score = _score(expected - now.net, counted * order**2 + count * year.variance)
    ratio = np.divide(now.order, order, where=known, out=np.ones(len(known)))
    told = (now.purchases >= FEWEST_NOW) & (ratio <= 1 - fall)
    score = np.where(told, np.maximum(score, _orders_score(now, year, ratio)), score)
    fires = known & (change <= -fall) & (score >= ndtri(SURE))
    return pd.DataFrame(
        {
            "strength": np.where(fires, -change * ndtr(score), 0.0),
            "days": np.asarray(span, dtype=float),
            "level_before": expected,
            "level_now": now.net,
            "change": change,
        }
    )


def _expected(year: Window, around: Window, span, age, season) -> np.ndarray:
    """What the span would bring as the year did, or as that time a year ago where it was less."""
    behind = np.clip(age + 1 - span, 1, YEAR)
    level = np.maximum(year.net, 0.0) / behind * span * season
    same_time = np.maximum(around.net, 0.0) * span / (span + 2 * AROUND)
    return np.where(age >= YEAR + span + AROUND, np.minimum(level, same_time), level)


def _variance(count, total, squares) -> np.ndarray:
    """Of a sample, from its sums; 0 with fewer than two."""
    spread = squares - total**2 / np.maximum(count, 1)
    return np.where(count > 1, np.maximum(spread, 0.0) / np.maximum(count - 1, 1), 0.0)


def _score(difference, variance, least: float = LEAST_LEVEL) -> np.ndarray:
    return difference / np.maximum(np.sqrt(np.maximum(variance, 0.0)), least)


def _returned(span: Window) -> np.ndarray:
    """Share of the gross that came back: 1 where there was nothing but returns."""
    share = np.divide(
        span.returns,
        span.gross,
        where=span.gross > LEAST_LEVEL,
        out=(span.returns > 0).astype(float),
    )
    return np.clip(share, 0.0, 1.0)
