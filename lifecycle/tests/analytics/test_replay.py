import numpy as np
import pandas as pd
import pytest

from lifecycle.analytics import backtest, replay

CUT = 800_000


def days_of(rows) -> pd.DataFrame:
    """(customer, days before the cut) with 10 each."""
    frame = pd.DataFrame(rows, columns=["customer", "back"])
    frame["day"] = CUT - frame.pop("back")
    return frame.assign(gross=10.0, net=10.0)


def test_each_customer_is_compared_with_its_group():
    rates = replay.base_rates(np.array([1, 1, 2, 2, 2]), np.array([1, 0, 1, 1, 0]))
    assert rates.tolist() == pytest.approx([0.5, 0.5, 2 / 3, 2 / 3, 2 / 3])


@pytest.fixture(scope="module")
def replayed():
    """Sixty customers that buy each 10 days; half of them fell silent 60 days before the cut."""
    rows = [(n, back) for n in range(60) for back in range(-90 if n % 2 else 60, 400, 10)]
    rows += [(60 + n, 500 + n) for n in range(10)]  # gone for longer than a year
    return backtest.run(days_of(rows), CUT, 90)["replayed"]


def test_those_that_fell_silent_are_flagged_and_left(replayed):
    silent = replayed["silent"]
    assert silent["flagged"] == silent["lost"] == 30
    assert silent["expected"] == 15


def test_a_volume_that_stopped_is_down(replayed):
    assert replayed["volume_down"]["lost"] == replayed["volume_down"]["flagged"]


def test_without_purchases_nothing_is_counted():
    found = backtest.run(days_of([(0, -5)]), CUT, 30)["replayed"]
    assert {row["flagged"] for row in found.values()} == {0}
