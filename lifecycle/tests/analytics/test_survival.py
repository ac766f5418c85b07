import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import survival

counts = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 5)), max_size=25)


class TestKaplanMeier:
    def test_the_curve_by_hand(self):
        # Ten customers: 2 end after 1 year, 1 is censored at 2, 1 ends after 3, 6 stay for 4.
        curve = survival.kaplan_meier([1, 2, 3, 4], [2, 0, 1, 0], [0, 1, 0, 6])
        assert curve["at_risk"].tolist() == [10, 8, 7, 6]
        # 8/10, then 8/10 x 6/7.
        assert curve["share"].tolist() == pytest.approx([0.8, 0.8, 0.8 * 6 / 7, 0.8 * 6 / 7])

    def test_the_published_remissions_of_freireich(self):
        # 6-mercaptopurine arm of Freireich et al. 1963 (21 patients), as in Kalbfleisch & Prentice:
        # S(6) = .857, S(7) = .807, S(10) = .753, S(13) = .690, S(16) = .627, S(22) = .538,
        # S(23) = .448.
        times = [6, 7, 9, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 34, 35]
        ended = [3, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
        still = [1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 1]
        curve = survival.kaplan_meier(times, ended, still).set_index("time")
        published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
        for time, share in published.items():
            assert curve["share"][time] == pytest.approx(share, abs=0.0006)
        # Greenwood's standard error at 6 is .0764; on the log-log scale (.620, .952).
        assert (curve["low"][6], curve["high"][6]) == pytest.approx((0.620, 0.952), abs=0.001)
        assert survival.median_time(curve.reset_index()) == 23

    def test_equal_spans_are_added_and_the_order_is_nothing(self):
        once = survival.kaplan_meier([3, 1], [2, 1], [0, 4])
        twice = survival.kaplan_meier([1, 3, 1, 3], [1, 1, 0, 1], [2, 0, 2, 0])
        assert once.equals(twice)

    def test_nobody_has_ended(self):
        curve = survival.kaplan_meier([2], [0], [5])
        assert curve[["share", "low", "high"]].to_numpy().tolist() == [[1, 1, 1]]
        assert survival.median_time(curve) is None

    def test_everybody_has_ended(self):
        curve = survival.kaplan_meier([2], [5], [0])
        assert curve["share"].tolist() == [0]
        assert survival.median_time(curve) == 2

    def test_there_is_nobody(self):
        assert survival.kaplan_meier([], [], []).empty
        assert survival.kaplan_meier([1], [0], [0]).empty

    @settings(max_examples=30, deadline=None)
    @given(counts)
    def test_shares_fall_from_one_and_stay_within_their_interval(self, rows):
        times, ended, still = np.array(rows, dtype=float).reshape(-1, 3).T
        curve = survival.kaplan_meier(times, ended, still)
        assert np.isfinite(curve.to_numpy()).all()
        assert (np.diff(curve["share"], prepend=1.0) <= 1e-12).all()
        assert (curve["low"] <= curve["share"] + 1e-12).all()
        assert (curve["share"] <= curve["high"] + 1e-12).all()
        assert curve["share"].between(0, 1).all()


class TestMedianOfCounts:
    def test_within_its_month_by_even_spread(self):
        # Ten customers: the fifth stands in month 3, where 3 came before and 4 are.
        assert survival.median_of_counts([0, 3, 9], [3, 4, 3]) == pytest.approx(3.5)

    def test_one_customer_is_in_the_middle_of_its_month(self):
        assert survival.median_of_counts([7], [1]) == 7.5

    def test_nobody(self):
        assert survival.median_of_counts([], []) is None
        assert survival.median_of_counts([1], [0]) is None
