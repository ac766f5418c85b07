import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics.track_record import Tally, average_lift, record, weight


def test_lift_is_observed_over_expected():
    found = record(Tally(flagged=100, left=71, expected=31.0))
    assert found.precision == pytest.approx(0.71)
    assert found.base_rate == pytest.approx(0.31)
    assert found.lift == pytest.approx(71 / 31)


def test_the_interval_is_that_of_wilson():
    """7 of 10: .3968 to .8922, by hand from the score interval."""
    found = record(Tally(flagged=10, left=7, expected=5.0))
    precision, lift = (0.39677, 0.89220), (0.79354, 1.78441)
    assert (found.precision_low, found.precision_high) == pytest.approx(precision, abs=1e-4)
    assert (found.lift_low, found.lift_high) == pytest.approx(lift, abs=2e-4)


def test_nothing_flagged_says_nothing():
    assert record(Tally(0, 0, 0.0)).precision is None


def test_where_nobody_was_expected_to_leave_there_is_no_lift():
    found = record(Tally(5, 1, 0.0))
    assert (found.precision, found.lift) == (0.2, None)


def test_the_weight_is_the_shrunken_lift_over_the_average():
    """(40 + 10) / (1.6 x 20 + 10), by hand."""
    assert weight(Tally(50, 40, 20.0), average=1.6) == pytest.approx(50 / 42)


@pytest.mark.parametrize("tally", [Tally(19, 19, 4.0), Tally(30, 3, 0.0), Tally(0, 0, 0.0)])
def test_below_twenty_outcomes_nothing_is_learned(tally):
    assert weight(tally, average=2.0) == 1.0


def test_the_average_counts_only_signals_with_enough_flags():
    assert average_lift([Tally(40, 20, 10.0), Tally(10, 10, 1.0)]) == 2.0
    assert average_lift([]) == average_lift([Tally(10, 10, 1.0)]) == 1.0


def test_the_only_signal_has_the_weight_one():
    tally = Tally(200, 120, 60.0)
    assert weight(tally, average_lift([tally])) == pytest.approx(1.0)


def test_more_outcomes_carry_the_weight_further():
    few, many = Tally(20, 15, 5.0), Tally(400, 300, 100.0)
    assert 1 < weight(few, 1.5) < weight(many, 1.5) < 2


COUNTS = st.integers(0, 10**6)


@settings(max_examples=50, deadline=None)
@given(flagged=COUNTS, share=st.floats(0, 1), base=st.floats(0, 1), average=st.floats(0.01, 100))
def test_every_figure_is_finite(flagged, share, base, average):
    tally = Tally(flagged, round(share * flagged), base * flagged)
    for value in vars(record(tally)).values():
        assert value is None or math.isfinite(value)
    assert 0 < weight(tally, average) < math.inf


@settings(max_examples=50, deadline=None)
@given(flagged=st.integers(20, 1000), left=st.integers(0, 999), base=st.floats(0.01, 1))
def test_one_more_that_left_never_lowers_the_weight(flagged, left, base):
    left = min(left, flagged - 1)
    less, more = (Tally(flagged, n, base * flagged) for n in (left, left + 1))
    assert weight(more, 1.5) > weight(less, 1.5)
