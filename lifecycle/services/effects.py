"""What other settings would make of the newest night's figures, told before they are saved.

The customers are scored a second time by the same fitted models. Of many customers a sample is:
ten ranges of ids, spread over all.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from crm.platform.models import Installation
from customers.models.standing import Stage, Tier
from lifecycle.analytics import tiers
from lifecycle.models import NightlyRun
from lifecycle.services import scoring
from lifecycle.services.shards import inner_bounds, shard
from lifecycle.services.training import Models, settings_of

RANGES, RANGE_SIZE = 10, 5_000
NEEDED = ("transaction_value", "tier_basis", "stage_candidate")


@dataclass(frozen=True)
class Line:
    """A figure of the customers looked at, as the night had it and as it would be."""

    key: str
    before: float
    after: float


@dataclass(frozen=True)
class Effect:
    """`customers` were looked at; `is_sample` where there are more. Tiers and stages are those that
    the rules give, before they have to hold. `needs_night`: the models would be fitted anew."""

    as_of: dt.date
    customers: int
    is_sample: bool
    value: Line
    tiers: list[Line]
    stages: list[Line]
    other_tier: int  # customers that would be in another one
    other_stage: int
    needs_night: bool


def effect_of(installation: Installation) -> Effect | None:
    """What these settings, which need not be saved, change; None before the first night or where
    nothing that figures rest on differs."""
    run = NightlyRun.objects.done().exclude(warnings__contains="no_dealings").first()
    settings = settings_of(installation)
    if run is None or run.models_used["settings"] == settings:
        return None
    before = Models.of(run)
    after = before.under(settings, run.as_of)
    bounds = inner_bounds(RANGE_SIZE)
    looked_at = _spread(len(bounds) + 1)
    found = [_score(before, after, run, shard(bounds, number)) for number in looked_at]
    was, would_be = (_together([pair[side] for pair in found]) for side in (0, 1))
    tiers_of = [
        tiers.raw_tiers(one["tier_basis"], _cuts(models))[0]
        for one, models in ((was, before), (would_be, after))
    ]
    stages_of = [one["stage_candidate"] for one in (was, would_be)]
    return Effect(
        as_of=run.as_of,
        customers=len(tiers_of[0]),
        is_sample=len(looked_at) <= len(bounds),
        value=Line("value", *(float(one["transaction_value"].sum()) for one in (was, would_be))),
        tiers=_counts(Tier.values, *tiers_of),
        stages=_counts(Stage.values, *stages_of),
        other_tier=int((tiers_of[0] != tiers_of[1]).sum()),
        other_stage=int((stages_of[0] != stages_of[1]).sum()),
        needs_night=before.settings["risk_horizon_days"] != settings["risk_horizon_days"],
    )


def _spread(parts: int) -> list[int]:
    """Numbers of up to ten parts, evenly spread."""
    return np.unique(np.linspace(0, parts - 1, min(RANGES, parts)).round().astype(int)).tolist()


def _score(before: Models, after: Models, run: NightlyRun, part) -> tuple[dict, dict]:
    known = scoring.Known.of(before, run.as_of, part)
    if not len(known.dealings):
        nothing = {name: np.zeros(0, dtype="U20" if "stage" in name else float) for name in NEEDED}
        return nothing, nothing
    pair = (scoring.figures(models, known, run.as_of) for models in (before, after))
    was, would_be = ({name: found[name] for name in NEEDED} for found in pair)
    return was, would_be


def _together(parts: list[dict]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in NEEDED}


def _cuts(models: Models) -> tuple[float, float]:
    return float(models.settings["tier_a_cut"]), float(models.settings["tier_b_cut"])


def _counts(keys: list[str], before: np.ndarray, after: np.ndarray) -> list[Line]:
    return [Line(key, int((before == key).sum()), int((after == key).sum())) for key in keys]
