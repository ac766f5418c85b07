"""One night's models and figures: train once, store as JSON, score customers in any shards.

``train`` sees a summary of all customers (or of a sample) now and one as of an earlier cut with
what followed; ``score`` needs only the trained models and the customers of a shard, so the same
rows come out however the customers are cut into shards.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from lifecycle.analytics import forecast, gamma_gamma, mbgnbd, value
from lifecycle.analytics import risk as risks
from lifecycle.analytics.monotone import Points
from lifecycle.analytics.summaries import Summary

ENOUGH_REPEATERS = 30
"""Customers that bought twice, below which a fitted rhythm is not worth its name."""
SHORTEST_INNER_HORIZON = 14
YEAR = 365


@dataclass(frozen=True)
class Trained:
    """Everything needed to score, made of numbers and words only.

    ``horizon`` is H of the risk in days, ``start`` the first purchase day of all customers, which a
    shard can't know. ``scale`` brings the total of the chosen forecast back to
    the model's: a horizon shorter than a year says more of its season than of the years to come,
    so a value over years takes from it who buys, not how much all buy together.
    """

    timing: mbgnbd.Fit
    spend: gamma_gamma.Fit
    population: value.Population
    choice: forecast.Choice
    risk: risks.RiskModel
    horizon: int
    start: int
    scale: float = 1.0

    def to_dict(self) -> dict:
        """As JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict) -> Trained:
        """From ``to_dict``, also after a way through JSON, which knows no tuples."""
        choice, risk = dict(stored["choice"]), dict(stored["risk"])
        choice["bins"] = _pairs(choice["bins"])
        risk["shifts"] = _pairs(risk["shifts"])
        for name in ("center", "spread", "weights"):
            risk[name] = tuple(risk[name])
        return cls(
            timing=mbgnbd.Fit(**stored["timing"]),
            spend=gamma_gamma.Fit(**stored["spend"]),
            population=value.Population(**stored["population"]),
            choice=forecast.Choice(**choice),
            risk=risks.RiskModel(**risk),
            horizon=stored["horizon"],
            start=stored["start"],
            scale=stored["scale"],
        )


def _pairs(rows) -> Points:
    return tuple((float(first), float(second)) for first, second in rows)


def inner_cut(cut: int, history: int, horizon: int) -> tuple[int, int]:
    """The earlier cut (a day number) to choose and train at, and its horizon in days.

    The horizon is the smaller of ``horizon`` and half the ``history``, the days from the first
    purchase day of all to the cut.
    """
    inner = max(min(int(horizon), int(history) // 2), 1)
    return int(cut) - inner, inner


def fit_models(
    summary: Summary, rng: np.random.Generator | None = None
) -> tuple[mbgnbd.Fit, gamma_gamma.Fit]:
    """Fit rhythm and spend on the customers that ever bought."""
    bought = summary.purchases > 0
    timing = mbgnbd.fit(summary.x[bought], summary.t_x[bought], summary.T[bought], rng=rng)
    spend = gamma_gamma.fit(summary.purchases[bought], summary.mean_gross[bought], rng=rng)
    return timing, spend


def train(
    now: Summary,
    earlier: Summary | None,
    later_net: np.ndarray | None,
    later_active: np.ndarray | None,
    *,
    horizon: int,
    inner_horizon: int,
    rng: np.random.Generator,
) -> Trained:
    """Fit the models now, and choose the forecast and train the risk at the earlier cut.

    ``earlier`` holds customers as of the earlier cut, ``later_net`` and ``later_active`` what
    they bought and whether they bought at all in the ``inner_horizon`` days after it, in the same
    order; None where there is none. Without enough repeaters the last window is the forecast,
    without enough history the plain model; ``choice.reason`` says so.
    """
    timing, spend = fit_models(now, rng)
    known = Trained(
        timing=timing,
        spend=spend,
        population=value.Population.of(now),
        choice=_unchosen(now, inner_horizon),
        risk=risks.RiskModel(),
        horizon=int(horizon),
        start=now.cut - now.history,
    )
    if earlier is None or known.choice.reason != "history_too_short":
        return known
    bought = earlier.purchases > 0
    earlier, later_net = earlier.rows(bought), np.asarray(later_net, dtype=float)[bought]
    later_active = np.asarray(later_active, dtype=bool)[bought]
    if inner_horizon < SHORTEST_INNER_HORIZON or (earlier.purchases > 1).sum() < ENOUGH_REPEATERS:
        return known
    then_timing, then_spend = fit_models(earlier, rng)
    then = replace(
        known, timing=then_timing, spend=then_spend, population=value.Population.of(earlier)
    )
    forecasts = plain_forecasts(then, earlier, inner_horizon)
    trained = replace(
        known,
        choice=forecast.choose(forecasts, later_net, inner_horizon),
        risk=risks.train(then_timing, earlier, later_active, inner_horizon),
    )
    return replace(trained, scale=_scale(trained, now))


def _scale(trained: Trained, summary: Summary) -> float:
    """The model's total over the chosen forecast's, at the horizon of the choice."""
    plain = plain_forecasts(trained, summary, trained.choice.horizon)
    chosen = forecast.predict(trained.choice, plain, trained.choice.horizon).sum()
    return float(plain["model"].sum() / chosen) if chosen > 0 else 1.0


def _unchosen(now: Summary, inner_horizon: int) -> forecast.Choice:
    """What is used where no earlier cut can tell."""
    if (now.purchases > 1).sum() < ENOUGH_REPEATERS:
        return forecast.Choice("last_window", "too_few_repeaters", inner_horizon)
    return forecast.Choice("model", "history_too_short", inner_horizon)


def plain_forecasts(trained: Trained, summary: Summary, horizon: float) -> dict[str, np.ndarray]:
    """The plain forecasts of net revenue, undiscounted, over ``horizon`` days.

    Beside those that ``forecast`` blends, ``model_if_alive``: the model's, had no one left.
    """
    x, t_x, T = summary.x, summary.t_x, summary.T
    spend = gamma_gamma.expected_mean(trained.spend, summary.purchases, summary.mean_gross)
    ratio = value.net_ratio(trained.population, summary.gross, summary.net)
    if_alive = mbgnbd.count_if_alive(trained.timing, x, T, horizon) * spend * ratio
    if_alive *= summary.purchases > 0
    model = mbgnbd.probability_alive(trained.timing, x, t_x, T) * if_alive
    history = max(summary.cut - trained.start, 0)
    return forecast.plain(summary, model, horizon, history) | {"model_if_alive": if_alive}


def predict_net(trained: Trained, summary: Summary, horizon: float) -> np.ndarray:
    """Net revenue of each customer over ``horizon`` days by the chosen method."""
    return forecast.predict(trained.choice, plain_forecasts(trained, summary, horizon), horizon)


def score(
    trained: Trained,
    summary: Summary,
    *,
    horizon: float,
    discount_rate: float = 0.10,
    assumed_margin: float = 0.30,
) -> pd.DataFrame:
    """All figures of each customer, in the summary's order; amounts in currency, never NaN.

    ``horizon`` is that of the value in days, ``discount_rate`` annual. Customers that never
    bought have value 0, risk 1, P(alive) 0.
    """
    delta = value.daily_discount(discount_rate)
    gross = value.gross_purchases(trained.timing, trained.spend, summary, horizon, delta)
    ratio = value.net_ratio(trained.population, summary.gross, summary.net)
    margin, own = value.margin(
        trained.population, summary.costed_net, summary.cost, assumed_margin, len(summary)
    )
    level, level_if_alive = _levels(trained, summary, gross.expected * ratio)
    kept = ratio * margin
    ends = np.stack([gross.low, gross.high]) * level * kept
    figures = pd.DataFrame(
        {
            "probability_alive": gross.alive,
            "active_year": _active_year(trained, summary),
            "silence": mbgnbd.silence(trained.timing, summary.x, summary.t_x, summary.T),
            "expected_count": gross.count,
            "expected_spend": gross.spend,
            "net_ratio": ratio,
            "margin": margin,
            "margin_own": own,
            "level": level,
            "value": gross.expected * level * kept,
            "value_low": ends.min(axis=0),
            "value_high": ends.max(axis=0),
            "value_if_active": gross.if_alive * level_if_alive * kept,
        }
    )
    _add_risk(figures, trained, summary)
    return figures


def _active_year(trained: Trained, summary: Summary) -> np.ndarray:
    active = mbgnbd.probability_active(trained.timing, summary.x, summary.t_x, summary.T, YEAR)
    return active * (summary.purchases > 0)


def _levels(trained: Trained, summary: Summary, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corrections to the chosen forecast, scaled: as things are, and were the customer alive.

    The choice was made for its own horizon, so it corrects the share of the ``whole`` net value
    that falls into it; of the years after, the model speaks alone, and a silent quarter does not
    end them. 1 where the model expects next to nothing, for there is nothing to correct. Were the
    customer alive, a silent last window would say nothing at all: the risk counts that silence,
    and value at risk must not lose it again.
    """
    horizon, choice = trained.choice.horizon, trained.choice
    plain = plain_forecasts(trained, summary, horizon)
    nothing = 1e-6 * trained.population.order
    known = (plain["model"] > nothing) & (whole > nothing)
    share = np.divide(plain["model"], whole, where=known, out=np.zeros(len(whole)))
    if choice.reason == "too_few_repeaters":
        share = np.ones(len(whole))  # a model that can't be trusted speaks of no year

    def level(forecasts):
        model = forecasts["model"]
        chosen = forecast.predict(choice, forecasts, horizon) * trained.scale
        ratio = np.divide(chosen, model, where=model > nothing, out=np.ones(len(model)))
        return 1.0 + np.minimum(share, 1.0) * (ratio - 1.0)

    if_alive = plain["model_if_alive"]
    window = np.maximum(plain["last_window"], if_alive)
    return level(plain), level(plain | {"model": if_alive, "last_window": window})


def _add_risk(figures: pd.DataFrame, trained: Trained, summary: Summary) -> None:
    """Risk, its excess over that just after the last purchase, and the value at risk."""
    bought = summary.purchases > 0

    def risk(rhythm):
        return np.where(
            bought, risks.risk(trained.risk, trained.timing, rhythm, trained.horizon), 1.0
        )

    figures["risk"] = risk(risks.Rhythm.now(summary))
    figures["risk_after_purchase"] = risk(risks.Rhythm.just_bought(summary))
    excess = np.maximum(figures["risk"] - figures["risk_after_purchase"], 0.0)
    figures["excess_risk"] = excess
    figures["value_at_risk"] = np.maximum(figures["value_if_active"], 0.0) * excess
