"""How long relationships last: the Kaplan–Meier curve, and medians of counts by span.

Sources: Kaplan & Meier 1958, "Nonparametric estimation from incomplete observations", J. Am. Stat.
Assoc. 53, 457–481; the standard error is Greenwood's (1926); its interval is on the log-log scale
(Kalbfleisch & Prentice 1980), which never leaves [0, 1].
"""

from __future__ import annotations

import numpy as np
import pandas as pd

Z = 1.959963984540054
"""Half-width of 95 % of a normal distribution."""


def kaplan_meier(times: np.ndarray, ended: np.ndarray, still: np.ndarray) -> pd.DataFrame:
    """The share that is still there after each time, from counts.

    ``times`` are spans (any unit, any order, repeated ones are added), ``ended`` how many ended
    after just that span and ``still`` how many had come no further without ending (censored).
    Those of the same span count as at risk when the others end. Columns ``time``, ``at_risk``,
    ``ended``, ``share``, ``low``, ``high`` (95 %), one row a span, in order; empty without counts.
    """
    spans, place = np.unique(np.asarray(times, dtype=float), return_inverse=True)
    events = np.bincount(place, weights=np.asarray(ended, dtype=float), minlength=len(spans))
    censored = np.bincount(place, weights=np.asarray(still, dtype=float), minlength=len(spans))
    at_risk = np.cumsum((events + censored)[::-1])[::-1]
    known = at_risk > 0
    spans, events, at_risk = spans[known], events[known], at_risk[known]
    share = np.cumprod(1 - events / at_risk)
    low, high = _interval(share, events, at_risk)
    columns = {"time": spans, "at_risk": at_risk, "ended": events}
    return pd.DataFrame({**columns, "share": share, "low": low, "high": high})


def _interval(
    share: np.ndarray, events: np.ndarray, at_risk: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The log-log interval; where nobody or everybody has ended there is none: the share itself."""
    left = at_risk - events
    terms = np.divide(events, at_risk * left, where=left > 0, out=np.zeros(len(events)))
    inner = (share > 0) & (share < 1)
    logs = np.log(np.where(inner, share, 0.5))
    spread = Z * np.sqrt(np.cumsum(terms)) / logs
    ends = [np.where(inner, np.exp(logs * np.exp(sign * spread)), share) for sign in (-1, 1)]
    return np.minimum(*ends), np.maximum(*ends)


def median_time(curve: pd.DataFrame) -> float | None:
    """The first time at which no more than half are left; None where more than half stay."""
    reached = curve.loc[curve["share"] <= 0.5, "time"]
    return float(reached.iloc[0]) if len(reached) else None


def median_of_counts(spans: np.ndarray, counts: np.ndarray) -> float | None:
    """The median of spans that are known in whole steps, from how many have each.

    Within its step the median is found as if all were spread evenly over it (the usual median of
    grouped data): ``spans`` are whole numbers, each for [span, span + 1). None without counts.
    """
    spans, counts = np.asarray(spans, dtype=float), np.asarray(counts, dtype=float)
    order = np.argsort(spans, kind="stable")
    spans, counts = spans[order], counts[order]
    total = counts.sum()
    if not total > 0:
        return None
    reached = np.cumsum(counts)
    place = int(np.searchsorted(reached, total / 2))
    before = reached[place] - counts[place]
    return float(spans[place] + (total / 2 - before) / counts[place])
