"""Regular customers: the formulas against integration and simulation, and the choice of k."""

from math import factorial

import numpy as np
import pytest
from scipy.special import gammaincc
from scipy.stats import beta, gamma

from lifecycle.analytics import cnbd, mbgnbd

from .simulated import draw, follow

# As in the tests of BTYDplus: weeks.
REGULAR = mbgnbd.Fit(0.85, 1.45, 0.79, 2.42, k=3)


def of(*values):
    return [np.array([float(value)]) for value in values]


NODES, WEIGHTS = np.polynomial.legendre.leggauss(120)


def integrated(fit, gaps, T):
    """A customer's likelihood and chance to be alive by integration over rate and chance to
    leave, without a formula of the model.
    """
    most = 60 / fit.alpha
    rate, p = most * (NODES[:, None] + 1) / 2, (NODES[None, :] + 1) / 2
    mass = gamma.pdf(rate, fit.r, scale=1 / fit.alpha) * beta.pdf(p, fit.a, fit.b)
    mass = mass * WEIGHTS[:, None] * WEIGHTS[None, :] * most / 4
    for gap in gaps:
        mass = mass * (1 - p) * gamma.pdf(gap, fit.k, scale=1 / rate)
    waits = (1 - p) * gammaincc(fit.k, rate * (T - sum(gaps)))
    whole = (mass * (p + waits)).sum()
    return whole, (mass * waits).sum() / whole


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize(("gaps", "T"), [((), 6.0), ((2.0, 3.0, 1.5), 9.0)])
def test_likelihood_and_chance_to_be_alive_equal_integration(k, gaps, T):
    fit = mbgnbd.Fit(2.0, 2.5, 2.0, 3.0, k=k)
    x, t_x, T_ = of(len(gaps), sum(gaps), T)
    found, _ = mbgnbd.log_likelihood(
        np.array([fit.r, fit.alpha, fit.a, fit.b]), (x, t_x, T_), np.ones(1), k=k
    )
    found += sum((k - 1) * np.log(g) - np.log(factorial(k - 1)) for g in gaps)
    whole, alive = integrated(fit, gaps, T)
    assert found == pytest.approx(np.log(whole), abs=1e-6)
    assert mbgnbd.probability_alive(fit, x, t_x, T_)[0] == pytest.approx(alive, abs=1e-6)


def test_the_gradient_is_that_of_the_likelihood():
    rows = (np.array([0.0, 1, 4]), np.array([0.0, 3, 20]), np.array([9.0, 12, 21]))
    weights, point = np.array([3.0, 2, 1]), np.array([0.7, 5.0, 0.9, 2.2])
    _, gradient = mbgnbd.log_likelihood(point, rows, weights, k=4)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-6
        high, _ = mbgnbd.log_likelihood(point + step, rows, weights, k=4)
        low, _ = mbgnbd.log_likelihood(point - step, rows, weights, k=4)
        assert gradient[place] == pytest.approx((high - low) / 2e-6, rel=1e-5)


def test_without_regularity_it_is_the_model_without():
    rows = of(3, 20, 30)
    plain, regular = mbgnbd.Fit(1.0, 5.0, 0.9, 2.0), mbgnbd.Fit(1.0, 5.0, 0.9, 2.0, k=1)
    assert plain == regular
    shape, gone, z = np.array([4.0]), np.array([0.3]), np.array([0.5])
    assert cnbd.within(1, shape, gone, z)[0] == pytest.approx(1 - 1.5**-4)
    assert cnbd.added_count(1, shape, gone, np.array([0.2]), z)[0] == pytest.approx(0, abs=1e-12)
    assert mbgnbd.silence(regular, *rows)[0] == pytest.approx(1 - (25 / 35) ** 4)


def test_silence_of_two_events_by_hand():
    # s = r + k x = 3, u = (4 - 1) / (2 + 4): 1 - (1 - u)^3 (1 + 3 u) = 1 - 0.125 * 2.5.
    found = mbgnbd.silence(mbgnbd.Fit(1.0, 2.0, 1.0, 1.0, k=2), *of(1, 1, 4))
    assert found[0] == pytest.approx(1 - 0.125 * 2.5)


@pytest.mark.parametrize(("t_x", "T", "horizon"), [(30.0, 30.0, 40.0), (22.0, 30.0, 8.0)])
def test_expected_purchases_equal_a_simulation(t_x, T, horizon):
    """Of customers with these purchases; drawn from what is known of them after the last one."""
    fit, x, n = REGULAR, 6, 300_000
    rng = np.random.default_rng(5)
    rate = rng.gamma(fit.r + fit.k * x, 1 / (fit.alpha + t_x), n)
    leaves = rng.beta(fit.a, fit.b + x, n)  # stayed after each purchase but perhaps the last
    drawn = follow(fit, rate, leaves, np.full(n, T - t_x), horizon, rng)
    silent = drawn.x == 0
    count = mbgnbd.expected_count(fit, *of(x, t_x, T), horizon)[0]
    assert count == pytest.approx(drawn.later[silent].mean(), rel=0.02)
    alive = mbgnbd.probability_alive(fit, *of(x, t_x, T))[0]
    assert alive == pytest.approx(drawn.alive[silent].mean(), abs=0.01)
    active = mbgnbd.probability_active(fit, *of(x, t_x, T), horizon)[0]
    assert active == pytest.approx((drawn.later[silent] > 0).mean(), abs=0.01)
    moments = mbgnbd.count_moments_if_alive(fit, *of(x, t_x, T), horizon)
    square = (drawn.later[silent] ** 2).mean()
    assert alive * (moments[1] + moments[2])[0] == pytest.approx(square, rel=0.06)


def test_k_and_parameters_of_a_drawn_base_come_back():
    rng = np.random.default_rng(3)
    T = np.round(rng.uniform(12, 96, 4_000) / 12) * 12
    base = draw(REGULAR, T, 32, rng)
    found = mbgnbd.fit_regular(base.x, base.t_x, base.T, base.log_gaps)
    assert found.k == 3
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx(
        [0.85, 1.45, 0.79, 2.42], rel=0.15
    )
    count = mbgnbd.expected_count(REGULAR, base.x, base.t_x, base.T, 32)
    assert count.sum() == pytest.approx(base.later.sum(), rel=0.03)
    alive = mbgnbd.probability_alive(REGULAR, base.x, base.t_x, base.T)
    assert alive.sum() == pytest.approx(base.alive.sum(), rel=0.03)


def test_a_base_without_regularity_gets_none():
    rng = np.random.default_rng(4)
    plain = mbgnbd.Fit(0.85, 1.45, 0.79, 2.42)
    base = draw(plain, rng.uniform(12, 96, 3_000), 1, rng)
    assert mbgnbd.fit_regular(base.x, base.t_x, base.T, base.log_gaps).k == 1


@pytest.mark.parametrize("k", [2, 5, 12])
def test_the_later_the_last_purchase_the_surer_the_customer(k):
    t_x = np.linspace(0, 400, 200)
    fit = mbgnbd.Fit(0.8, 30.0, 0.7, 2.0, k=k)
    alive = mbgnbd.probability_alive(fit, 4 + 0 * t_x, t_x, 400 + 0 * t_x)
    active = mbgnbd.probability_active_anew(fit, 4 + 0 * t_x, t_x, 400 + 0 * t_x, 30)
    assert (np.diff(alive) >= -1e-12).all()
    assert (np.diff(active) >= -1e-12).all()


def test_the_unit_of_time_changes_no_likelihood_but_its_density():
    rng = np.random.default_rng(9)
    base = draw(REGULAR, np.full(500, 50.0), 1, rng)
    weeks = mbgnbd.fit(base.x, base.t_x, base.T, k=2, log_gaps=base.log_gaps)
    in_days = base.log_gaps + base.x * np.log(7)
    days = mbgnbd.fit(base.x, base.t_x * 7, base.T * 7, k=2, log_gaps=in_days)
    assert days.log_likelihood == pytest.approx(
        weeks.log_likelihood - base.x.sum() * np.log(7), abs=1e-3
    )
