"""Growth, referral and knowledge value, and what serving a customer costs.

All are present values over the horizon of lifetime value: flows spread evenly over the year,
discounted continuously at delta = ln(1 + d), d the rate a year, and weighted with the probability
that the customer is still there. Arrays have one entry a customer; amounts are in currency, rates
a year, horizons in days.

Sources: rates of few cases are drawn towards those of the peers as the mean of a gamma-Poisson (or
beta-binomial) model, Gelman et al. 2013, Bayesian Data Analysis, ch. 2; intervals of shares by
Wilson 1927.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # scipy.stats named in full is loaded when first used: it takes a second
from scipy.special import ndtri

from lifecycle.analytics.value import INTERVAL

DAYS_A_YEAR = 365
TAIL = (1 - INTERVAL) / 2
PRIOR_YEARS = 3
"""Years of the peers' rate of referrals that steady a customer's own."""
PRIOR_CASES = 10
"""Cases of the pooled rate that steady the rate of one category in one industry."""


@dataclass(frozen=True)
class Part:
    """A part of lifetime value: what is expected, and the ends between which it lies 80 in 100."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def years_worth(days: float, annual_rate: float) -> float:
    """What 1 a year is worth today, paid evenly over the days: (1 - e^(-delta Y)) / delta."""
    return float(_paid(np.log1p(annual_rate), days / DAYS_A_YEAR))


def taken_up(rate: np.ndarray, days: float, annual_rate: float) -> np.ndarray:
    """What 1 a year is worth of which the share `rate` of what is left is taken up each year.

    The integral of (1 - (1 - rate)^s) e^(-delta s) over s from 0 to Y years.
    """
    delta, years = np.log1p(annual_rate), days / DAYS_A_YEAR
    hazard = -np.log1p(-np.clip(np.asarray(rate, dtype=float), 0.0, 1 - 1e-12))
    return _paid(delta, years) - _paid(delta + hazard, years)


def _paid(decay, years: float):
    """The integral of e^(-decay s) over s from 0 to `years`."""
    decay = np.asarray(decay, dtype=float)
    safe = np.where(decay == 0, 1.0, decay)
    return np.where(decay == 0, years, -np.expm1(-safe * years) / safe)


def growth(
    headroom: np.ndarray,
    rates: Part,
    margin: np.ndarray,
    alive: np.ndarray,
    days: float,
    annual_rate: float,
) -> Part:
    """What will be taken up of the headroom (net sales a year), times margin.

    The ends are those of the rate: they speak of what is expected, not of chance in one customer.
    A customer on whom we lose money is no gain where it buys more.
    """
    worth = np.maximum(headroom, 0.0) * np.maximum(margin, 0.0) * alive
    parts = (worth * taken_up(rate, days, annual_rate) for rate in _ends(rates))
    return Part(*parts)


def _ends(part: Part) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return part.value, part.low, part.high


def headroom_of_basket(revenue: np.ndarray, held: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Net sales a year of the categories not bought, at the size that the customer has with us.

    `held` and `missing` are shares of its industry's sales: of the categories that it buys, and of
    the common ones that it does not. No more than its revenue: doubled is as far as this sees.
    """
    ratio = np.divide(missing, held, out=np.zeros_like(missing, dtype=float), where=held > 0)
    return np.maximum(revenue, 0.0) * np.minimum(ratio, 1.0)


def take_up_rates(took: np.ndarray, could: np.ndarray) -> Part:
    """Share a year that took a category up, of those who could have, by category.

    Drawn towards the rate of all categories together by ten cases; Wilson's ends of 80 in 100.
    """
    took, could = np.asarray(took, dtype=float), np.asarray(could, dtype=float)
    pooled = took.sum() / could.sum() if could.sum() > 0 else 0.0
    cases = could + PRIOR_CASES
    rate = (took + PRIOR_CASES * pooled) / cases
    return Part(rate, *wilson(rate, cases))


def wilson(share: np.ndarray, cases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of 80 in 100 of a share seen in so many cases; the share itself lies within."""
    z = ndtri(1 - TAIL)
    below = 1 + z**2 / cases
    middle = (share + z**2 / (2 * cases)) / below
    half = z * np.sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2)) / below
    return (
        np.minimum(np.clip(middle - half, 0.0, 1.0), share),
        np.maximum(np.clip(middle + half, 0.0, 1.0), share),
    )


def share_gain(before: np.ndarray, after: np.ndarray, least: int = 5) -> Part | None:
    """Mean part of the open share of wallet that was gained within a year; ends of its mean.

    None where fewer than `least` customers tell, for shares below 1 only. Where share was lost on
    the whole the rate is 0.
    """
    open_before = 1 - np.asarray(before, dtype=float)
    tells = open_before > 0
    if int(tells.sum()) < least:
        return None
    gain = (np.asarray(after, dtype=float) - before)[tells] / open_before[tells]
    gain = np.clip(gain, -1.0, 1.0)
    error = ndtri(1 - TAIL) * gain.std(ddof=1) / np.sqrt(len(gain))
    mean = gain.mean()
    return Part(*(np.clip(end, 0.0, 1.0) for end in (mean, mean - error, mean + error)))


def referral_rate(
    referred: np.ndarray, years: np.ndarray, peers_rate: np.ndarray | float
) -> np.ndarray:
    """Customers brought a year: own ones, with three years of the peers' rate."""
    return (referred + PRIOR_YEARS * peers_rate) / (np.maximum(years, 0.0) + PRIOR_YEARS)


def referral(
    realised: Part, rate: np.ndarray, worth_of_one: float, alive: np.ndarray, years: float
) -> Part:
    """Value of the customers brought (this one's share of it), and of those still expected.

    `years` as of `years_worth`; `worth_of_one` the mean value of a customer so won.
    """
    expected = of_events(rate * alive * years, np.full(len(rate), max(worth_of_one, 0.0)))
    return Part(
        realised.value + expected.value, realised.low + expected.low, realised.high + expected.high
    )


def of_events(count: np.ndarray, amount: np.ndarray) -> Part:
    """Value of `count` expected events of that amount each, which come by chance (Poisson)."""
    few, many = scipy.stats.poisson.ppf(TAIL, count), scipy.stats.poisson.ppf(1 - TAIL, count)
    return Part(count * amount, np.minimum(few, count) * amount, np.maximum(many, count) * amount)


def knowledge(
    ideas: np.ndarray, amount: np.ndarray, alive: np.ndarray, years: float, span: float
) -> Part:
    """What it will give beside money, at the rate of the last `span` years.

    `ideas` were adopted in them, `amount` is what they were worth in all.
    """
    each = np.divide(amount, ideas, out=np.zeros_like(amount, dtype=float), where=ideas > 0)
    return of_events(ideas / span * years * alive, each)


def cost_to_serve(cost_of_year: np.ndarray, alive: np.ndarray, years: float) -> np.ndarray:
    """What serving will cost over the horizon, at the last twelve months' pace while it stays."""
    return cost_of_year * alive * years


def lifetime(parts: list[Part], cost: np.ndarray) -> Part:
    """The sum of the parts less the cost to serve.

    The ends are added too, which encloses more than 80 in 100: parts seldom all fail together.
    """
    return Part(*(sum(ends) - cost for ends in zip(*map(_ends, parts), strict=True)))


def loyalty(
    retention: np.ndarray, breadth: np.ndarray, referred: np.ndarray, share: np.ndarray
) -> np.ndarray:
    """0 to 100: mean of retention, breadth, referrals and share of wallet; unknown ones left out.

    `retention` is the probability of buying again within H, `breadth` and `share` are shares, each
    customer brought halves what is missing of the third. NaN where all are unknown.
    """
    brought = 1 - 0.5 ** np.asarray(referred, dtype=float)
    marks = np.vstack([retention, np.minimum(breadth, 1.0), brought, share])
    known = np.isfinite(marks)
    total = np.where(known, marks, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    return np.divide(100 * total, count, out=np.full(len(count), np.nan), where=count > 0)


def concentration(values: np.ndarray, points: int = 200) -> np.ndarray:
    """Rows of [share of customers, share of the sum of positive values], the largest first."""
    values = np.asarray(values, dtype=float)
    positive = np.sort(values[values > 0])[::-1]
    if not len(positive):
        return np.zeros((0, 2))
    places = np.unique(np.linspace(1, len(positive), min(points, len(positive))).astype(int))
    sums = positive.cumsum()[places - 1] / positive.sum()
    return np.column_stack([places / len(values), sums])
