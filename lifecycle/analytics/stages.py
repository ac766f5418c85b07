"""Lifecycle stages: rules on a customer's own history, with the reason and numbers that decided.

Where several fit: ended, decline, stability, formation, exploration, in this order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lifecycle.analytics.summaries import LEAST_LEVEL, QUARTER, Summary

EXPLORATION, FORMATION, STABILITY = "exploration", "formation", "stability"
DECLINE, ENDED = "decline", "ended"
MARKED_LOST = "marked_lost"  # the reason of an end that a person stated
STAGES = (EXPLORATION, FORMATION, STABILITY, DECLINE, ENDED)
YEAR_OF_QUARTERS = 4 * QUARTER


@dataclass(frozen=True)
class Thresholds:
    """The marks of the rules; settings of the installation."""

    few_purchases: int = 4
    new_days: int = 90
    growth: float = 0.20
    decline: float = 0.25
    high_share: float = 0.50
    steady: float = 0.20
    inactive: float = 0.05
    silent_days: int = 365
    silent_gaps: float = 4.0
    hold_days: int = 30
    long_stability_days: int = 730


@dataclass(frozen=True)
class Facts:
    """What the rules read, arrays of one entry a customer.

    Days for ``age``, ``silent`` and ``mean_gap`` (0 without a repeat). ``growth`` is the last
    twelve months' volume over the twelve before, less 1, and ``half_change`` the last six months
    against the own level before; NaN where not known. ``falling`` is the kind of fall of
    ``signals.volume_down`` ("at_once", "slowly" or "") and ``change`` its size. ``share`` is the
    share of wallet in [0, 1] or NaN. ``categories`` are those bought in the last twelve months,
    ``categories_before`` those held a year before.
    """

    purchases: np.ndarray
    age: np.ndarray
    silent: np.ndarray
    mean_gap: np.ndarray
    growth: np.ndarray
    half_change: np.ndarray
    active_year: np.ndarray
    falling: np.ndarray
    change: np.ndarray
    share: np.ndarray
    satisfaction_low: np.ndarray
    categories: np.ndarray
    categories_before: np.ndarray
    contract_ended: np.ndarray
    marked_lost: np.ndarray

    @classmethod
    def of(
        cls,
        summary: Summary,
        quarters: np.ndarray,
        active_year: np.ndarray,
        volume_down: pd.DataFrame,
        **others: np.ndarray,
    ) -> Facts:
        """From a summary, 8 or more quarters of net amounts (newest last), P(active 12 months)
        and the frame of ``signals.volume_down``; ``others`` are any of the last six fields.
        """
        n = len(summary)
        no, none = np.zeros(n, dtype=bool), np.zeros(n)
        fields = {
            "share": np.full(n, np.nan),
            "satisfaction_low": no,
            "categories": none,
            "categories_before": none,
            "contract_ended": no,
            "marked_lost": no,
        }
        return cls(
            purchases=summary.purchases,
            age=summary.T,
            silent=summary.recency,
            mean_gap=summary.t_x / np.maximum(summary.x, 1),
            growth=growth(quarters, summary.T),
            half_change=half_change(quarters, summary.T),
            active_year=np.asarray(active_year),
            falling=volume_down["kind"].to_numpy(dtype=str),
            change=volume_down["change"].to_numpy(),
            **{**fields, **others},
        )


def growth(quarters: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Net of the last four quarters over the four before, less 1; NaN where not known.

    A customer younger than eight quarters is compared with the days it had in the four before,
    if those were at least one quarter.
    """
    days = np.clip(np.asarray(age) - YEAR_OF_QUARTERS, 0, YEAR_OF_QUARTERS)
    before = quarters[:, -8:-4].sum(axis=1) * YEAR_OF_QUARTERS / np.maximum(days, 1)
    return _ratio(quarters[:, -4:].sum(axis=1), before, days >= QUARTER)


def half_change(quarters: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Net of the last two quarters against the own level of the up to four before, less 1.

    NaN where fewer than two quarters are known before.
    """
    known = np.clip(np.asarray(age) // QUARTER - 2, 0, 4)
    earlier = quarters[:, -6:-2]
    recent = np.arange(earlier.shape[1])[::-1] < known[:, None]
    level = 2 * (earlier * recent).sum(axis=1) / np.maximum(known, 1)
    return _ratio(quarters[:, -2:].sum(axis=1), level, known >= 2)


def _ratio(now: np.ndarray, before: np.ndarray, known: np.ndarray) -> np.ndarray:
    known = known & (before >= LEAST_LEVEL)
    return np.divide(now, before, where=known, out=np.full(len(now), np.nan)) - 1


def candidate(
    facts: Facts, thresholds: Thresholds | None = None, previous: np.ndarray | None = None
) -> pd.DataFrame:
    """The stage whose rule fits each customer.

    Columns ``stage``, ``reason`` (a code), and the ``figure`` that decided with the ``mark`` it
    was held against (0 where the reason needs none). ``previous`` is the stage held so far ("" if
    none): a fall short of decline's mark keeps it.
    """
    marks = thresholds or Thresholds()
    n = len(facts.purchases)
    previous = np.full(n, "") if previous is None else np.asarray(previous, dtype=str)
    rules = [*_ended(facts, marks), *_living(facts, marks, previous)]
    conditions = [rule[0] for rule in rules]
    columns = {}
    for place, name in enumerate(("stage", "reason", "figure", "mark"), start=1):
        choices = [np.broadcast_to(rule[place], n) for rule in rules]
        default = {"stage": FORMATION, "reason": "no_other"}.get(name, 0.0)
        columns[name] = np.select(conditions, choices, default)
    columns["figure"] = np.nan_to_num(columns["figure"].astype(float))
    return pd.DataFrame(columns)


def _ended(facts: Facts, marks: Thresholds) -> list[tuple]:
    """(condition, stage, reason, figure, mark) of the ends, and of customers that never bought."""
    limit = np.maximum(marks.silent_days, marks.silent_gaps * facts.mean_gap)
    inactive = facts.active_year < marks.inactive
    return [
        (facts.marked_lost, ENDED, MARKED_LOST, 0.0, 0.0),
        (facts.contract_ended, ENDED, "contract_ended", 0.0, 0.0),
        (facts.purchases == 0, EXPLORATION, "never_bought", 0.0, 0.0),
        (facts.silent > limit, ENDED, "silent", facts.silent, limit),
        (inactive, ENDED, "inactive", facts.active_year, marks.inactive),
    ]


def _living(facts: Facts, marks: Thresholds, previous: np.ndarray) -> list[tuple]:
    """(condition, stage, reason, figure, mark) from decline to exploration, in order."""
    few, new = facts.purchases < marks.few_purchases, facts.age < marks.new_days
    high = np.nan_to_num(facts.share, nan=-1.0) >= marks.high_share
    unknown = np.isnan(facts.share)
    change = np.nan_to_num(facts.half_change, nan=np.inf)
    steady = unknown & (np.abs(change) <= marks.steady) & ~few
    grows = np.nan_to_num(facts.growth, nan=-1.0) >= marks.growth
    falls = (change < -marks.steady) & ~few & ~new
    kept = np.where(previous == "", STABILITY, previous)
    calm = ~facts.satisfaction_low
    now, before = facts.categories, facts.categories_before
    return [
        (facts.falling == "at_once", DECLINE, "at_once", facts.change, -marks.decline),
        (facts.falling == "slowly", DECLINE, "slowly", facts.change, -marks.decline),
        (high & calm, STABILITY, "share", facts.share, marks.high_share),
        (steady & calm, STABILITY, "steady", facts.half_change, marks.steady),
        (grows & ~high, FORMATION, "growth", facts.growth, marks.growth),
        ((now > before) & (before > 0) & ~high, FORMATION, "widening", now, before),
        (few & ~high, EXPLORATION, "few_purchases", facts.purchases, marks.few_purchases),
        (new & ~high, EXPLORATION, "new", facts.age, marks.new_days),
        (falls, kept, "falling_short", facts.half_change, -marks.decline),
    ]


def hold(
    previous: np.ndarray,
    candidates: np.ndarray,
    last_candidates: np.ndarray,
    since: np.ndarray,
    today: int,
    *,
    at_once: np.ndarray | bool = False,
    days: int = 30,
) -> tuple[np.ndarray, np.ndarray]:
    """Let a new stage wait ``days`` before it takes the place of the one held.

    ``previous`` is the stage held ("" for new customers, which get their candidate at once),
    ``last_candidates`` the candidate of the last run and ``since`` the day number from which it
    has stood (both ignored where the candidate is the stage held). ``at_once`` marks changes that
    a person has stated (lost, or not so) and that need no proof by waiting. Returns the
    stage and the day number since which the candidate stands.
    """
    candidates = np.asarray(candidates, dtype=str)
    previous = np.asarray(previous, dtype=str)
    same = candidates == np.asarray(last_candidates, dtype=str)
    since = np.where(same, np.asarray(since), today).astype(np.int64)
    change = (previous == "") | at_once | (today - since >= days)
    return np.where(change, candidates, previous), since


def pattern(
    last_stage: np.ndarray, days_in_stage: np.ndarray, thresholds: Thresholds | None = None
) -> np.ndarray:
    """Lifecycle pattern by the last stage before decline or end, "" for any other.

    A exploration, B formation, C stability shorter than two years, D stability of two and more.
    """
    marks = thresholds or Thresholds()
    last_stage = np.asarray(last_stage, dtype=str)
    long = np.asarray(days_in_stage) >= marks.long_stability_days
    steady = last_stage == STABILITY
    conditions = [last_stage == EXPLORATION, last_stage == FORMATION, steady & long, steady]
    return np.select(conditions, ["A", "B", "D", "C"], "")
