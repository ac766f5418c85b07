"""Churn signals in how a customer buys lately: how much, in which orders, with which returns.

A customer's last weeks are set beside its own year before. Every function returns a frame with one
row a customer: ``strength`` from 0 (no signal) to 1, and the numbers that are its evidence, never
NaN. Days are day numbers (``date.toordinal``), amounts currency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy  # scipy.stats named in full is loaded when first used: it takes a second
from scipy.special import ndtr, ndtri

from lifecycle.analytics import order_sizes
from lifecycle.analytics.dealing_days import Days, Window, sample_variance
from lifecycle.analytics.summaries import LEAST_LEVEL, QUARTER

YEAR = 364
SURE = 0.99
"""These look at windows that move each day, so chance alone gets many tries: it must explain what
is seen in no more than 1 of 100 windows."""
SURE_LATELY = 0.995
"""What the last weeks bring changes from day to day, so of those it is 1 of 200."""
FEWEST_NOW, FEWEST_BEFORE = 3, 4
"""Days wanted in the last quarter, and in the year before."""
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
BEHIND = QUARTER + YEAR + AROUND
"""Days that are looked back on in all."""
RHYTHM_GAPS = 6
"""Gaps wanted before their regularity counts."""
MOST_REGULAR = 20.0


@dataclass(frozen=True)
class Rhythms:
    """How n customers buy: days since the first purchase day, number and mean of the gaps since,
    the sum of their logarithms, and ``outlook``, 1 + the change of their peers."""

    age: np.ndarray
    gaps: np.ndarray
    usual_gap: np.ndarray
    sum_log_gaps: np.ndarray
    outlook: np.ndarray | float = 1.0


def found(
    days: Days,
    rhythms: Rhythms,
    *,
    cut: int,
    spread: float,
    season: float = 1.0,
    own: float | None = None,
    fall: float = FALL,
) -> dict[str, pd.DataFrame]:
    """The frame of each signal at the end of day ``cut``, by kind.

    ``days`` reach back ``BEHIND``; ``spread`` as of ``order_sizes.spread_of``, ``season`` the
    factor of the present quarter, ``own`` as of ``own_seasons``, ``fall`` the mark of a volume's.
    """
    gap, age = rhythms.usual_gap, np.asarray(rhythms.age)
    span, orders = span_lately(gap), order_sizes.Orders.of(days, cut)
    now = days.within(cut - QUARTER, cut)
    before = days.within(cut - QUARTER - YEAR, cut - QUARTER)
    around, told = _around(days, span, cut), _has_year(age, span)
    low = order_sizes.low_season(orders, around, told=told, spread=spread, season=season, own=own)
    smaller = order_sizes.smaller_orders(orders, gap=gap, spread=spread, low=low)
    down = down_lately(
        days.within(cut - span, cut),
        days.within(cut - span - YEAR, cut - span),
        around,
        span=span,
        age=age,
        shape=regularity(rhythms.gaps, gap, rhythms.sum_log_gaps),
        smaller=smaller["score"].to_numpy(),
        season=season,
        outlook=rhythms.outlook,
        fall=fall,
    )
    return {
        "smaller_orders": smaller,
        "more_returns": more_returns(now, before),
        "margin_down": margin_down(now, before),
        "volume_down": down,
    }


def own_seasons(days: Days, *, cut: int, age: np.ndarray, gap: np.ndarray) -> float | None:
    """How much customers' seasons of the size of orders differ: as of ``order_sizes.own_seasons``.

    ``days`` reach back ``BEHIND``; ``age`` days since the first purchase day, ``gap`` the usual.
    """
    span, orders = span_lately(gap), order_sizes.Orders.of(days, cut)
    return order_sizes.own_seasons(orders, _around(days, span, cut), _has_year(age, span))


def _around(days: Days, span: np.ndarray, cut: int) -> Window:
    """The days of the last span a year ago, with some on either side."""
    return days.within(cut - YEAR - span - AROUND, cut - YEAR + AROUND)


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
    chance = scipy.stats.binom.sf(now.return_days - 1, np.maximum(days_now, 1), usual)
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
        sample_variance(span.costed_days, span.margins, span.margin_squares)
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
    smaller: np.ndarray,
    season: float = 1.0,
    outlook: np.ndarray | float = 1.0,
    fall: float = FALL,
) -> pd.DataFrame:
    """Volume of the last weeks against the own level, for a fall that quarters show too late.

    ``now`` covers the last ``span`` days, ``year`` the 364 before them, ``around`` the same days a
    year ago with 30 on either side; ``shape`` as of ``regularity``; ``smaller`` the score of
    ``order_sizes.smaller_orders``. Expected is the level of the year, or what it bought around that
    time a year ago where that was less. Noise: orders come as a renewal process (variance of their
    count n/k + (1 - 1/k)/4), each with the variance of its own; where the orders themselves are
    surely smaller, so is the volume. Who bought nothing is silent, which is another signal.
    Strength: relative fall x Phi(z). Evidence: ``days``, both levels (of so many days), ``change``.
    """
    expected = _expected(year, around, span, np.asarray(age), season) * outlook
    order = np.maximum(year.order, LEAST_LEVEL)
    count = expected / order
    known = (year.purchases >= FEWEST_BEFORE) & (expected > LEAST_LEVEL) & (now.purchases > 0)
    change = np.divide(now.net, expected, where=known, out=np.ones(len(known)))
    change = np.maximum(change, 0.0) - 1
    score = np.maximum(_by_chance(expected - now.net, count, shape, order, year.variance), smaller)
    fires = known & (change <= -fall) & (score > 0)
    return pd.DataFrame(
        {
            "strength": np.where(fires, -change * ndtr(score), 0.0),
            "days": np.asarray(span, dtype=float),
            "level_before": expected,
            "level_now": now.net,
            "change": change,
        }
    )


def _by_chance(missing, count, shape, order, variance) -> np.ndarray:
    """The score of what is missing of so many orders; 0 where chance may bring as much."""
    counted = count / shape + (1 - 1 / shape) / 4
    score = _score(missing, counted * order**2 + count * variance)
    return np.where((count >= LATELY_ORDERS) & (score >= ndtri(SURE_LATELY)), score, 0.0)


def _expected(year: Window, around: Window, span, age, season) -> np.ndarray:
    """What the span would bring as the year did, or as that time a year ago where it was less."""
    behind = np.clip(age + 1 - span, 1, YEAR)
    level = np.maximum(year.net, 0.0) / behind * span * season
    same_time = np.maximum(around.net, 0.0) * span / (span + 2 * AROUND)
    return np.where(_has_year(age, span), np.minimum(level, same_time), level)


def _has_year(age: np.ndarray, span: np.ndarray) -> np.ndarray:
    """Whether the customer bought long enough to know the same days a year ago."""
    return age >= YEAR + span + AROUND


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
