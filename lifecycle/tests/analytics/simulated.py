"""Customer bases drawn from the models, whose parameters are known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lifecycle.analytics import mbgnbd


@dataclass(frozen=True)
class Drawn:
    """What n customers did up to ``T`` and in the ``horizon`` after it; times as in the models."""

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    log_gaps: np.ndarray
    alive: np.ndarray
    later: np.ndarray


def draw(fit: mbgnbd.Fit, T: np.ndarray, horizon: float, rng: np.random.Generator) -> Drawn:
    """Customers of an (M)BG/CNBD-k with that age."""
    n = len(T)
    return follow(
        fit, rng.gamma(fit.r, 1 / fit.alpha, n), rng.beta(fit.a, fit.b, n), T, horizon, rng
    )


def follow(fit, rate, leaves, T, horizon, rng) -> Drawn:
    """Customers of known rates and chances to leave, from their first purchase on."""
    n = len(T)
    x, t_x, later, log_gaps, time = (np.zeros(n) for _ in range(5))
    here = np.ones(n, dtype=bool) if fit.variant == "bg" else rng.random(n) > leaves
    alive = here.copy()
    while here.any():
        gap = rng.gamma(fit.k, 1 / rate)
        time = time + gap
        before = here & (time < T)
        x, t_x = x + before, np.where(before, time, t_x)
        log_gaps += np.where(before, np.log(gap), 0.0)
        later += here & (time >= T) & (time < T + horizon)
        stays = rng.random(n) > leaves
        alive = np.where(before, stays, alive)
        here = here & stays & (time < T + horizon)
    return Drawn(x, t_x, T, log_gaps, alive, later)


def days_of(
    rate: np.ndarray,
    first: np.ndarray,
    leaves: np.ndarray,
    until: int,
    rng: np.random.Generator,
    *,
    k: int = 1,
    order: np.ndarray | float = 100.0,
    season=None,
) -> pd.DataFrame:
    """Rows of customer, day, gross and net: gaps Erlang-k of that rate, gone by chance ``leaves``.

    ``season`` says with what chance a purchase of a day (an array of day numbers) takes place.
    """
    n = len(rate)
    who, when = [np.arange(n)], [first.astype(float)]
    time, here = first.astype(float), rng.random(n) > leaves
    while here.any():
        time = time + rng.gamma(k, 1 / rate)
        here &= time < until
        happens = here if season is None else here & (rng.random(n) < season(time))
        who.append(np.flatnonzero(happens))
        when.append(time[happens])
        here &= ~happens | (rng.random(n) > leaves)
    frame = pd.DataFrame({"customer": np.concatenate(who), "day": np.concatenate(when).astype(int)})
    mean = np.broadcast_to(order, n)[frame["customer"]]
    frame["gross"] = np.round(mean * rng.gamma(4.0, 0.25, len(frame)), 2) + 0.01
    frame["net"] = frame["gross"]
    return frame.groupby(["customer", "day"], as_index=False).sum()
