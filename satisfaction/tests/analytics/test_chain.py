"""Rank correlations by hand, ties and lags among them, and against two libraries."""

import math

import numpy as np
import pandas as pd
import pytest

from satisfaction.analytics import chain


def test_ties_share_the_mean_of_their_ranks():
    assert chain.ranks(np.array([3.0, 1.0, 3.0, 8.0])).tolist() == [2.5, 1.0, 2.5, 4.0]
    assert chain.ranks(np.array([])).tolist() == []


def test_the_correlation_of_five_pairs_is_that_of_the_ranks():
    # Squared differences of ranks: 1, 1, 1, 1, 0. 1 - 6 * 4 / (5 * 24) = 0.8.
    found = chain.spearman([10, 20, 30, 40, 50], [2, 1, 40, 3, 1000])
    assert found.r == pytest.approx(0.8)
    assert (found.n, found.low, found.high, found.verdict) == (5, None, None, chain.TOO_FEW)


def test_with_ties_it_is_pearsons_of_the_mean_ranks():
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: from their means -1.5, 0, 0, 1.5 against
    # -1.5, -.5, .5, 1.5: 4.5 / sqrt(4.5 * 5).
    found = chain.spearman([1, 2, 2, 3], [1, 2, 3, 4])
    assert found.r == pytest.approx(4.5 / math.sqrt(22.5))


def test_the_interval_is_fishers_with_the_variance_for_ranks():
    # n = 12: of the squared differences of ranks only one exchange of neighbours: 2.
    y = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11]
    found = chain.spearman(range(12), y)
    r = 1 - 6 * 2 / (12 * 143)
    half = 1.959964 * math.sqrt((1 + r * r / 2) / 9)
    assert found.r == pytest.approx(r)
    assert found.low == pytest.approx(math.tanh(math.atanh(r) - half), abs=1e-7)
    assert found.high == pytest.approx(math.tanh(math.atanh(r) + half), abs=1e-7)
    assert found.verdict == chain.TOGETHER


def test_nothing_is_said_of_nine_pairs_and_something_of_ten():
    nine, ten = chain.spearman(range(9), range(9)), chain.spearman(range(10), range(10))
    assert (nine.r, nine.verdict, nine.low) == (1.0, chain.TOO_FEW, None)
    assert (ten.r, ten.verdict) == (1.0, chain.TOGETHER)
    assert ten.low > 0.99
    assert chain.spearman(range(10), range(10, 0, -1)).verdict == chain.APART


def test_without_spread_or_pairs_there_is_no_correlation():
    flat = chain.spearman([5] * 12, range(12))
    assert (flat.r, flat.verdict) == (None, chain.NO_SPREAD)
    assert chain.spearman([], []) == chain.Link(0)
    assert chain.spearman([1], [2]) == chain.Link(1)


def test_what_may_be_chance_is_unclear():
    x = np.arange(12)
    assert chain.spearman(x, [3, 9, 1, 7, 12, 2, 8, 5, 11, 4, 10, 6]).verdict == chain.UNCLEAR


def test_pairs_without_one_side_are_left_out():
    found = chain.spearman([1, 2, np.nan, 4], [1, np.nan, 3, 4])
    assert (found.n, found.r) == (2, 1.0)


@pytest.mark.parametrize(
    ("r", "level"),
    [(None, 0), (0.0, 0), (0.0999, 0), (0.1, 1), (-0.3, 2), (0.499, 2), (-0.5, 3), (1.0, 3)],
)
def test_strength_is_told_in_four_steps(r, level):
    assert chain.strength(r) == level


def test_values_meet_those_of_their_team_so_many_periods_later():
    source = {("A", 1): 10, ("A", 2): 20, ("B", 1): 30, ("B", 2): 40}
    target = {("A", 2): 1, ("A", 3): 2, ("B", 2): 3, ("C", 2): 9}
    x, y, periods = chain.pairs(source, target, lag=1, slack=0)
    assert periods == 2
    assert list(zip(x, y, strict=True)) == [(10, 1), (20, 2), (30, 3)]
    x, y, _ = chain.pairs(source, target, lag=0, slack=0)
    assert list(zip(x, y, strict=True)) == [(20, 1), (40, 3)]


def test_a_late_survey_counts_once_and_for_the_newer_value():
    # Asked each quarter, customers each half-year: 1 meets 2; 2 and 3 both could meet 4, 3 does.
    source = {("A", 1): 1, ("A", 2): 2, ("A", 3): 3}
    target = {("A", 2): 20, ("A", 4): 40}
    x, y, _ = chain.pairs(source, target, lag=1)
    assert list(zip(x, y, strict=True)) == [(1, 20), (3, 40)]
    # Without a value in the very period, the next period's stands for it.
    x, y, _ = chain.pairs({("A", 2): 2}, target, lag=1)
    assert (x.tolist(), y.tolist()) == ([2], [40])
    x, y, _ = chain.pairs({("A", 1): 2}, {("A", 4): 5}, lag=1)
    assert x.size == y.size == 0


def test_what_all_teams_share_in_a_period_is_taken_off():
    # Means 20 and 6; C is alone in period 3.
    series = {("A", 1): 10.0, ("B", 1): 30.0, ("A", 2): 5.0, ("B", 2): 7.0, ("C", 3): 9.0}
    found = chain.against_others(series)
    assert found == {("A", 1): -10, ("B", 1): 10, ("A", 2): -1, ("B", 2): 1}
    alone = {("A", 1): 10.0, ("A", 2): 5.0}
    assert chain.against_others(alone) == alone
    assert chain.against_others({}) == {}


def test_each_mean_taken_off_stands_for_a_pair_less():
    whole, less = chain.spearman(range(12), range(12)), chain.spearman(range(12), range(12), 3)
    y = [*range(10), 11, 10]
    r = 1 - 6 * 2 / (12 * 143)
    half = 1.959964 * math.sqrt((1 + r * r / 2) / 6)
    found = chain.spearman(range(12), y, 3)
    assert (found.n, found.r) == (12, pytest.approx(r))
    assert found.low == pytest.approx(math.tanh(math.atanh(r) - half), abs=1e-7)
    assert less.low < whole.low
    nothing = chain.spearman(range(12), y, 9)
    assert (nothing.low, nothing.verdict) == (None, chain.TOO_FEW)


def test_pandas_finds_the_same_correlations():
    draws = np.random.default_rng(20261122)
    for n in (2, 3, 10, 57):
        x, y = draws.integers(0, 6, n), draws.normal(size=n).round(1)
        known = pd.Series(x, dtype=float).rank().corr(pd.Series(y).rank())
        found = chain.spearman(x, y).r
        assert (found is None and np.isnan(known)) or found == pytest.approx(known, abs=1e-12)


@pytest.mark.soak
def test_scipy_finds_the_same_correlations_and_the_intervals_cover():
    from scipy import stats  # slow to load

    draws = np.random.default_rng(7)
    covered, runs, n, rho = 0, 20_000, 25, 0.6
    true = 6 / np.pi * np.arcsin(rho / 2)  # Spearman's of the normal with Pearson's rho
    for turn in range(runs):
        x = draws.normal(size=n)
        y = rho * x + np.sqrt(1 - rho**2) * draws.normal(size=n)
        found = chain.spearman(x, y)
        if turn < 2_000:
            assert found.r == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
        covered += found.low <= true <= found.high
    assert 0.94 <= covered / runs <= 0.96
