"""The bar on generated bases that are unlike the real ones; most of them by `make soak`.

No less than 300 customers: of fewer, a fifth is a handful, and who is in it is chance.
"""

import json

import numpy as np
import pandas as pd
import pytest

from lifecycle.analytics import backtest

from .simulated import days_of

SEED = 1
N = 2_000
soak = pytest.mark.soak


def ordinary(rng, *, k=1, pace=1.0, order=None, season=None, customers=N):
    rate, leaves = pace * rng.gamma(0.9, 1 / 40, customers), rng.beta(0.6, 3, customers)
    first = rng.integers(1, 900, customers)
    order = rng.lognormal(4.5, 0.9, customers) if order is None else order
    return days_of(rate, first, leaves, 1_400, rng, k=k, order=order, season=season)


def seasonal(rng):
    return ordinary(rng, pace=2, season=lambda day: 0.5 + 0.5 * np.sin(2 * np.pi * day / 365.25))


def regular(rng):
    rate, first = rng.gamma(3, 4 / 75, N), rng.integers(1, 900, N)
    return days_of(rate, first, rng.beta(1, 15, N), 1_400, rng, k=4)


def mostly_once(rng):
    rate, first = rng.gamma(0.3, 1 / 60, N), rng.integers(1, 900, N)
    return days_of(rate, first, rng.beta(2, 1, N), 1_400, rng, order=rng.lognormal(4, 1, N))


def by_the_month(rng):
    """The same fee about every 30 days until one day it ends, without contracts being known."""
    rows = []
    for customer in range(N // 2):
        day, fee = int(rng.integers(1, 1_000)), float(np.round(rng.lognormal(4, 0.7)))
        while day < 1_400:
            rows.append((customer, day, fee, fee))
            day += 30 + int(rng.integers(0, 2))
            if rng.random() < 0.03:
                break
    return pd.DataFrame(rows, columns=["customer", "day", "gross", "net"])


def with_returns(rng):
    days = ordinary(rng)
    days.loc[rng.random(len(days)) < 0.15, "net"] *= -0.8
    return days


def rising(rng):
    days = ordinary(rng)
    days["gross"] = days["net"] = days["gross"] * np.exp(days["day"] / 900)
    return days


def few_fortunes(rng):
    return ordinary(rng, order=rng.lognormal(4, 2, N))


def yearly(rng):
    rate, first = rng.gamma(1.5, 1 / 300, N), rng.integers(1, 1_800, N)
    return days_of(rate, first, rng.beta(0.6, 4, N), 2_600, rng)


def small(rng):
    return ordinary(rng, customers=400)


BASES = [
    pytest.param(mostly_once, 1_000, 120, id="mostly once"),
    pytest.param(small, 1_100, 91, id="small"),
    pytest.param(seasonal, 1_100, 91, id="seasonal, from high to low", marks=soak),
    pytest.param(seasonal, 1_000, 91, id="seasonal, low", marks=soak),
    pytest.param(seasonal, 1_000, 182, id="seasonal, half a year", marks=soak),
    pytest.param(regular, 1_100, 91, id="regular", marks=soak),
    pytest.param(by_the_month, 1_100, 91, id="by the month", marks=soak),
    pytest.param(with_returns, 1_100, 91, id="with returns", marks=soak),
    pytest.param(rising, 1_100, 91, id="rising", marks=soak),
    pytest.param(few_fortunes, 1_100, 91, id="few fortunes", marks=soak),
    pytest.param(yearly, 2_000, 365, id="yearly", marks=soak),
]


@pytest.mark.parametrize(("base", "cut", "horizon"), BASES)
def test_the_bar_holds_on_bases_of_other_kinds(base, cut, horizon):
    found = backtest.run(base(np.random.default_rng(SEED)), cut, horizon)
    json.dumps(found, allow_nan=False)
    model = found["model"]
    assert model["mae"] <= min(found["last_window"]["mae"], found["bg_gg"]["mae"])
    assert model["top20"] >= found["historic"]["top20"]
    assert found["churn"]["auc"] >= found["rfm"]["auc"]
