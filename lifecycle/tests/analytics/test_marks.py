"""Marks by fifths, by hand."""

import math

import numpy as np
import pytest

from lifecycle.analytics import marks


def figures(**changes) -> dict:
    """One customer: 1,200 in twelve months, of which 1,000 at known cost of 600."""
    one = {
        "net_year": np.array([1200.0]),
        "known_year": np.array([1000.0]),
        "cost_year": np.array([600.0]),
        "quarters": np.array([[200.0, 200, 200, 200, 300, 300, 300, 300]]),
        "age": np.array([800.0]),
        "repeats": np.array([4.0]),
        "span": np.array([100.0]),
        "sum_log_gaps": np.array([sum(math.log(gap) for gap in (10, 20, 30, 40))]),
    }
    found = marks.figures(**(one | {name: np.array(value) for name, value in changes.items()}))
    return {name: float(figure[0]) for name, figure in found.items()}


def test_figures_of_one_customer_by_hand():
    found = figures()
    assert found["volume"] == 1200
    assert found["margin"] == pytest.approx(0.4)
    assert found["growth"] == pytest.approx(0.5)
    # Geometric mean of 10, 20, 30, 40 is 240,000 ** (1/4) = 22.134; the arithmetic one is 25.
    assert found["rhythm"] == pytest.approx(22.134 / 25, abs=1e-4)


def test_a_clockwork_has_rhythm_one():
    assert figures(sum_log_gaps=[4 * math.log(25)])["rhythm"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        ({"net_year": [0.0]}, "volume"),
        ({"net_year": [-50.0]}, "volume"),  # returns only
        ({"known_year": [0.0]}, "margin"),
        ({"age": [700.0]}, "growth"),  # not here for two years
        ({"quarters": [[0.0] * 4 + [300.0] * 4]}, "growth"),
        ({"repeats": [2.0]}, "rhythm"),
        ({"repeats": [0.0], "span": [0.0], "sum_log_gaps": [0.0]}, "rhythm"),
    ],
)
def test_what_is_not_known_has_no_figure(changes, unknown):
    found = figures(**changes)
    assert math.isnan(found[unknown])


def test_fifths_of_ten_by_hand():
    points = marks.cuts(np.arange(1.0, 11))
    assert points == pytest.approx([2.8, 4.6, 6.4, 8.2])
    assert [marks.mark(value, points) for value in (1, 2.8, 4, 6.4, 8, 9)] == [1, 2, 2, 4, 4, 5]


def test_equal_figures_share_the_better_mark():
    points = marks.cuts(np.array([1.0, 1, 1, 1, 1, 1, 1, 5, 6, 7]))
    assert marks.mark(1, points) == 4


def test_none_few_or_all_alike_have_no_fifths():
    assert marks.cuts(np.array([])) is None
    assert marks.cuts(np.array([1.0, 2, np.nan, 3])) is None
    assert marks.cuts(np.full(9, 7.0)) is None
