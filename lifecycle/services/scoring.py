"""A shard's customers scored: value, risk, stage and signals."""

import datetime as dt

import numpy as np

from crm.platform.models import Installation
from lifecycle.analytics import mbgnbd, scoring, signals, stages
from lifecycle.models import NightlyRun, Scored
from lifecycle.services import columns, peers, shares, staging, summaries
from lifecycle.services.shards import Shard
from lifecycle.services.summaries import Dealings
from lifecycle.services.training import Models

# Rounding makes figures the same however a shard's arrays are laid out in memory.
DIGITS = 9
DATES = frozenset({"last_purchase", "stage_since", "stage_candidate_since", "last_candidate_since"})


def score(run: NightlyRun, shard: Shard) -> int:
    """Score the shard's customers into the scratch table; those of an earlier try go first."""
    models = Models.of(run)
    dealings = summaries.load(run.as_of, shard, models.industries)
    before = staging.load(run.as_of, shard)
    Scored.objects.filter(customer_id__gte=shard.low, customer_id__lt=shard.high).delete()
    if not len(dealings):
        return 0
    share = shares.load(run.as_of, shard)
    found = figures(models, dealings, before, share, run.as_of)
    return columns.write(Scored._meta.db_table, found, DATES)


def figures(
    models: Models, dealings: Dealings, before: dict, share: np.ndarray, as_of: dt.date
) -> dict[str, np.ndarray]:
    """All columns of `Scored`; `share` is the share of wallet, NaN where not known."""
    summary, trained = dealings.summary, models.trained
    scored = scoring.score(
        trained,
        summary,
        horizon=models.value_days,
        discount_rate=models.discount_rate,
        assumed_margin=models.assumed_margin,
    )
    silent = signals.silent(trained.timing, summary)
    volume = signals.volume_down(
        dealings.quarters,
        summary.T,
        summary.mean_gross,
        variation=1 / trained.spend.p,
        season=models.season,
        peers=peers.change(
            dealings.quarters, models.season, dealings.peers_now, dealings.peers_level
        ),
        fall=float(models.settings["decline_mark"]),
    )
    found = {
        **_money(models, dealings, scored),
        **_rhythm(trained, summary, scored),
        **staging.stages_of(models, dealings, scored, volume, before, share, as_of),
        "silent": silent["strength"],
        "volume_down": volume["strength"],
        "volume_kind": volume["kind"],
        "volume_before": volume["level_before"],
        "volume_now": volume["level_now"],
        "volume_change": volume["change"],
    }
    # An ended relationship has nothing left at risk: winning it back is another question.
    found["value_at_risk"] = np.where(found["stage"] == stages.ENDED, 0.0, found["value_at_risk"])
    found = {name: np.asarray(column) for name, column in found.items()}
    rounded = {
        name: np.round(column, DIGITS) if column.dtype.kind == "f" else column
        for name, column in found.items()
    }
    return {"customer_id": dealings.customer_id, **rounded}


def _rhythm(trained: scoring.Trained, summary, scored) -> dict[str, np.ndarray]:
    bought = summary.purchases > 0
    active = mbgnbd.probability_active(
        trained.timing, summary.x, summary.t_x, summary.T, trained.horizon
    )
    return {
        "purchase_days": summary.purchases.astype(float),
        "repeats": summary.x.astype(float),
        "recency": summary.t_x.astype(float),
        "age": summary.T.astype(float),
        "usual_gap": summary.t_x / np.maximum(summary.x, 1),
        "last_purchase": np.where(bought, summary.last, dt.date.min.toordinal()),
        "probability_alive": scored["probability_alive"],
        "probability_active": np.where(bought, active, 0.0),
        # Who never bought can't leave.
        "risk": np.where(bought, scored["risk"], 0.0),
        "risk_after_purchase": np.where(bought, scored["risk_after_purchase"], 0.0),
        "expected_purchases": scored["expected_count"],
        "expected_spend": scored["expected_spend"],
        "net_ratio": scored["net_ratio"],
        "margin": scored["margin"],
    }


def _money(models: Models, dealings: Dealings, scored) -> dict[str, np.ndarray]:
    unknown = dealings.net_year - dealings.known_year
    margin_12m = dealings.known_year - dealings.cost_year + unknown * scored["margin"]
    basis = {
        Installation.TierBasis.MARGIN: margin_12m,
        Installation.TierBasis.REVENUE: dealings.net_year,
        Installation.TierBasis.LIFETIME_VALUE: scored["value"],
    }[models.basis]
    return {
        "transaction_value": scored["value"],
        "transaction_value_low": scored["value_low"],
        "transaction_value_high": scored["value_high"],
        "value_if_active": scored["value_if_active"],
        "value_at_risk": scored["value_at_risk"],
        "revenue_12m": dealings.net_year,
        "margin_12m": margin_12m,
        "tier_basis": np.round(basis, 4),
    }
