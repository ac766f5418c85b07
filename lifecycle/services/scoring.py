"""A shard's customers scored: value, risk, stage and signals."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm.platform.models import Installation
from lifecycle.analytics import contracts as contract_models
from lifecycle.analytics import mbgnbd, scoring, signals, stages, value
from lifecycle.models import DealtLately, NightlyRun, Scored
from lifecycle.services import columns, contracts, lately, peers, shares, staging, summaries, voices
from lifecycle.services.contracts import METHOD, Contracts
from lifecycle.services.shards import Shard
from lifecycle.services.summaries import Dealings
from lifecycle.services.training import Models

# Rounding makes figures the same however a shard's arrays are laid out in memory.
DIGITS = 9
DATES = frozenset({"last_purchase", "stage_since", "stage_candidate_since", "contract_ends"})
NEVER = dt.date.min.toordinal()


@dataclass(frozen=True)
class Known:
    """What customers are scored by: one row a customer in each part, in the same order."""

    dealings: Dealings
    before: dict[str, np.ndarray]  # as of `staging.load`
    share: np.ndarray  # of wallet, NaN where not known
    heard: np.ndarray  # as of `voices.load`
    under: Contracts  # contract customers

    @classmethod
    def of(cls, models: Models, as_of: dt.date, shard: Shard) -> "Known":
        dealings = summaries.load(as_of, shard, models.industries)
        ids, summary = dealings.customer_id, dealings.summary
        under = contracts.load(as_of, ids, summary.gross, dealings.net_year, shard)
        return cls(
            dealings=dealings,
            before=staging.load(as_of, shard),
            share=shares.load(as_of, shard),
            heard=voices.load(as_of, ids, shard),
            under=under.bound(summary.last),
        )


def score(run: NightlyRun, shard: Shard) -> int:
    """Score the shard's customers into the scratch table; those of an earlier try go first."""
    models = Models.of(run)
    known = Known.of(models, run.as_of, shard)
    for scratch in (Scored, DealtLately):
        scratch.objects.filter(customer_id__gte=shard.low, customer_id__lt=shard.high).delete()
    if not len(known.dealings):
        return 0
    found = figures(models, known, run.as_of)
    by_contract = found["contract_ends"] > NEVER
    told = {name: found[name] for name in ("usual_gap", "silent")}
    lately.write(models, known.dealings, by_contract=by_contract, **told)
    return columns.write(Scored._meta.db_table, found, DATES)


def figures(models: Models, known: Known, as_of: dt.date) -> dict[str, np.ndarray]:
    """All columns of `Scored`."""
    scored = scoring.score(
        models.trained,
        known.dealings.summary,
        horizon=models.value_days,
        discount_rate=models.discount_rate,
        assumed_margin=models.assumed_margin,
        voices=known.heard,
    )
    kept = value_contracts(models, scored, known.under, known.dealings.summary.cut)
    signed = known.under.quarters(
        known.dealings.quarters, known.dealings.summary.cut, models.trained.horizon
    )
    volume = _volume(models, known, signed)
    found = {
        **_money(models, known.dealings, scored),
        **_rhythm(models.trained, known.dealings.summary, scored, known.under.member),
        **_contract(kept, known.under, len(scored), models.trained.choice.method),
        **_stages(models, _placed(known, kept, signed), scored, volume, as_of),
        **_signals(models, known, volume),
    }
    # An ended relationship has nothing left at risk: winning it back is another question.
    found["value_at_risk"] = np.where(found["stage"] == stages.ENDED, 0.0, found["value_at_risk"])
    rounded = {name: _rounded(np.asarray(column)) for name, column in found.items()}
    return {"customer_id": known.dealings.customer_id, **rounded}


def _rounded(column: np.ndarray) -> np.ndarray:
    return np.round(column, DIGITS) if column.dtype.kind == "f" else column


def _volume(models: Models, known: Known, signed: np.ndarray) -> pd.DataFrame:
    """Falls of volume, as of `signals.volume_down`; of contract customers in what is `signed`."""
    dealings, under = known.dealings, known.under
    order, age = dealings.summary.mean_gross, dealings.summary.T
    fell = peers.change(
        dealings.quarters,
        models.season,
        dealings.peers_now,
        dealings.peers_level,
        known.before["own_business"],
    )
    marks = {
        "variation": 1 / models.trained.spend.p,
        "fall": float(models.settings["decline_mark"]),
    }
    volume = signals.volume_down(
        dealings.quarters, age, order, season=models.season, peers=fell, **marks
    )
    if len(under):
        # Chance and season have a hand in what is bought beside, not in what was signed.
        beside = under.order_beside(dealings.summary.gross, dealings.summary.purchases)
        mine = signals.volume_down(
            signed,
            age[under.place],
            beside * np.maximum(1 - under.share, 0),
            peers=fell[under.place],
            **marks,
        )
        for name in mine:
            volume.loc[under.place, name] = mine[name].to_numpy()
    return volume


def _placed(known: Known, kept: pd.DataFrame, signed: np.ndarray) -> Known:
    """What stages are told by: a contract customer's volume is what it signed, by its days, and it
    was last seen when its contract still ran."""
    dealings, place = known.dealings, known.under.place
    if not len(place):
        return known
    last, quarters = dealings.summary.last.copy(), dealings.quarters.copy()
    last[place] = np.maximum(last[place], np.minimum(kept["ends"], dealings.summary.cut))
    quarters[place] = signed
    summary = replace(dealings.summary, last=last)
    return replace(known, dealings=replace(dealings, summary=summary, quarters=quarters))


def _stages(
    models: Models, known: Known, scored: pd.DataFrame, volume: pd.DataFrame, as_of: dt.date
) -> dict[str, np.ndarray]:
    return staging.stages_of(
        models, known.dealings, scored, volume, known.before, known.share, as_of
    )


def _signals(models: Models, known: Known, volume: pd.DataFrame) -> dict[str, np.ndarray]:
    silent = signals.silent(models.trained.timing, known.dealings.summary)
    return {
        "silent": np.where(known.under.member, 0.0, silent["strength"]),
        "volume_down": volume["strength"],
        "volume_kind": volume["kind"],
        "volume_before": volume["level_before"],
        "volume_now": volume["level_now"],
        "volume_change": volume["change"],
    }


def value_contracts(
    models: Models, scored: pd.DataFrame, under: Contracts, cut: int
) -> pd.DataFrame:
    """Value and risk of contract customers by their renewals, put into `scored`.

    Value at risk counts from H before the end of a contract on: until then nothing is to be
    decided. Returns the frame of `contracts.score`, in the order of `under`.
    """
    grace = models.trained.horizon
    cover = contract_models.Cover.of(under.terms(grace), cut, under.beside)
    kept = contract_models.score(
        models.renewals,
        cover,
        grace=grace,
        horizon=models.value_days,
        delta=value.daily_discount(models.discount_rate),
    )
    margin = scored["margin"].to_numpy()[under.place]
    ends = np.stack([kept["value_low"], kept["value_high"]]) * margin
    excess = np.where(kept["due"], kept["risk"], 0.0)
    active = kept["value_if_active"].to_numpy() * margin
    own = {
        "probability_alive": kept["alive"],
        "active_year": kept["alive"],
        "expected_count": kept["expected_terms"],
        "expected_spend": cover.rate * cover.length,
        "net_ratio": np.ones(len(kept)),
        "value": kept["value"] * margin,
        "value_low": ends.min(axis=0),
        "value_high": ends.max(axis=0),
        "value_if_active": active,
        "risk": kept["risk"],
        "risk_after_purchase": kept["risk"] - excess,
        "value_at_risk": np.maximum(active, 0.0) * excess,
    }
    for name, column in own.items():
        scored.loc[under.place, name] = np.asarray(column, dtype=float)
    scored["contract_ended"] = False
    scored.loc[under.place, "contract_ended"] = kept["alive"].to_numpy() == 0
    return kept


def _contract(
    kept: pd.DataFrame, under: Contracts, customers: int, method: str
) -> dict[str, np.ndarray]:
    """The method of each customer, and what the value of contract customers rests on."""

    def filled(column, otherwise):
        found = np.full(customers, otherwise)
        found[under.place] = column
        return found

    return {
        "method": np.where(under.member, METHOD, method[:20]),
        "contract_ends": filled(kept["ends"], NEVER),
        "contract_left": filled(kept["left"], 0.0),
        "renewals": filled(kept["renewals"], 0.0),
        "renewal_chance": filled(1 - kept["risk"], 0.0),
    }


def _rhythm(
    trained: scoring.Trained, summary, scored, contract: np.ndarray
) -> dict[str, np.ndarray]:
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
        "last_purchase": np.where(bought, summary.last, NEVER),
        "probability_alive": scored["probability_alive"],
        "probability_active": np.where(contract, 1 - scored["risk"], np.where(bought, active, 0.0)),
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
        "revenue_year_before": dealings.net_before,
        "margin_12m": margin_12m,
        "tier_basis": np.round(basis, 4),
    }
