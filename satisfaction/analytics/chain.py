"""How strongly two links of the service-profit chain go together, and what may be said of it.

The chain is that of Heskett, Jones, Loveman, Sasser and Schlesinger 1994, "Putting the
Service-Profit Chain to Work", Harvard Business Review 72(2). A correlation says that two figures
go together, never that one makes the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from satisfaction.analytics.estimates import LEVEL

# Fewer pairs than these give no verdict.
FEWEST = 10
# From here on a correlation is weak, moderate, strong (Cohen 1988, "Statistical Power Analysis
# for the Behavioral Sciences", section 3.2).
WEAK, MODERATE, STRONG = 0.1, 0.3, 0.5
# Nothing has more certainty than this: at r = ±1 the interval of Fisher is undefined.
MOST = 1 - 1e-12

TOO_FEW, NO_SPREAD, UNCLEAR, TOGETHER, APART = "few", "flat", "unclear", "together", "apart"


@dataclass(frozen=True)
class Link:
    """The rank correlation of `n` pairs with the interval that holds it in 95 of 100 cases.

    `r` is None of fewer than two pairs and where a side has no spread; no interval of fewer than
    `FEWEST` pairs.
    """

    n: int
    r: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> str:
        return verdict(self.n, self.r, self.low, self.high)


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 on; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return (last - (counts - 1) / 2)[inverse]


def spearman(x, y, taken: int = 0) -> Link:
    """Spearman's rank correlation of pairs, shape (n,), in any units; pairs with a NaN are left
    out. `taken`: how many means beside the one of all were taken off the values before.

    Spearman 1904, "The Proof and Measurement of Association between Two Things", American Journal
    of Psychology 15(1). Ranks and not values: scores are bounded, counts and growth skewed, and
    one large customer or odd quarter must not decide. Interval by Fisher's transformation with the
    variance (1 + r²/2) / (n - 3) of Bonett and Wright 2000, "Sample Size Requirements for
    Estimating Pearson, Kendall and Spearman Correlations", Psychometrika 65(1), each mean taken off
    standing for a pair less, as in partial correlation (Fisher 1924, Metron 3). It takes pairs for
    independent; several quarters of one team are less than that, and the truth a little wider.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    n = len(x)
    if n < 2:
        return Link(n)
    one, two = ranks(x) - (n + 1) / 2, ranks(y) - (n + 1) / 2
    spread = np.sqrt((one @ one) * (two @ two))
    if not spread:
        return Link(n)
    r = float(np.clip(one @ two / spread, -1, 1))
    left = n - 3 - taken
    if n < FEWEST or left < 1:
        return Link(n, r)
    middle = np.arctanh(np.clip(r, -MOST, MOST))
    half = ndtri(0.5 + LEVEL / 2) * np.sqrt((1 + r**2 / 2) / left)
    return Link(n, r, float(np.tanh(middle - half)), float(np.tanh(middle + half)))


def verdict(n: int, r: float | None, low: float | None, high: float | None) -> str:
    """What the pairs can tell: nothing, or that both rise together or one where the other falls."""
    if n >= FEWEST and r is None:
        return NO_SPREAD
    if n < FEWEST or low is None or high is None:
        return TOO_FEW
    if low > 0:
        return TOGETHER
    return APART if high < 0 else UNCLEAR


def strength(r: float | None) -> int:
    """0 (none) to 3 (strong), whatever the sign."""
    if r is None:
        return 0
    return int(np.searchsorted((WEAK, MODERATE, STRONG), abs(r), side="right"))


Series = Mapping[tuple[Hashable, int], float]


def against_others(series: Series) -> dict[tuple[Hashable, int], float]:
    """Each value less the mean of all teams in its period: what season and trend do to all alike
    is no difference between teams. A team alone in a period tells nothing; where there never are
    two, the values stay as they are.
    """
    periods: dict[int, list[float]] = {}
    for (_team, period), value in series.items():
        periods.setdefault(period, []).append(value)
    means = {period: sum(found) / len(found) for period, found in periods.items() if found[1:]}
    if not means:
        return dict(series)
    return {key: value - means[key[1]] for key, value in series.items() if key[1] in means}


def pairs(
    source: Series, target: Series, lag: int, slack: int = 1
) -> tuple[np.ndarray, np.ndarray, int]:
    """Values of `source` with those of `target` that came `lag` periods later in the same team;
    and of how many periods the values of `source` are.

    Both map (team, period) to a value. Surveys are not held in every period, so where there is
    none exactly then, one up to `slack` periods later counts. Each value stands in one pair at
    most: exact partners first, then the newer of two sources for one target.
    """
    taken: dict[tuple[Hashable, int], tuple[Hashable, int]] = {}
    used = set()
    for late in range(slack + 1):
        for team, period in sorted(source, key=lambda key: (str(key[0]), -key[1])):
            partner = (team, period + lag + late)
            if (team, period) in taken or partner in used or partner not in target:
                continue
            taken[team, period] = partner
            used.add(partner)
    keys = sorted(taken, key=lambda key: (str(key[0]), key[1]))
    x = np.array([source[key] for key in keys], dtype=float)
    y = np.array([target[taken[key]] for key in keys], dtype=float)
    return x, y, len({period for _team, period in keys})
