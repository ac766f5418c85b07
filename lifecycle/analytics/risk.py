"""Risk: the probability that a customer buys nothing within H days.

The base is 1 - P(active in H) of the MBG model. On it stands a logistic layer trained at an
earlier cut on what followed, because rhythm alone ranks one-time buyers badly, and a calibration
in bins. It reads the rhythm and what was heard of the customer: complaints and its latest score.
Fitted by Newton's method with a ridge penalty (iteratively reweighted least squares), each weight
held to the side that makes sense, so that a purchase never raises the risk, nor a complaint
lowers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from lifecycle.analytics import mbgnbd
from lifecycle.analytics.monotone import Points, rising_points
from lifecycle.analytics.summaries import QUARTER, Summary

FEATURES = ("active_odds", "recency_in_gaps", "recency", "frequency", "trend", "amount")
VOICES = ("complaints_open", "complaint_late", "complaint_reopened", "score")
"""What is heard of a customer: ln(1 + open complaints), whether one of them is past a deadline,
whether one was reopened lately, and its latest score from -1 (lowest) to 1; 0 where nothing is."""
SIGNS = (-1, 1, 1, -1, -1, 0, 1, 1, 1, -1)
"""On which side of 0 the weights of FEATURES and VOICES stay; 0 on either."""
SIDES = (0, *SIGNS)
"""The same with the intercept."""
MINIMUM_HORIZON = 60
ENOUGH = 50
"""Customers wanted on either side, come back and not, before a layer is trained on them."""
BINS = 20
FARTHEST = 5.0
"""Standard deviations from the training's mean at which a feature stops to count further."""


@dataclass(frozen=True)
class RiskModel:
    """The trained layer; without ``weights`` the base probability stands.

    ``reason`` is ``trained`` or ``too_few_outcomes``. ``center`` and ``spread`` standardise the
    features and voices; ``weights`` has the intercept first; ``shifts`` are (log odds, correction)
    points of the calibration; ``population_gap`` is in days.
    """

    reason: str = "too_few_outcomes"
    population_gap: float = 1.0
    center: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    shifts: Points = ()


@dataclass(frozen=True)
class Rhythm:
    """What the features are made of: arrays of one entry a customer, days and currency.

    ``voices`` has the columns VOICES, shape (n, 4); None where nothing is known of them.
    """

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    mean_gross: np.ndarray
    purchases_quarter: np.ndarray
    voices: np.ndarray | None = None

    @classmethod
    def now(cls, summary: Summary, voices: np.ndarray | None = None) -> Rhythm:
        """As of the cut."""
        recent = summary.purchases_quarter
        return cls(summary.x, summary.t_x, summary.T, summary.mean_gross, recent, voices)

    @classmethod
    def just_bought(cls, summary: Summary, voices: np.ndarray | None = None) -> Rhythm:
        """As of each customer's own last purchase day, buying at its usual pace."""
        recent = (summary.x + 1) * np.minimum(QUARTER, summary.t_x + 1) / (summary.t_x + 1)
        return cls(summary.x, summary.t_x, summary.t_x, summary.mean_gross, recent, voices)


def default_horizon(gaps: np.ndarray) -> int:
    """H from the installation's own repeat gaps: their 95th percentile, at least 60 days."""
    if not len(gaps):
        return MINIMUM_HORIZON
    return max(MINIMUM_HORIZON, int(np.ceil(np.quantile(gaps, 0.95))))


def base_risk(timing: mbgnbd.Fit, rhythm: Rhythm, horizon: float) -> np.ndarray:
    """1 - P(active within ``horizon``), in [0, 1], as if a gap began today.

    Of customers who buy regularly (k > 1) one that has just bought is less likely to buy soon than
    one that is about to; the risk of losing it is not greater for that.
    """
    active = mbgnbd.probability_active_anew(timing, rhythm.x, rhythm.t_x, rhythm.T, horizon)
    return 1 - active


def features(
    timing: mbgnbd.Fit, rhythm: Rhythm, horizon: float, population_gap: float
) -> np.ndarray:
    """The columns FEATURES and VOICES, shape (n, 10).

    Log odds of P(active in H); ln(1 + days since the last purchase over the own mean gap, which
    one typical gap steadies); ln(1 + days since); ln purchase days; ln of purchase days in the
    last quarter over those expected at the own average pace; ln(1 + mean gross amount).
    """
    x, t_x, T = mbgnbd.clean(rhythm.x, rhythm.t_x, rhythm.T)
    active = np.clip(1 - base_risk(timing, rhythm, horizon), 1e-6, 1 - 1e-6)
    recency = T - t_x
    usual = (t_x + population_gap) / (x + 1)
    expected = (x + 1) * np.minimum(QUARTER, T + 1) / (T + 1)
    voices = np.zeros((len(x), len(VOICES))) if rhythm.voices is None else rhythm.voices
    return np.column_stack(
        [
            logit(active),
            np.log1p(recency / usual),
            np.log1p(recency),
            np.log(x + 1),
            np.log((rhythm.purchases_quarter + 0.5) / (expected + 0.5)),
            np.log1p(np.maximum(rhythm.mean_gross, 0.0)),
            np.nan_to_num(voices),
        ]
    )


@dataclass(frozen=True)
class Lesson:
    """Customers as of an earlier cut, the rhythm fitted then, and whether each ``came_back``."""

    timing: mbgnbd.Fit
    summary: Summary
    came_back: np.ndarray
    voices: np.ndarray | None = None


def train(lessons: Sequence[Lesson], horizon: float) -> RiskModel:
    """Train on customers as of earlier cuts and whether each bought within ``horizon`` after.

    The first lesson, of the nearest cut, decides whether there is enough to learn from: with fewer
    than 50 customers on either side the base stands alone. The others are learned beside it: a cut
    a year back knows the season ahead.
    """
    left = np.concatenate([~np.asarray(lesson.came_back, dtype=bool) for lesson in lessons])
    nearest = lessons[0].summary
    gap = max(float(nearest.T.sum() / max(nearest.purchases.sum(), 1)), 1.0)
    first = left[: len(nearest)]
    if min(first.sum(), (~first).sum()) < ENOUGH:
        return RiskModel(population_gap=gap)
    table = np.concatenate(
        [
            features(lesson.timing, Rhythm.now(lesson.summary, lesson.voices), horizon, gap)
            for lesson in lessons
        ]
    )
    center, spread = table.mean(axis=0), table.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    design = np.column_stack([np.ones(len(table)), (table - center) / spread])
    return RiskModel(
        reason="trained",
        population_gap=gap,
        center=tuple(center.tolist()),
        spread=tuple(spread.tolist()),
        weights=tuple(logistic(design, left, SIDES).tolist()),
        shifts=_calibrate(_held_out_odds(design, left), left),
    )


def risk(model: RiskModel, timing: mbgnbd.Fit, rhythm: Rhythm, horizon: float) -> np.ndarray:
    """Probability in [0, 1] of no purchase within ``horizon``."""
    if not model.weights:
        return base_risk(timing, rhythm, horizon)
    table = features(timing, rhythm, horizon, model.population_gap)
    table = np.clip((table - model.center) / np.array(model.spread), -FARTHEST, FARTHEST)
    # Not a matrix product: its last digit may depend on how many customers the shard has.
    odds = model.weights[0] + (table * model.weights[1:]).sum(axis=1)
    at, shift = np.array(model.shifts).T
    return expit(odds + np.interp(odds, at, shift))


def logistic(
    design: np.ndarray, outcome: np.ndarray, sides: tuple[int, ...] = (), ridge: float = 1.0
) -> np.ndarray:
    """Weights of a logistic regression; the first column, the intercept, is not penalised.

    ``sides`` keeps a weight at 0 and more (1), at 0 and less (-1) or leaves it free (0). Newton's
    method on standardised columns; source: McCullagh & Nelder 1989, "Generalized linear models",
    chapter 4; weights that would cross their side are held at 0 (Bertsekas 1982, "Projected Newton
    methods"). Halves a step that would not improve.
    """
    count = design.shape[1]
    side = np.array(sides or (0,) * count)
    penalty = np.full(count, ridge)
    penalty[0] = 1e-6
    outcome = np.asarray(outcome, dtype=float)

    def loss(weights):
        odds = design @ weights
        return np.logaddexp(0, odds).sum() - outcome @ odds + penalty @ weights**2 / 2

    def onto_sides(weights):
        return np.where(side * weights < 0, 0.0, weights)

    weights = np.zeros(count)
    current = loss(weights)
    for _ in range(100):
        step = _newton_step(design, outcome, weights, side, penalty)
        while loss(onto_sides(weights + step)) > current and np.abs(step).max() > 1e-9:
            step = step / 2
        moved = onto_sides(weights + step)
        far, weights = np.abs(moved - weights).max(), moved
        current = loss(weights)
        if far < 1e-8:
            break
    return weights


def _newton_step(design, outcome, weights, side, penalty) -> np.ndarray:
    """Of the weights that are not held at 0."""
    chance = expit(design @ weights)
    gradient = design.T @ (outcome - chance) - penalty * weights
    free = (side == 0) | (weights != 0) | (side * gradient > 0)
    part = design[:, free]
    curvature = (part * (chance * (1 - chance))[:, None]).T @ part + np.diag(penalty[free])
    step = np.zeros(len(weights))
    step[free] = np.linalg.solve(curvature, gradient[free])
    return step


def _held_out_odds(design: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Log odds for each half of the customers (every second one) by the layer of the other."""
    odds = np.zeros(len(design))
    for half in (0, 1):
        mine, other = slice(half, None, 2), slice(1 - half, None, 2)
        odds[mine] = design[mine] @ logistic(design[other], outcome[other], SIDES)
    return odds


def _calibrate(odds: np.ndarray, outcome: np.ndarray) -> Points:
    """Correction of the log odds at the middle of each bin, isotonic over the bins.

    Each bin's rate is steadied by one customer of the mean rate, so that no log odds is infinite.
    """
    count = max(1, min(BINS, len(odds) // ENOUGH))
    groups = np.array_split(np.argsort(odds, kind="stable"), count)
    sizes = np.array([len(group) for group in groups])
    happened = np.array([outcome[group].sum() for group in groups])
    rates = (happened + outcome.mean()) / (sizes + 1)
    at = np.array([odds[group].mean() for group in groups])
    points = rising_points(at, rates, sizes)
    return tuple((middle, float(logit(rate)) - middle) for middle, rate in points)
