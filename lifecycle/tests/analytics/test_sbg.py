import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import sbg


def test_retention_and_survival_by_hand():
    # Beta(1, 1): half renew the first time, two of three the second, three of four the third.
    fit = sbg.Fit(1.0, 1.0)
    assert sbg.retention(fit, np.array([1, 2, 3])).tolist() == pytest.approx([1 / 2, 2 / 3, 3 / 4])
    assert sbg.survival(fit, 3).tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])


def test_cohorts_of_different_age_count_together():
    one = sbg.fit(np.array([2000, 1262, 936, 764]))
    two = sbg.fit(np.array([[1000, 631, 468, 382], [1000, 631, 468, 382]]))
    assert [two.alpha, two.beta] == pytest.approx([one.alpha, one.beta], rel=1e-4)
    young = sbg.fit(np.array([[1000, 631, 468, 382], [500, 315, np.nan, np.nan]]))
    assert [young.alpha, young.beta] == pytest.approx([one.alpha, one.beta], rel=0.05)


def test_nobody_to_learn_from_is_said():
    assert not sbg.fit(np.array([0, 0])).converged
    assert not sbg.fit(np.array([100])).converged


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_any_cohort_gives_a_falling_curve(counts):
    curve = sbg.survival(sbg.fit(np.sort(counts)[::-1]), 5)
    assert np.isfinite(curve).all()
    assert (np.diff(curve) <= 0).all()
