"""Which forecast of net revenue to trust, chosen by how each did at an earlier cut.

Plain forecasts over a horizon: *model* (MBG/NBD count x Gamma-Gamma spend x net ratio), *last
window* (net of the last 13 weeks, 26 for horizons over 13 weeks, scaled) and *historic* (all net
so far, scaled). Blends are geometric means of the model with one of the others, and the *mean* of
the model and these two. A forecast may be *recalibrated*: customers of the earlier cut are put in
20 bins by their forecast, and each bin's mean outcome, made monotone so that the order of customers
stays, takes the forecast's place. *By history* it keeps its amounts, but gives them out in the
order of the geometric mean of model and historic revenue, by bins of the same kind.

Historic revenue is hard to beat where few customers buy most. So a method is only considered if it
ranked customers clearly better than that at the earlier cuts, or stands in the order that holds
both. Of these the least absolute error wins, if it is clearly better than the model's and at no cut
clearly worse; a later cut reports. Customers of whom a method says the same, such as nothing, stand
in the order of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lifecycle.analytics.measures import mae, top_places, top_share
from lifecycle.analytics.monotone import Points, rising_points
from lifecycle.analytics.summaries import HALF_YEAR, QUARTER, Summary

BINS = 20
RANKS_CLEARLY_BETTER = 1.0
"""A method of an order of its own is considered if its top-20 % share is greater than that of
historic revenue by so many standard errors of the difference."""
RANKS_LIKE_BEST = 0.97
"""Any method is considered only with this part of the best one's top-20 % share: one that knows
less well who buys is no better for a smaller error."""
CLEARLY_BETTER, NOWHERE_WORSE = 0.99, 1.02
"""A method takes the model's place only with an error of at most this part of the model's, and
nowhere of more than that: else the choice would change from night to night by chance, and all
values with it."""
TIE_BREAK = 1e-12
"""What of the model's forecast is added to that of a method, to tell equal ones apart."""
BLENDS = {
    "model": ("model",),
    "last_window": ("last_window",),
    "model_last_window": ("model", "last_window"),
    "model_historic": ("model", "historic"),
}
MEAN_OF = ("model", "model_last_window", "model_historic")
RECALIBRATED = {"model_recalibrated": "model", "model_historic_recalibrated": "model_historic"}
BY_HISTORY = {"model_by_history": "model", "mean_by_history": "mean"}
ORDER = "model_historic"
WITH_BINS = (*RECALIBRATED, *BY_HISTORY)
IN_ORDER = (ORDER, "model_historic_recalibrated", *BY_HISTORY)
METHODS = (*BLENDS, "mean", *WITH_BINS)


@dataclass(frozen=True)
class Choice:
    """The forecast method in use, why, and how each method did at the earlier cut.

    ``reason`` is ``least_error`` (chosen by the earlier cut), ``too_few_repeaters`` or
    ``history_too_short`` (not enough to choose by). ``horizon`` is the inner horizon in days;
    ``bins`` the (forecast, outcome) points of the recalibration, or those of an order by history,
    empty without one; ``errors`` the mean absolute error of each method at the earlier cuts.
    """

    method: str
    reason: str
    horizon: int
    bins: Points = ()
    errors: dict[str, float] = field(default_factory=dict)


def last_window(summary: Summary, horizon: float, history: int) -> np.ndarray:
    """Net of the last 91 days (182 for horizons over 91), scaled to the horizon; may be negative.

    ``history`` is the days from the first purchase day of all customers to the cut; one shorter
    than the window counts with its own length.
    """
    window, net = QUARTER, summary.net_quarter
    if horizon > QUARTER:
        window, net = HALF_YEAR, summary.net_half
    return net * horizon / min(window, history + 1)


def historic(summary: Summary, horizon: float, history: int) -> np.ndarray:
    """All net so far, scaled from the whole ``history`` to the horizon; may be negative."""
    return summary.net * horizon / (history + 1)


def plain(
    summary: Summary, model: np.ndarray, horizon: float, history: int
) -> dict[str, np.ndarray]:
    """The forecasts to blend, none below 0: ``model`` is the model's own for this horizon."""
    return {
        "model": model,
        "last_window": np.maximum(last_window(summary, horizon, history), 0.0),
        "historic": np.maximum(historic(summary, horizon, history), 0.0),
    }


def blend(forecasts: dict[str, np.ndarray], method: str) -> np.ndarray:
    """A method's forecast before its bins: a plain one, or a mean of several."""
    method = ORDER if method in BY_HISTORY else RECALIBRATED.get(method, method)
    if method == "mean":
        return sum(blend(forecasts, part) for part in MEAN_OF) / len(MEAN_OF)
    parts = [forecasts[name] for name in BLENDS[method]]
    return parts[0] if len(parts) == 1 else np.sqrt(parts[0] * parts[1])


def predict(choice: Choice, forecasts: dict[str, np.ndarray], horizon: float) -> np.ndarray:
    """The chosen forecast of net revenue over ``horizon`` days from the plain ones for it."""
    forecast = blend(forecasts, choice.method)
    if choice.bins:
        scale = choice.horizon / horizon
        return recalibrate(choice.bins, forecast * scale) / scale
    return forecast if choice.method == "model" else forecast + TIE_BREAK * forecasts["model"]


Cut = tuple[dict[str, np.ndarray], np.ndarray]
"""The plain forecasts of an earlier cut, and the net that followed it."""


def choose(cuts: Sequence[Cut], horizon: int) -> Choice:
    """Choose by earlier cuts, the nearest first, which also makes the bins of a recalibration.

    Errors and shares are means over the cuts. Those by history want ``with_order`` afterwards.
    """
    tried = [_tried(cuts, place) for place in range(len(cuts))]
    by_cut = {
        method: [mae(said[method], net) for said, (_, net) in zip(tried, cuts, strict=True)]
        for method in METHODS
    }
    errors = {method: float(np.mean(of_cuts)) for method, of_cuts in by_cut.items()}
    best = _least_error(_considered(tried, cuts), by_cut, errors)
    bins = ()
    if best in RECALIBRATED:
        forecasts, later_net = cuts[0]
        bins = recalibration(blend(forecasts, best), later_net)
    return Choice(best, "least_error", horizon, bins, errors)


def _tried(cuts: Sequence[Cut], place: int) -> dict[str, np.ndarray]:
    """What each method says at a cut.

    Recalibrated ones by the bins of another cut, the one before if there is one, so that a season
    is not taken for the level of all; of a single cut by those of the other half of its customers.
    """
    forecasts, later_net = cuts[place]
    said = {method: blend(forecasts, method) for method in METHODS}
    for method in RECALIBRATED:
        if len(cuts) == 1:
            said[method] = _cross_recalibrated(said[method], later_net)
        else:
            other, came = cuts[place + 1 if place + 1 < len(cuts) else place - 1]
            said[method] = recalibrate(recalibration(blend(other, method), came), said[method])
    for method in BY_HISTORY:
        said[method] = recalibrate(_points_of_order(forecasts, method), said[method])
    return said


def _points_of_order(forecasts: dict[str, np.ndarray], method: str) -> Points:
    return recalibration(blend(forecasts, ORDER), blend(forecasts, BY_HISTORY[method]))


def with_order(choice: Choice, forecasts: dict[str, np.ndarray]) -> Choice:
    """A choice by history with its bins, from today's plain ``forecasts`` for its horizon."""
    if choice.method not in BY_HISTORY:
        return choice
    return replace(choice, bins=_points_of_order(forecasts, choice.method))


def _considered(tried: Sequence[dict], cuts: Sequence[Cut]) -> list[str]:
    """The methods that know well enough who buys."""
    shares = {method: _share(cuts, [said[method] for said in tried]) for method in METHODS}
    enough = [
        method
        for method in METHODS
        if method in IN_ORDER or ranks_clearly_better([said[method] for said in tried], cuts)
    ]
    best = max(shares[method] for method in enough)
    return [method for method in enough if shares[method] >= RANKS_LIKE_BEST * best]


def ranks_clearly_better(forecasts: Sequence[np.ndarray], cuts: Sequence[Cut]) -> bool:
    """Whether later net fell more to those forecast highest than to those of most revenue so far.

    The customers that the two disagree about are the sample.
    """
    gain = variance = 0.0
    for said, (plain, net) in zip(forecasts, cuts, strict=True):
        total = float(net.sum())
        if total > 0:
            won = (top_places(said) - top_places(plain["historic"])) * net / total
            gain, variance = gain + won.sum(), variance + (won**2).sum()
    return bool(gain > RANKS_CLEARLY_BETTER * variance**0.5)


def _least_error(
    methods: Sequence[str], by_cut: dict[str, list[float]], errors: dict[str, float]
) -> str:
    """The method of the least error, if it is clearly less than the model's."""
    best = min(methods, key=errors.__getitem__)
    if "model" not in methods:
        return best
    limits = [NOWHERE_WORSE * error for error in by_cut["model"]]
    nowhere_worse = [
        method
        for method in methods
        if all(error <= most for error, most in zip(by_cut[method], limits, strict=True))
    ]
    best = min(nowhere_worse, key=errors.__getitem__)
    return best if errors[best] <= CLEARLY_BETTER * errors["model"] else "model"


def _share(cuts: Sequence[Cut], forecasts: Sequence[np.ndarray]) -> float:
    """Mean share of later net with the fifth forecast highest."""
    shares = [top_share(said, net) or 0.0 for said, (_, net) in zip(forecasts, cuts, strict=True)]
    return float(np.mean(shares))


def recalibration(forecast: np.ndarray, outcome: np.ndarray, bins: int = BINS) -> Points:
    """Mean forecast and mean outcome of equal groups by forecast, outcomes made monotone."""
    order = np.argsort(forecast, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    said = np.array([forecast[group].mean() for group in groups])
    came = np.array([max(outcome[group].mean(), 0.0) for group in groups])
    return rising_points(said, came, [len(group) for group in groups])


def recalibrate(bins: Points, forecast: np.ndarray) -> np.ndarray:
    """Follow the bins' points linearly from (0, 0); beyond the last one, in its proportion."""
    said, came = np.array([(0.0, 0.0), *bins]).T
    proportion = came[-1] / said[-1] if said[-1] > 0 else 1.0
    inside = np.interp(forecast, said, came)
    return np.where(forecast > said[-1], forecast * proportion, inside)


def _cross_recalibrated(forecast: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Recalibrate each half of the customers (every second one) by the bins of the other."""
    result = np.zeros(len(forecast))
    for half in (0, 1):
        mine, other = slice(half, None, 2), slice(1 - half, None, 2)
        if len(forecast[other]):
            result[mine] = recalibrate(
                recalibration(forecast[other], outcome[other]), forecast[mine]
            )
    return result
