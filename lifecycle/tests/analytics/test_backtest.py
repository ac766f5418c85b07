"""The bar: no worse than the plain forecasts and scores on real data, and defined for any."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import backtest

MEASURES = {"bias", "mae", "top20"}


@pytest.fixture(
    params=[
        ("online_retail_days", date(2011, 9, 9), 91),
        ("online_retail_days", date(2011, 6, 30), 161),
        ("cdnow_days", date(1997, 9, 30), 273),
    ],
    ids=["Online Retail 13 weeks", "Online Retail 23 weeks", "CDNOW 39 weeks"],
    scope="module",
)
def result(request):
    days, cut, horizon = request.param
    return backtest.run(request.getfixturevalue(days), cut, horizon)


def test_spend_is_no_worse_than_last_window_and_textbook_model(result):
    assert result["model"]["mae"] <= result["last_window"]["mae"]
    assert result["model"]["mae"] <= result["bg_gg"]["mae"]


def test_ranking_is_no_worse_than_historic_revenue(result):
    assert result["model"]["top20"] >= result["historic"]["top20"]


def test_churn_is_no_worse_than_rfm(result):
    assert result["churn"]["auc"] >= result["rfm"]["auc"]
    assert result["churn"]["brier"] < 0.25


def test_the_result_is_json_with_the_keys_of_the_command(result):
    json.dumps(result, allow_nan=False)
    assert set(result["model"]) == MEASURES | {"name"}
    assert set(result["last_window"]) == set(result["historic"]) == MEASURES
    assert set(result["churn"]) == {"auc", "brier"}
    assert set(result["rfm"]) == {"auc"}
    assert len(result["deciles"]) == len(result["calibration"]) == 10


def test_known_figures_of_online_retail(online_retail_days):
    autumn = backtest.run(online_retail_days, date(2011, 9, 9), 91)
    assert (autumn["as_of"], autumn["horizon_days"]) == ("2011-09-09", 91)
    assert autumn["customers"] == 3370
    assert autumn["model"]["mae"] <= 546
    assert autumn["last_window"]["mae"] == pytest.approx(596, abs=1)
    assert autumn["bg_gg"]["mae"] == pytest.approx(569, abs=2)
    assert autumn["historic"]["top20"] == pytest.approx(0.673, abs=0.001)
    assert autumn["rfm"]["auc"] == pytest.approx(0.737, abs=0.003)
    assert autumn["season_adjusted"] is False
    assert autumn["two_seasons"] is False


def test_known_figures_of_cdnow(cdnow_days):
    found = backtest.run(cdnow_days, date(1997, 9, 30), 273)
    assert found["bg_gg"]["mae"] == pytest.approx(32.8, abs=0.6)
    assert found["last_window"]["mae"] == pytest.approx(38.1, abs=0.1)
    assert found["historic"]["top20"] == pytest.approx(0.661, abs=0.001)


def test_days_after_the_cut_change_nothing_that_was_said(online_retail_days):
    cut = date(2011, 6, 30)
    known = online_retail_days[online_retail_days["day"] <= pd.Timestamp(cut)]
    whole, blind = backtest.run(online_retail_days, cut, 91), backtest.run(known, cut, 91)
    assert whole["inner_errors"] == blind["inner_errors"]
    assert [row["forecast"] for row in whole["deciles"]] == pytest.approx(
        [row["forecast"] for row in blind["deciles"]]
    )
    assert [row["predicted"] for row in whole["calibration"]] == pytest.approx(
        [row["predicted"] for row in blind["calibration"]]
    )


rows = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.one_of(st.integers(0, 400), st.just(200), st.integers(-100_000, 100_000)),
        st.sampled_from([0.0, 0.01, 10.0, 10.0, 1e12]),
        st.sampled_from([-1e12, -10.0, 0.0, 10.0, 1e9]),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(rows=rows, horizon=st.sampled_from([1, 30, 91, 1000]))
def test_any_days_give_a_result_without_nan_or_infinity(rows, horizon):
    days = pd.DataFrame(rows, columns=["customer", "day", "gross", "net"]).astype(
        {"customer": int, "day": int, "gross": float, "net": float}
    )
    found = backtest.run(days.assign(day=days["day"].clip(lower=1)), 200, horizon)
    json.dumps(found, allow_nan=False)


def test_with_too_few_repeaters_it_falls_back_to_the_last_window_and_says_so():
    days = pd.DataFrame(
        {"customer": np.arange(40), "day": np.arange(100, 140), "gross": 10.0, "net": 10.0}
    )
    found = backtest.run(days, 130, 30)
    assert found["reason"] == "too_few_repeaters"
    assert found["model"]["name"] == "last_window"
    assert found["model"]["mae"] == found["last_window"]["mae"]
    assert found["churn"]["auc"] is None
