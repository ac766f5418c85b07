"""A shard's customers placed in their lifecycle stage, from the one held before this night."""

import datetime as dt

import numpy as np
import pandas as pd

from lifecycle.analytics import stages
from lifecycle.services import columns
from lifecycle.services.shards import Shard
from lifecycle.services.summaries import Dealings
from lifecycle.services.training import Models

# The stage as held before this night, and the candidate as it stood the night before: a night
# computed again starts where it started the first time.
BEFORE = """
    SELECT s.customer_id,
        coalesce((SELECT after FROM lifecycle_stagechange c
                  WHERE c.customer_id = s.customer_id AND c."on" < %(as_of)s
                  ORDER BY c."on" DESC LIMIT 1), '') AS stage,
        CASE WHEN v.as_of < %(as_of)s THEN v.stage_candidate
             WHEN v.as_of = %(as_of)s THEN v.last_candidate ELSE '' END AS candidate,
        coalesce(CASE WHEN v.as_of < %(as_of)s THEN v.stage_candidate_since
                      WHEN v.as_of = %(as_of)s THEN v.last_candidate_since END,
                 DATE '0001-01-01') AS since
    FROM customers_dealingsummary s
    LEFT JOIN lifecycle_valuation v ON v.customer_id = s.customer_id
    WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
    ORDER BY s.customer_id
"""
KINDS = {"customer_id": "int", "stage": "20", "candidate": "20", "since": "date"}


def load(as_of: dt.date, shard: Shard) -> dict[str, np.ndarray]:
    """Stage and candidate before the night, one row a customer with dealings, by customer."""
    return columns.read(BEFORE, {"as_of": as_of, **shard.ids}, KINDS)


def stages_of(
    models: Models,
    dealings: Dealings,
    scored: pd.DataFrame,
    volume: pd.DataFrame,
    before: dict,
    share: np.ndarray,
    as_of: dt.date,
) -> dict[str, np.ndarray]:
    """The columns of `Scored` that tell of stages; `before` as of `load`."""
    marks = stages.Thresholds(
        growth=float(models.settings["growth_mark"]),
        decline=float(models.settings["decline_mark"]),
        high_share=float(models.settings["high_share"]),
        hold_days=int(models.settings["stage_hold_days"]),
    )
    facts = stages.Facts.of(
        dealings.summary,
        dealings.quarters,
        scored["active_year"].to_numpy(),
        volume,
        share=share,
    )
    candidates = stages.candidate(facts, marks, before["stage"])
    today = as_of.toordinal()
    stage, since = stages.hold(
        before["stage"],
        candidates["stage"].to_numpy(dtype=str),
        before["candidate"],
        before["since"],
        today,
        days=marks.hold_days,
    )
    return {
        "stage_before": before["stage"],
        "stage": stage,
        "stage_reason": candidates["reason"],
        "stage_figure": candidates["figure"],
        "stage_mark": candidates["mark"],
        "stage_candidate": candidates["stage"],
        "stage_candidate_since": since,
        "last_candidate": before["candidate"],
        "last_candidate_since": before["since"],
    }
