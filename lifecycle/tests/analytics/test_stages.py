from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import signals, stages
from lifecycle.analytics.summaries import Summary, quarterly, summarise

NO, UNKNOWN = np.array([False]), np.array([np.nan])
STEADY_HALF = np.array([0.1])


def one(**changes) -> stages.Facts:
    """A customer of three years that buys each fortnight and about as much as ever."""
    facts = stages.Facts(
        purchases=np.array([70]),
        age=np.array([1_000]),
        silent=np.array([10]),
        mean_gap=np.array([14.0]),
        growth=np.array([0.05]),
        half_change=STEADY_HALF,
        active_year=np.array([0.98]),
        falling=np.array([""]),
        change=np.array([0.0]),
        share=UNKNOWN,
        satisfaction_low=NO,
        categories=np.zeros(1),
        categories_before=np.zeros(1),
        contract_ended=NO,
        marked_lost=NO,
    )
    return replace(facts, **{name: np.array([value]) for name, value in changes.items()})


LITTLE = {"half_change": np.nan, "growth": np.nan}


@pytest.mark.parametrize(
    ("facts", "stage", "reason", "figure", "mark"),
    [
        ({}, "stability", "steady", 0.1, 0.2),
        ({"marked_lost": True}, "ended", "marked_lost", 0, 0),
        ({"contract_ended": True}, "ended", "contract_ended", 0, 0),
        ({"silent": 366}, "ended", "silent", 366, 365),
        ({"silent": 366, "mean_gap": 100.0}, "stability", "steady", 0.1, 0.2),
        ({"silent": 401, "mean_gap": 100.0}, "ended", "silent", 401, 400),
        ({"active_year": 0.04}, "ended", "inactive", 0.04, 0.05),
        ({"purchases": 0, "active_year": 0.0}, "exploration", "never_bought", 0, 0),
        ({"falling": "at_once", "change": -0.4}, "decline", "at_once", -0.4, -0.25),
        ({"falling": "slowly", "change": -0.3}, "decline", "slowly", -0.3, -0.25),
        ({"share": 0.5}, "stability", "share", 0.5, 0.5),
        ({"share": 0.5, "purchases": 2}, "stability", "share", 0.5, 0.5),
        ({"share": 0.3}, "formation", "no_other", 0, 0),
        ({"share": 0.3, "growth": 0.2}, "formation", "growth", 0.2, 0.2),
        ({"share": 0.6, "satisfaction_low": True}, "formation", "no_other", 0, 0),
        ({"half_change": 0.5, "growth": 0.3}, "formation", "growth", 0.3, 0.2),
        (
            {"half_change": 0.5, "categories": 3, "categories_before": 2},
            *("formation", "widening", 3, 2),
        ),
        ({"half_change": 0.5, "categories": 3}, "formation", "no_other", 0, 0),
        ({**LITTLE, "purchases": 3}, "exploration", "few_purchases", 3, 4),
        ({**LITTLE, "age": 89}, "exploration", "new", 89, 90),
        ({**LITTLE, "age": 90}, "formation", "no_other", 0, 0),
        ({"half_change": -0.3}, "stability", "falling_short", -0.3, -0.25),
    ],
)
def test_rules_of_the_stages(facts, stage, reason, figure, mark):
    found = stages.candidate(one(**facts)).iloc[0]
    assert (found["stage"], found["reason"]) == (stage, reason)
    assert (found["figure"], found["mark"]) == pytest.approx((figure, mark))


def test_the_order_is_ended_decline_stability_formation_exploration():
    everything = {"falling": "at_once", "share": 0.6, "growth": 0.5, "purchases": 2}
    assert stages.candidate(one(**everything, silent=900))["stage"][0] == "ended"
    assert stages.candidate(one(**everything))["stage"][0] == "decline"
    assert stages.candidate(one(**{**everything, "falling": ""}))["stage"][0] == "stability"
    low = {**everything, "falling": "", "share": 0.1}
    assert stages.candidate(one(**low))["stage"][0] == "formation"


def test_a_fall_short_of_declines_mark_keeps_the_stage_it_had():
    found = stages.candidate(one(half_change=-0.3), previous=np.array(["formation"]))
    assert found["stage"][0] == "formation"


def test_thresholds_are_settings():
    marks = stages.Thresholds(silent_days=9, silent_gaps=0.5)
    assert stages.candidate(one(), marks)["stage"][0] == "ended"


def test_growth_by_hand_counts_only_known_days():
    quarters = np.array([[100.0, 100, 100, 100, 120, 120, 120, 120]])
    assert stages.growth(quarters, np.array([800]))[0] == pytest.approx(0.2)
    # 91 of the 364 days before were known and brought 100: at that pace 400.
    young = np.array([[0.0, 0, 0, 100, 120, 120, 120, 120]])
    assert stages.growth(young, np.array([364 + 91]))[0] == pytest.approx(0.2)
    assert np.isnan(stages.growth(young, np.array([364 + 90]))[0])
    assert np.isnan(stages.growth(0 * young, np.array([800]))[0])


def test_half_change_by_hand():
    quarters = np.array([[0.0, 0, 100, 100, 100, 100, 80, 80]])
    assert stages.half_change(quarters, np.array([800]))[0] == pytest.approx(-0.2)
    assert stages.half_change(quarters, np.array([4 * 91]))[0] == pytest.approx(-0.2)
    assert np.isnan(stages.half_change(quarters, np.array([4 * 91 - 1]))[0])


def test_facts_come_from_a_summary_and_quarters():
    who, day = np.zeros(30, dtype=int), np.arange(30) * 30 + 1
    amounts = np.full(30, 50.0)
    summary = summarise(who, day, amounts, amounts, cut=900, customers=1)
    quarters = quarterly(who, day, amounts, cut=900, customers=1)
    down = signals.volume_down(quarters, summary.T, summary.mean_gross)
    facts = stages.Facts.of(summary, quarters, np.array([0.9]), down, share=np.array([0.7]))
    found = stages.candidate(facts).iloc[0]
    assert (found["stage"], found["reason"], found["figure"]) == ("stability", "share", 0.7)
    assert facts.mean_gap.tolist() == [30]


def held(previous, candidate, last, since, today, **options):
    found = stages.hold(
        *(np.array([v]) for v in (previous, candidate, last, since)), today, **options
    )
    return found[0][0], int(found[1][0])


def test_a_new_stage_waits_thirty_days():
    assert held("stability", "decline", "stability", 0, 100) == ("stability", 100)
    assert held("stability", "decline", "decline", 100, 129) == ("stability", 100)
    assert held("stability", "decline", "decline", 100, 130) == ("decline", 100)


def test_a_candidate_that_wavers_starts_to_wait_again():
    assert held("stability", "decline", "formation", 50, 100) == ("stability", 100)


def test_a_first_stage_and_a_stated_end_do_not_wait():
    assert held("", "exploration", "", 0, 100) == ("exploration", 100)
    assert held("stability", "ended", "stability", 0, 100, at_once=np.array([True]))[0] == "ended"


def test_patterns_by_the_last_stage():
    last = np.array(["exploration", "formation", "stability", "stability", "decline"])
    found = stages.pattern(last, np.array([10, 10, 729, 730, 10]))
    assert found.tolist() == ["A", "B", "C", "D", ""]


rows = st.tuples(
    st.integers(0, 5_000),
    st.integers(0, 100_000),
    st.integers(0, 100_000),
    st.lists(st.floats(-1e12, 1e12), min_size=8, max_size=8),
    st.floats(0, 1),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(rows, max_size=5), st.sampled_from([*stages.STAGES, ""]))
def test_any_customer_gets_a_stage_and_a_number(customers, previous):
    n = len(customers)
    columns = list(zip(*customers, strict=True)) or [[]] * 5
    purchases, age, silent = (np.array(column, dtype=int) for column in columns[:3])
    quarters = np.array(columns[3], dtype=float).reshape(n, 8)
    first, zero = 100_000 - age, np.zeros(n)
    last = np.maximum(first, 100_000 - silent)
    summary = Summary(100_000, first, last, purchases, zero, zero, zero, zero, purchases, purchases)
    down = signals.volume_down(quarters, summary.T, summary.mean_gross)
    facts = stages.Facts.of(summary, quarters, np.array(columns[4], dtype=float), down)
    found = stages.candidate(facts, previous=np.full(n, previous))
    assert found["stage"].isin(stages.STAGES).all()
    assert np.isfinite(found[["figure", "mark"]].to_numpy(dtype=float)).all()
    assert isinstance(found, pd.DataFrame)
