"""Smaller orders: the last few of a customer beside its own before, as soon as they are sure.

Of n customers the last m orders (purchase days), m from one to sixteen, are set beside all that
came before within the days that are given, in logarithms, since amounts differ by factors. A fall
to a third is 2.7 of the spreads that are usual (0.4), so two orders tell as much as the mean of a
quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

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
ONCE_IN_YEARS = 5
"""Chance alone brings a customer this signal about so often: each order is a look. That looks
overlap makes up for trying several m (`benchmarks/planted.py` counts)."""
SUREST = 1e-6
LEAST_SURE = 0.02
PRIOR = 4
"""The spread of all customers' amounts counts as so many orders beside a customer's own."""
ODD = 2.5
"""An order counts as no more than so many spreads too small: one odd one is no fall."""
SPREADS = 0.1, 2.0
YEAR = 365


def spread_of(variation: float) -> float:
    """Standard deviation of the logarithm of one customer's amounts, within sound bounds.

    ``variation`` is their squared coefficient of variation, 1 / p of Gamma-Gamma; the logarithm of
    a gamma variate has the variance psi'(p).
    """
    p = 1 / float(np.clip(np.nan_to_num(variation), 1e-3, 1e3))
    return float(np.clip(np.sqrt(polygamma(1, p)), *SPREADS))


def smaller_orders(
    days: Days,
    *,
    cut: int,
    gap: np.ndarray,
    spread: float,
    low: tuple[np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Orders of the last quarter that are smaller by 30 % and more, and not by chance.

    ``gap`` the customer's usual gap in days, ``spread`` as of ``spread_of``, ``low`` as of
    ``low_season``. For each m: t = (mean before - mean of the last m - low) / (s sqrt(1/m + 1/n +
    chance of low)), of logarithms, where s^2 is the variance of the n before and of four orders of
    the usual spread, and none of the last m counts for more than 2.5 s. It fires where its normal
    score reaches the mark that chance passes once in five years of the customer's orders; of
    several m the surest stands. Strength: relative fall beyond the season x Phi(score). Evidence:
    ``order_before``, ``order_now``, ``change``, ``orders`` (m) and the ``days`` they came in;
    ``score`` is 0 without a signal.
    """
    n = days.customers
    deeper, doubt = (np.zeros(n), np.zeros(n)) if low is None else low
    last = _Last.of(days, cut)
    free = PRIOR + last.before - 1
    variance = (PRIOR * spread**2 + last.squares) / free
    fall = last.fall(deeper, ODD * np.sqrt(variance))
    error = np.sqrt(variance * (1 / LAST[:, None] + 1 / last.before + doubt))
    score = _normal(fall / error, free)
    change = last.change
    beyond = (1 + change) * np.exp(deeper) - 1
    fires = last.known & (beyond <= -FALL) & (score >= _mark(gap))
    score = np.where(fires, score, 0.0)
    best, place = score.argmax(axis=0), np.arange(n)
    score = score[best, place]
    return pd.DataFrame(
        {
            "strength": np.where(score > 0, -beyond[best, place] * ndtr(score), 0.0),
            "order_before": last.order_before[best, place],
            "order_now": last.order_now[best, place],
            "change": change[best, place],
            "orders": LAST[best],
            "days": last.days[best, place],
            "score": score,
        }
    )


def low_season(
    days: Days, around: Window, *, cut: int, told: np.ndarray, season: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """How much smaller orders are at this time of the year, as a logarithm from 0, and its chance.

    Of the customers ``told`` (a mask) by the orders ``around`` the same days a year ago beside all,
    where those were smaller; its chance in units of the spread's variance. Of the others by the
    ``season`` of all, where that is low.
    """
    n = days.customers
    customer, _day, gross = days.purchases(cut)
    count = np.maximum(np.bincount(customer, minlength=n), 1)
    usual = np.bincount(customer, _logs(gross), minlength=n) / count
    orders = np.maximum(around.purchases, 1)
    lower = np.where(around.purchases > 0, usual - around.logs / orders, 0.0)
    of_all = max(0.0, -float(np.log(np.clip(season, 0.05, 1.0))))
    return (
        np.where(told, np.maximum(lower, 0.0), of_all),
        np.where(told & (lower > 0), 1 / orders, 0.0),
    )


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
    def of(cls, days: Days, cut: int) -> _Last:
        n = days.customers
        customer, day, gross = days.purchases(cut)
        count = np.bincount(customer, minlength=n)
        logs = _logs(gross)
        mean = np.bincount(customer, logs, minlength=n) / np.maximum(count, 1)
        off = logs - mean[customer]
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
        gross_last, gross_before = sums(gross)
        ago = cut - (day[place] if len(day) else np.full(place.shape, cut))[LAST - 1]
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

    @property
    def change(self) -> np.ndarray:
        """Of the plain means, relative; 0 where there is nothing to compare with."""
        known = self.known & (self.order_before > LEAST_LEVEL)
        ratio = np.divide(self.order_now, self.order_before, where=known, out=np.ones(known.shape))
        return ratio - 1


def _logs(gross: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(gross, LEAST_LEVEL))


def _mark(gap: np.ndarray) -> np.ndarray:
    """The score that chance passes once in so many years of orders ``gap`` days apart."""
    looks = ONCE_IN_YEARS * YEAR / np.maximum(np.nan_to_num(gap), 1.0)
    return ndtri(1 - np.clip(1 / looks, SUREST, LEAST_SURE))


def _normal(t: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The normal score as rare as Student's t of ``free`` degrees of freedom (Wallace 1959)."""
    rare = np.sqrt(free * np.log1p(t**2 / free))
    return np.sign(t) * (8 * free + 1) / (8 * free + 3) * rare
