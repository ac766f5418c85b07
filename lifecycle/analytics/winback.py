"""The chance that a silent customer buys again, from the installation's own silences.

A life table of silences in months (actuarial estimator: S. J. Cutler, F. Ederer, "Maximum
utilization of the life table method in analyzing survival", Journal of Chronic Diseases 8, 1958):
of those silent for j months, h(j) = returns in month j / (silences that reached it - half of those
that are still silent in it). The chance after m months is 1 - (1 - h(m)) ... (1 - h(m + 11)).
"""

from dataclasses import dataclass

import numpy as np

DAYS_A_MONTH = 365.25 / 12
FIRST, LAST = 12, 60  # months of silence for which a chance is told
AHEAD = 12  # months in which it may come back
# A chance that rests on fewer silences is that of the last month with enough.
ENOUGH = 20


@dataclass(frozen=True)
class Chances:
    """By month of silence from FIRST on: the chance (0 to 1) and the silences that reached it."""

    chance: list[float]
    reached: list[int]

    def after(self, days: float) -> float | None:
        """The chance after so many days of silence; None where nothing is known."""
        if not self.chance:
            return None
        month = int(days / DAYS_A_MONTH) - FIRST
        return self.chance[min(max(month, 0), len(self.chance) - 1)]


def silences(customer: np.ndarray, day: np.ndarray, cut: int) -> tuple[np.ndarray, np.ndarray]:
    """The silences of FIRST months and more, in days, and whether each ended with a purchase.

    A row is a purchase day up to the cut, sorted by customer and day. Silences lie between two days
    of one customer, or last from its newest one to the cut.
    """
    least = int(FIRST * DAYS_A_MONTH)
    newest = np.append(customer[1:] != customer[:-1], True)[: len(customer)]
    days = np.where(newest, cut, np.append(day[1:], cut)[: len(day)]) - day
    long = days >= least
    return days[long], ~newest[long]


def chances(days: np.ndarray, came_back: np.ndarray) -> Chances:
    """From silences of so many days (n,) that ended with a purchase (n,) or still last.

    Chances rest on at least ENOUGH silences: the list ends where there are fewer, and is empty
    where not even the first month has them.
    """
    month = np.floor(np.maximum(days, 0) / DAYS_A_MONTH).astype(int)
    last = LAST + AHEAD
    month = np.minimum(month, last)
    returns = np.bincount(month[came_back], minlength=last + 1)
    silent = np.bincount(month[~came_back], minlength=last + 1)
    reached = np.cumsum((returns + silent)[::-1])[::-1]
    exposed = np.maximum(reached - silent / 2, 1e-9)
    hazard = np.where(reached > 0, np.minimum(returns / exposed, 1.0), 0.0)
    stays = np.cumprod(np.concatenate([[1.0], 1 - hazard]))
    found, numbers = [], []
    for start in range(FIRST, LAST + 1):
        if reached[start] < ENOUGH:
            break
        before = stays[start]
        found.append(float(1 - stays[start + AHEAD] / before) if before > 0 else 1.0)
        numbers.append(int(reached[start]))
    return Chances(found, numbers)


def matched_share(
    weights: np.ndarray, customers: np.ndarray, bought: np.ndarray
) -> tuple[float | None, float]:
    """The share that bought, of cells weighted as another group is spread over them.

    Direct standardisation: sum of w x bought / customers over sum of w, of the cells (k,) that
    have customers. Also tells which share of the weights has such a cell; None where none has.
    """
    weights = np.asarray(weights, dtype=float)
    known = (np.asarray(customers) > 0) & (weights > 0)
    total, covered = weights.sum(), weights[known].sum()
    if not covered:
        return None, 0.0
    shares = np.asarray(bought, dtype=float)[known] / np.asarray(customers, dtype=float)[known]
    return float((weights[known] * shares).sum() / covered), float(covered / total)
