"""What an earlier date's prediction said against what then happened.

Everything is refitted on the days up to the cut; the days after it are only compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from lifecycle.analytics import (
    at_risk,
    forecast,
    gamma_gamma,
    mbgnbd,
    measures,
    replay,
    risk,
    scoring,
    verdict,
)
from lifecycle.analytics.season import TWO_SEASONS, Season, season
from lifecycle.analytics.summaries import Summary, from_frame, ordinals, summarise, window_net

SEED = 20_260_101
Voices = Callable[[int], np.ndarray]
"""By a day number, what was heard of each customer by then, in the order of their sorted labels:
columns as of ``risk.VOICES``."""


def run(
    days: pd.DataFrame,
    cut: date | int,
    horizon: int,
    *,
    rng: np.random.Generator | None = None,
    voices: Voices | None = None,
) -> dict:
    """Backtest one cut: forecast of spend and risk against the ``horizon`` days after it.

    ``days`` has a row for each customer and day: ``customer``, ``day`` (date, datetime64 or day
    number), ``gross``, ``net`` and, optional, ``cost``. ``cut`` is the last day known. Customers
    with a purchase day up to the cut are forecast. ``voices`` tells what was heard of them by a
    day. Measures that are not defined are None.
    """
    rng = rng or np.random.default_rng(SEED)
    cut = int(ordinals([cut])[0])
    _, columns = from_frame(days)
    now, later_net, later_active = observe(columns, cut, horizon)
    trained = train_at(columns, now, horizon, rng, voices)
    heard = _heard(voices, columns, cut)
    chosen = scoring.predict_net(trained, now, horizon)
    plain = {
        "last_window": forecast.last_window(now, horizon, now.history),
        "historic": forecast.historic(now, horizon, now.history),
        "bg_gg": bg_gg(now, horizon),
    }
    churn = risk.risk(trained.risk, trained.timing, risk.Rhythm.now(now, heard), horizon)
    return {
        "as_of": date.fromordinal(cut).isoformat(),
        "horizon_days": int(horizon),
        "customers": len(now),
        "model": {"name": trained.choice.method, **_spend(chosen, later_net)},
        **{name: _spend(amounts, later_net) for name, amounts in plain.items()},
        **_choice(trained, now),
        "deciles": measures.deciles(chosen, later_net),
        **_churn(churn, now, ~later_active),
        "at_risk": at_risk.heads(trained, now, churn, heard, ~later_active),
        "replayed": replay.counts(columns, trained, now, churn, ~later_active),
    }


def _choice(trained: scoring.Trained, now: Summary) -> dict:
    """Which forecast was chosen, and what it rests on."""
    return {
        "reason": trained.choice.reason,
        "risk_reason": trained.risk.reason,
        "inner_horizon_days": trained.choice.horizon,
        "inner_errors": trained.choice.errors,
        "season_adjusted": trained.season != Season(),
        "two_seasons": now.history >= TWO_SEASONS,
    }


def _churn(said: np.ndarray, now: Summary, left: np.ndarray) -> dict:
    """The risk that was said against who ``left``, beside the RFM score."""
    rfm = measures.rfm(now.recency, now.purchases, now.gross)
    return {
        "churn": {"auc": measures.auc(said, left), "brier": measures.brier(said, left)},
        "rfm": {"auc": measures.auc(rfm, ~left)},
        "calibration": measures.calibration(said, left),
        "verdict": verdict.counts(said, left),
    }


def observe(
    columns: dict[str, np.ndarray], cut: int, horizon: int
) -> tuple[Summary, np.ndarray, np.ndarray]:
    """The customers with a purchase day up to the cut, and what they did in the horizon.

    ``columns`` as of ``summaries.from_frame``. Returns their summary, net and whether they bought.
    """
    customer, day = columns["customer"], columns["day"]
    customers = int(customer.max()) + 1 if len(customer) else 0
    summary = summarise(**columns, cut=cut, customers=customers)
    bought = summary.purchases > 0
    span = {"after": cut, "until": cut + horizon, "customers": customers}
    net = window_net(customer, day, columns["net"], **span)
    purchases = window_net(customer, day, (columns["gross"] > 0).astype(float), **span)
    return summary.rows(bought), net[bought], purchases[bought] > 0


def _heard(voices: Voices | None, columns: dict[str, np.ndarray], cut: int) -> np.ndarray | None:
    """What was heard by the cut of those who had bought by then."""
    if voices is None:
        return None
    bought = (columns["gross"] > 0) & (columns["day"] <= cut)
    return voices(cut)[np.unique(columns["customer"][bought])]


def train_at(
    columns: dict[str, np.ndarray],
    now: Summary,
    horizon: int,
    rng: np.random.Generator,
    voices: Voices | None = None,
) -> scoring.Trained:
    """Train as the nightly run of that day would have, with nothing known of later days."""
    known = columns["day"] <= now.cut
    columns = {name: None if column is None else column[known] for name, column in columns.items()}
    cuts, inner = scoring.inner_cuts(now.cut, now.history, horizon)
    rows = columns["customer"], columns["day"], columns["net"]
    past = [
        scoring.Past(
            *observe(columns, cut, inner),
            inner,
            voices=_heard(voices, columns, cut),
            season=season(*rows, cut, inner),
        )
        for cut in cuts
    ]
    return scoring.train(
        now, past, horizon=horizon, rng=rng, season=season(*rows, now.cut, horizon)
    )


def bg_gg(summary: Summary, horizon: float) -> np.ndarray:
    """The textbook forecast: BG/NBD without prior times Gamma-Gamma, returns not considered."""
    x, t_x, T = summary.x, summary.t_x, summary.T
    timing = mbgnbd.fit(x, t_x, T, variant="bg", prior_sd=None)
    spend = gamma_gamma.fit(summary.purchases, summary.mean_gross)
    count = mbgnbd.expected_count(timing, x, t_x, T, horizon)
    return count * gamma_gamma.expected_mean(spend, summary.purchases, summary.mean_gross)


def _spend(predicted: np.ndarray, actual: np.ndarray) -> dict[str, float | None]:
    return {
        "bias": measures.bias(predicted, actual),
        # Without what only tells equal forecasts apart.
        "mae": None if not len(actual) else round(measures.mae(predicted, actual), 6),
        "top20": measures.top_share(predicted, actual),
    }
