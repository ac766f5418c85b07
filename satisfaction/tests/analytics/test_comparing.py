import numpy as np
import pytest
from scipy import stats

from satisfaction import analytics
from satisfaction.analytics import Moments, moments

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
    """r = 0.5 of 28: atanh 0.5493 ± 1.96 / 5, so 0.156 to 0.736."""
    found = analytics.correlation(0.5, 28)
    assert (found.low, found.high) == pytest.approx((0.1560, 0.7358), abs=1e-4)


def test_a_correlation_as_scipy_finds_it():
    x = RNG.normal(size=50)
    y = x + RNG.normal(size=50)
    expected = stats.pearsonr(x, y)
    found = analytics.correlation(expected.statistic, 50)
    around = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((around.low, around.high))


@pytest.mark.parametrize(("r", "n"), [(None, 9), (float("nan"), 9), (0.5, 3), (1.0, 9), (-1.0, 9)])
def test_a_correlation_without_spread_or_customers_has_no_interval(r, n):
    found = analytics.correlation(r, n)
    assert not found.has_interval
    assert found.value in (None, r)
