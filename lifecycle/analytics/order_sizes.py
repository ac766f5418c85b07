"""Smaller orders: the last few of a customer beside its own before, as soon as they are sure.

Of n customers the last m orders (purchase days), m from one to sixteen, are set beside all that
came before within the days that are given, in logarithms, since amounts differ by factors. A fall
to a third is 2.7 of the spreads that are usual (0.4), so two orders tell as much as the mean of a
quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, polygamma

from lifecycle.analytics.dealing_days import Days, Window
from lifecycle.analytics.summaries import LEAST_LEVEL, QUARTER

LAST = np.array([1, 2, 3, 4, 5, 6, 8, 10, 13, 16])
"""So many last orders are tried."""
FEWEST_BEFORE = 4
"""Orders wanted to compare with."""
FALL = 0.30
ONCE_IN_YEARS = 6
"""Chance alone brings it to a customer that orders every 20 days about so often: each order is a
look. That looks overlap makes up for trying several m (`benchmarks/planted.py` counts)."""
USUAL_GAP, BY_GAP = 20, 0.75
"""Who orders more often gets it more seldom, as the gap to that power: three gaps, or 30 days,
bring it more orders, so that a surer mark is passed in time as well."""
SUREST = 1e-6
LEAST_SURE = 0.05
PRIOR = 4
"""The spread of all customers' amounts counts as so many orders beside a customer's own."""
ODD = 2.5
"""An order counts as no more than so many spreads too small: one odd one is no fall."""
SPREADS = 0.1, 2.0
YEAR = 365
ENOUGH_SEASONS = 100
"""Customers of a year and more wanted to tell how much seasons of their own differ."""


def spread_of(variation: float) -> float:
    """Standard deviation of the logarithm of one customer's amounts, within sound bounds.

    ``variation`` is their squared coefficient of variation, 1 / p of Gamma-Gamma; the logarithm of
    a gamma variate has the variance psi'(p).
    """
    p = 1 / float(np.clip(np.nan_to_num(variation), 1e-3, 1e3))
    return float(np.clip(np.sqrt(polygamma(1, p)), *SPREADS))


@dataclass(frozen=True)
class Orders:
    """The purchase days up to ``cut`` of n customers, sorted: customer, day, gross and its
    logarithm; by customer their ``count`` and the ``mean`` of the logarithms."""

    cut: int
    customer: np.ndarray
    day: np.ndarray
    gross: np.ndarray
    logs: np.ndarray
    count: np.ndarray
    mean: np.ndarray

    @classmethod
    def of(cls, days: Days, cut: int) -> Orders:
        customer, day, gross = days.purchases(cut)
        count = np.bincount(customer, minlength=days.customers)
        logs = np.log(np.maximum(gross, LEAST_LEVEL))
        mean = np.bincount(customer, logs, minlength=days.customers) / np.maximum(count, 1)
        return cls(cut, customer, day, gross, logs, count, mean)


def smaller_orders(
    orders: Orders,
    *,
    gap: np.ndarray,
    spread: float,
    low: tuple[np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Orders of the last quarter that are smaller by 30 % and more, and not by chance.

    ``gap`` the customer's usual gap in days, ``spread`` as of ``spread_of``, ``low`` as of
    ``low_season``. For each m: t = (mean before - mean of the last m - low) / (s sqrt(1/m + 1/n +
    chance of low)), of logarithms, where s^2 is the variance of the n before and of four orders of
    the usual spread, and none of the last m counts for more than 2.5 s. It fires where its normal
    score reaches the mark that chance passes once in six years of a customer that orders every 20
    days (``_mark``); of several m the surest stands. Strength: relative fall beyond the season x
    Phi(score). Evidence: ``order_before``, ``order_now``, ``change``, ``orders`` (m) and the
    ``days`` they came in; ``score`` is 0 without a signal.
    """
    last = _Last.of(orders)
    none = np.zeros(len(orders.count))
    deeper, doubt = (none, none) if low is None else low
    beyond = (1 + last.change) * np.exp(deeper) - 1
    score = last.score(spread, deeper, doubt)
    score = np.where(last.known & (beyond <= -FALL) & (score >= _mark(gap)), score, 0.0)
    best = score.argmax(axis=0), np.arange(len(none))
    score = score[best]
    return pd.DataFrame(
        {
            "strength": np.where(score > 0, -beyond[best] * ndtr(score), 0.0),
            "order_before": last.order_before[best],
            "order_now": last.order_now[best],
            "change": last.change[best],
            "orders": LAST[best[0]],
            "days": last.days[best],
            "score": score,
        }
    )


def low_season(
    orders: Orders,
    around: Window,
    *,
    told: np.ndarray,
    spread: float,
    season: float = 1.0,
    own: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """How much smaller orders are at this time of the year, as a logarithm from 0, and its chance.

    Of the customers ``told`` (a mask) by the k orders ``around`` the same days a year ago beside
    all, where those were smaller; its chance in units of the spread's variance. Both are shrunk by
    own / (own + spread^2 / k), the posterior of a customer's season where seasons differ by the
    variance ``own`` (``own_seasons``; None: not known, so what was seen stands in full). Of the
    others by the ``season`` of all, where that is low.
    """
    count = np.maximum(around.purchases, 1)
    kept = 1.0 if own is None else own / (own + spread**2 / count)
    lower = np.where(around.purchases > 0, orders.mean - around.logs / count, 0.0)
    of_all = max(0.0, -float(np.log(np.clip(season, 0.05, 1.0))))
    return (
        np.where(told, np.maximum(lower, 0.0) * kept, of_all),
        np.where(told & (lower > 0), kept / count, 0.0),
    )


def own_seasons(orders: Orders, around: Window, told: np.ndarray) -> float | None:
    """By which variance the size of customers' orders at this time of the year differs from usual.

    Of logarithms; by moments, as between groups in an analysis of variance: the mean square of
    (mean of all - mean ``around`` the same days a year ago) less what chance brings, s^2 (1/k -
    1/n), weighted with k. None of fewer than a hundred customers.
    """
    k, n = around.purchases, orders.count
    known = told & (k > 0) & (n - k >= FEWEST_BEFORE)
    if known.sum() < ENOUGH_SEASONS:
        return None
    k, n, mean = k[known], n[known], orders.mean[known]
    off = (orders.logs - orders.mean[orders.customer]) ** 2
    squares = np.bincount(orders.customer, off, minlength=len(known))[known]
    chance = squares / (n - 1) * (1 / k - 1 / n)
    seen = (mean - around.logs[known] / k) ** 2
    return max(float(np.average(seen - chance, weights=k)), 0.0)


@dataclass(frozen=True)
class _Last:
    """The last orders and all before them; arrays of (len(LAST), n), sound where not ``known``.

    ``off`` are the last logarithms, the newest first, and ``usual`` the means of those before, both
    from the mean of all; ``squares`` the sum of squares of those before about their mean, ``days``
    how many days go back to the first of the last ones.
    """

    known: np.ndarray
    before: np.ndarray
    off: np.ndarray
    usual: np.ndarray
    squares: np.ndarray
    order_before: np.ndarray
    order_now: np.ndarray
    days: np.ndarray

    @classmethod
    def of(cls, orders: Orders) -> _Last:
        customer, count, cut = orders.customer, orders.count, orders.cut
        n, off = len(count), orders.logs - orders.mean[customer]
        back = np.arange(1, LAST[-1] + 1)[:, None]
        there = count >= back
        place = np.where(there, count.cumsum() - back, 0)

        def sums(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            """Over the last m orders and over those before."""
            taken = values[place] if len(values) else np.zeros(place.shape)
            last = np.where(there, taken, 0.0).cumsum(axis=0)[LAST - 1]
            return last, np.bincount(customer, values, minlength=n) - last

        before = np.maximum(count - LAST[:, None], 1)
        (_, off_before), (_, squares) = sums(off), sums(off**2)
        gross_last, gross_before = sums(orders.gross)
        ago = cut - (orders.day[place] if len(off) else np.full(place.shape, cut))[LAST - 1]
        known = (count - LAST[:, None] >= FEWEST_BEFORE) & (ago < QUARTER)
        return cls(
            known=known,
            before=before,
            off=np.where(there, off[place], 0.0) if len(off) else np.zeros(place.shape),
            usual=off_before / before,
            squares=np.maximum(squares - off_before**2 / before, 0.0),
            order_before=np.maximum(gross_before, 0.0) / before,
            order_now=gross_last / LAST[:, None],
            days=np.where(known, ago + 1, 0),
        )

    def fall(self, low: np.ndarray, most: np.ndarray) -> np.ndarray:
        """Means before less ``low`` less the mean of the last, none of which counts for more than
        ``most`` below what was usual."""
        usual = self.usual - low
        return np.stack(
            [
                np.minimum(usual[row] - self.off[:m], most[row]).mean(axis=0)
                for row, m in enumerate(LAST)
            ]
        )

    def score(self, spread: float, low: np.ndarray, doubt: np.ndarray) -> np.ndarray:
        """How sure each fall is, as a normal score; ``low`` and ``doubt`` as of ``low_season``."""
        free = PRIOR + self.before - 1
        variance = (PRIOR * spread**2 + self.squares) / free
        fall = self.fall(low, ODD * np.sqrt(variance))
        error = np.sqrt(variance * (1 / LAST[:, None] + 1 / self.before + doubt))
        return _normal(fall / error, free)

    @cached_property
    def change(self) -> np.ndarray:
        """Of the plain means, relative; 0 where there is nothing to compare with."""
        known = self.known & (self.order_before > LEAST_LEVEL)
        ratio = np.divide(self.order_now, self.order_before, where=known, out=np.ones(known.shape))
        return ratio - 1


def _mark(gap: np.ndarray) -> np.ndarray:
    """The score that chance passes so seldom among orders ``gap`` days apart."""
    gap = np.maximum(np.nan_to_num(gap), 1.0)
    looks = ONCE_IN_YEARS * YEAR / gap * (USUAL_GAP / gap) ** BY_GAP
    return ndtri(1 - np.clip(1 / looks, SUREST, LEAST_SURE))


def _normal(t: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The normal score as rare as Student's t of ``free`` degrees of freedom (Wallace 1959)."""
    rare = np.sqrt(free * np.log1p(t**2 / free))
    return np.sign(t) * (8 * free + 1) / (8 * free + 3) * rare
