"""One night's models and figures: train once, store as JSON, score customers in any shards.

``train`` sees a summary of all customers (or of a sample) now and one as of an earlier cut with
what followed; ``score`` needs only the trained models and the customers of a shard, so the same
rows come out however the customers are cut into shards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from lifecycle.analytics import forecast, gamma_gamma, mbgnbd, measures, value
from lifecycle.analytics import risk as risks
from lifecycle.analytics.monotone import Points
from lifecycle.analytics.season import Season
from lifecycle.analytics.summaries import HALF_YEAR, Summary

ENOUGH_REPEATERS = 30
"""Customers that bought twice, below which a fitted rhythm is not worth its name."""
SHORTEST_INNER_HORIZON = 14
CLEARLY_SEASONAL = 0.98
"""Forecasts are of the season ahead if their error is at most this part of that without it: what
happened once a year ago may look like a season."""
YEAR = 365


@dataclass(frozen=True)
class Trained:
    """Everything needed to score, made of numbers and words only.

    ``horizon`` is H of the risk in days, ``start`` the first purchase day of all customers, which a
    shard can't know. ``scale`` brings the total of the chosen forecast back to
    the model's: a horizon shorter than a year says more of its season than of the years to come,
    so a value over years takes from it who buys, not how much all buy together. ``season`` is that
    of the ``horizon`` days ahead, where adjusting for it did better at the earlier cut.
    """

    timing: mbgnbd.Fit
    spend: gamma_gamma.Fit
    population: value.Population
    choice: forecast.Choice
    risk: risks.RiskModel
    horizon: int
    start: int
    scale: float = 1.0
    season: Season = field(default_factory=Season)

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
            season=Season(**stored.get("season", {})),
        )


def _pairs(rows) -> Points:
    return tuple((float(first), float(second)) for first, second in rows)


def inner_cuts(cut: int, history: int, horizon: int) -> tuple[list[int], int]:
    """The earlier cuts (day numbers, the nearest first) to choose and train at, and their horizon.

    The horizon is the smaller of ``horizon`` and half the ``history``, the days from the first
    purchase day of all to the cut. The nearest cut is a horizon back. The second is a year back,
    which knows the season ahead, where there was half a year and a horizon before it, else two
    horizons back where there was one before.
    """
    inner = max(min(int(horizon), int(history) // 2), 1)
    cuts = [int(cut) - inner]
    if inner < YEAR and history - YEAR >= max(inner, HALF_YEAR):
        cuts.append(int(cut) - YEAR)
    elif history >= 3 * inner:
        cuts.append(int(cut) - 2 * inner)
    return cuts, inner


def fit_models(
    summary: Summary, rng: np.random.Generator | None = None
) -> tuple[mbgnbd.Fit, gamma_gamma.Fit]:
    """Fit rhythm and spend on the customers that ever bought."""
    bought = summary.rows(summary.purchases > 0)
    timing = fit_timing(summary, rng)
    return timing, gamma_gamma.fit(bought.purchases, bought.mean_gross, rng=rng)


def fit_timing(summary: Summary, rng: np.random.Generator | None = None, k: int = 1) -> mbgnbd.Fit:
    """Fit the rhythm, of regularity ``k``, on the customers that ever bought."""
    bought = summary.rows(summary.purchases > 0)
    return mbgnbd.fit(bought.x, bought.t_x, bought.T, rng=rng, k=k, log_gaps=bought.sum_log_gaps)


def likely_regularity(summary: Summary, rng: np.random.Generator | None = None) -> int:
    """The most likely k of the gaps between purchases; 1 where the gaps are not known."""
    if summary.sum_log_gaps is None:
        return 1
    again = summary.rows(summary.purchases > 0)
    return mbgnbd.fit_regular(again.x, again.t_x, again.T, again.sum_log_gaps, rng=rng).k


@dataclass(frozen=True)
class Past:
    """Customers as of an earlier cut and what they did in the ``horizon`` days after it.

    ``net`` and ``active`` (whether they bought) are in the order of ``summary``; ``voices`` is what
    was heard of them by then, as of ``risk.VOICES``; ``season`` is that of these days, None where
    it was not known.
    """

    summary: Summary
    net: np.ndarray
    active: np.ndarray
    horizon: int
    voices: np.ndarray | None = None
    season: Season | None = None

    def buyers(self) -> Past:
        """The same of those who had bought by then."""
        bought = self.summary.purchases > 0
        return replace(
            self,
            summary=self.summary.rows(bought),
            net=np.asarray(self.net, dtype=float)[bought],
            active=np.asarray(self.active, dtype=bool)[bought],
            voices=None if self.voices is None else self.voices[bought],
        )

    @property
    def says_enough(self) -> bool:
        """Whether a forecast can be judged by it."""
        repeaters = (self.summary.purchases > 1).sum()
        return self.horizon >= SHORTEST_INNER_HORIZON and repeaters >= ENOUGH_REPEATERS


def train(
    now: Summary,
    past: Sequence[Past],
    *,
    horizon: int,
    rng: np.random.Generator,
    season: Season | None = None,
) -> Trained:
    """Fit the models now; choose the forecast and train the risk at earlier cuts.

    ``past`` are the earlier cuts, the nearest first (as of ``inner_cuts``; none where there is
    none), ``season`` is that of the ``horizon`` ahead. Without enough repeaters the last window is
    the forecast, without enough history the plain model; ``choice.reason`` says so.
    """
    timing, spend = fit_models(now, rng)
    past = [one.buyers() for one in past]
    known = Trained(
        timing=timing,
        spend=spend,
        population=value.Population.of(now),
        choice=_unchosen(now, past[0].horizon if past else int(horizon)),
        risk=risks.RiskModel(),
        horizon=int(horizon),
        start=now.cut - now.history,
    )
    if not past or known.choice.reason != "history_too_short" or not past[0].says_enough:
        return known
    then, known = _regular_where_better(known, now, past[0], rng)
    cuts = [(then, past[0])]
    for one in past[1:]:
        if one.says_enough:
            cuts.append((_at(known, one, rng, then.timing.k), one))
    known = _chosen(known, now, cuts, season)
    lessons = [risks.Lesson(then.timing, one.summary, one.active, one.voices) for then, one in cuts]
    trained = replace(known, risk=risks.train(lessons, past[0].horizon))
    return replace(trained, scale=_scale(trained, now))


def _regular_where_better(
    known: Trained, now: Summary, nearest: Past, rng: np.random.Generator
) -> tuple[Trained, Trained]:
    """The models at the earlier cut and now, with the likely regularity where that did better."""
    then, k = _at(known, nearest, rng), likely_regularity(now, rng)
    if k > 1:
        regular = replace(then, timing=fit_timing(nearest.summary, rng, k))
        if _did_better(regular, then, nearest):
            return regular, replace(known, timing=fit_timing(now, rng, k))
    return then, known


def _chosen(
    known: Trained, now: Summary, cuts: Sequence[tuple[Trained, Past]], season: Season | None
) -> Trained:
    """With the method of the least error, for the season ahead if that error is clearly less so."""
    nearest = cuts[0][1]
    plain = [(plain_forecasts(then, one.summary, one.horizon), one) for then, one in cuts]
    choice = forecast.choose([(said, one.net) for said, one in plain], nearest.horizon)
    if season is not None and nearest.season is not None:
        adjusted = forecast.choose(
            [(in_season(said, one.season or Season()), one.net) for said, one in plain],
            nearest.horizon,
        )
        least = CLEARLY_SEASONAL * choice.errors[choice.method]
        if adjusted.errors[adjusted.method] < least:
            known, choice = replace(known, season=season), adjusted
    today = plain_forecasts(known, now, choice.horizon)
    return replace(known, choice=forecast.with_order(choice, today))


def _at(known: Trained, past: Past, rng: np.random.Generator, k: int = 1) -> Trained:
    """What would have been trained at the earlier cut."""
    timing, spend = fit_models(past.summary, rng)
    if k > 1:
        timing = fit_timing(past.summary, rng, k)
    population = value.Population.of(past.summary)
    return replace(known, timing=timing, spend=spend, population=population)


def _did_better(one: Trained, other: Trained, past: Past) -> bool:
    """Whether at the earlier cut the one model knew better who buys, and what, than the other."""

    def errors(then: Trained) -> tuple[float, float]:
        was = past.summary
        active = mbgnbd.probability_active(then.timing, was.x, was.t_x, was.T, past.horizon)
        said = plain_forecasts(then, was, past.horizon)["model"]
        return measures.brier(active, past.active), measures.mae(said, past.net)

    return all(mine < his for mine, his in zip(errors(one), errors(other), strict=True))


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

    Beside those that ``forecast`` blends, ``model_if_alive``: the model's, had no one left. All are
    of the season that ``trained`` knows to lie ahead.
    """
    x, t_x, T = summary.x, summary.t_x, summary.T
    spend = gamma_gamma.expected_mean(trained.spend, summary.purchases, summary.mean_gross)
    ratio = value.net_ratio(trained.population, summary.gross, summary.net)
    if_alive = mbgnbd.count_if_alive(trained.timing, x, t_x, T, horizon) * spend * ratio
    if_alive *= summary.purchases > 0
    model = mbgnbd.probability_alive(trained.timing, x, t_x, T) * if_alive
    history = max(summary.cut - trained.start, 0)
    plain = forecast.plain(summary, model, horizon, history) | {"model_if_alive": if_alive}
    return in_season(plain, trained.season)


def in_season(forecasts: dict[str, np.ndarray], season: Season) -> dict[str, np.ndarray]:
    """The forecasts for the season ahead."""
    return {
        name: amounts * (season.window if name == "last_window" else season.average)
        for name, amounts in forecasts.items()
    }


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
    voices: np.ndarray | None = None,
) -> pd.DataFrame:
    """All figures of each customer, in the summary's order; amounts in currency, never NaN.

    ``horizon`` is that of the value in days, ``discount_rate`` annual, ``voices`` what was heard of
    each, as of ``risk.VOICES``. Customers that never
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
            **_of_rhythm(trained, summary, gross),
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
    _add_risk(figures, trained, summary, voices)
    return figures


def _of_rhythm(trained: Trained, summary: Summary, gross: value.Gross) -> dict[str, np.ndarray]:
    rhythm = trained.timing, summary.x, summary.t_x, summary.T
    return {
        "probability_alive": gross.alive,
        "active_year": mbgnbd.probability_active(*rhythm, YEAR) * (summary.purchases > 0),
        "silence": mbgnbd.silence(*rhythm),
        "expected_count": gross.count,
        "expected_spend": gross.spend,
    }


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


def _add_risk(figures: pd.DataFrame, trained: Trained, summary: Summary, voices) -> None:
    """Risk, its excess over that just after the last purchase, and the value at risk."""
    bought = summary.purchases > 0

    def risk(rhythm):
        return np.where(
            bought, risks.risk(trained.risk, trained.timing, rhythm, trained.horizon), 1.0
        )

    figures["risk"] = risk(risks.Rhythm.now(summary, voices))
    figures["risk_after_purchase"] = risk(risks.Rhythm.just_bought(summary, voices))
    excess = np.maximum(figures["risk"] - figures["risk_after_purchase"], 0.0)
    figures["excess_risk"] = excess
    figures["value_at_risk"] = np.maximum(figures["value_if_active"], 0.0) * excess
