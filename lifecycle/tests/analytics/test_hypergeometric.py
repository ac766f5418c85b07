import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from lifecycle.analytics.hypergeometric import mean_power


def test_a_uniform_chance_by_hand():
    # Beta(1, 1): the integral of (1+p)^-2 over p from 0 to 1 is 1/2.
    found = mean_power(1.0, np.array([1.0]), np.array([2.0]), np.array([1.0]))
    assert found[0] == pytest.approx(1 / 2, rel=1e-14)


@pytest.mark.parametrize(
    ("a", "k", "n", "z"),
    [
        (0.8, 3.0, 4.0, 2.0),
        (5.0, 0.5, 40.0, 0.1),
        (203.8, 9.3, 10.7, 1170.0),
        (900.0, 1500.0, 9, 3),
    ],
)
def test_it_equals_the_integral_also_where_scipy_overflows(a, k, n, z):
    mode = beta(a, k).mean()
    integral, _ = quad(
        lambda p: (1 + p * z) ** -n * beta.pdf(p, a, k), 0, 1, points=[mode], epsabs=0, limit=500
    )
    found = mean_power(a, np.array([k]), np.array([float(n)]), np.array([z]))
    assert found[0] == pytest.approx(integral, rel=1e-6)


def test_at_once_it_is_certain():
    assert mean_power(1.3, np.array([2.0]), np.array([5.0]), np.array([0.0]))[0] == 1
