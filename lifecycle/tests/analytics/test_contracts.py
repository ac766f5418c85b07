"""Contract customers by hand: terms, renewals, what is left, value and risk."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import contracts
from lifecycle.analytics.contracts import Cover, Renewals

YEAR = 365
EVEN = Renewals(((1.0, 1.0),) * 4)  # renews with 1/2, 2/3, 3/4 ...
GRACE = 60


def found(*periods, grace=GRACE):
    customer, start, end, amount = (np.array(column) for column in zip(*periods, strict=True))
    return contracts.terms(customer, start, end, amount.astype(float), grace)


def test_a_term_follows_a_term_and_begins_anew_after_a_pause():
    terms = found((0, 0, 99, 10), (0, 100, 199, 10), (0, 300, 399, 10), (1, 0, 99, 5))
    assert terms["number"].tolist() == [1, 2, 1, 1]
    assert terms["last"].tolist() == [False, False, True, True]
    assert terms["length"].tolist() == [100, 100, 100, 100]


def test_periods_at_the_same_time_are_one_term():
    terms = found((0, 0, 364, 100), (0, 0, 364, 20), (0, 100, 364, 30), (0, 365, 729, 100))
    assert terms["amount"].tolist() == [150, 100]
    assert terms["number"].tolist() == [1, 2]


def test_what_was_credited_in_full_is_no_term():
    assert found((0, 0, 99, 10), (0, 100, 199, 0))["end"].tolist() == [99]
    assert len(found((0, 0, 99, 0))) == 0


def test_renewals_are_known_when_their_time_has_passed():
    """Six decided: of the first terms 3 of 5, of the second 0 of 1; the last one is not due."""
    periods = [(n, 0, 364, 10) for n in range(5)] + [(n, 365, 729, 10) for n in range(3)]
    terms = found(*periods)
    model = contracts.fit(terms, 365 + GRACE, GRACE)
    assert model.decisions == 5
    assert model.retention(np.array([365]), np.array([1]))[0] == pytest.approx(7 / 10, abs=1e-3)
    later = contracts.fit(terms, 5000, GRACE)
    assert later.decisions == 8


def test_what_is_assumed_does_not_say_that_who_renewed_once_stays():
    """Ten customers renewed five times and none left: with 1 of 5 assumed, 1 of 55 does."""
    periods = [(n, 30 * m, 30 * m + 29, 10) for n in range(10) for m in range(6)]
    model = contracts.fit(found(*periods, grace=20), 6 * 30, 20)
    assert model.decisions == 50
    chance = model.retention(np.full(5, 30), np.arange(1, 6))
    assert chance == pytest.approx(np.full(5, 54 / 55), abs=2e-3)


def test_terms_of_one_length_say_nothing_of_another():
    """Of a hundred monthly decisions none was a leaving; a yearly contract may still be one."""
    periods = [(n, 30 * m, 30 * m + 29, 10) for n in range(10) for m in range(11)]
    model = contracts.fit(found(*periods, (99, 0, 364, 10), grace=20), 11 * 30, 20)
    month, year = model.retention(np.array([30, 365]), np.ones(2))
    assert month > 0.98
    assert year == pytest.approx(4 / 5, abs=1e-3)


def test_with_many_decisions_the_assumption_is_forgotten():
    periods = [(n, 0, 29, 10) for n in range(3_000)]
    periods += [(n, 30, 59, 10) for n in range(3_000) if n % 3]
    model = contracts.fit(found(*periods), 59, 20)
    assert model.retention(np.array([30]), np.array([1]))[0] == pytest.approx(2 / 3, abs=0.001)


def test_nothing_known_means_four_of_five():
    model = contracts.fit(found((0, 0, 364, 10)), 100, GRACE)
    assert model.decisions == 0
    assert model.retention(np.array([365]), np.array([1]))[0] == pytest.approx(0.8, abs=1e-3)


def test_what_is_left_of_a_term_is_its_share_of_days():
    cover = Cover.of(found((0, 0, 99, 1000)), 79)
    assert (cover.left[0], cover.rate[0], cover.ends[0]) == (200, 10, 99)
    assert Cover.of(found((0, 0, 99, 1000)), 500).left[0] == 0
    signed = Cover.of(found((0, 0, 99, 1000), (0, 100, 199, 2000)), 79)
    assert (signed.left[0], signed.rate[0]) == (2200, 10)
    beside = Cover.of(found((0, 0, 99, 1000)), 79, np.array([2.0]))
    assert (beside.left[0], beside.rate[0]) == (240, 12)


def score(*periods, cut, horizon=1000, delta=0.0, renewals=EVEN):
    cover = Cover.of(found(*periods), cut)
    return contracts.score(renewals, cover, grace=GRACE, horizon=horizon, delta=delta).iloc[0]


def test_value_is_what_is_left_and_each_term_as_far_as_it_gets():
    # Left 200, then terms of 1000 with 1/2, 1/3 and, to the horizon's half, 1/4.
    row = score((0, 0, 99, 1000), cut=79, horizon=20 + 250)
    assert row["value"] == pytest.approx(200 + 500 + 1000 / 3 + 500 / 4)
    assert row["left"] == 200
    assert row["value_if_active"] == pytest.approx(200 + 2 * (500 + 1000 / 3 + 500 / 4))
    assert (row["risk"], row["alive"], row["renewals"]) == (0.5, 1.0, 0)
    # It never renews in half of the cases; in a quarter it comes to the end.
    assert (row["value_low"], row["value_high"]) == (200, 2700)


def test_a_horizon_within_the_term_sees_no_renewal():
    row = score((0, 0, 99, 1000), cut=49, horizon=25)
    assert (row["value"], row["value_low"], row["value_high"]) == (250, 250, 250)


def test_later_money_is_worth_less():
    today = score((0, 0, 99, 1000), cut=79)
    assert score((0, 0, 99, 1000), cut=79, delta=0.001)["value"] < today["value"]


def test_waiting_for_a_renewal_makes_it_less_likely_and_in_the_end_it_is_over():
    risks = [score((0, 0, 99, 1000), cut=99 + days)["risk"] for days in (0, 20, 40, 60)]
    assert risks[0] == 0.5
    assert risks == sorted(risks)
    over = score((0, 0, 99, 1000), cut=99 + GRACE + 1)
    assert (over["risk"], over["alive"], over["value"], over["value_if_active"]) == (1, 0, 0, 0)


def test_a_decision_is_due_within_the_grace_of_the_end():
    assert not score((0, 0, 99, 1000), cut=99 - GRACE - 1)["due"]
    assert score((0, 0, 99, 1000), cut=99 - GRACE)["due"]


def test_the_model_goes_through_json():
    model = contracts.fit(found((0, 0, 364, 10)), 5000, GRACE)
    assert Renewals.from_dict(json.loads(json.dumps(model.to_dict()))) == model


rows = st.lists(
    st.tuples(
        st.integers(0, 4), st.integers(0, 3000), st.integers(0, 1200), st.sampled_from([-5, 0, 9e9])
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(rows=rows, cut=st.integers(0, 4000), horizon=st.sampled_from([1, 91, 1096]))
def test_any_periods_give_finite_figures(rows, cut, horizon):
    table = np.array(rows, dtype=float).reshape(-1, 4)
    customer, start = table[:, 0].astype(int), table[:, 1].astype(int)
    end = start + table[:, 2].astype(int)
    terms = contracts.terms(customer, start, end, table[:, 3], GRACE)
    model = contracts.fit(terms, cut, GRACE)
    figures = contracts.score(
        model, Cover.of(terms, cut), grace=GRACE, horizon=horizon, delta=0.0003
    )
    assert np.isfinite(figures.to_numpy(dtype=float)).all()
    assert figures["risk"].between(0, 1).all()
    assert (figures["value_low"] <= figures["value"]).all()
    assert (figures["value"] <= figures["value_high"]).all()


def test_what_is_signed_counts_by_the_days_that_it_covers():
    """Of 364 at 1 a day, begun 273 days ago; of 546 at 2 a day till 91 days ago, which waits."""
    place, start, end = np.array([0, 1]), np.array([728, 637]), np.array([1091, 909])
    quarters = contracts.by_quarter(
        place, start, end, np.array([364.0, 546.0]), cut=1000, grace=40, customers=3, quarters=5
    )
    assert quarters.tolist() == [[0, 0, 91, 91, 91], [0, 182, 182, 182, 80], [0] * 5]


def test_what_ends_first_of_several_does_not_go_on():
    quarters = contracts.by_quarter(
        np.array([0, 0]),
        np.array([0, 0]),
        np.array([909, 1100]),
        np.array([910.0, 1101.0]),
        cut=1000,
        grace=400,
        customers=1,
        quarters=2,
    )
    assert quarters.tolist() == [[182, 91]]
