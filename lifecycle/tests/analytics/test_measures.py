import numpy as np
import pytest

from lifecycle.analytics import measures


def test_bias_and_error_by_hand():
    forecast, actual = np.array([10.0, 0.0, 5.0]), np.array([6.0, 4.0, 0.0])
    assert measures.bias(forecast, actual) == pytest.approx(0.5)
    assert measures.mae(forecast, actual) == pytest.approx(13 / 3)


def test_top_share_by_hand():
    forecast, actual = np.arange(10.0), np.array([0, 0, 0, 30, 0, 0, 0, 10, 20, 40.0])
    assert measures.top_share(forecast, actual) == pytest.approx(0.6)


def test_equal_forecasts_share_the_last_places_out():
    # One place in five customers, four of them tied for it, who brought 40 of 50.
    forecast, actual = np.array([1.0, 1, 1, 1, 0]), np.array([10.0, 10, 20, 0, 10])
    assert measures.top_share(forecast, actual) == pytest.approx(0.2)


def test_auc_by_hand_counts_ties_half():
    score, happened = np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, True, False, True])
    assert measures.auc(score, happened) == pytest.approx(3.5 / 4)


def test_brier_by_hand():
    assert measures.brier(np.array([0.8, 0.4]), np.array([True, False])) == pytest.approx(0.1)


def test_rfm_sums_three_quintile_ranks():
    values = np.arange(5.0)
    assert measures.rfm(4 - values, values, values).tolist() == [3, 6, 9, 12, 15]
    assert measures.quintiles(np.zeros(5)).tolist() == [3] * 5


def test_deciles_hold_all_customers_highest_forecast_first():
    table = measures.deciles(np.arange(20.0), np.ones(20))
    assert len(table) == 10
    assert table[0] == {"decile": 1, "customers": 2, "forecast": 37.0, "actual": 2.0}


def test_calibration_sets_what_was_said_beside_what_came():
    table = measures.calibration(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0, 0, 1, 0]), bins=2)
    assert [row["observed"] for row in table] == [0.0, 0.5]
    assert [row["predicted"] for row in table] == pytest.approx([0.1, 0.9])


def test_what_makes_no_sense_is_none():
    nobody, one = np.array([]), np.array([1.0])
    assert measures.mae(nobody, nobody) is None
    assert measures.brier(nobody, nobody) is None
    assert measures.bias(one, -one) is None
    assert measures.top_share(one, one) is None
    assert measures.auc(one, one > 0) is None
    assert measures.deciles(nobody, nobody) == measures.calibration(nobody, nobody) == []
