"""The season ahead by hand, and that it is used where it did better at an earlier cut."""

import numpy as np
import pytest

from lifecycle.analytics import backtest, scoring
from lifecycle.analytics.season import Season, season

from .simulated import days_of

YEARS_3 = np.arange(1, 1096)


def of_equal_customers(net, cut=1095, horizon=91, customers=3):
    who = np.repeat(np.arange(customers), len(net))
    day = np.tile(YEARS_3[: len(net)], customers)
    return season(who, day, np.tile(net, customers), cut, horizon)


def test_a_quarter_that_was_twice_as_strong_a_year_ago():
    # Day 731 to 821, of the year from 594 to 958: 91 x 2 + 274 over 365 of 1.
    net = np.where((YEARS_3 > 730) & (YEARS_3 <= 821), 2.0, 1.0)
    found = of_equal_customers(net)
    assert found.average == pytest.approx(2 / ((91 * 2 + 274) / 365))
    assert found.window == pytest.approx(2)


def test_even_dealings_have_no_season_and_growth_is_none():
    assert of_equal_customers(np.ones(1095)) == Season(1, 1)
    assert of_equal_customers(1.0 + YEARS_3 / 365).average == pytest.approx(1, abs=0.01)


def test_who_came_later_is_not_taken_for_a_season():
    customer = np.repeat(np.arange(6), 1095)
    day = np.tile(YEARS_3, 6)
    net = np.where(day > 730, 2.0, 1.0)
    known = (customer < 3) | (day > 735)
    found = season(customer[known], day[known], net[known], 1095, 91)
    assert found.window == pytest.approx(2)
    late = (customer < 3) | (day > 1_000)
    assert season(customer[late], day[late], net[late], 1095, 91).window == pytest.approx(2)


def test_what_few_large_customers_did_is_no_season():
    strong = np.where((YEARS_3 > 730) & (YEARS_3 <= 821), 3.0, 1.0)
    assert of_equal_customers(strong, customers=1) == Season(1, 1)
    # One buys a thousand times as much as the fifty who are even.
    customer = np.repeat(np.arange(51), 1095)
    net = np.where(customer == 0, 1_000 * np.tile(strong, 51), 1.0)
    found = season(customer, np.tile(YEARS_3, 51), net, 1095, 91)
    assert found == Season(1, 1)


@pytest.mark.parametrize(("days", "horizon"), [(729, 91), (1095, 365)])
def test_without_two_years_or_over_a_whole_one_nothing_is_said(days, horizon):
    assert of_equal_customers(np.ones(days), cut=days, horizon=horizon) is None


def test_nothing_sold_a_year_ago_says_nothing():
    assert of_equal_customers(np.where(YEARS_3 < 10, 1.0, 0.0)) == Season(1, 1)


def test_forecasts_follow_the_season():
    plain = {name: np.array([10.0]) for name in ("model", "last_window", "historic")}
    found = scoring.in_season(plain, Season(1.5, 0.5))
    assert (found["model"][0], found["historic"][0], found["last_window"][0]) == (15, 15, 5)


@pytest.mark.parametrize("strong", [True, False])
def test_a_base_with_seasons_is_forecast_by_them(strong):
    rng = np.random.default_rng(3)
    n = 1_500
    chance = (lambda day: 0.5 + 0.45 * np.sin(2 * np.pi * day / 365)) if strong else None
    days = days_of(
        rng.gamma(2.0, 1 / 30, n),
        rng.integers(1, 400, n),
        rng.beta(0.5, 8, n),
        1_600,
        rng,
        season=chance,
    )
    found = backtest.run(days, 1_400, 91)
    assert found["two_seasons"] is True
    if strong:
        assert found["season_adjusted"] is True
        assert found["model"]["mae"] < found["bg_gg"]["mae"]
