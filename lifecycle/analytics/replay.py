"""Signals of dealings and high risk as they would have stood at an earlier cut, and how they did.

For installations whose own record is too young: the same rules, on the days up to the cut alone.
Counted are customers that bought within the year before it: of others it is known that they stay
away. Each is compared with its fifth by mean amount of a purchase day, which stands in for the
tier; revenue so far would not do, since it is less for who has left already.
"""

from __future__ import annotations

import numpy as np

from lifecycle.analytics import measures, scoring, signals
from lifecycle.analytics.summaries import Summary, quarterly
from lifecycle.analytics.verdict import HIGH_RISK

YEAR = 365


def counts(
    columns: dict[str, np.ndarray],
    trained: scoring.Trained,
    now: Summary,
    risk: np.ndarray,
    left: np.ndarray,
) -> dict[str, dict]:
    """For each kind of flag: customers flagged, those that then left, those expected to.

    ``columns`` as of ``summaries.from_frame``; ``now`` the customers with a purchase up to its
    cut, in the order of their numbers, with the ``risk`` said of each and whether it ``left``.
    """
    quarters = _quarters(columns, now.cut)
    volume = signals.volume_down(
        quarters,
        now.T,
        now.mean_gross,
        variation=1 / trained.spend.p,
        season=signals.season_factors(quarters.sum(axis=0)),
    )
    flags = {
        "silent": signals.silent(trained.timing, now)["strength"].to_numpy() > 0,
        "volume_down": volume["strength"].to_numpy() > 0,
        "risk_high": risk >= HIGH_RISK,
    }
    comparable = now.recency <= YEAR
    rates = base_rates(measures.quintiles(now.mean_gross[comparable]), left[comparable])
    return {
        kind: {
            "flagged": int(flagged[comparable].sum()),
            "lost": int((flagged & left)[comparable].sum()),
            "expected": round(float(rates[flagged[comparable]].sum()), 6),
        }
        for kind, flagged in flags.items()
    }


def base_rates(group: np.ndarray, left: np.ndarray) -> np.ndarray:
    """For each customer the share of its group that left."""
    _names, index = np.unique(group, return_inverse=True)
    return (np.bincount(index, left) / np.maximum(np.bincount(index), 1))[index]


def _quarters(columns: dict[str, np.ndarray], cut: int) -> np.ndarray:
    """Net of the last eight times 91 days of the customers with a purchase up to the cut."""
    customer, day = columns["customer"], columns["day"]
    customers = int(customer.max()) + 1 if len(customer) else 0
    known = (day <= cut) & (columns["gross"] > 0)
    bought = np.bincount(customer[known], minlength=customers) > 0
    return quarterly(customer, day, columns["net"], cut=cut, customers=customers)[bought]
