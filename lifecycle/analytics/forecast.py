"""Which forecast of net revenue to trust, chosen by how each did at an earlier cut.

Plain forecasts over a horizon: *model* (MBG/NBD count x Gamma-Gamma spend x net ratio), *last
window* (net of the last 13 weeks, 26 for horizons over 13 weeks, scaled) and *historic* (all net
so far, scaled). Blends are geometric means of the model with one of the others. A forecast may be
*recalibrated*: customers of the earlier cut are put in 20 bins by their forecast, and each bin's
mean outcome, made monotone so that the order of customers stays, takes the forecast's place.

The method with the least absolute error at the earlier cuts is chosen among those that also rank
at least about as well as historic revenue and the model, if it is clearly better than the model and
at none of the cuts worse; a later cut reports. Customers of whom a method says the same, such as
nothing, stand in the order of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lifecycle.analytics.measures import mae, top_share
from lifecycle.analytics.monotone import Points, rising_points
from lifecycle.analytics.summaries import HALF_YEAR, QUARTER, Summary

BINS = 20
RANKS_LIKE_HISTORIC, RANKS_LIKE_MODEL = 0.995, 0.98
"""A method may be chosen if its top-20 % share is at least these parts of historic revenue's and of
the model's: one that knows less well who buys is no better for a smaller error."""
CLEARLY_BETTER = 0.98
"""A method takes the model's place only with an error of at most this part of the model's: else
the choice would change from night to night by chance, and all values with it."""
TIE_BREAK = 1e-12
"""What of the model's forecast is added to that of a method, to tell equal ones apart."""
BLENDS = {
    "model": ("model",),
    "last_window": ("last_window",),
    "model_last_window": ("model", "last_window"),
    "model_historic": ("model", "historic"),
}
RECALIBRATED = {"model_recalibrated": "model", "model_historic_recalibrated": "model_historic"}
METHODS = (*BLENDS, *RECALIBRATED)


@dataclass(frozen=True)
class Choice:
    """The forecast method in use, why, and how each method did at the earlier cut.

    ``reason`` is ``least_error`` (chosen by the earlier cut), ``too_few_repeaters`` or
    ``history_too_short`` (not enough to choose by). ``horizon`` is the inner horizon in days;
    ``bins`` the (forecast, outcome) points of the recalibration, empty without one; ``errors``
    the mean absolute error of each method at the earlier cut.
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
    """A method's forecast before recalibration: a plain one or a geometric mean of two."""
    parts = [forecasts[name] for name in BLENDS[RECALIBRATED.get(method, method)]]
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
    """Choose by earlier cuts, the nearest first, which also makes the bins.

    Errors and shares are means over the cuts. Recalibrated methods are judged by the bins of the
    cut before, so that a season is not taken for the level of all; at the farthest cut by those of
    the other half of its customers.
    """
    tried = [_tried(*cut, *cuts[place + 1 : place + 2]) for place, cut in enumerate(cuts)]
    errors = {
        method: float(
            np.mean([mae(said[method], net) for said, (_, net) in zip(tried, cuts, strict=True)])
        )
        for method in METHODS
    }
    best = min(
        (method for method in METHODS if method == "model" or _is_fit(method, tried, cuts)),
        key=errors.__getitem__,
    )
    if errors[best] > CLEARLY_BETTER * errors["model"]:
        best = "model"
    bins = ()
    if best in RECALIBRATED:
        forecasts, later_net = cuts[0]
        bins = recalibration(blend(forecasts, best), later_net)
    return Choice(best, "least_error", horizon, bins, errors)


def _tried(
    forecasts: dict[str, np.ndarray], later_net: np.ndarray, before: Cut | None = None
) -> dict[str, np.ndarray]:
    said = {method: blend(forecasts, method) for method in METHODS}
    for method in RECALIBRATED:
        if before is None:
            said[method] = _cross_recalibrated(said[method], later_net)
        else:
            bins = recalibration(blend(before[0], method), before[1])
            said[method] = recalibrate(bins, said[method])
    return said


def _is_fit(method: str, tried: Sequence[dict], cuts: Sequence[Cut]) -> bool:
    """Whether a method nowhere had a greater error than the model, and ranks as well as the model
    and historic revenue do.
    """
    if any(
        mae(said[method], net) > mae(said["model"], net)
        for said, (_, net) in zip(tried, cuts, strict=True)
    ):
        return False
    historic = _share(cuts, [forecasts["historic"] for forecasts, _ in cuts])
    model = _share(cuts, [said["model"] for said in tried])
    share = _share(cuts, [said[method] for said in tried])
    return share >= max(RANKS_LIKE_HISTORIC * historic, RANKS_LIKE_MODEL * model)


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
