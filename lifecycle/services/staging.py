"""A shard's customers placed in their lifecycle stage, from what held before this night."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from lifecycle.analytics import stages
from lifecycle.models import LostMark
from lifecycle.models.lost import LossKind
from lifecycle.override_reads import HOLDING
from lifecycle.services import columns
from lifecycle.services.business_days import end_of
from lifecycle.services.shards import IN_SHARD, Shard
from lifecycle.services.summaries import Dealings, year_before
from lifecycle.services.training import Models

# An answer older than this says nothing about now.
FRESH = dt.timedelta(days=365)
DETRACTOR, LOW_INDEX = 6, 50

# The stages before this night: the one held, since when, and the last one before decline or end
# with the days in it; the one that the rules gave, without the word of people, and why.
HISTORY = """
    SELECT customer_id, (array_agg(after ORDER BY "on" DESC))[1] AS stage, max("on") AS since,
        (array_agg(after ORDER BY "on" DESC) FILTER (WHERE NOT overridden))[1] AS by_rules,
        (array_agg(reason ORDER BY "on" DESC) FILTER (WHERE NOT overridden))[1] AS reason,
        (array_agg(after ORDER BY "on" DESC) FILTER (WHERE lives))[1] AS living,
        (array_agg(next - "on" ORDER BY "on" DESC) FILTER (WHERE lives))[1] AS living_days
    FROM (
        SELECT *, after NOT IN ('decline', 'ended') AS lives,
            lead("on") OVER (PARTITION BY customer_id ORDER BY "on") AS next
        FROM lifecycle_stagechange WHERE {in_shard} AND "on" < %(as_of)s) changes
    GROUP BY customer_id
"""
# Stated by people, as known at the end of the day.
ANSWERS = """
    SELECT DISTINCT ON (customer_id) customer_id,
        coalesce(recommend <= %(detractor)s, false)
            OR coalesce(coalesce(index, overall) < %(low_index)s, false) AS low
    FROM satisfaction_response
    WHERE {in_shard} AND finished_at <= %(until)s AND finished_at > %(fresh_since)s
    ORDER BY customer_id, finished_at DESC, id DESC
"""
# Marked as lost, and the day after which a purchase says otherwise.
MARKS = f"""
    SELECT m.customer_id, max(greatest(m."on", l.last_purchase)) AS since
    FROM {LostMark._meta.db_table} m LEFT JOIN lifecycle_loss l ON l.mark_id = m.id
    WHERE m.customer_id >= %(low)s AND m.customer_id < %(high)s
        AND m.kind = '{LossKind.TOTAL}' AND m."on" <= %(as_of)s
        AND marked_at <= %(until)s AND (taken_back_at IS NULL OR taken_back_at >= %(until)s)
    GROUP BY m.customer_id
"""  # noqa: S608 -- no value in it
# A category is held at a date when it was bought by then and not given up a year before.
CATEGORIES = """
    SELECT customer_id, count(*) FILTER (WHERE last_day > %(year_ago)s) AS now,
        count(*) FILTER (WHERE first_day <= %(year_ago)s AND last_day > %(two_years_ago)s) AS before
    FROM customers_dealingcategory WHERE {in_shard} AND first_day <= %(as_of)s
    GROUP BY customer_id
"""
# How its own business went from one year to the next, as somebody said by then; the newest pair.
BUSINESS = """
    SELECT DISTINCT ON (f.customer_id) f.customer_id, f.turnover / g.turnover - 1 AS change
    FROM customers_yearfigure f
    JOIN customers_yearfigure g ON g.customer_id = f.customer_id AND g.year = f.year - 1
    WHERE f.customer_id >= %(low)s AND f.customer_id < %(high)s
        AND f.year >= date_part('year', %(as_of)s::date)::int - 1
        AND f.removed_at IS NULL AND g.removed_at IS NULL AND f.turnover >= 0 AND g.turnover > 0
        AND f.known_on <= %(as_of)s AND g.known_on <= %(as_of)s
    ORDER BY f.customer_id, f.year DESC
"""
# What waited before this night: a night computed again starts where it started first.
WAITS = """
    SELECT customer_id, stage, since FROM lifecycle_stagewait
    WHERE {in_shard} AND since < %(as_of)s AND (until IS NULL OR until >= %(as_of)s)
"""
BEFORE = """
    SELECT s.customer_id, coalesce(h.stage, '') AS stage,
        coalesce(h.since, %(as_of)s) AS since_held,
        coalesce(h.by_rules, '') AS by_rules, coalesce(h.reason, '') AS reason,
        coalesce(h.living, '') AS living, coalesce(h.living_days, 0) AS living_days,
        coalesce(w.stage, '') AS candidate, coalesce(w.since, DATE '0001-01-01') AS since,
        coalesce(o.value, '') AS override, coalesce(a.low, false)::int AS satisfaction_low,
        (m.since >= coalesce(s.last_purchase, m.since) IS TRUE)::int AS marked_lost,
        coalesce(k.now, 0) AS categories, coalesce(k.before, 0) AS categories_before,
        coalesce(b.change, 'NaN') AS own_business
    FROM customers_dealingsummary s
    LEFT JOIN ({waits}) w ON w.customer_id = s.customer_id
    LEFT JOIN ({history}) h ON h.customer_id = s.customer_id
    LEFT JOIN ({overrides}) o ON o.customer_id = s.customer_id
    LEFT JOIN ({answers}) a ON a.customer_id = s.customer_id
    LEFT JOIN ({marks}) m ON m.customer_id = s.customer_id
    LEFT JOIN ({categories}) k ON k.customer_id = s.customer_id
    LEFT JOIN ({business}) b ON b.customer_id = s.customer_id
    WHERE s.customer_id >= %(low)s AND s.customer_id < %(high)s
    ORDER BY s.customer_id
"""
KINDS = {
    "customer_id": "int",
    **dict.fromkeys(("stage", "by_rules", "living", "candidate", "override"), "20"),
    "reason": "30",
    **dict.fromkeys(("since_held", "since"), "date"),
    **dict.fromkeys(("living_days", "satisfaction_low", "marked_lost"), "int"),
    **dict.fromkeys(("categories", "categories_before"), "int"),
    "own_business": "float",
}


def load(as_of: dt.date, shard: Shard) -> dict[str, np.ndarray]:
    """What held before the night and what people stated, one row a customer with dealings."""
    year_ago = year_before(as_of)
    midnight = end_of(as_of)
    values = {
        "as_of": as_of,
        "until": midnight,
        "fresh_since": midnight - FRESH,
        "detractor": DETRACTOR,
        "low_index": LOW_INDEX,
        "year_ago": year_ago,
        "two_years_ago": year_before(year_ago),
        **shard.ids,
    }
    parts = {
        "waits": WAITS,
        "history": HISTORY,
        "answers": ANSWERS,
        "marks": MARKS,
        "categories": CATEGORIES,
        "business": BUSINESS,
    }
    query = BEFORE.format(
        overrides=HOLDING.format(kind="stage"),
        **{name: part.format(in_shard=IN_SHARD) for name, part in parts.items()},
    )
    return columns.read(query, values, KINDS)


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
    marks = thresholds(models.settings)
    facts = _facts(dealings, scored, volume, before, share)
    candidates = stages.candidate(facts, marks, before["by_rules"])
    today = as_of.toordinal()
    by_rules, candidate_since = stages.hold(
        before["by_rules"],
        candidates["stage"].to_numpy(dtype=str),
        before["candidate"],
        before["since"],
        today,
        # What people state needs no proof by waiting, and neither does its being taken back.
        at_once=facts.marked_lost | (before["reason"] == stages.MARKED_LOST),
        days=marks.hold_days,
    )
    overridden = before["override"] != ""
    stage = np.where(overridden, before["override"], by_rules)
    since = np.where(stage == before["stage"], before["since_held"], today)
    return {
        "stage_before": before["stage"],
        "stage": stage,
        "stage_by_rules": np.where(overridden, by_rules, ""),
        "stage_since": since,
        "pattern": _patterns(before, stage, today, marks),
        "stage_reason": candidates["reason"],
        "stage_figure": candidates["figure"],
        "stage_mark": candidates["mark"],
        "stage_candidate": candidates["stage"],
        "stage_candidate_since": candidate_since,
    }


def _facts(
    dealings: Dealings,
    scored: pd.DataFrame,
    volume: pd.DataFrame,
    before: dict,
    share: np.ndarray,
) -> stages.Facts:
    return stages.Facts.of(
        dealings.summary,
        dealings.quarters,
        scored["active_year"].to_numpy(),
        volume,
        share=share,
        satisfaction_low=before["satisfaction_low"] > 0,
        marked_lost=before["marked_lost"] > 0,
        contract_ended=scored["contract_ended"].to_numpy(dtype=bool),
        categories=before["categories"],
        categories_before=before["categories_before"],
    )


# The settings behind the marks of the rules.
MARKS_SET = {
    "growth": "growth_mark",
    "decline": "decline_mark",
    "high_share": "high_share",
    "steady": "steady_mark",
    "inactive": "inactive_mark",
    "few_purchases": "few_purchases",
    "new_days": "new_days",
    "silent_days": "silent_days",
    "silent_gaps": "silent_gaps",
    "hold_days": "stage_hold_days",
    "long_stability_days": "long_stability_days",
}


def thresholds(settings: Mapping[str, str | None]) -> stages.Thresholds:
    """The marks of the rules from settings as texts; one not set yet is the usual one."""
    usual = stages.Thresholds()
    known = {mark: settings.get(name) for mark, name in MARKS_SET.items()}
    return replace(
        usual,
        **{
            mark: type(getattr(usual, mark))(value)
            for mark, value in known.items()
            if value is not None
        },
    )


def _patterns(before: dict, stage: np.ndarray, today: int, marks: stages.Thresholds) -> np.ndarray:
    """The lifecycle pattern of those in decline and ended, by the last stage before these."""
    gone = np.isin(stage, (stages.DECLINE, stages.ENDED))
    lived = ~np.isin(before["stage"], (stages.DECLINE, stages.ENDED, ""))
    last = np.where(lived, before["stage"], before["living"])
    days = np.where(lived, today - before["since_held"], before["living_days"])
    return np.where(gone, stages.pattern(last, days, marks), "")
