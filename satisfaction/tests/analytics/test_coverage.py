"""Do 95 of 100 intervals hold the true figure? Short here, long in `soak`."""

import numpy as np
import pytest

from satisfaction import analytics
from satisfaction.analytics import Moments

SHORT, LONG = 4_000, 40_000
# Shares of detractors and promoters.
MIXES = [(0.1, 0.5), (0.2, 0.45), (0.15, 0.35), (0.3, 0.3), (0.5, 0.15), (0.4, 0.2)]
CONTENT = [(0.02, 0.85), (0.05, 0.7)]
# Shares of the five points of an overall question: content, mixed, split.
OPINIONS = [(0.02, 0.05, 0.18, 0.45, 0.3), (0.1, 0.2, 0.3, 0.25, 0.15), (0.3, 0.1, 0.1, 0.2, 0.3)]


def held(estimates, truth) -> float:
    """The part of the intervals, in per cent, that holds the truth."""
    known = [(one.low, one.high) for one in estimates if one.has_interval]
    return 100 * sum(low <= truth <= high for low, high in known) / len(known)


def nps_coverage(mix, n: int, times: int) -> float:
    """All samples of a size fall into few combinations; each is asked once."""
    rng = np.random.default_rng(n)
    detractors, promoters = mix
    drawn = rng.multinomial(n, [detractors, 1 - sum(mix), promoters], size=times)
    samples, counts = np.unique(drawn, axis=0, return_counts=True)
    truth = 100 * (promoters - detractors)
    inside = 0
    for (down, _passive, up), count in zip(samples.tolist(), counts.tolist(), strict=True):
        found = analytics.nps(Moments(n, up - down, up + down))
        inside += count * (found.low <= truth <= found.high)
    return 100 * inside / times


def mean_coverage(opinion, n: int, times: int) -> float:
    rng = np.random.default_rng(n)
    points = np.array([0, 25, 50, 75, 100])
    drawn = rng.multinomial(n, opinion, size=times)
    sums = [Moments(n, float(row @ points), float(row @ points**2)) for row in drawn]
    return held([analytics.mean(one) for one in sums], float(np.dot(opinion, points)))


def share_coverage(p: float, n: int, times: int) -> float:
    drawn = np.random.default_rng(n).binomial(n, p, size=times)
    return held([analytics.share(int(successes), n) for successes in drawn], p)


def weighted_coverage(n: int, times: int) -> float:
    """Revenues as spread as they are: lognormal with sigma 1; larger customers happier."""
    rng = np.random.default_rng(n)
    many = rng.lognormal(0, 1, 400_000)
    score = np.clip(rng.normal(65 + 4 * np.log(many), 18), 0, 100)
    truth = float(np.average(score, weights=many))
    rows = rng.integers(0, len(many), size=(times, n))
    return held([analytics.weighted(score[row], many[row]) for row in rows], truth)


@pytest.mark.parametrize("n", [20, 50, 200])
@pytest.mark.parametrize("mix", MIXES)
def test_intervals_of_nps(mix, n):
    assert 93.5 <= nps_coverage(mix, n, SHORT) <= 96.5


@pytest.mark.parametrize("n", [30, 100])
@pytest.mark.parametrize("opinion", OPINIONS)
def test_intervals_of_means(opinion, n):
    assert 93 <= mean_coverage(opinion, n, SHORT) <= 97


def test_intervals_of_shares():
    assert 92 <= share_coverage(0.7, 30, SHORT) <= 98


def test_intervals_of_weighted_means():
    assert 92 <= weighted_coverage(100, 1_000) <= 97


@pytest.mark.soak
def test_intervals_of_nps_in_the_long_run():
    for n in (15, 20, 30, 50, 100, 300, 1000):
        for mix in MIXES:
            assert 93.8 <= nps_coverage(mix, n, LONG) <= 96.2, (n, mix)
    for n in (30, 50, 100, 300, 1000):
        for mix in CONTENT:
            assert 93.8 <= nps_coverage(mix, n, LONG) <= 96.3, (n, mix)


@pytest.mark.soak
def test_intervals_of_means_in_the_long_run():
    for n in (20, 30, 50, 100, 300):
        for opinion in OPINIONS:
            assert 93.8 <= mean_coverage(opinion, n, LONG) <= 96.2, (n, opinion)


@pytest.mark.soak
def test_intervals_of_shares_in_the_long_run():
    for n in (20, 50, 100, 300):
        for p in (0.3, 0.5, 0.7, 0.85):
            assert 92.5 <= share_coverage(p, n, LONG) <= 98, (n, p)


@pytest.mark.soak
def test_intervals_of_weighted_means_in_the_long_run():
    for n in (100, 300, 1000):
        assert 93 <= weighted_coverage(n, 4_000) <= 96.5, n
