"""How long things took, from counts in buckets that can be added up.

Durations are counted in buckets whose bounds grow by a constant factor, so that counts of months,
teams and severities can be summed and a percentile of the sum is right within `ACCURACY` of
itself: the sketch of Masson, Rim & Lee 2019, "DDSketch: a fast and fully-mergeable quantile sketch
with relative-error guarantees", PVLDB 12(12). What is not over yet counts with the time that it has
lasted, as known to be longer (censored): the product-limit estimate of Kaplan & Meier 1958,
"Nonparametric estimation from incomplete observations", J. Am. Stat. Assoc. 53. Leaving open ones
out would make every queue look fast whose old cases nobody touches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ACCURACY = 0.02
GROWTH = (1 + ACCURACY) / (1 - ACCURACY)


def bucket_of(minutes) -> np.ndarray:
    """The bucket of each duration: ceil(log_growth(minutes)); under a minute counts as one."""
    return np.ceil(np.log(np.maximum(minutes, 1)) / np.log(GROWTH)).astype(int)


def value_of(bucket) -> np.ndarray:
    """Minutes that stand for a bucket: no more than `ACCURACY` of itself from any in it."""
    return 2 * GROWTH ** np.asarray(bucket, dtype=float) / (GROWTH + 1)


def percentile(
    buckets: Sequence[int], over: Sequence[float], lasting: Sequence[float], share: float
) -> float | None:
    """Minutes within which the share (0 to 1) is over; None where that is not known.

    ``over`` and ``lasting`` are how many of each bucket are over and how many have lasted so long
    without being over. It is the first time at which the curve of those not yet over is down to
    1 − share; while too many are open it never gets there. The same bucket may come several times.
    """
    times, place = np.unique(np.asarray(buckets, dtype=int), return_inverse=True)
    ended = np.bincount(place, weights=np.asarray(over, dtype=float), minlength=len(times))
    open_ = np.bincount(place, weights=np.asarray(lasting, dtype=float), minlength=len(times))
    at_risk = np.cumsum((ended + open_)[::-1])[::-1]
    known = at_risk > 0
    left = np.cumprod(1 - ended[known] / at_risk[known])
    reached = np.flatnonzero(left <= 1 - share + 1e-12)
    return float(value_of(times[known][reached[0]])) if len(reached) else None


def interpolated(ordered: Sequence[float], share: float) -> float:
    """The value below which a share (0 to 1) of the values lies, which come in order.

    Between two of them in proportion: definition 7 of Hyndman & Fan 1996, "Sample quantiles in
    statistical packages", Am. Stat. 50; `percentile_cont` of SQL to the last digit.
    """
    place = share * (len(ordered) - 1)
    low = int(place)
    if place == low:
        return ordered[low]
    return ordered[low] + (place - low) * (ordered[low + 1] - ordered[low])


def share_in_time(met: int, met_late: int, open_late: int) -> tuple[float | None, int]:
    """Of those of which it is decided, the share met in time; and how many are decided.

    Decided are those met, in time or late, and those past their target and still open. An open one
    that still has time is neither good nor bad, so it is left out.
    """
    decided = met + open_late
    return ((met - met_late) / decided if decided else None), decided
