import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import mbgnbd

ONES = mbgnbd.Fit(1.0, 1.0, 1.0, 1.0)
ONES_BG = mbgnbd.Fit(1.0, 1.0, 1.0, 1.0, variant="bg")
LOYAL = mbgnbd.Fit(1.0, 1.0, 1e-9, 1.0)


def of(x, t_x, T):
    return np.array([x]), np.array([t_x]), np.array([T])


def test_probability_alive_by_hand():
    # ln((1+3)/(1+1)) twice is ln 4; MBG divides the odds by B+x-1 = 2, BG by 1.
    assert mbgnbd.probability_alive(ONES, *of(1, 1, 3))[0] == pytest.approx(1 / 3)
    assert mbgnbd.probability_alive(ONES_BG, *of(1, 1, 3))[0] == pytest.approx(1 / 5)


def test_one_time_buyers_are_always_alive_in_bg_but_not_in_mbg():
    assert mbgnbd.probability_alive(ONES_BG, *of(0, 0, 500))[0] == 1
    assert mbgnbd.probability_alive(ONES, *of(0, 0, 1))[0] == pytest.approx(1 / 3)


def test_probability_active_by_hand():
    # Alive in 1 of 3 cases; idle for 4 more days with (4/8)^2 = 1/4.
    assert mbgnbd.probability_active(ONES, *of(1, 1, 3), 4)[0] == pytest.approx(1 / 4)


def test_silence_by_hand_and_none_on_the_day_of_a_purchase():
    assert mbgnbd.silence(ONES, *of(1, 1, 3))[0] == pytest.approx(3 / 4)
    assert mbgnbd.silence(ONES, *of(5, 30, 30))[0] == 0


def test_a_customer_that_never_leaves_buys_at_its_expected_rate():
    # (r+x)/(alpha+T) = 2/4 a day over 2 days, and discounted at 10 % a day.
    assert mbgnbd.expected_count(LOYAL, *of(1, 3, 3), 2)[0] == pytest.approx(1.0)
    discounted = mbgnbd.expected_count(LOYAL, *of(1, 3, 3), 2, 0.1)[0]
    assert discounted == pytest.approx(0.5 * (1 - np.exp(-0.2)) / 0.1)


def test_moments_of_discounted_purchases_equal_a_simulation():
    fit, x, T, horizon, delta = mbgnbd.Fit(0.52, 6.18, 0.89, 1.61), 3, 30.0, 39.0, 0.01
    rng, n = np.random.default_rng(7), 200_000
    rate = rng.gamma(fit.r + x, 1 / (fit.alpha + T), n)
    leaves = rng.beta(fit.a, fit.shift + x, n)
    time, alive = np.zeros(n), np.ones(n, dtype=bool)
    total, squares = np.zeros(n), np.zeros(n)
    while alive.any():
        time += rng.exponential(1 / rate)
        alive &= time < horizon
        weight = np.where(alive, np.exp(-delta * time), 0.0)
        total, squares = total + weight, squares + weight**2
        alive &= rng.random(n) > leaves
    moments = mbgnbd.count_moments_if_alive(fit, *of(x, 0, T), horizon, delta)
    simulated = [total.mean(), squares.mean(), (total**2 - squares).mean()]
    assert np.ravel(moments).tolist() == pytest.approx(simulated, rel=0.02)


@pytest.mark.parametrize("variant", ["bg", "mbg"])
def test_the_gradient_is_that_of_the_likelihood(variant):
    rows = (np.array([0.0, 1, 4]), np.array([0.0, 3, 20]), np.array([9.0, 12, 21]))
    weights, point = np.array([3.0, 2, 1]), np.array([0.7, 5.0, 0.9, 2.2])
    _, gradient = mbgnbd.log_likelihood(point, rows, weights, variant)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-6
        high, _ = mbgnbd.log_likelihood(point + step, rows, weights, variant)
        low, _ = mbgnbd.log_likelihood(point - step, rows, weights, variant)
        assert gradient[place] == pytest.approx((high - low) / 2e-6, rel=1e-5)


def test_parameters_of_a_simulated_base_come_back():
    rng, n, T = np.random.default_rng(11), 20_000, 700.0
    rate, leaves = rng.gamma(0.8, 1 / 40, n), rng.beta(0.6, 3.0, n)
    x, t_x, time = np.zeros(n), np.zeros(n), np.zeros(n)
    alive = rng.random(n) > leaves
    while alive.any():
        time += rng.exponential(1 / rate)
        alive &= time < T
        x, t_x = x + alive, np.where(alive, time, t_x)
        alive &= rng.random(n) > leaves
    found = mbgnbd.fit(x, t_x, np.full(n, T))
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx([0.8, 40, 0.6, 3.0], rel=0.1)
    sampled = mbgnbd.fit(x, t_x, np.full(n, T), rng=np.random.default_rng(1), sample=10_000)
    assert sampled.customers == 10_000
    total = mbgnbd.expected_count(found, x, t_x, np.full(n, T), 91).sum()
    assert mbgnbd.expected_count(sampled, x, t_x, np.full(n, T), 91).sum() == pytest.approx(
        total, rel=0.03
    )


def test_dropout_that_the_data_cannot_show_is_reported():
    assert mbgnbd.Fit(1.0, 1.0, 1.0, 99.0).dropout_identifiable
    assert not mbgnbd.Fit(1.0, 1.0, 0.001, 99.0).dropout_identifiable


@pytest.mark.parametrize("customers", [0, 1])
def test_without_customers_or_age_the_prior_comes_back_unconverged(customers):
    nothing = np.zeros(customers)
    found = mbgnbd.fit(nothing, nothing, nothing)
    assert (found.r, found.a, found.b, found.converged) == (1, 1, 1, False)


def test_a_longer_silence_never_makes_a_customer_more_alive():
    T = np.arange(30, 3000)
    alive = mbgnbd.probability_alive(mbgnbd.Fit(0.5, 30, 0.5, 2), 0 * T + 4, 0 * T + 30, T)
    assert (np.diff(alive) <= 0).all()


log_parameter = st.floats(-7, 8).map(np.exp)


@settings(max_examples=300, deadline=None)
@given(
    parameters=st.tuples(log_parameter, log_parameter, log_parameter, log_parameter),
    variant=st.sampled_from(["bg", "mbg"]),
    x=st.integers(0, 20_000),
    T=st.floats(0, 1e6),
    last=st.floats(0, 1),
    horizon=st.floats(0.1, 1e5),
    delta=st.sampled_from([0.0, 1e-6, 3e-4, 0.1]),
)
def test_no_input_gives_anything_but_finite_numbers(
    parameters, variant, x, T, last, horizon, delta
):
    fit = mbgnbd.Fit(*parameters, variant=variant)
    rows = of(x, T * last, T)
    for chance in (
        mbgnbd.probability_alive(fit, *rows),
        mbgnbd.probability_active(fit, *rows, horizon),
        mbgnbd.silence(fit, *rows),
    ):
        assert 0 <= chance[0] <= 1
    count = mbgnbd.expected_count(fit, *rows, horizon, delta)[0]
    assert 0 <= count <= (fit.r + x) / (fit.alpha + T) * horizon * (1 + 1e-6)
    assert all(
        np.isfinite(moment[0]) and moment[0] >= 0
        for moment in mbgnbd.count_moments_if_alive(fit, *rows, horizon, delta)
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.floats(0, 1), st.floats(0, 40_000)),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["bg", "mbg"]),
)
def test_any_customers_can_be_fitted(rows, variant):
    x, last, T = (np.array(column) for column in zip(*rows, strict=True))
    found = mbgnbd.fit(x, last * T, T, variant=variant)
    assert np.isfinite([found.r, found.alpha, found.a, found.b, found.log_likelihood]).all()
