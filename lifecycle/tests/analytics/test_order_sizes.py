"""The last orders beside all before, computed by hand."""

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import norm, t

from lifecycle.analytics import order_sizes
from lifecycle.analytics.dealing_days import Days
from lifecycle.analytics.order_sizes import Orders

CUT = 1_000
USUAL = (90, 110) * 6  # twelve orders before


def ordered(*customers, every: int = 10) -> Days:
    """Orders of these amounts, the last one today and the others so many days apart each."""
    rows = [
        (who, CUT - every * (len(amounts) - 1 - n), amount)
        for who, amounts in enumerate(customers)
        for n, amount in enumerate(amounts)
    ]
    table = np.array(rows, dtype=float).reshape(-1, 3)
    gross, zero = table[:, 2], np.zeros(len(rows))
    who, day = table[:, 0].astype(int), table[:, 1].astype(int)
    return Days(len(customers), who, day, gross, zero, gross, gross, zero)


def smaller(*amounts, gap: float = 10.0, spread: float = 0.2, low=None, every: int = 10):
    orders = Orders.of(ordered(amounts, every=every), CUT)
    found = order_sizes.smaller_orders(orders, gap=np.array([gap]), spread=spread, low=low)
    return found.iloc[0]


def test_two_smaller_orders_by_hand():
    found = smaller(*USUAL, 70, 65, gap=60.0, spread=0.4)
    logs = np.log(USUAL)
    before, now = logs.mean(), np.log([70, 65]).mean()
    # Eleven degrees of freedom of its own and four of all customers, of a spread of 0.4.
    variance = (4 * 0.4**2 + ((logs - before) ** 2).sum()) / 15
    score = (before - now) / np.sqrt(variance * (1 / 2 + 1 / 12))
    assert found["score"] == pytest.approx(norm.isf(t.sf(score, 15)), abs=0.02)
    assert (found["order_before"], found["order_now"]) == (100, 67.5)
    assert (found["orders"], found["days"]) == (2, 11)
    assert found["change"] == pytest.approx(-0.325)
    assert found["strength"] == pytest.approx(0.325 * ndtr(found["score"]))


def test_an_odd_order_counts_for_two_and_a_half_spreads():
    # However small it was: 2.5 over the root of 1 + 1/12.
    tiny = smaller(*USUAL, 1, gap=60.0)["score"]
    assert tiny == smaller(*USUAL, 30, gap=60.0)["score"]
    score = 2.5 / np.sqrt(1 + 1 / 12)
    assert tiny == pytest.approx(norm.isf(t.sf(score, 15)), abs=0.02)
    assert smaller(*USUAL, 1)["strength"] == 0
    assert smaller(*USUAL, 1, 30)["strength"] > 0


def test_the_surest_number_of_orders_stands():
    assert smaller(*USUAL, 30, gap=60.0)["orders"] == 1
    assert smaller(*USUAL, 60, 60, 60, 60, 60)["orders"] == 5


@pytest.mark.parametrize(
    "amounts",
    [
        (*USUAL, 75, 75),  # not by 30 %
        (90, 110, 90, 50),  # three to compare with
        (20, 180) * 4 + (60, 60),  # amounts that come and go
        USUAL,
        (),
    ],
)
def test_orders_that_are_not_clearly_smaller_are_no_signal(amounts):
    found = smaller(*amounts)
    assert (found["strength"], found["score"]) == (0, 0)


def test_what_was_bought_a_quarter_ago_is_not_lately():
    assert smaller(*USUAL, 40, 40, 40, gap=60.0, every=46)["orders"] == 2
    assert smaller(*USUAL, 40, 40, 40, gap=60.0, every=91)["orders"] == 1


def test_who_orders_often_wants_a_surer_fall():
    # Chance gets more tries: 365 times a year as against 6.
    assert smaller(*USUAL, 65, 70, gap=60.0)["strength"] > 0
    assert smaller(*USUAL, 65, 70, gap=1.0)["strength"] == 0


def test_a_year_ago_they_were_as_small():
    season = np.array([0.6]), np.array([0.1])
    assert smaller(*USUAL, 50, 50, low=season)["strength"] == 0
    found = smaller(*USUAL, 25, 25, low=season, gap=60.0)
    left = (1 + found["change"]) * np.exp(0.6)  # of what that season would bring
    assert found["strength"] == pytest.approx((1 - left) * ndtr(found["score"]))


def test_a_low_season_by_hand():
    # Of eight orders those of a year ago, four, were of half the price.
    days = ordered((100, 50, 50, 50, 50, 100, 100, 100))
    around = days.within(CUT - 65, CUT - 25)
    orders = Orders.of(days, CUT)

    def low_season(told, own=None):
        low, doubt = order_sizes.low_season(
            orders, around, told=np.array([told]), spread=0.4, season=0.5, own=own
        )
        return low[0], doubt[0]

    assert low_season(True) == (pytest.approx(np.log(2) / 2), 1 / 4)
    assert low_season(False) == (pytest.approx(np.log(2)), 0)
    # Chance is 0.4^2 / 4 = 0.04: where seasons differ by as much, half of it stands; by none, none.
    assert low_season(True, own=0.04) == pytest.approx((np.log(2) / 4, 1 / 8))
    assert low_season(True, own=0.0) == (0, 0)


def test_how_much_seasons_differ_is_found_in_what_chance_does_not_explain():
    """Logarithms of 16 orders by chance (0.3), a year ago moved by 0.5 for one of two customers."""
    rng = np.random.default_rng(5)
    around, size = slice(4, 8), (600, 16)

    def of(moved):
        logs = 5 + rng.normal(0, 0.3, size)
        logs[::2, around] += moved
        days = ordered(*np.exp(logs))
        window = days.within(CUT - 120, CUT - 80)
        assert (window.purchases == 4).all()
        return order_sizes.own_seasons(Orders.of(days, CUT), window, np.ones(600, dtype=bool))

    assert of(0.0) == pytest.approx(0, abs=0.002)
    # Half of them by three quarters of 0.5, less what the move adds to the spread by itself.
    added = (0.5**2 * 3 / 16 * 16 / 15) * (1 / 4 - 1 / 16)
    assert of(0.5) == pytest.approx(((0.5 * 3 / 4) ** 2 - added) / 2, abs=0.01)


def test_of_few_customers_nobody_knows_how_much_seasons_differ():
    days = ordered(*[USUAL] * 99)
    around = days.within(CUT - 80, CUT - 40)
    everybody = np.ones(99, dtype=bool)
    assert order_sizes.own_seasons(Orders.of(days, CUT), around, everybody) is None
    none = ordered()
    nobody = np.zeros(0, dtype=bool)
    assert order_sizes.own_seasons(Orders.of(none, CUT), none.within(0, 9), nobody) is None


def test_the_spread_of_amounts_by_their_variation():
    # Of a log-normal with sigma 0.4; gamma amounts are spread a little wider for the same.
    assert order_sizes.spread_of(np.exp(0.16) - 1) == pytest.approx(0.435, abs=0.01)
    assert order_sizes.spread_of(0.0) == 0.1
    assert order_sizes.spread_of(np.inf) == 2.0


def test_customers_do_not_touch_each_other_and_order_of_rows_within_a_day_is_one():
    orders = Orders.of(ordered((*USUAL, 40, 50), (), USUAL), CUT)
    both = order_sizes.smaller_orders(orders, gap=np.full(3, 10.0), spread=0.2)
    assert both.iloc[0].tolist() == pytest.approx(smaller(*USUAL, 40, 50).tolist())
    assert both["strength"][1:].tolist() == [0, 0]
