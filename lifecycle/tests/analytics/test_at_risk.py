"""Both definitions of value at risk, and what was heard, in a backtest."""

import numpy as np
import pandas as pd
import pytest

from lifecycle.analytics import at_risk, backtest
from lifecycle.analytics.risk import VOICES

CUT, HORIZON = 500, 60


@pytest.fixture(scope="module")
def base() -> pd.DataFrame:
    """600 customers who buy every 40 days as by chance until they leave."""
    rng = np.random.default_rng(7)
    leaves = rng.integers(100, 1_200, 600)
    day = (1 + rng.exponential(40, (600, 40)).cumsum(axis=1)).astype(int)
    kept = (day < leaves[:, None]) & (day < 600) & (np.diff(day, prepend=0) > 0)
    customer, day = np.nonzero(kept)[0], day[kept]
    amount = rng.gamma(3, 40, len(day))
    frame = {"customer": customer, "day": day, "gross": amount, "net": amount}
    return pd.DataFrame(frame)


def complained(days: pd.DataFrame):
    """Every second of those who buy nothing in the horizon has complained before."""

    def heard(cut: int) -> np.ndarray:
        ahead = days[(days["day"] > cut) & (days["day"] <= cut + HORIZON)]
        found = np.zeros((days["customer"].nunique(), len(VOICES)))
        quiet = ~np.isin(np.unique(days["customer"]), ahead["customer"])
        found[:, 0] = quiet & (np.arange(len(quiet)) % 2 == 0)
        return found

    return heard


def test_what_was_heard_by_the_cut_ranks_the_risk_better(base):
    days = base
    deaf = backtest.run(days, CUT, HORIZON)["churn"]
    told = backtest.run(days, CUT, HORIZON, voices=complained(days))["churn"]
    assert told["auc"] > deaf["auc"] + 0.02
    assert told["brier"] < deaf["brier"]


def test_silence_of_all_changes_nothing(base):
    days = base
    nothing = np.zeros((days["customer"].nunique(), len(VOICES)))
    found = backtest.run(days, CUT, HORIZON, voices=lambda cut: nothing)
    assert found == backtest.run(days, CUT, HORIZON)


def test_the_heads_of_both_lists_are_counted(base):
    days = base
    heads = backtest.run(days, CUT, HORIZON)["at_risk"]
    assert set(heads) == {"excess", "plain"}
    for head in heads.values():
        assert 0 <= head["left"] <= head["customers"] <= 60
    few = backtest.run(days[days["customer"] < 9], CUT, HORIZON)
    assert few["at_risk"] is None


def test_a_head_by_hand():
    head = at_risk._head(
        np.array([5.0, 0.0, 9.0, 7.0]), 3, np.array([1, 2, 4, 8]), np.array([1, 1, 0, 1])
    )
    assert head == {"customers": 3, "left": 2, "orders": 4.0}
    nobody = at_risk._head(np.zeros(4), 3, np.ones(4), np.ones(4))
    assert nobody == {"customers": 0, "left": 0, "orders": None}
