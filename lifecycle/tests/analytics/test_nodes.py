"""Sums at few ages, brought to all, are those taken for each customer by itself."""

import numpy as np
import pytest

from lifecycle.analytics import mbgnbd
from lifecycle.analytics.nodes import AGES, Nodes, octaves

X = np.repeat([0.0, 1, 3, 40, 700], 200)
T = np.tile(np.r_[0.0, np.unique(np.geomspace(1, 6_000, 199).round(6))], 5)


@pytest.mark.parametrize(
    "fit",
    [
        mbgnbd.Fit(0.9, 40.0, 0.8, 2.5),
        mbgnbd.Fit(0.2, 0.7, 0.3, 0.2),
        mbgnbd.Fit(12.0, 900.0, 0.05, 3.0, variant="bg"),
    ],
)
@pytest.mark.parametrize("horizon", [1, 91, 1096])
def test_an_interpolated_count_is_the_integrated_one(fit, horizon):
    nodes = Nodes(fit.a, fit.shift + X, fit.r + X, fit.alpha + T, horizon)
    integrated = (nodes.rate() * np.exp(-0.0003 * nodes.s)).sum(axis=1)
    found = mbgnbd.count_if_alive(fit, X, T, T, horizon, 0.0003)
    assert found == pytest.approx(integrated, rel=1e-11)


def test_a_customer_gets_the_same_digits_in_any_company():
    x, scale, each = octaves(40.0, X, T)
    some = np.random.default_rng(1).permutation(len(X))[:37]
    x_some, scale_some, each_some = octaves(40.0, X[some], T[some])
    assert np.array_equal(
        each_some(np.sqrt(x_some + 1) / scale_some), each(np.sqrt(x + 1) / scale)[some]
    )


def test_the_ages_of_an_octave_are_few_and_none_is_needed_for_nobody():
    x, scale, each = octaves(10.0, np.zeros(500), np.linspace(0.0, 9.9, 500))
    assert len(x) == len(scale) == AGES
    assert each(np.ones(AGES)) == pytest.approx(np.ones(500), rel=1e-14)
    x, scale, each = octaves(10.0, np.zeros(0), np.zeros(0))
    assert len(x) == len(scale) == len(each(np.zeros(0))) == 0
