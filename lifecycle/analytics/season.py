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

    def a_day(after, until, chosen=True):
        inside = (day > after) & (day <= until) & chosen
        return np.bincount(customer[inside], net[inside], minlength=customers) / (until - after)

    middle, customers = then + horizon // 2, int(customer.max()) + 1
    before = first_days(customer, day)[customer] <= then
    span = QUARTER if horizon <= QUARTER else HALF_YEAR
    ahead, around = a_day(then, then + horizon), a_day(middle - 182, middle + 183)
    next_window, last_window = a_day(then, then + horizon, before), a_day(then - span, then, before)
    return Season(_ratio(ahead, around), _ratio(next_window, last_window))


def _ratio(one: np.ndarray, other: np.ndarray) -> float:
    """Ratio of the totals of two amounts by customer, as far as it is more than chance.

    Customers are the sample: the variance of its logarithm l is the sum of the squared differences
    of their shares in the one total and the other (delta method), and of l the part 1 - variance
    / l^2 is kept (James & Stein 1961). The largest customer is left out: a season is what many
    share, and where one buys most of all its ups and downs look like one.
    """
    many = np.arange(len(one)) != np.argmax(one + other)
    one, other = one[many], other[many]
    if one.sum() <= 0 or other.sum() <= 0:
        return 1.0
    log = float(np.log(one.sum() / other.sum()))
    variance = float(((one / one.sum() - other / other.sum()) ** 2).sum())
    kept = max(1.0 - variance / log**2, 0.0) if log else 0.0
    return float(np.clip(np.exp(kept * log), *BOUNDS))
