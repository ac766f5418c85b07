"""Signals in how customers buy lately, told while a shard's days are in memory.

They wait in a scratch table for the step that writes signals.
"""

import numpy as np
import pandas as pd

from lifecycle.analytics import dealing_signals as lately
from lifecycle.analytics import signals, silence
from lifecycle.analytics.order_sizes import spread_of
from lifecycle.analytics.periods import QUARTER
from lifecycle.models import DealtLately
from lifecycle.services import columns
from lifecycle.services.peers import DEEPEST
from lifecycle.services.summaries import Dealings
from lifecycle.services.training import Models

DIGITS = 9
LEAST_PACE = 1e-3  # by which a gap is divided
# Each signal's evidence, in the order of the columns that hold it.
EVIDENCE = {
    "smaller_orders": ("order_before", "order_now", "change", "orders", "days"),
    "more_returns": ("share_before", "share_now", "return_days"),
    "margin_down": ("margin_before", "margin_now"),
    "volume_down": ("days", "level_before", "level_now", "change"),
    "silent": ("pace",),
}
NUMBERS = ("a", "b", "c", "d", "e")
# Who pays by contract has no rhythm: neither the size of an invoice nor weeks without one say a
# word. That less is signed is told by quarters (`lifecycle.services.scoring`).
BY_RHYTHM = ("smaller_orders", "volume_down")


def write(
    models: Models,
    dealings: Dealings,
    *,
    usual_gap: np.ndarray,
    silent: np.ndarray,
    by_contract: np.ndarray,
) -> None:
    """Write the signals of these customers that rest on single days.

    One entry a customer in the order of the dealings: its mean gap, the strength of its silence (0
    for none) and whether it pays by contract.
    """
    buying = _buying(dealings)
    for kind, found in _of_buyers(models, dealings, buying, usual_gap, by_contract).items():
        _write(kind, dealings.customer_id[buying], found, found["strength"].to_numpy() > 0)
    judged = np.flatnonzero(_may_be_season(dealings, silent))
    found = _in_season(models, dealings, judged)
    _write("silent", dealings.customer_id[judged], found, found["pace"].to_numpy() < 1)


def _buying(dealings: Dealings) -> np.ndarray:
    """The places of those who bought in the last quarter and often enough before."""
    summary = dealings.summary
    enough = summary.purchases > lately.FEWEST_BEFORE
    return np.flatnonzero(enough & (summary.last > summary.cut - QUARTER))


def _of_buyers(
    models: Models,
    dealings: Dealings,
    buying: np.ndarray,
    usual_gap: np.ndarray,
    by_contract: np.ndarray,
) -> dict[str, pd.DataFrame]:
    """The frame of each signal, one row a customer of `buying`."""
    summary, level = dealings.summary.rows(buying), dealings.peers_level[buying]
    known = level > 0
    peers = np.divide(dealings.peers_now[buying], level, where=known, out=np.ones(len(buying)))
    frames = lately.found(
        dealings.days.of(buying),
        lately.Rhythms(
            age=summary.cut - summary.first,
            gaps=(summary.purchases - 1).astype(float),
            usual_gap=usual_gap[buying],
            sum_log_gaps=dealings.sum_log_gaps[buying],
            outlook=np.clip(peers, 1 + DEEPEST, 1.0),
        ),
        cut=summary.cut,
        spread=spread_of(1 / models.trained.spend.p),
        season=1.0 if models.season is None else models.season[-1],
        own=models.own_seasons,
        fall=float(models.settings["decline_mark"]),
    )
    for kind in BY_RHYTHM:
        frames[kind].loc[by_contract[buying], "strength"] = 0.0
    return frames


def _may_be_season(dealings: Dealings, silent: np.ndarray) -> np.ndarray:
    """Silences of the last year at customers with two of their own."""
    summary = dealings.summary
    known = summary.first <= summary.cut - signals.TWO_YEARS
    return (silent > 0) & known & (summary.last > summary.cut - silence.YEAR)


def _in_season(models: Models, dealings: Dealings, judged: np.ndarray) -> pd.DataFrame:
    """Strength (0 for none) and pace of silences by what was bought in these days a year ago."""
    summary = dealings.summary.rows(judged)
    before = summary.last - silence.YEAR - silence.AROUND
    until = summary.cut - silence.YEAR + silence.AROUND
    then = dealings.days.of(judged).within(before, until).purchases
    found = signals.silent_in_season(models.trained.timing, summary, then)
    return found.assign(pace=np.maximum(found["pace"], LEAST_PACE))


def _write(kind: str, customers: np.ndarray, found: pd.DataFrame, fires: np.ndarray) -> None:
    if not fires.any():
        return
    rows = {"customer_id": customers[fires], "kind": np.full(fires.sum(), kind)}
    rows["strength"] = np.round(found["strength"].to_numpy()[fires], DIGITS)
    for column, name in zip(NUMBERS, EVIDENCE[kind], strict=False):
        rows[column] = np.round(found[name].to_numpy(dtype=float)[fires], DIGITS)
    columns.write(DealtLately._meta.db_table, rows)
