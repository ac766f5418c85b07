"""Chances of return and matched shares, by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import winback
from lifecycle.analytics.winback import DAYS_A_MONTH, chances, matched_share


def silences(*groups):
    """Days and returns of (months, how many, came back); the middle of each month."""
    days = [(months + 0.5) * DAYS_A_MONTH for months, count, _back in groups for _ in range(count)]
    back = [back for _months, count, back in groups for _ in range(count)]
    return np.array(days), np.array(back, dtype=bool)


def test_all_are_seen_for_long_enough_so_that_shares_are_counted_by_hand():
    # 100 silent for a year: 10 come back in month 13, 18 of the other 90 in month 20.
    found = chances(*silences((13, 10, True), (20, 18, True), (70, 72, False)))
    assert found.chance[0] == pytest.approx(0.28)
    assert found.reached[0] == 100
    # Of the 90 who were silent for 14 months, 18 came within the twelve after.
    assert found.after(14.5 * DAYS_A_MONTH) == pytest.approx(0.2)
    # Nobody came back after month 20.
    assert found.after(30 * DAYS_A_MONTH) == pytest.approx(0.0)


def test_those_still_silent_count_as_half_a_month():
    # 40 reach month 12: 8 return in it, 16 are still silent in it, 16 go on to month 40.
    found = chances(*silences((12, 8, True), (12, 16, False), (40, 16, False)))
    assert found.chance[0] == pytest.approx(8 / (40 - 8))


def test_few_silences_say_nothing():
    found = chances(*silences((13, 5, True), (40, winback.ENOUGH - 6, False)))
    assert found.chance == []
    assert found.after(400) is None


def test_where_too_few_are_left_the_last_known_chance_holds():
    found = chances(*silences((13, 30, True), (40, 10, False)))
    assert found.after(50 * DAYS_A_MONTH) == found.chance[-1] == found.after(13 * DAYS_A_MONTH)


def test_of_no_silence_nothing_is_known():
    assert chances(np.zeros(0), np.zeros(0, dtype=bool)).chance == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 40_000), st.booleans()), max_size=200))
def test_chances_are_shares_for_any_silences_in_any_order(rows):
    days = np.array([day for day, _back in rows], dtype=float)
    back = np.array([back for _day, back in rows], dtype=bool)
    found = chances(days, back)
    assert all(0 <= chance <= 1 for chance in found.chance)
    assert chances(days[::-1], back[::-1]) == found


def test_cells_count_as_often_as_the_others_stand_in_them():
    # Three of four worked on stand where 50 of 100 bought, one where 10 of 100 did.
    found = matched_share(np.array([3, 1]), np.array([100, 100]), np.array([50, 10]))
    assert found == (pytest.approx((3 * 0.5 + 0.1) / 4), 1.0)


def test_cells_without_customers_are_left_out_and_told():
    found = matched_share(np.array([3, 1]), np.array([100, 0]), np.array([50, 0]))
    assert found == (0.5, 0.75)
    assert matched_share(np.array([3]), np.array([0]), np.array([0])) == (None, 0.0)
    assert matched_share(np.zeros(0), np.zeros(0), np.zeros(0)) == (None, 0.0)


def test_silences_lie_between_days_and_last_from_the_newest_to_the_cut():
    customer = np.array([0, 0, 0, 1, 2, 2])
    day = np.array([0, 400, 500, 300, 10, 900])
    days, came_back = winback.silences(customer, day, 1_000)
    assert days.tolist() == [400, 500, 700, 890]
    assert came_back.tolist() == [True, False, False, True]
    nothing = np.array([], dtype=int)
    assert [len(found) for found in winback.silences(nothing, nothing, 5)] == [0, 0]
