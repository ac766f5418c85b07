import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import gamma_gamma

HAND = gamma_gamma.Fit(2.0, 3.0, 10.0)


def test_expected_amount_by_hand():
    # 2 (10 + 2x20) / (2x2 + 3 - 1); of a customer never seen 2x10 / (3-1).
    found = gamma_gamma.expected_mean(HAND, np.array([2, 0]), np.array([20.0, 0.0]))
    assert found.tolist() == pytest.approx([100 / 6, 10.0])


def test_moments_by_hand():
    # Shape 7, rate 50: p^2 u^2 / 30 = 4x2500/30, and (p + p^2) u^2 / 30 for a single amount.
    mean, square, single = gamma_gamma.moments(HAND, np.array([2]), np.array([20.0]))
    assert [mean[0], square[0], single[0]] == pytest.approx([100 / 6, 1000 / 3, 500])


def test_many_purchases_leave_little_to_the_population():
    found = gamma_gamma.expected_mean(HAND, np.array([100_000]), np.array([20.0]))
    assert found[0] == pytest.approx(20.0, rel=1e-3)


def test_parameters_of_simulated_amounts_come_back():
    rng, n = np.random.default_rng(5), 20_000
    purchases = rng.integers(1, 9, n)
    rate = rng.gamma(3.5, 1 / 800, n)
    mean = rng.gamma(3.0 * purchases, 1 / (rate * purchases))
    found = gamma_gamma.fit(purchases, mean)
    assert [found.p, found.q, found.v] == pytest.approx([3.0, 3.5, 800], rel=0.1)
    sampled = gamma_gamma.fit(purchases, mean, rng=np.random.default_rng(1), sample=5_000)
    assert sampled.customers == 5_000
    assert sampled.population_mean == pytest.approx(found.population_mean, rel=0.05)


def test_without_customers_a_neutral_fit_comes_back_unconverged():
    found = gamma_gamma.fit(np.array([0, 3]), np.array([5.0, 0.0]))
    assert (found.converged, found.population_mean) == (False, 1.0)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(-1e9, 1e9)), min_size=1, max_size=8))
def test_any_amounts_give_finite_expectations(rows):
    n, mean = (np.array(column) for column in zip(*rows, strict=True))
    found = gamma_gamma.fit(n, mean)
    for values in gamma_gamma.moments(found, n, mean):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
