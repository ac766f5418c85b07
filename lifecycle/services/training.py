"""The night's models: fitted once, stored with the run, used by every shard and shown by pages."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from django.db import connection

from crm.platform.models import Installation
from lifecycle.analytics import contracts as contract_models
from lifecycle.analytics import dealing_signals, risk, scoring, signals
from lifecycle.analytics.contracts import Renewals
from lifecycle.analytics.dealing_days import Days
from lifecycle.analytics.season import season
from lifecycle.analytics.summaries import Summary, repeat_gaps, summarise, window_net
from lifecycle.models import DealtLately, NightlyRun, Placed, Scored
from lifecycle.services import computed_answers, contracts, peers, summaries, voices
from lifecycle.services.summaries import Dealings
from lifecycle.services.totals import Totals

SEED = 20_260_101  # a sample of the sample gives the same models each time
# What of the settings the figures rest on; a run with others is out of date.
SETTINGS = (
    *("discount_rate", "horizon_months", "assumed_margin", "risk_horizon_days", "tier_basis"),
    *("tier_a_cut", "tier_b_cut", "high_share", "growth_mark", "decline_mark", "stage_hold_days"),
    *("steady_mark", "inactive_mark", "few_purchases", "new_days", "silent_days", "silent_gaps"),
    "long_stability_days",
)
DAYS_A_MONTH = 365.25 / 12
# Known costs for this share of the year's sales make margin the basis of tiers for everybody.
ENOUGH_COSTS = 0.5

YEAR = """
    SELECT coalesce(sum(net), 0), coalesce(sum(known_net), 0)
    FROM customers_dealingday WHERE day > %s AND day <= %s
"""


@dataclass(frozen=True)
class Models:
    """What the night's steps agree on, as stored with the run."""

    trained: scoring.Trained
    renewals: Renewals
    value_days: int
    discount_rate: float
    assumed_margin: float
    season: np.ndarray | None
    own_seasons: float | None
    industries: list[dict]
    basis: str
    settings: dict

    @classmethod
    def of(cls, run: NightlyRun) -> "Models":
        used = run.models_used
        return cls(
            trained=scoring.Trained.from_dict(used["trained"]),
            renewals=Renewals.from_dict(used.get("renewals")),
            season=None if used["season"] is None else np.array(used["season"]),
            own_seasons=used.get("own_seasons"),
            industries=used["industries"],
            **_by_settings(used["settings"]),
            basis=used["tier_basis"],
        )

    def under(self, settings: dict, as_of: dt.date) -> "Models":
        """These models where other settings hold; what was fitted stays as it is."""
        basis = basis_of_tiers(settings["tier_basis"], lambda: _year(as_of))
        return replace(self, **_by_settings(settings), basis=basis)


def _by_settings(settings: dict) -> dict:
    return {
        "value_days": value_days(settings),
        "discount_rate": float(settings["discount_rate"]),
        "assumed_margin": float(settings["assumed_margin"]),
        "settings": settings,
    }


def value_days(settings: dict) -> int:
    """The horizon of lifetime value in days."""
    return round(int(settings["horizon_months"]) * DAYS_A_MONTH)


def settings_now() -> dict[str, str | None]:
    """The settings that figures rest on, as texts."""
    return settings_of(Installation.get())


def settings_of(installation: Installation) -> dict[str, str | None]:
    return {name: _text(getattr(installation, name)) for name in SETTINGS}


def _text(value) -> str | None:
    """0.10 and 0.1000 are the same setting."""
    if value is None:
        return None
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)


def fit(run: NightlyRun) -> int:
    """Fit, choose and train as of the run's date; returns on how many customers."""
    empty_scratch()
    settings = settings_now()
    dealings = summaries.load(run.as_of, None)
    trained, renewals, customers, own = train(run.as_of, settings["risk_horizon_days"], dealings)
    totals = Totals.of(run.as_of)
    season = signals.season_factors(totals.quarters())
    run.models_used = {
        "bounds": run.models_used.get("bounds", []),
        "settings": settings,
        "horizon_days": trained.horizon,
        "value_horizon_days": value_days(settings),
        "trained": trained.to_dict(),
        "renewals": renewals.to_dict(),
        "season": None if season is None else season.tolist(),
        "own_seasons": own,
        **peers.groups(totals, run.as_of, season),
        "tier_basis": basis_of_tiers(settings["tier_basis"], totals.year),
        "mark_cuts": computed_answers.cuts(dealings),
    }
    run.warnings = list(_warnings(run.models_used, trained, settings))
    run.save(update_fields=["models_used", "warnings"])
    return customers


def train(
    as_of: dt.date, horizon: str | None, dealings: Dealings
) -> tuple[scoring.Trained, Renewals, int, float | None]:
    """The models as of a date, the number of customers that those of rhythm rest on, and how much
    the seasons of their orders' sizes differ.

    Contract customers are kept out of these and have their renewals.
    """
    summary = dealings.summary
    signed = contracts.load(as_of, dealings.customer_id, summary.gross, dealings.net_year)
    under = signed.bound(summary.last).member
    free = dealings.customer_id[~under]
    now = summary.rows(~under)
    days = _days_of(free, as_of)
    gaps = repeat_gaps(days["customer"], days["day"], days["gross"])
    wanted = int(horizon) if horizon else risk.default_horizon(gaps)
    cuts, inner = scoring.inner_cuts(as_of.toordinal(), now.history, wanted)
    rows = days["customer"], days["day"], days["net"]
    trained = scoring.train(
        now,
        [_past(days, free, cut, inner) for cut in cuts],
        horizon=wanted,
        rng=np.random.default_rng(SEED),
        season=season(*rows, as_of.toordinal(), wanted),
    )
    # Those too that went on without one: they did not renew.
    renewals = contract_models.fit(signed.terms(wanted), as_of.toordinal(), wanted)
    return trained, renewals, len(free), _own_seasons(days, now)


def _own_seasons(days: dict[str, np.ndarray], now: Summary) -> float | None:
    """As of `dealing_signals.own_seasons`, of the days that signals look back on."""
    late = (days["day"] <= now.cut) & (days["day"] > now.cut - dealing_signals.BEHIND)
    known = {name: days[name][late] for name in ("customer", "day", "gross", "net")}
    none = np.zeros(late.sum())
    lately = Days(customers=len(now), returns=none, known_net=none, cost=none, **known)
    gap = now.t_x / np.maximum(now.x, 1)
    return dealing_signals.own_seasons(lately, cut=now.cut, age=now.T, gap=gap)


def _days_of(customers: np.ndarray, as_of: dt.date) -> dict[str, np.ndarray]:
    """The sample's days of these customers, whose place in the rising ids is `customer`."""
    days = summaries.sampled_days(as_of)
    ids = days.pop("ids")[days["customer"]]
    chosen = np.isin(ids, customers)
    days = {name: column[chosen] for name, column in days.items()}
    return days | {"customer": np.searchsorted(customers, ids[chosen])}


def _past(days: dict[str, np.ndarray], customers: np.ndarray, cut: int, inner: int) -> scoring.Past:
    """These customers as of an earlier cut, what was heard of them, and what they did after it."""
    customer, day, count = days["customer"], days["day"], len(customers)
    window = {"after": cut, "until": cut + inner, "customers": count}
    later = (day > cut) & (day <= cut + inner) & (days["gross"] > 0)
    return scoring.Past(
        summarise(customer, day, days["gross"], days["net"], cut=cut, customers=count),
        window_net(customer, day, days["net"], **window),
        np.bincount(customer[later], minlength=count) > 0,
        inner,
        voices=voices.load(dt.date.fromordinal(max(cut, 1)), customers),
        season=season(customer, day, days["net"], cut, inner),
    )


def empty_scratch() -> None:
    """Clear what the steps of a run hand to each other."""
    with connection.cursor() as cursor:
        for model in (Scored, DealtLately, Placed):
            cursor.execute(f"TRUNCATE {model._meta.db_table}")


def basis_of_tiers(wanted: str, year: Callable[[], tuple[Decimal, Decimal]]) -> str:
    """One basis for all customers: margin and net revenue don't compare.

    `year` tells the net of twelve months and that with known costs, where somebody has to know.
    """
    if wanted != Installation.TierBasis.MARGIN:
        return wanted
    net, known = map(float, year())
    enough = known > 0 and known >= ENOUGH_COSTS * net
    return Installation.TierBasis.MARGIN if enough else Installation.TierBasis.REVENUE


def _year(as_of: dt.date) -> tuple[Decimal, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(YEAR, [summaries.year_before(as_of), as_of])
        return cursor.fetchone()


def _warnings(used: dict, trained: scoring.Trained, settings: dict):
    """Codes of what a reader of the figures has to know; see lifecycle.nightly_words."""
    if not trained.timing.customers:
        yield "no_dealings"
        return
    if used["season"] is None:
        yield "not_season_adjusted"
    if trained.choice.reason != "least_error":
        yield trained.choice.reason
    if not trained.timing.dropout_identifiable:
        yield "dropout_not_identifiable"
    if trained.population.margin is None:
        yield "margin_assumed"
    if trained.risk.reason != "trained":
        yield "risk_from_rhythm_alone"
    if used["tier_basis"] != settings["tier_basis"]:
        yield "tiers_by_revenue"
