"""How the season ahead stands to the seasons that forecasts rest on, from what came a year before.

Known from two years of dealings on. A model's rate is that of an average season; the last window's
is that of its own, which the same window a year ago stands for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle.analytics.summaries import HALF_YEAR, QUARTER, first_days

YEAR = 365
TWO_SEASONS = 2 * YEAR
BOUNDS = (0.2, 5.0)
"""What one season may be of another: more is a gap in the data, no season."""


@dataclass(frozen=True)
class Season:
    """Factors of the season ahead: on forecasts at an average rate, and on the last window."""

    average: float = 1.0
    window: float = 1.0


def season(
    customer: np.ndarray, day: np.ndarray, net: np.ndarray, cut: int, horizon: int
) -> Season | None:
    """The season of the ``horizon`` days after the cut; None where two years are not known.

    Rows are a customer's day with its net, those after the cut are not read. ``average``: net a day
    of these days a year ago over that of the year around them, so that growth before and after
    cancels. ``window``: the same days a year ago over the window before them, of customers known by
    then, so that who leaves is counted and who is new isn't. A horizon of a year and more has all
    seasons.
    """
    known = (day <= cut) & np.isfinite(net)
    customer, day, net = customer[known], day[known], net[known]
    if not len(day) or cut - day.min() < TWO_SEASONS or horizon >= YEAR:
        return None
    then = cut - YEAR

    def rate(after, until, chosen=slice(None)):
        inside = (day[chosen] > after) & (day[chosen] <= until)
        return float(net[chosen][inside].sum()) / (until - after)

    middle = then + horizon // 2
    before = first_days(customer, day)[customer] <= then
    span = QUARTER if horizon <= QUARTER else HALF_YEAR
    ahead, around = rate(then, then + horizon), rate(middle - 182, middle + 183)
    next_window, last_window = rate(then, then + horizon, before), rate(then - span, then, before)
    return Season(_ratio(ahead, around), _ratio(next_window, last_window))


def _ratio(one: float, other: float) -> float:
    return float(np.clip(one / other, *BOUNDS)) if one > 0 and other > 0 else 1.0
