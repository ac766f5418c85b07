"""The parts of lifetime value by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from lifecycle.analytics import value_parts
from lifecycle.analytics.value_parts import Part

ONE = np.ones(1)


def part(value, low, high) -> Part:
    return Part(*(np.array([end], dtype=float) for end in (value, low, high)))


class TestPresentValue:
    def test_one_a_year_for_three_years_without_interest_is_three(self):
        assert value_parts.years_worth(1095, 0.0) == pytest.approx(3)

    def test_at_ten_percent_it_is_worth_less(self):
        # (1 - 1.1^-3) / ln 1.1
        assert value_parts.years_worth(1095, 0.10) == pytest.approx(2.609220, abs=1e-6)

    @pytest.mark.parametrize(("rate", "interest"), [(0.2, 0.1), (0.5, 0.0), (1.0, 0.1), (0, 0.1)])
    def test_what_is_taken_up_agrees_with_the_integral(self, rate, interest):
        def flow(s):
            return (1 - (1 - min(rate, 1 - 1e-12)) ** s) * (1 + interest) ** -s

        found = value_parts.taken_up(np.array([rate]), 730, interest)
        assert found[0] == pytest.approx(quad(flow, 0, 2)[0], abs=1e-6)


class TestGrowth:
    def test_headroom_times_margin_times_what_is_taken_up(self):
        rates = part(0.5, 0.4, 0.6)
        found = value_parts.growth(np.array([1000.0]), rates, 0.3 * ONE, 0.8 * ONE, 365, 0.0)
        # 1 - (1 - e^-ln2) / ln2 of a year's 1000 at a margin of 30 %, four in five alive.
        assert found.value[0] == pytest.approx(1000 * 0.3 * 0.8 * (1 - 0.5 / np.log(2)))
        assert found.low[0] < found.value[0] < found.high[0]

    def test_more_business_at_a_loss_is_no_gain(self):
        found = value_parts.growth(1000 * ONE, part(0.5, 0.4, 0.6), -ONE, ONE, 365, 0.0)
        assert found.value[0] == 0

    def test_the_basket_is_filled_up_at_the_customers_own_size(self):
        # Buys what makes 60 % of its industry's sales; what it lacks makes 15 %.
        found = value_parts.headroom_of_basket(1200 * ONE, 0.6 * ONE, 0.15 * ONE)
        assert found[0] == pytest.approx(300)

    def test_no_more_than_doubled_and_nothing_from_nothing(self):
        revenue, held = np.array([100.0, 100.0, -5.0]), np.array([0.1, 0.0, 0.5])
        found = value_parts.headroom_of_basket(revenue, held, np.array([0.9, 0.9, 0.5]))
        assert found.tolist() == [100, 0, 0]


class TestRates:
    def test_few_cases_are_drawn_towards_all(self):
        found = value_parts.take_up_rates(np.array([5, 45]), np.array([10, 490]))
        # All together one in ten: (5 + 10 x 0.1) / 20 and (45 + 1) / 500.
        assert found.value.tolist() == pytest.approx([0.3, 0.092])
        assert (found.low < found.value).all()
        assert (found.high > found.value).all()

    def test_nobody_could(self):
        found = value_parts.take_up_rates(np.zeros(1), np.zeros(1))
        assert (found.value[0], found.low[0]) == (0, 0)

    def test_wilsons_ends(self):
        # z = 1.281552: (0.5 + z^2 / 20 -+ z sqrt(0.025 + z^2 / 400)) / (1 + z^2 / 10)
        low, high = value_parts.wilson(np.array([0.5]), np.array([10.0]))
        assert (low[0], high[0]) == pytest.approx((0.312204, 0.687796), abs=1e-6)

    def test_share_gained_of_what_was_open(self):
        before, after = np.array([0.5, 0.2, 0.0, 0.5, 0.8]), np.array([0.6, 0.2, 0.3, 0.5, 0.8])
        # 0.2, 0, 0.3, 0, 0
        assert value_parts.share_gain(before, after).value == pytest.approx(0.1)

    def test_too_few_tell_nothing_and_losses_are_no_growth(self):
        few = np.array([0.5] * 4)
        assert value_parts.share_gain(few, few) is None
        five = np.array([0.5] * 5)
        assert value_parts.share_gain(five, five - 0.1).value == 0
        assert value_parts.share_gain(np.ones(9), np.ones(9)) is None


class TestReferral:
    def test_own_rate_is_steadied_by_three_years_of_the_peers(self):
        found = value_parts.referral_rate(np.array([2, 0]), np.array([2.0, 7.0]), 0.1)
        assert found.tolist() == pytest.approx([(2 + 0.3) / 5, 0.3 / 10])

    def test_brought_ones_and_expected_ones_add_up(self):
        found = value_parts.referral(part(500, 300, 900), 0.4 * ONE, 1000.0, 0.5 * ONE, 2.5)
        # 500, and 0.4 x 0.5 x 2.5 = half a customer of 1000.
        assert found.value[0] == pytest.approx(1000)
        # Of Poisson's counts with mean 0.5, none is the 10th percentile and 1 the 90th.
        assert (found.low[0], found.high[0]) == pytest.approx((300, 1900))


class TestKnowledge:
    def test_the_pace_of_the_last_years_goes_on(self):
        found = value_parts.knowledge(np.array([3.0]), np.array([600.0]), 0.5 * ONE, 2.6, 3.0)
        assert found.value[0] == pytest.approx(600 / 3 * 2.6 * 0.5)

    def test_no_ideas_no_value(self):
        found = value_parts.knowledge(np.zeros(1), np.zeros(1), ONE, 2.6, 3.0)
        assert (found.value[0], found.low[0], found.high[0]) == (0, 0, 0)


def test_lifetime_value_is_the_sum_less_the_cost():
    cost = value_parts.cost_to_serve(np.array([100.0]), 0.5 * ONE, 2.0)
    found = value_parts.lifetime([part(1000, 500, 2000), part(50, 20, 90)], cost)
    assert (found.value[0], found.low[0], found.high[0]) == (950, 420, 1990)


class TestLoyalty:
    def test_mean_of_what_is_known(self):
        found = value_parts.loyalty(
            np.array([0.9, 0.9]), np.array([0.5, 2.0]), np.array([1, 0]), np.array([np.nan, 0.3])
        )
        assert found.tolist() == pytest.approx([100 * (0.9 + 0.5 + 0.5) / 3, 100 * 2.2 / 4])


class TestConcentration:
    def test_the_largest_first(self):
        found = value_parts.concentration(np.array([10.0, 60.0, -5.0, 30.0]))
        assert found.tolist() == [[0.25, 0.6], [0.5, 0.9], [0.75, 1.0]]

    def test_nobody_of_value(self):
        assert len(value_parts.concentration(np.array([0.0, -1.0]))) == 0


@settings(max_examples=25, deadline=None)
@given(
    headroom=st.floats(0, 1e9),
    rate=st.floats(0, 1),
    margin=st.floats(-1, 1),
    alive=st.floats(0, 1),
    ideas=st.integers(0, 1000),
    interest=st.floats(0, 1),
    days=st.integers(1, 3653),
)
def test_no_input_makes_nonsense(headroom, rate, margin, alive, ideas, interest, days):
    years = value_parts.years_worth(days, interest)
    low, high = value_parts.wilson(np.array([rate]), np.array([10.0]))
    rates = Part(np.array([rate]), low, high)
    shares = alive * ONE, margin * ONE
    parts = [
        value_parts.growth(headroom * ONE, rates, shares[1], shares[0], days, interest),
        value_parts.referral(part(0, 0, 0), rate * ONE, headroom, shares[0], years),
        value_parts.knowledge(ideas * ONE, headroom * ideas * ONE, shares[0], years, 3.0),
    ]
    for found in (*parts, value_parts.lifetime(parts, headroom * ONE)):
        assert np.isfinite([found.low, found.value, found.high]).all()
        least = 1e-6 + 1e-9 * np.abs(found.value)
        assert found.low <= found.value + least
        assert found.value <= found.high + least
