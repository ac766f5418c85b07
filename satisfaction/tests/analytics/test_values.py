import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from satisfaction import analytics

RNG = np.random.default_rng(8)


def test_the_form_of_the_acsi_by_hand():
    # Of 10 points each: 9, 8 and 7, that is (24 - 3) / 27 of the way; here on 0 to 100.
    places = [100 * (score - 1) / 9 for score in (9, 8, 7)]
    assert analytics.acsi(*places) == pytest.approx(100 * 21 / 27)
    assert analytics.acsi(100, 100, 100) == pytest.approx(100)
    assert analytics.acsi(100, 0, 0, weights=(2, 1, 1)) == pytest.approx(50)
    assert np.isnan(analytics.acsi(100, np.nan, 50))


def test_a_gap_is_of_those_who_said_both():
    found = analytics.gap([75, 50, 100], [100, np.nan, 100])
    assert found[[0, 2]].tolist() == [-25, 0]
    assert np.isnan(found[1])


def test_the_value_equation_by_hand():
    # Of 5 points: (4 + 5) / (3 + 3), and (2 + 2) / (4 + 4).
    found = analytics.value_equation([0.8, 0.4], [1, 0.4], [0.6, 0.8], [0.6, 0.8])
    assert found.tolist() == pytest.approx([1.5, 0.5])
    assert np.isnan(analytics.value_equation([1.0], [1.0], [0.0], [0.0])[0])
    assert np.isnan(analytics.value_equation([1.0], [np.nan], [0.5], [0.5])[0])


def test_pairs_leave_out_who_said_only_one():
    found = analytics.pairs([1, 2, np.nan], [3, 4, 5])
    assert found == analytics.Pairs(2, 3, 7, 5, 25, 11)
    assert found + analytics.Pairs(1, 1, 1, 1, 1, 1) == analytics.Pairs(3, 4, 8, 6, 26, 12)


def test_a_ratio_is_that_of_the_means():
    found = analytics.ratio(analytics.pairs([2, 4], [1, 3]))
    assert found.value == pytest.approx(6 / 4)  # not (2 + 4/3) / 2


def test_the_ends_of_a_ratio_are_where_the_test_of_student_just_refuses():
    over, under = RNG.normal(1.6, 0.3, 40), RNG.normal(1.2, 0.25, 40)
    found = analytics.ratio(analytics.pairs(over, under))

    def refused(r: float) -> float:
        return stats.ttest_1samp(over - r * under, 0).pvalue - 0.05

    assert found.low == pytest.approx(brentq(refused, 0.5, found.value))
    assert found.high == pytest.approx(brentq(refused, found.value, 3))


@pytest.mark.parametrize(
    ("over", "under"), [([], []), ([1.0], [2.0]), ([1.0, 1.0], [2.0, 2.0]), ([1, 2], [0.01, 3])]
)
def test_too_few_or_all_alike_have_no_interval(over, under):
    assert not analytics.ratio(analytics.pairs(over, under)).has_interval


def test_nothing_given_is_no_ratio():
    assert analytics.ratio(analytics.pairs([1, 2], [0, 0])).value is None


@pytest.mark.parametrize("n", [20, 100])
def test_intervals_of_ratios_hold_the_truth(n):
    """Answers on five points, as parts of the highest; what is got goes with what is given."""
    rng = np.random.default_rng(n)
    points = np.arange(1, 6) / 5
    get = rng.choice(points, p=[0.03, 0.07, 0.2, 0.4, 0.3], size=(2_000, n))
    give = 0.5 * get + 0.5 * rng.choice(points, p=[0.1, 0.2, 0.4, 0.2, 0.1], size=(2_000, n))
    mean_got = float(points @ [0.03, 0.07, 0.2, 0.4, 0.3])
    truth = mean_got / (0.5 * mean_got + 0.5 * 0.6)
    found = [analytics.ratio(analytics.pairs(*row)) for row in zip(get, give, strict=True)]
    inside = 100 * np.mean([one.low <= truth <= one.high for one in found])
    assert 94 <= inside <= 96
