"""Assessments, nominations and what the night computed, for tests."""

import datetime as dt

import factory

from customers.tests.factories import CustomerFactory
from lifecycle.models import Assessment, Nomination, StageOverride, TierOverride, Valuation

DAY = dt.date(2026, 1, 5)


class AssessmentFactory(factory.django.DjangoModelFactory):
    """The newest assessment of a customer, without answers."""

    class Meta:
        model = Assessment

    customer = factory.SubFactory(CustomerFactory)
    by = factory.SelfAttribute("customer.account_manager")
    on = DAY


class NominationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Nomination

    customer = factory.SubFactory(CustomerFactory, is_key_account=True)
    by = factory.SelfAttribute("customer.account_manager")
    reason = "Opens its industry to us"
    on = DAY
    review_on = DAY.replace(year=2027)


class TierOverrideFactory(factory.django.DjangoModelFactory):
    """Waits for an answer."""

    class Meta:
        model = TierOverride

    customer = factory.SubFactory(CustomerFactory)
    tier = "A"
    reason = "Opens its industry to us"
    proposed_by = factory.SelfAttribute("customer.account_manager")
    proposed_on = DAY
    until = DAY.replace(year=2027)


class StageOverrideFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StageOverride

    customer = factory.SubFactory(CustomerFactory)
    stage = "stability"
    reason = "Signed for five years"
    proposed_by = factory.SelfAttribute("customer.account_manager")
    proposed_on = DAY
    until = DAY.replace(year=2027)


class ValuationFactory(factory.django.DjangoModelFactory):
    """Of a customer who bought five times; its figures are worth nothing by themselves."""

    class Meta:
        model = Valuation

    customer = factory.SubFactory(CustomerFactory)
    as_of = DAY
    purchase_days = 5
    repeats = 4
    recency = 80.0
    age = 100.0
    usual_gap = 20.0
    probability_alive = probability_active = 0.9
    risk = risk_after_purchase = 0.1
    expected_purchases = expected_spend = 1.0
    net_ratio = 1.0
    margin = 0.3
    margin_is_assumed = False
    transaction_value = transaction_value_low = transaction_value_high = 0
    value_if_active = margin_12m = tier_basis = 0
    method = "model"


def backtest_result(as_of: dt.date = DAY, days: int = 91, **changed) -> dict:
    """What a backtest stores: of 1,000 customers 310 left, of 200 of high risk 142."""
    spend = {"bias": 0.03, "mae": 90.0, "top20": 0.69}
    return {
        "as_of": as_of.isoformat(),
        "horizon_days": days,
        "model": {"name": "model", **spend},
        "last_window": {**spend, "mae": 100.0},
        "historic": {**spend, "top20": 0.66},
        "bg_gg": {**spend, "mae": 120.0},
        "churn": {"auc": 0.74, "brier": 0.18},
        "rfm": {"auc": 0.70},
        "customers": 1000,
        "reason": "least_error",
        "risk_reason": "trained",
        "inner_horizon_days": 91,
        "inner_errors": {"model": 95.0, "last_window": 99.0},
        "season_adjusted": False,
        "two_seasons": False,
        "deciles": [{"decile": 1, "customers": 1000, "forecast": 500.0, "actual": 480.0}],
        "calibration": [{"customers": 1000, "predicted": 0.3, "observed": 0.31}],
        "verdict": {"mark": 0.5, "customers": 1000, "left": 310, "high": 200, "high_left": 142},
        "replayed": {"silent": {"flagged": 100, "lost": 71, "expected": 40.0}},
        **changed,
    }
