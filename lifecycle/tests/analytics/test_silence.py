"""How sure a silence is by the customer's own rhythm, computed by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, gamma

from lifecycle.analytics import mbgnbd, signals, silence
from lifecycle.analytics.summaries import summarise

TIMING = mbgnbd.Fit(1.0, 10.0, 0.5, 2.0)
CLOCK = [10] * 20
CHANCE = np.maximum(1, np.rint(-10 * np.log(np.arange(0.5, 20) / 20))).astype(int).tolist()


def bought(gaps: list[int], silent: int):
    """The summary of one customer that many days after the last of its purchases."""
    day = np.concatenate([[0], np.cumsum(gaps)]).astype(int)
    ones = np.ones(len(day))
    who = np.zeros(len(day), dtype=int)
    return summarise(who, day, ones, ones, cut=int(day[-1]) + silent, customers=1)


def first_day(gaps: list[int]) -> int:
    """The day of silence on which it tells first."""
    return next(
        days for days in range(1, 200) if signals.silent(TIMING, bought(gaps, days)).strength[0] > 0
    )


def test_of_one_regularity_it_is_the_formula_of_the_model(monkeypatch):
    # Every 10 days, last on day 30: 1 - (40/80)^4 at day 70.
    monkeypatch.setattr(silence, "REGULARITIES", (1.0,))
    sure, k = silence.own_silence(TIMING, bought([10, 10, 10], 40))
    assert (sure[0], k[0]) == (pytest.approx(0.9375), 1)


def test_two_regularities_by_hand(monkeypatch):
    # Gaps 8 and 12; the likelihood of each k with lambda integrated out, by its own sums.
    monkeypatch.setattr(silence, "REGULARITIES", (1.0, 2.0))
    sure, k = silence.own_silence(TIMING, bought([8, 12], 40))
    one = 1 * 2 * 10 / 30**3  # Gamma(3) a / (a + 20)^3, a = 10
    two = 24 * 5 / 25**5 * 8 * 12  # Gamma(5) a / (a + 20)^5 x 8 x 12, a = 5
    two *= np.exp(-(np.log(2) ** 2) / 2)  # of all customers k is 1
    weight = two / (one + two)
    assert k[0] == pytest.approx(1 + weight)
    late = 1 - (30 / 70) ** 3, beta.cdf(40 / 65, 2, 5)
    assert sure[0] == pytest.approx((1 - weight) * late[0] + weight * late[1])


def test_a_clock_is_missed_soon_and_chance_within_thirty_days_and_three_gaps():
    assert first_day(CLOCK) == 17
    assert sum(CHANCE) / 20 == pytest.approx(10, abs=0.3)
    assert first_day(CHANCE) == 30


def test_many_gaps_come_near_the_gamma_distribution_itself():
    rng = np.random.default_rng(5)
    gaps = np.maximum(1, np.rint(rng.gamma(4, 25, 400))).astype(int).tolist()
    sure, k = silence.own_silence(TIMING, bought(gaps, 180))
    assert k[0] == pytest.approx(4, rel=0.15)
    assert sure[0] == pytest.approx(gamma.cdf(180, 4, scale=25), abs=0.02)


def test_who_buys_often_gets_no_alarm_as_long_as_chance_brings_it_every_year():
    # Every second day or so: 26 days would be sure, 10 are 13 gaps of one without a rhythm.
    gaps = np.maximum(1, np.rint(np.array(CHANCE) / 5)).astype(int).tolist()
    assert 12 <= first_day(gaps) <= 25


def test_two_purchases_are_no_rhythm_and_none_is_no_silence():
    who, day, ones = np.array([0, 0, 1]), np.array([0, 2, 0]), np.array([1.0, 1, 0])
    found = signals.silent(TIMING, summarise(who, day, ones, ones, cut=5_000, customers=2))
    assert found["strength"].tolist() == [0, 0]
    assert found["days_since"].tolist() == [4_998, 0]
    found = signals.silent(TIMING, bought([10, 10, 10], 40))
    assert (found["days_since"][0], found["usual_gap"][0]) == (40, 10)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40_000)), max_size=60),
    st.sampled_from([TIMING, mbgnbd.Fit(0.01, 3000.0, 1.0, 1.0, k=12), mbgnbd.Fit(1, 1, 1, 1)]),
)
def test_any_purchases_give_a_sound_silence(rows, timing):
    who, day = (
        np.array(column, dtype=int) for column in (zip(*rows, strict=True) if rows else ([], []))
    )
    ones = np.ones(len(who))
    summary = summarise(who, day, ones, ones, cut=36_000, customers=4)
    sure, k = silence.own_silence(timing, summary)
    assert np.isfinite(sure).all()
    assert ((sure >= 0) & (sure <= 1)).all()
    assert ((k >= silence.REGULARITIES[0]) & (k <= silence.REGULARITIES[-1])).all()


def pace(silent, then, *, gap=10.0, k=4.0) -> float:
    arrays = (np.array([value], dtype=float) for value in (silent, gap, then, k))
    return silence.pace_of_season(*arrays)[0]


def test_the_pace_of_a_season_by_hand():
    # Ten orders expected in 40 + 60 days, two came: of 8 squared, 4 x 10 / 4 are doubt.
    assert pace(40, 2) == pytest.approx(1 - (1 - 10 / 64) * 8 / 10)
    assert pace(40, 7) == 1  # three fewer are within two standard errors
    assert pace(40, 30) == 1  # a fast season makes no silence longer
    assert pace(364, 2) == 1  # a whole year has all seasons


def test_a_silence_in_a_slow_season_has_to_last_longer():
    # Every ten days but in the low months of each year, when it was every thirty; now 40 silent.
    gaps = ([10] * 27 + [30] * 3) * 2 + [10] * 27
    late = bought(gaps, 40)
    plain = signals.silent(TIMING, late)["strength"][0]
    assert plain > 0
    slow = signals.silent_in_season(TIMING, late, np.array([2])).iloc[0]
    assert slow["strength"] == 0
    assert slow["pace"] < 0.6
    same = signals.silent_in_season(TIMING, late, np.array([9])).iloc[0]
    assert (same["strength"], same["pace"]) == (plain, 1)
    young = signals.silent_in_season(TIMING, bought(gaps[:57], 40), np.array([2])).iloc[0]
    assert (young["strength"] > 0, young["pace"]) == (True, 1)
