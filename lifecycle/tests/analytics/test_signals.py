import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from lifecycle.analytics import mbgnbd, signals
from lifecycle.analytics.summaries import summarise

TIMING = mbgnbd.Fit(1.0, 10.0, 0.5, 2.0)
AGE = np.array([800])


def test_two_purchases_are_no_rhythm_and_none_is_no_silence():
    who, day, ones = np.array([0, 0, 1]), np.array([0, 2, 0]), np.array([1.0, 1, 0])
    found = signals.silent(TIMING, summarise(who, day, ones, ones, cut=5_000, customers=2))
    assert found["strength"].tolist() == [0, 0]
    assert found["days_since"].tolist() == [4_998, 0]


def down(*quarters, order=1.0, age=AGE, **options):
    table = np.array([quarters], dtype=float)
    return signals.volume_down(table, age, np.array([order]), variation=0.0, **options).iloc[0]


def test_a_fall_at_once_by_hand():
    # 100 a quarter, now 40; the noise is the root of 100 x 1 x (1 + 1/4).
    found = down(0, 0, 0, 100, 100, 100, 100, 40)
    assert (found["kind"], found["level_before"], found["level_now"]) == ("at_once", 100, 40)
    assert found["change"] == pytest.approx(-0.6)
    assert found["strength"] == pytest.approx(0.6 * ndtr(60 / np.sqrt(125)))
    assert not found["season_adjusted"]


def test_a_fall_that_chance_explains_is_no_signal():
    # Two orders of 50 a quarter against none: an ordinary quarter off.
    assert down(100, 100, 100, 100, 100, 100, 100, 60, order=50.0)["strength"] == 0


def test_a_small_fall_is_no_signal():
    assert down(100, 100, 100, 100, 100, 100, 100, 80, order=0.01)["strength"] == 0


def test_the_mark_of_a_fall_is_the_callers():
    quarters = (0, 0, 0, 100, 100, 100, 100, 40)
    assert down(*quarters, fall=0.6)["kind"] == "at_once"
    assert down(*quarters, fall=0.7)["kind"] == ""


def test_a_slow_fall_by_hand():
    # The line through 130, 110, 100, 90 falls by 13 a quarter, from 127 to 88.
    found = down(100, 100, 130, 130, 130, 110, 100, 90)
    assert found["kind"] == "slowly"
    assert (found["level_before"], found["level_now"]) == pytest.approx((127, 88))
    assert found["change"] == pytest.approx(88 / 127 - 1)


def test_the_season_is_set_aside():
    season = np.array([0.9, 0.9, 1.6, 0.6])
    young = {"age": np.array([600])}  # no two years of its own
    plain = down(90, 90, 160, 60, 90, 90, 160, 60, **young)
    adjusted = down(90, 90, 160, 60, 90, 90, 160, 60, season=season, **young)
    assert plain["kind"] == "at_once"
    assert adjusted["kind"] == ""
    assert adjusted["season_adjusted"]
    found = down(90, 90, 160, 60, 90, 90, 160, 24, season=season)
    assert (found["kind"], found["change"]) == ("at_once", pytest.approx(-0.6))
    assert (found["level_before"], found["level_now"]) == pytest.approx((60, 24))


def test_the_own_season_is_set_aside_where_there_are_two_years_of_it():
    quarters = (90, 90, 160, 60, 90, 90, 160, 60)
    assert down(*quarters, age=np.array([726]))["kind"] == "at_once"
    found = down(*quarters, age=np.array([727]))
    assert (found["kind"], found["season_adjusted"]) == ("", True)
    # Where it falls against that season, it falls: 60 were to come, give or take.
    found = down(90, 90, 160, 60, 90, 90, 160, 20)
    assert found["kind"] == "at_once"
    assert found["level_before"] == pytest.approx(62, abs=1)


def test_the_own_season_by_hand():
    # Spread (0.01 + 0.01 + 0.36 + 0.16) / 3 = 0.18, of which 0.045 is chance: three quarters of it.
    quarters, general = np.array([[90, 90, 160, 60, 90, 90, 160, 60.0]]), np.ones(4)
    factors, weight = signals.own_season(quarters, AGE, np.array([4.5]), general)
    assert weight[0] == pytest.approx(0.75)
    assert factors[0].tolist() == pytest.approx([0.925, 0.925, 1.45, 0.7])


@pytest.mark.parametrize(
    ("quarters", "unit"),
    [
        ((0, 0, 0, 100, 100, 100, 100, 40), 1.0),  # growth, which the year after didn't repeat
        ((90, 90, 160, 60, 100, 100, 100, 60), 1.0),
        ((90, 90, 160, 60, 90, 90, 160, 60), 18.1),  # chance explains it
        ((100, 100, 100, 100, 100, 100, 100, 60), 1.0),
        ((0, 0, 0, 0, 10, 10, 10, 10), 1.0),
    ],
)
def test_a_year_that_tells_nothing_leaves_the_season_of_all(quarters, unit):
    general = np.array([0.9, 1.1, 1.0, 1.0])
    table = np.array([quarters], dtype=float)
    factors, weight = signals.own_season(table, AGE, np.array([unit]), np.ones(4))
    assert (weight[0], factors[0].tolist()) == (0, [1, 1, 1, 1])
    young, _ = signals.own_season(table, np.array([700]), np.array([unit]), general)
    assert young[0].tolist() == general.tolist()


def test_out_of_season_there_is_nothing_to_miss():
    # Nothing but at the year's end: that the first quarters bring nothing is as ever.
    assert (
        down(10, 10, 10, 370, 10, 10, 370, 0, season=np.array([0.1, 1.0, 2.8, 0.1]))["kind"] == ""
    )
    assert down(0, 0, 400, 0, 0, 0, 400, 0)["kind"] == ""


def test_season_factors_by_hand_need_two_years():
    year = np.array([90, 90, 160, 60])
    assert signals.season_factors([*year, *year]).tolist() == pytest.approx([0.9, 0.9, 1.6, 0.6])
    assert signals.season_factors([90, 90, 160, 60, 180, 180, 320]) is None
    assert signals.season_factors([0, 90, 160, 60, 180, 180, 320, 120]) is None


def test_growth_is_no_season():
    growing = 1.1 ** np.arange(8)
    assert signals.season_factors(100 * growing).tolist() == pytest.approx([1, 1, 1, 1])
    both = np.array([90, 90, 160, 60] * 2) * growing
    assert signals.season_factors(both).tolist() == pytest.approx([0.9, 0.9, 1.6, 0.6])


def test_a_market_that_falls_as_well_is_taken_out():
    quarters = (100, 100, 100, 100, 100, 100, 100, 70)
    assert down(*quarters, order=0.1)["kind"] == "at_once"
    assert down(*quarters, order=0.1, peers=-0.25)["kind"] == ""


def test_a_young_customer_has_no_level_yet():
    found = down(0, 0, 0, 0, 0, 0, 100, 0, age=np.array([180]))
    assert (found["strength"], found["known"], found["change"]) == (0, False, 0)


def test_more_returned_than_bought_counts_as_all_gone():
    found = down(100, 100, 100, 100, 100, 100, 100, -40)
    assert found["change"] == -1
    assert 0.99 < found["strength"] <= 1


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.floats(-1e12, 1e12), min_size=8, max_size=8), max_size=5),
    st.integers(0, 100_000),
    st.floats(0, 1e12),
    st.sampled_from([None, np.array([0.5, 1.0, 1.5, 1.0])]),
    st.floats(-1, 3),
)
def test_any_volumes_give_sound_signals(rows, age, order, season, peers):
    quarters = np.array(rows, dtype=float).reshape(-1, 8)
    n = len(quarters)
    found = signals.volume_down(
        quarters, np.full(n, age), np.full(n, order), season=season, peers=peers
    )
    numbers = found[["strength", "level_before", "level_now", "change"]].to_numpy()
    assert np.isfinite(numbers).all()
    assert found["strength"].between(0, 1).all()
    assert (found["kind"] != "")[found["strength"] > 0].all()


def test_a_fall_that_the_own_last_year_had_in_part_has_to_be_surer():
    # What the year before fell by is within chance, so little of it is drawn as a season.
    assert down(100, 100, 100, 100, 100, 80, 40, 20, order=8.0)["strength"] > 0
    assert down(80, 70, 60, 60, 100, 80, 40, 20, order=8.0)["strength"] == 0
    assert down(80, 70, 60, 60, 100, 80, 40, 20, order=8.0, age=AGE - 200)["strength"] > 0
    assert down(80, 70, 60, 60, 100, 80, 40, 20, order=5.0)["strength"] > 0
