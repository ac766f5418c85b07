import numpy as np
import pytest
from scipy import stats

from satisfaction import analytics
from satisfaction.analytics import Moments, moments
from satisfaction.tests.analytics.attitude import DRIVERS, RATING

RNG = np.random.default_rng(5)


def test_a_difference_as_scipy_finds_it():
    one, two = RNG.normal(70, 15, 40), RNG.normal(62, 25, 25)
    found = analytics.compare(moments(one), moments(two))
    expected = stats.ttest_ind(one, two, equal_var=False)
    assert found.difference == pytest.approx(one.mean() - two.mean())
    assert found.p == pytest.approx(expected.pvalue)
    around = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((around.low, around.high))


def test_significant_is_what_the_interval_says():
    clear = analytics.compare(moments([80, 82, 84, 86]), moments([50, 52, 54, 57]))
    unclear = analytics.compare(moments([80, 60, 84, 86]), moments([50, 90, 54, 87]))
    assert clear.is_significant
    assert clear.low > 0
    assert not unclear.is_significant
    assert unclear.low < 0 < unclear.high


def test_too_few_are_compared_without_a_judgement():
    assert analytics.compare(Moments(), moments([1, 2])).difference is None
    for later, earlier in (([70], [60, 65]), ([70, 75], [60]), ([70, 70], [60, 60])):
        found = analytics.compare(moments(later), moments(earlier))
        assert found.difference > 0
        assert found.p is None
        assert not found.is_significant


def test_one_group_without_spread_can_still_be_compared():
    found = analytics.compare(moments([70, 70, 70]), moments([10, 20, 30, 40]))
    assert found.is_significant


def test_a_correlation_by_hand():
    """Of (-1, -1), (1, 1) four times each, (-1, 1) and (1, -1) once: r = (8 - 2) / 10.

    All fourth moments of ±1 are 1, those of x³y are r: (1 - 2 r² + r²) / (1 - r²)² = 1 / 0.64,
    times 1 + 0.7 / 10, over 10 - 3: an error of 0.4887; atanh 0.6 = 0.6931."""
    x = [-1] * 4 + [1] * 4 + [-1, 1]
    y = [-1] * 4 + [1] * 4 + [1, -1]
    found = analytics.correlation(*analytics.powers(x, y))
    assert (found.value, found.n) == (pytest.approx(0.6), 10)
    half = 1.959964 * np.sqrt(1.07 / 0.64 / 7)
    ends = np.tanh([0.6931472 - half, 0.6931472 + half])
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=1e-6)


def test_a_correlation_is_that_of_scipy_wherever_the_scores_lie():
    expected = stats.pearsonr(DRIVERS[:, 0], RATING).statistic
    found = analytics.correlation(*analytics.powers(DRIVERS[:, 0], RATING))
    assert found.value == pytest.approx(expected)
    moved = analytics.correlation(*analytics.powers((DRIVERS[:, 0] - 50) / 25, RATING / 7))
    assert (moved.low, moved.high) == pytest.approx((found.low, found.high))


def test_its_interval_is_that_of_single_customers_and_of_fisher_where_scores_are_normal():
    x, y = RNG.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 40_000).T
    found = analytics.correlation(*analytics.powers(x, y))
    around = stats.pearsonr(x, y).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((around.low, around.high), abs=5e-4)
    # As far as each customer moves r, whatever the scores: half of them here say the best.
    x, y = np.minimum(x, 0), np.minimum(y, 1)
    found = analytics.correlation(*analytics.powers(x, y))
    one, two = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    moves = one * two - found.value * (one**2 + two**2) / 2
    error = moves.std() / (1 - found.value**2) / np.sqrt(len(x))
    half = (np.arctanh(found.high) - np.arctanh(found.low)) / 2
    assert half == pytest.approx(1.96 * error, rel=1e-3)


def test_a_customer_who_said_one_of_both_is_left_out():
    x, y = [1, 2, 3, np.nan, 5], [2, np.nan, 3, 4, 1]
    assert analytics.powers(x, y) == analytics.powers([1, 3, 5], [2, 3, 1])
    assert analytics.powers(x, y)[:6] == (3, 9, 6, 35, 16, 14)


@pytest.mark.parametrize(
    ("x", "y", "r"),
    [
        ([], [], None),
        ([1], [2], None),
        ([1, 2, 3], [4, 4, 4], None),
        ([70.1] * 12, range(12), None),
        ([1, 2, 3], [1, 2, 3], 1),
        (range(12), range(12, 0, -1), -1),
        (range(9), [1, 0, 2, 4, 3, 5, 6, 8, 7], pytest.approx(0.95)),
    ],
)
def test_a_correlation_without_spread_or_customers_has_no_interval(x, y, r):
    found = analytics.correlation(*analytics.powers(x, y))
    assert not found.has_interval
    assert found.value == (pytest.approx(r) if isinstance(r, int) else r)


def test_nobody_has_no_correlation():
    assert analytics.correlation(0).value is None
