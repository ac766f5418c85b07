"""What complaints teach, against examples computed by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.analytics import control, iceberg, matching, pareto, recurrence, times

CLOSE = 2 * times.ACCURACY


def test_the_vital_few_are_those_that_reach_four_fifths():
    bars = pareto.pareto([1, 6, 0, 3])
    assert [bar.place for bar in bars] == [1, 3, 0]
    assert [bar.cumulated for bar in bars] == pytest.approx([0.6, 0.9, 1.0])
    assert [bar.is_vital for bar in bars] == [True, True, False]
    assert pareto.pareto([0, 0]) == pareto.pareto([]) == []


def test_equal_counts_keep_their_order():
    assert [bar.place for bar in pareto.pareto([2, 2, 2])] == [0, 1, 2]


def within(minutes, over, open_, share):
    return times.percentile(times.bucket_of(np.array(minutes)), over, open_, share)


def test_what_is_still_open_makes_percentiles_longer():
    assert within([10, 20, 40], [1, 1, 1], [0, 0, 0], 0.5) == pytest.approx(20, rel=CLOSE)
    # The second has lasted 20 and goes on: 2/3 are left after 10, none after 40.
    assert within([10, 20, 40], [1, 0, 1], [0, 1, 0], 0.5) == pytest.approx(40, rel=CLOSE)


def test_a_percentile_that_too_many_open_ones_hide_is_unknown():
    assert within([10, 20, 40], [1, 0, 0], [0, 1, 1], 0.5) is None
    assert within([], [], [], 0.5) is None


def test_buckets_keep_to_their_accuracy():
    minutes = np.geomspace(1, 1e6, 1_000)
    told = times.value_of(times.bucket_of(minutes))
    assert np.abs(told / minutes - 1).max() <= times.ACCURACY + 1e-9


def test_only_decided_ones_count_for_the_share_in_time():
    assert times.share_in_time(met=8, met_late=2, open_late=2) == (0.6, 10)
    assert times.share_in_time(0, 0, 0) == (None, 0)


def test_a_chart_of_counts_has_limits_of_three_standard_deviations():
    chart = control.chart([4] * 8 + [11], baseline=8)
    assert (chart.centre, chart.low[0], chart.high[0]) == (4, 0, 10)
    assert chart.firings == [control.Firing(8, 1, 1)]
    assert not chart.is_widened


def test_a_chart_per_hundred_customers_knows_how_many_there_were():
    chart = control.chart([4] * 8 + [4], [200] * 8 + [50], per=100, baseline=8)
    assert chart.centre == pytest.approx(2)
    assert chart.high[0] == pytest.approx(5)  # 100 (0.02 + 3 √(0.02 / 200))
    assert chart.high[8] == pytest.approx(8)  # 100 (0.02 + 3 √(0.02 / 50))
    assert chart.rates[8] == pytest.approx(8)


def test_limits_widen_where_counts_scatter_more_than_chance():
    chart = control.chart([0, 20] * 4)
    # z is ±√10, each step 2√10.
    assert chart.widening == pytest.approx(2 * 10**0.5 / 1.128)
    assert chart.high[0] == pytest.approx(10 + 3 * chart.widening * 10**0.5)
    assert chart.firings == []


def test_too_few_points_and_no_complaint_at_all_make_no_chart():
    assert control.chart([4] * 7) is None
    assert control.chart([0] * 12) is None
    assert control.chart([4] * 12, [0] * 12) is None


@pytest.mark.parametrize(
    ("z", "rule"),
    [([3.1], 1), ([2.1, 0, 2.1], 2), ([1.1, 1.1, 0, 1.1, 1.1], 3), ([0.1] * 8, 4)],
)
def test_each_rule_fires_on_either_side_and_not_before(z, rule):
    last = len(z) - 1
    assert control.fired(z) == [control.Firing(last, rule, 1)]
    assert control.fired([-one for one in z]) == [control.Firing(last, rule, -1)]
    assert control.fired(z[:-1]) == []


def test_the_same_cause_again_at_the_same_customer_is_found_within_the_span():
    customers = [1, 1, 2, 1, 1, 2]
    causes = [7, 7, 7, 8, 7, 7]
    days = [0, 50, 10, 20, 95, 200]
    found = recurrence.recurrences(customers, causes, days, least=2, span=60)
    # Of customer 1 the newest span, 50 to 95; customer 2 came after more than 60 days.
    assert found == [recurrence.Recurrence(1, 7, [1, 4])]
    assert recurrence.recurrences(customers, causes, days, least=3, span=60) == []
    (all_three,) = recurrence.recurrences(customers, causes, days, least=3, span=95)
    assert all_three.places == [0, 1, 4]
    assert recurrence.recurrences([], [], [], least=2, span=60) == []


def test_one_in_four_who_speaks_leaves_three_silent():
    silent = iceberg.silent_for_each(unhappy=40, speaking=10)
    assert silent.ratio == 3
    # Wilson of 10 in 40: 0.1419 to 0.4019.
    assert (silent.low, silent.high) == pytest.approx((1.488, 6.046), abs=0.005)
    assert silent.of(20)[0] == 60


def test_too_few_answers_give_the_textbook_s_figure():
    assert iceberg.silent_for_each(29, 10).ratio == 24
    assert iceberg.silent_for_each(400, 4).is_textbook
    assert iceberg.silent_for_each(0, 0).of(2) == (48, None, None)


def test_word_of_mouth_goes_by_steps():
    ages = [0.5, 1, 2.9, 3, 6.9, 7, 100]
    assert iceberg.reached(ages).tolist() == [0, 12, 12, 23, 23, 72, 72]


def test_a_loss_adds_up_who_leaves_and_who_never_comes():
    lost = iceberg.loss(
        complainants=10,
        silent=4,
        leave_speaking=0.2,
        leave_silent=0.5,
        told=10,
        put_off=0.01,
        value=1_000,
    )
    # 10 × 0.2 + 40 × 0.5 + 50 × 10 × 0.01
    assert lost.customers == pytest.approx(2 + 20 + 5)
    assert lost.money == pytest.approx(27_000)


def test_an_effect_is_the_change_beyond_that_of_like_customers():
    strata = ["a", "a", "a", "b", "b", "b", "c", "d"]
    complained = [1, 0, 0, 1, 1, 0, 1, 0]
    before = [0] * 8
    after = [5, 1, 3, 0, 2, 1, 9, 9]
    found = matching.compare(strata, complained, before, after)
    # a: 5 − 2 = 3; b: 1 − 1 = 0, twice; c has no match.
    assert found.effect == pytest.approx(1)
    assert (found.matched, found.unmatched, found.controls) == (3, 1, 3)
    assert (found.after, found.control_after) == pytest.approx((7 / 3, 4 / 3))
    assert found.low is None  # too few


def test_nobody_like_them_gives_no_effect():
    found = matching.compare(["a"], [True], [1.0], [2.0])
    assert (found.effect, found.matched, found.unmatched) == (None, 0, 1)
    assert matching.compare([], [], [], []).effect is None


def test_two_groups_differ_by_what_their_own_strata_leave():
    strata = ["a", "a", "a", "b", "b", "b", "c"]
    first = [1, 0, 0, 1, 0, 0, 1]
    second = [0, 1, 0, 0, 1, 0, 0]
    controls = [0, 0, 1, 0, 0, 1, 0]
    after = [5, 2, 1, 4, 4, 3, 9]
    found = matching.contrast(strata, first, second, controls, [0] * 7, after)
    # The controls of a and b count alike for both and fall out: (5 + 4) / 2 − (2 + 4) / 2.
    assert found.difference == pytest.approx(1.5)
    assert (found.first, found.second, found.low) == (2, 2, None)
    alone = matching.contrast(strata, first, [0] * 7, controls, [0] * 7, after)
    assert (alone.difference, alone.second) == (None, 0)
    # Of other strata each is held against its own: (5 − 1) − (4 − 3).
    apart = matching.contrast(
        strata, [1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0], controls, [0] * 7, after
    )
    assert apart.difference == pytest.approx(3)


def test_the_interval_of_a_difference_is_that_of_two_means_where_all_are_alike():
    draw = np.random.default_rng(5)
    ours, theirs = draw.normal(2, 1, 12), draw.normal(1, 2, 15)
    after = np.concatenate([ours, theirs, draw.normal(0, 9, 30)])
    rows = np.repeat([0, 1, 2], [12, 15, 30])
    found = matching.contrast(["a"] * 57, rows == 0, rows == 1, rows == 2, np.zeros(57), after)
    half = 1.959964 * (ours.var(ddof=1) / 12 + theirs.var(ddof=1) / 15) ** 0.5
    difference = ours.mean() - theirs.mean()
    assert (found.low, found.high) == pytest.approx((difference - half, difference + half))


@pytest.mark.soak
def test_intervals_of_differences_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(1_000):
        strata, group = rng.integers(0, 8, 600), rng.choice(3, 600, p=[0.2, 0.1, 0.7])
        change = strata / 4 + rng.normal(0, 2, 600) + 0.5 * (group == 0) + 0.2 * (group == 1)
        sides = (group == 0, group == 1, group == 2)
        found = matching.contrast(strata, *sides, np.zeros(600), change)
        hits += found.low <= 0.3 <= found.high
    assert 930 <= hits <= 970


@pytest.mark.soak
def test_intervals_of_effects_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(1_000):
        strata, complained = rng.integers(0, 12, 600), rng.random(600) < 0.3
        before = rng.normal(strata, 1)
        after = before + strata / 4 + rng.normal(0, 2, 600) + 0.5 * complained
        found = matching.compare(strata, complained, before, after)
        hits += found.low <= 0.5 <= found.high
    assert 930 <= hits <= 970


FIGURES = st.lists(st.integers(0, 50), max_size=30)


@settings(max_examples=30)
@given(FIGURES, st.integers(0, 30))
def test_charts_and_shares_never_hold_what_is_no_number(counts, baseline):
    bars = pareto.pareto(counts)
    assert sum(bar.count for bar in bars) == sum(counts)
    assert not bars or bars[-1].cumulated == pytest.approx(1)
    chart = control.chart(counts, baseline=baseline)
    sized = control.chart(counts, counts[::-1], baseline=baseline, per=100)
    for one in filter(None, (chart, sized)):
        assert np.isfinite([one.rates, one.low, one.high, one.z]).all()
        assert all(low <= one.centre <= high for low, high in zip(one.low, one.high, strict=True))


@settings(max_examples=30)
@given(st.data())
def test_effects_never_hold_what_is_no_number(data):
    size = data.draw(st.integers(0, 25))
    draw = lambda kind: data.draw(st.lists(kind, min_size=size, max_size=size))  # noqa: E731
    strata, complained = draw(st.integers(0, 3)), draw(st.booleans())
    found = matching.compare(
        strata, complained, draw(st.floats(-1e6, 1e6)), draw(st.floats(-1e6, 1e6))
    )
    assert found.matched + found.unmatched == sum(complained)
    sides = (np.array(draw(st.integers(0, 2)), dtype=int) == one for one in range(3))
    two = matching.contrast(strata, *sides, draw(st.floats(-1e6, 1e6)), draw(st.floats(-1e6, 1e6)))
    for value in (found.effect, found.low, found.high, found.after, two.difference, two.low):
        assert value is None or np.isfinite(value)
