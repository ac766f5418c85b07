import numpy as np
import pytest

from lifecycle.analytics import gamma_gamma, mbgnbd, value
from lifecycle.analytics.summaries import Summary, daily, summarise, window_net

POPULATION = value.Population(order=100.0, net_ratio=0.9, margin=0.4)
LOYAL = mbgnbd.Fit(1.0, 1.0, 1e-9, 1.0)
SPEND = gamma_gamma.Fit(2.0, 3.0, 10.0)


def one(purchases=2, last=3, cut=3, gross=40.0, net=40.0, **costs) -> Summary:
    """One customer that first bought on day 0."""
    numbers = (0, last, purchases, gross, net, 0.0, 0.0, 0, 0)
    return Summary(cut, *(np.array([number]) for number in numbers), **costs)


def test_net_ratio_by_hand_is_drawn_to_the_population():
    # (400 + 300x0.9) / (700 + 300); no sales at all: the population's.
    found = value.net_ratio(POPULATION, np.array([700.0, 0.0]), np.array([400.0, 0.0]))
    assert found.tolist() == pytest.approx([0.67, 0.9])


def test_more_returned_than_bought_is_worth_nothing_not_less():
    assert value.net_ratio(POPULATION, np.array([0.0]), np.array([-500.0]))[0] == 0


def test_margin_by_hand_is_drawn_to_the_population():
    # k = 270: (730 - 365 + 270x0.4) / (730 + 270); without known costs the population's.
    drawn, own = value.margin(POPULATION, np.array([730.0, 0]), np.array([365.0, 0]), 0.3, 2)
    assert drawn.tolist() == pytest.approx([0.473, 0.4])
    assert own.tolist() == [True, False]


def test_without_any_known_cost_the_margin_is_the_assumed_one():
    drawn, own = value.margin(value.Population(100.0, 0.9), None, None, 0.3, 2)
    assert (drawn.tolist(), own.tolist()) == ([0.3, 0.3], [False, False])


def test_population_by_hand():
    costs = {"costed_net": np.array([20.0]), "cost": np.array([15.0])}
    found = value.Population.of(one(purchases=4, gross=40.0, net=30.0, **costs))
    assert (found.order, found.net_ratio, found.margin) == (10.0, 0.75, 0.25)
    nothing = value.Population.of(one(purchases=0, gross=0.0, net=-9.0))
    assert (nothing.order, nothing.net_ratio, nothing.margin) == (0.0, 1.0, None)


def test_gross_purchases_by_hand():
    # Rate (1+1)/(1+3) a day over 2 days is 1 purchase; 2 (10 + 2x20) / (2x2 + 3 - 1) each.
    found = value.gross_purchases(LOYAL, SPEND, one(), 2)
    assert found.count[0] == pytest.approx(1.0)
    assert found.spend[0] == pytest.approx(100 / 6)
    assert found.expected[0] == pytest.approx(100 / 6)
    assert found.if_alive[0] == pytest.approx(100 / 6)


def test_customers_that_never_bought_expect_nothing():
    found = value.gross_purchases(LOYAL, SPEND, one(purchases=0, gross=0.0), 365)
    assert [found.expected[0], found.low[0], found.high[0], found.alive[0]] == [0, 0, 0, 0]


def test_interval_by_hand():
    # Certain to be active, mean 1, mean square e: log-normal with mu -1/2 and sigma 1.
    low, high = value.interval(np.array([1.0]), np.array([np.e]), np.array([1.0]))
    assert [low[0], high[0]] == pytest.approx(np.exp([-1.2815516 - 0.5, 1.2815516 - 0.5]))


def test_interval_of_a_customer_that_may_have_left_starts_at_nothing_and_holds_the_mean():
    low, high = value.interval(np.array([10.0]), np.array([400.0]), np.array([0.5]))
    assert low[0] == 0
    assert high[0] > 10
    low, high = value.interval(np.array([1.0]), np.array([100.0]), np.array([0.05]))
    assert (low[0], high[0]) == (0, 1)


def test_discount_by_the_day_makes_the_annual_rate():
    assert np.exp(365 * value.daily_discount(0.10)) == pytest.approx(1.10)


def simulated(n=8_000, cut=900, horizon=1096):
    """Customers drawn from the model itself: known figures and what they go on to spend."""
    rng = np.random.default_rng(21)
    rate, leaves = rng.gamma(0.8, 1 / 40, n), rng.beta(0.6, 3.0, n)
    size, time = rng.gamma(3.5, 1 / 800, n), rng.integers(0, 800, n).astype(float)
    alive, rows = np.ones(n, dtype=bool), []
    while alive.any():
        who = np.flatnonzero(alive)
        rows.append((who, np.floor(time[who]).astype(int), rng.gamma(3.0, 1 / size[who])))
        alive[who] = rng.random(len(who)) > leaves[who]
        time = time + rng.exponential(1 / rate)
        alive &= time < cut + horizon
    who, day, amount = (np.concatenate(column) for column in zip(*rows, strict=True))
    who, day, amount, _, _ = daily(who, day, amount, amount)
    known = summarise(who, day, amount, amount, cut=cut, customers=n)
    return known, window_net(who, day, amount, after=cut, until=cut + horizon, customers=n)


def test_eight_of_ten_outcomes_lie_within_the_interval():
    known, later = simulated()
    timing = mbgnbd.fit(known.x, known.t_x, known.T)
    spend = gamma_gamma.fit(known.purchases, known.mean_gross)
    found = value.gross_purchases(timing, spend, known, 1096)
    assert found.expected.sum() == pytest.approx(later.sum(), rel=0.05)
    assert (later > found.high).mean() == pytest.approx(0.10, abs=0.015)
    # Nothing lies below 0, where the interval of the less certain half starts.
    frequent = known.x >= 5
    within = (later >= found.low) & (later <= found.high)
    assert within[frequent].mean() == pytest.approx(0.80, abs=0.03)
