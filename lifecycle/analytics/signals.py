"""Churn signals of rhythm and level: silent beyond its own, volume down against its own.

Every function returns a frame with one row a customer: ``strength`` from 0 (no signal) to 1, and
the numbers that are its evidence, never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from lifecycle.analytics import mbgnbd
from lifecycle.analytics.silence import DOUBT, own_silence, pace_of_season
from lifecycle.analytics.summaries import LEAST_LEVEL, QUARTER, Summary

LEAST_SILENCE, LEAST_IF_NEW, NEW_GAPS = 0.85, 0.92, 8
"""How sure a silence must be in any case, and with fewer gaps than so many, which tell little."""
ONCE_IN_YEARS = 10
"""A silence tells when chance brings a customer of its rhythm one no more often, or else"""
IN_TIME_DAYS, IN_TIME_GAPS = 30, 3
"""when the longer of these is over: who waits longer for one more chance is late."""
YEAR = 365
TWO_YEARS = 2 * 364
REPEATS_FOR_RHYTHM = 2
FALL = 0.25
SURE, SURE_SIGNAL = 0.95, 0.995
"""A fall counts when chance alone would bring as deep a one in no more than 1 of 20 customers; what
tells somebody to act, and is looked at each night anew, in no more than 1 of 100."""
SEASONS = 4
LEAST_FACTOR = 0.25
"""In a season of less than a quarter of the mean there is too little to miss."""


def silent(timing: mbgnbd.Fit, summary: Summary, pace: np.ndarray | float = 1.0) -> pd.DataFrame:
    """Customers with a rhythm (two repeats and more) that are overdue by it.

    Strength is ``silence.own_silence``, where chance brings so long a silence once in ten years of
    the customer's gaps and less; so does a clock's rhythm soon, and one as by chance late. Who buys
    as by chance is told when the longer of 30 days and 3 of its own gaps may be over: its mean gap,
    of which x are known, is then taken two standard errors shorter, exp(-2 / sqrt(k x)). A day of
    silence counts as ``pace`` of one, as of ``silence.pace_of_season``. Evidence: ``days_since``
    the last purchase day, the ``usual_gap`` in days (own mean gap, 0 without a repeat), and the
    regularity ``k`` that the strength rests on.
    """
    felt = summary.recency * pace
    sure, k = own_silence(timing, summary, felt)
    usual_gap = summary.t_x / np.maximum(summary.x, 1)
    gap = np.maximum(usual_gap, 1.0)
    shortest = gap * np.exp(-DOUBT / np.sqrt(k * np.maximum(summary.x, 1)))
    rare = (1 - sure) * YEAR / gap <= 1 / ONCE_IN_YEARS
    late = felt >= np.maximum(IN_TIME_DAYS, IN_TIME_GAPS * shortest)
    least = np.where(summary.x < NEW_GAPS, LEAST_IF_NEW, LEAST_SILENCE)
    tells = (summary.x >= REPEATS_FOR_RHYTHM) & (sure >= least) & (rare | late)
    return pd.DataFrame(
        {
            "strength": np.where(tells, sure, 0.0),
            "days_since": np.where(summary.purchases > 0, summary.recency, 0),
            "usual_gap": usual_gap,
            "k": k,
        }
    )


def silent_in_season(timing: mbgnbd.Fit, summary: Summary, then: np.ndarray) -> pd.DataFrame:
    """``silent``, of customers with two years of their own by their pace in its season a year ago.

    ``then``: their purchase days within ``silence.a_year_ago``. Beside its columns ``pace``.
    """
    found = silent(timing, summary)
    usual_gap, k = found["usual_gap"].to_numpy(), found["k"].to_numpy()
    pace = pace_of_season(summary.recency, usual_gap, then, k)
    pace = np.where(summary.T >= TWO_YEARS, pace, 1.0)
    return silent(timing, summary, pace).assign(pace=pace)


def season_factors(totals: np.ndarray) -> np.ndarray | None:
    """How each of four quarters stands to its year's mean, from the totals of all customers.

    ``totals`` are net amounts of 91-day quarters, newest last. Of the last eight the growth is
    taken out, at the rate of a quarter at which the first year's sum became the second's, so that
    what grows doesn't look like a season; then each is divided by its year's mean and the two
    years are averaged. None with fewer than eight positive quarters: two seasons are needed to
    tell season from trend. Order as the last four quarters.
    """
    totals = np.nan_to_num(np.asarray(totals, dtype=float))[-2 * SEASONS :]
    if len(totals) < 2 * SEASONS or (totals <= 0).any():
        return None
    years = totals.reshape(2, SEASONS)
    growth = (years[1].sum() / years[0].sum()) ** (1 / SEASONS)
    years = years / growth ** np.arange(2 * SEASONS).reshape(2, SEASONS)
    return (years / years.mean(axis=1, keepdims=True)).mean(axis=0)


def own_season(
    quarters: np.ndarray, age: np.ndarray, unit: np.ndarray, season: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each customer's season, drawn from its own year before the last where that tells: (n, 4).

    The four quarters of that year over their mean, weighted with 1 - chance ÷ spread: the part of
    their variance that a compound Poisson process (``unit`` as in ``volume_down``) doesn't explain
    (positive-part James-Stein). The rest, and all of it where the three quarters before the last
    follow ``season`` more closely (least squares) or where there are no two years, is ``season``.
    Returns the factors, of mean 1, and the weights of the own year.
    """
    general = np.broadcast_to(season, (len(quarters), SEASONS))
    own, known, level = _year_before(quarters, age, general)
    spread = ((own - 1) ** 2).sum(axis=1) / (SEASONS - 1)
    chance = unit / level
    told = 1 - np.divide(chance, spread, where=spread > 0, out=np.ones(len(own)))
    later = quarters[:, -SEASONS:-1]
    closer = _misfit(later, own[:, :-1]) < _misfit(later, general[:, :-1])
    weight = np.where(known & closer, np.clip(told, 0.0, 1.0), 0.0)
    mixed = weight[:, None] * own + (1 - weight[:, None]) * general
    return mixed / mixed.mean(axis=1, keepdims=True), weight


def _year_before(quarters, age, general) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The four quarters of the year before the last over their mean, where they are known: else
    ``general``. Also whether they are, and that mean (1 where they aren't)."""
    known = np.asarray(age) + 1 >= 2 * SEASONS * QUARTER
    if quarters.shape[1] < 2 * SEASONS:
        return general, np.zeros(len(quarters), dtype=bool), np.ones(len(quarters))
    earlier = quarters[:, -2 * SEASONS : -SEASONS]
    mean = earlier.mean(axis=1)
    known = known & (mean > LEAST_LEVEL)
    level = np.where(known, mean, 1.0)
    own = np.maximum(np.where(known[:, None], earlier / level[:, None], general), 0.0)
    return own / own.mean(axis=1, keepdims=True), known, level


def _misfit(amounts: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Squares left where the factors, at the level that suits them best, explain the amounts."""
    scale = (factors**2).sum(axis=1)
    fitted = np.divide((amounts * factors).sum(axis=1), scale, where=scale > 0, out=scale * 0.0)
    return ((amounts - fitted[:, None] * factors) ** 2).sum(axis=1)


def volume_down(
    quarters: np.ndarray,
    age: np.ndarray,
    order: np.ndarray,
    *,
    variation: float = 1.0,
    season: np.ndarray | None = None,
    peers: np.ndarray | float = 0.0,
    fall: float = FALL,
) -> pd.DataFrame:
    """Customers whose volume fell by ``fall`` and more, at once or slowly, and not by chance.

    ``quarters`` (n, 5 or more): net amounts of 91-day quarters, newest last; ``age`` days since
    the first purchase day; ``order`` mean gross amount of a purchase day; ``variation`` the
    squared coefficient of variation of one customer's amounts (1 / p of Gamma-Gamma); ``season``
    as of ``season_factors``, where eight quarters are given drawn towards the customer's own
    (``own_season``); ``peers`` the change of the customer's own business or industry over
    the same time (-0.1 for a fall by a tenth), which is taken out. How falls are found: ``_Calm``.

    Columns: ``kind`` ("at_once", "slowly" or ""), ``strength`` (relative fall x sureness; 0 where
    that is less than a signal wants), ``level_before``, ``level_now`` (amounts a quarter, at the
    season of now), ``change`` (relative, -1 where all is gone, also where no signal), ``known``
    (whether there is a level to compare with), ``season_adjusted``.
    """
    quarters = np.nan_to_num(np.asarray(quarters, dtype=float))
    general = np.ones(SEASONS) if season is None else np.asarray(season, dtype=float)
    unit = np.maximum(np.nan_to_num(np.asarray(order, dtype=float)), 0.0) * (1 + variation)
    before = np.clip((np.asarray(age) + 1) // QUARTER - 1, 0, SEASONS)
    factors, weight = own_season(quarters, age, unit, general)
    own, known, _level = _year_before(quarters, age, factors)
    drawn = _Calm.of(quarters, before, unit, factors, weight)
    by_own = _Calm.of(quarters, before, unit, own, known.astype(float))
    picked = _fallen(drawn, by_own, 1 + np.asarray(peers, dtype=float), fall)
    adjusted = (weight > 0) | (season is not None)
    return pd.DataFrame(picked | {"known": before >= 2, "season_adjusted": adjusted})


def _fallen(drawn: _Calm, by_own: _Calm, outlook, fall: float) -> dict[str, np.ndarray]:
    """The surer of both falls by the drawn season; it tells where it stands by the own one as well.

    Of the own season only so much is drawn as chance doesn't explain: what is left out of a true
    one would look like a fall.
    """
    at_once, slowly = drawn.at_once(outlook, fall), drawn.slowly(outlook, fall)
    at_once["strength"] = at_once["strength"] * by_own.at_once(outlook, fall)["fell"]
    slowly["strength"] = slowly["strength"] * by_own.slowly(outlook, fall)["fell"]
    picked = _surer(at_once, slowly)
    for level in ("level_before", "level_now"):
        picked[level] = picked[level] * drawn.factors[:, -1]
    return picked


def _surer(at_once: dict, slowly: dict) -> dict[str, np.ndarray]:
    """Of both falls the one at once, unless the other alone is sure enough, or there at all."""
    kind = np.where(at_once["fell"], "at_once", "")
    surer = (slowly["strength"] > 0) & (at_once["strength"] == 0)
    kind = np.where(surer | (kind == "") & slowly["fell"], "slowly", kind)
    names = "strength", "level_before", "level_now", "change"
    picked = {name: np.where(kind == "slowly", slowly[name], at_once[name]) for name in names}
    return picked | {"kind": kind}


@dataclass(frozen=True)
class _Calm:
    """Quarters whose season is taken out, and what chance may do to them.

    At once: the last quarter against the mean of up to four before (two at least). Slowly: the
    straight line through the last four. Chance is that of a compound Poisson process, whose
    variance is level x order x (1 + variation).

    ``amounts`` (n, quarters), newest last; ``before`` how many full quarters there were before the
    last, at most four; ``unit`` as in ``volume_down``; ``factors`` (n, 4), those of the last four
    quarters; ``enough`` where these are no season in which there is too little to miss. ``chance``
    is the variance, by level, of each of the last four: the own season (as far as it has weight)
    rests on one quarter more, and a low quarter made as high as others brings its chance along.
    """

    amounts: np.ndarray
    before: np.ndarray
    unit: np.ndarray
    factors: np.ndarray
    enough: np.ndarray
    chance: np.ndarray

    @classmethod
    def of(cls, quarters, before, unit, factors, weight) -> _Calm:
        enough = factors >= LEAST_FACTOR
        factors = np.maximum(factors, LEAST_FACTOR)
        columns = quarters.shape[1]
        amounts = quarters / factors[:, (np.arange(columns) - columns) % SEASONS]
        chance = unit[:, None] * (1 + weight[:, None] ** 2) / np.minimum(factors, 1.0)
        return cls(amounts, before, unit, factors, enough, chance)

    def at_once(self, outlook, fall) -> dict[str, np.ndarray]:
        """The last quarter against the mean of the ones ahead of it; see ``_fall``."""
        before, earlier = self.before, self.amounts[:, -1 - SEASONS : -1]
        recent = np.arange(earlier.shape[1])[::-1] < before[:, None]
        level = np.maximum((earlier * recent).sum(axis=1) / np.maximum(before, 1), 0.0)
        noise = np.sqrt(level * (self.chance[:, -1] + self.unit / np.maximum(before, 1)))
        known = (before >= 2) & self.enough[:, -1]
        return _fall(level, self.amounts[:, -1], noise, known, outlook, fall)

    def slowly(self, outlook, fall) -> dict[str, np.ndarray]:
        """The last point of the line through the last four quarters against its first."""
        last, span = self.amounts[:, -SEASONS:], SEASONS - 1
        steps = np.arange(SEASONS) - span / 2
        slope = last @ steps / (steps @ steps)
        mean = np.maximum(last.mean(axis=1), 0.0)
        level, now = (np.maximum(mean + slope * end * span / 2, 0.0) for end in (-1, 1))
        noise = span * np.sqrt(mean * (self.chance * steps**2).sum(axis=1)) / (steps @ steps)
        known = (self.before >= span) & self.enough.all(axis=1)
        return _fall(level, now, noise, known, outlook, fall)


def _fall(level, now, noise, known, outlook, fall) -> dict[str, np.ndarray]:
    """Change against the level in line with the outlook, whether it fell, and the signal of it."""
    expected = level * outlook
    known = known & (expected >= LEAST_LEVEL)
    change = np.divide(now, expected, where=known, out=np.ones(len(level)))
    change = np.maximum(change, 0.0) - 1
    noise = np.maximum(noise, LEAST_LEVEL)
    score = np.where(known, (expected - now) / noise, 0.0)
    fell = known & (change <= -fall) & (score >= ndtri(SURE))
    strength = np.where(fell & (score >= ndtri(SURE_SIGNAL)), -change * ndtr(score), 0.0)
    levels = {"level_before": level, "level_now": now, "change": change}
    return {"fell": fell, "strength": strength, **levels}
