import numpy as np
import pytest
from scipy import stats

from satisfaction import analytics
from satisfaction.analytics import Moments, moments


def interval(estimate):
    return estimate.low, estimate.high


def by_hand(p: float, spread: float, n: float, t: float, extra: float) -> tuple[float, float]:
    """Ends in points of 100: `extra` of an answer added at 0 and at 1, then the score interval."""
    n_more = n + 2 * extra
    mean = (n * p + extra) / n_more
    variance = (n * p**2 + (n - 1) * spread + extra) / n_more - mean**2
    # (mean - end)² = t² variance / n_more × end (1 - end) / (mean (1 - mean))
    k = t**2 * variance / n_more / (mean * (1 - mean))
    ends = np.roots([1 + k, -(2 * mean + k), mean**2])
    return 100 * min(ends), 100 * max(ends)


def test_a_mean_by_hand():
    """60, 70, 80: s² = 0.01, of 0.21 that yes and no have: phi = 1/21, so much at 0 and 100.

    Of 3.0952 answers 2.1476 / 3.0952 = 0.6938 is the mean and 1.5376 / 3.0952 - 0.4814 = 0.0154
    the variance; t has 2 × 21 / 20 = 2.1 degrees of freedom: 4.112."""
    found = analytics.mean(moments([60, 70, 80]))
    assert (found.value, found.n) == (70, 3)
    t = stats.t.ppf(0.975, 2.1)
    assert t == pytest.approx(4.112, abs=1e-3)
    assert interval(found) == pytest.approx(by_hand(0.7, 0.01, 3, t, 1 / 21))
    assert interval(found) == pytest.approx((38.77, 89.02), abs=0.01)


def test_of_yes_and_no_a_third_of_an_answer_is_added_to_both_and_z_is_normal():
    """9 of 10: of 10.667 answers 9.333 are yes, 0.875 of them; Wilson's interval of these."""
    found = analytics.mean(moments([100] * 9 + [0]))
    z = stats.norm.ppf(0.975)
    p, n = (9 + 1 / 3) / (10 + 2 / 3), 10 + 2 / 3
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2) / (1 + z**2 / n)
    assert found.value == 90
    assert interval(found) == pytest.approx((100 * (centre - half), 100 * (centre + half)))


def test_the_ends_of_a_mean_are_where_its_score_test_just_refuses():
    """(m - µ)² = t² V(µ), with V as µ (100 - µ) and s² / n at m; of gaps on their own scale.

    Of the answers with a third of one more at each end, since these are far apart."""
    values = np.random.default_rng(4).choice([0, 25, 75, 100], 25)
    for least, most, shift in ((0, 100, 0), (-100, 100, -100)):
        span = most - least
        scores = values * span / 100 + (shift or least)
        found = analytics.mean(moments(scores), least, most)
        more = np.append(scores, [least, most])
        weights = np.append(np.ones(25), [1 / 3, 1 / 3])
        m = np.average(more, weights=weights)
        variance = np.average((more - m) ** 2, weights=weights) / weights.sum()

        def spread(mean, least=least, most=most):
            return (mean - least) * (most - mean)

        phi = np.var(scores, ddof=1) / spread(scores.mean())
        assert phi > 1 / 3
        t = stats.t.ppf(0.975, 24 / (1 - phi))
        for end in interval(found):
            allowed = t**2 * variance * spread(end) / spread(m)
            assert (m - end) ** 2 == pytest.approx(allowed)


def test_a_mean_far_from_the_ends_has_the_interval_of_student():
    values = 50 + np.random.default_rng(5).normal(0, 1, 40)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval(analytics.mean(moments(values))) == pytest.approx(tuple(expected), abs=0.01)


def test_a_mean_keeps_to_its_scale():
    found = analytics.mean(moments([80, 100]))
    assert found.value == 90
    assert 0 < found.low < 90 < found.high < 100


def test_one_customer_or_all_alike_tell_nothing_of_others():
    for values in ([80], [80, 80, 80], [0.1] * 7, [1e-9, 1e-9]):
        found = analytics.mean(moments(values))
        assert found.value == pytest.approx(values[0])
        assert not found.has_interval
        assert found.margin is None
    assert analytics.mean(Moments()).value is None
    assert analytics.mean(moments([np.nan])).n == 0


def test_sums_of_groups_add_up():
    assert moments([1, 2]) + moments([5]) == moments([1, 2, 5])
    assert (Moments() + moments([4])).mean == 4
    assert moments([3, 5, 10]).variance == pytest.approx(np.var([3, 5, 10], ddof=1))


def test_a_share_as_in_newcombe_1998():
    """81 of 263, 15 of 148, 0 of 20 and 1 of 29: table I of "Two-sided confidence intervals for
    the single proportion", Statistics in Medicine 17, method 3."""
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0000, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (successes, n), expected in published.items():
        assert interval(analytics.share(successes, n)) == pytest.approx(expected, abs=5e-5)


def test_a_share_of_nobody_is_none():
    assert analytics.share(0, 0).value is None
    assert analytics.share(3, 3).high == 1
    assert 0 < analytics.share(3, 3).low < 1
    assert analytics.share(0.5, 1).value == 0.5


def test_nps_by_hand():
    """5 promoters, 3 passives, 2 detractors: 30. Adjusted: n = 13, mean 3/13 = 0.2308, variance
    8.5/13 - 0.0533 = 0.6006, so 23.08 ± 1.96 × 21.49 = -19.05 to 65.20."""
    found = analytics.nps(moments([1] * 5 + [0] * 3 + [-1] * 2))
    assert found.value == pytest.approx(30)
    assert interval(found) == pytest.approx((-19.05, 65.20), abs=0.01)


def test_nps_at_its_edges():
    everybody = analytics.nps(moments([1] * 8))
    assert (everybody.value, everybody.high) == (100, 100)
    assert 0 < everybody.low < 100
    assert analytics.nps(moments([-1])).value == -100
    assert analytics.nps(moments([0, 0])).value == 0
    assert analytics.nps(Moments()).value is None


def test_nps_takes_customers_whose_contacts_disagree():
    customers, means = analytics.by_customer([1, 1, 2], analytics.recommendation([10, 7, 3]))
    assert len(customers) == 2
    assert analytics.nps(moments(means)).value == pytest.approx(100 * (0.5 - 1) / 2)


def test_weights_of_one_are_the_plain_mean():
    values = [50, 60, 75, 80, 100]
    plain = analytics.mean(moments(values))
    even = analytics.weighted(values, [3] * 5)
    assert (even.value, even.n) == (pytest.approx(plain.value), pytest.approx(5))
    # n / (n - 1) of the variance on both sides: the same interval
    assert interval(even) == pytest.approx(interval(plain))


def test_weighted_by_hand():
    """Weights 3, 1 and 1 of 80, 40 and 60: mean 68, effective number 25/11 = 2.273.

    Left out one by one the mean moves by 3 × 12 / 2 = 18, 28 / 4 = 7 and 8 / 4 = 2: 324 + 49 + 4 =
    377, × (n - 1) / n = 211.1. Degrees of freedom: sqrt(2.273 × 121 / 83) - 1 = 0.82, 1 at least.
    Spread: 0.02111 × 2.273 = 0.048, of 0.2176 that yes and no have 0.2205."""
    found = analytics.weighted([80, 40, 60], [3, 1, 1])
    assert found.value == pytest.approx(68)
    n = 25 / 11
    assert found.n == pytest.approx(n)
    spread = 377 * 14 / 25 / 10_000 * n
    phi = spread / 0.2176
    assert phi == pytest.approx(0.2205, abs=1e-4)
    t = stats.t.ppf(0.975, 1 / (1 - phi))
    assert interval(found) == pytest.approx(by_hand(0.68, spread, n, t, phi))


def test_leaving_each_customer_out_is_what_the_jackknife_does():
    rng = np.random.default_rng(6)
    values, weights = rng.integers(0, 101, 30).astype(float), rng.lognormal(0, 1, 30)
    kept = ~np.eye(30, dtype=bool)
    others = np.array([np.average(values[one], weights=weights[one]) for one in kept])
    found = analytics.weighted(values, weights)
    moved = ((others - found.value) ** 2).sum()
    sums = (weights.sum(), (weights**2).sum(), (weights**4).sum(), weights @ values)
    same = analytics.weighted_of_sums(*sums, moved, least=0, most=100)
    assert interval(same) == pytest.approx(interval(found))


def test_weights_at_their_edges():
    assert analytics.weighted([], []).value is None
    assert analytics.weighted([50, 60], [0, 0]).value is None
    alone = analytics.weighted([50, 60, np.nan], [10, 0, 5])
    assert (alone.value, alone.n, alone.has_interval) == (50, 1, False)
    assert not analytics.weighted([70, 70, 70], [1, 2, 3]).has_interval
