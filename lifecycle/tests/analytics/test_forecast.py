from dataclasses import replace

import numpy as np
import pytest

from lifecycle.analytics import forecast
from lifecycle.analytics.monotone import rising_points
from lifecycle.analytics.summaries import summarise


@pytest.fixture
def summary():
    # 365 days of history; 182 net in the last half-year, 91 of it in the last quarter.
    day = np.array([1, 250, 320, 1])
    net = np.array([183.0, 91.0, 91.0, -20.0])
    return summarise(
        np.array([0, 0, 0, 1]), day, np.array([1, 1, 1, 1.0]), net, cut=365, customers=2
    )


def test_last_window_is_a_quarter_or_half_a_year_scaled(summary):
    assert forecast.last_window(summary, 91, 364)[0] == pytest.approx(91)
    assert forecast.last_window(summary, 30, 364)[0] == pytest.approx(30)
    assert forecast.last_window(summary, 364, 364)[0] == pytest.approx(364)


def test_historic_is_all_net_so_far_scaled(summary):
    assert forecast.historic(summary, 73, 364).tolist() == pytest.approx([73, -4])


def test_a_history_shorter_than_the_window_counts_with_its_own_length():
    young = summarise(*(np.array([v]) for v in (0, 1, 10.0, 10.0)), cut=10, customers=1)
    assert forecast.last_window(young, 91, young.history)[0] == pytest.approx(91)


def test_blends_are_geometric_means_and_never_below_zero(summary):
    plain = forecast.plain(summary, np.array([4.0, 9.0]), 91, 364)
    assert plain["historic"][1] == 0
    assert forecast.blend(plain, "model").tolist() == [4, 9]
    assert forecast.blend(plain, "model_last_window").tolist() == pytest.approx([364**0.5, 0])


def test_rising_points_pool_what_falls():
    points = rising_points(np.array([1.0, 2, 3, 4]), np.array([5.0, 9, 7, 12]), [1, 1, 1, 1])
    assert points == ((1.0, 5.0), (2.5, 8.0), (4.0, 12.0))


def test_customers_of_whom_a_method_says_the_same_stand_in_the_order_of_the_model():
    plain = {name: np.zeros(2) for name in ("last_window", "historic")} | {
        "model": np.array([1, 2])
    }
    choice = forecast.Choice("model_last_window", "least_error", 91)
    found = forecast.predict(choice, plain, 91)
    assert 0 < found[0] < found[1] < 1e-5


def test_recalibration_follows_the_points_and_keeps_the_order():
    bins = ((10.0, 30.0), (20.0, 40.0))
    found = forecast.recalibrate(bins, np.array([0.0, 5, 10, 15, 20, 40]))
    assert found.tolist() == pytest.approx([0, 15, 30, 35, 40, 80])


def test_recalibration_bins_hold_mean_forecast_and_mean_outcome():
    said, came = np.array([1.0, 3, 10, 30]), np.array([0.0, 8, 5, 35])
    assert forecast.recalibration(said, came, bins=2) == ((2.0, 4.0), (20.0, 20.0))


def test_a_recalibrated_forecast_serves_other_horizons_in_proportion():
    choice = forecast.Choice("model_recalibrated", "least_error", 10, ((5.0, 15.0),))
    assert forecast.predict(choice, {"model": np.array([5.0])}, 10)[0] == pytest.approx(15)
    assert forecast.predict(choice, {"model": np.array([10.0])}, 20)[0] == pytest.approx(30)


def plain(**forecasts):
    return {name: np.asarray(values, dtype=float) for name, values in forecasts.items()}


def test_the_method_with_the_least_error_is_chosen():
    rng = np.random.default_rng(2)
    actual = rng.gamma(1.0, 100.0, 400)
    noise = rng.permutation(actual)
    good = plain(model=actual, last_window=noise, historic=noise)
    assert forecast.choose([(good, actual)], 91).method == "model"
    window = plain(model=noise, last_window=actual, historic=noise)
    choice = forecast.choose([(window, actual)], 91)
    assert (choice.method, choice.reason, choice.bins) == ("last_window", "least_error", ())
    assert choice.errors["last_window"] == 0


@pytest.mark.parametrize(("share", "method"), [(0.005, "model"), (0.2, "last_window")])
def test_the_model_keeps_its_place_against_what_is_hardly_better(share, method):
    """A last window that knows so much of what comes has an error smaller by that share."""
    rng = np.random.default_rng(3)
    model = rng.gamma(4.0, 25.0, 4_000)
    later, even = model * rng.gamma(4.0, 0.25, 4_000), np.full(4_000, 100.0)
    window = model + share * (later - model)
    chosen = forecast.choose(
        [({"model": model, "last_window": window, "historic": even}, later)], 91
    )
    assert chosen.method == method


def test_by_history_gives_out_the_amounts_of_the_model_in_the_order_that_knows_history():
    historic = np.array([1.0, 4.0, 16.0, 64.0])
    forecasts = plain(model=historic[::-1] / 2, last_window=np.zeros(4), historic=historic**3)
    choice = forecast.with_order(forecast.Choice("model_by_history", "least_error", 91), forecasts)
    found = forecast.predict(choice, forecasts, 91)
    assert (np.diff(found) > 0).all()  # as 1/2 x 64 x 1, 1/2 x 16 x 64, ... have it
    assert found.sum() == pytest.approx(forecasts["model"].sum(), rel=0.01)
    assert forecast.with_order(replace(choice, method="model", bins=()), forecasts).bins == ()


@pytest.mark.parametrize(("customers", "more_than_chance"), [(200, False), (20_000, True)])
def test_a_better_order_than_that_of_historic_revenue_may_be_chance(customers, more_than_chance):
    """Of 200 customers it is luck when one more is put right, of a hundred times as many not."""
    copies = customers // 200
    later = np.tile(np.r_[np.full(40, 2.0), np.full(160, 1.0)], copies)
    history = np.tile(np.r_[np.arange(39) + 500.0, 10, 400, np.arange(159) + 20.0], copies)
    model = np.tile(np.r_[np.arange(40) + 500.0, np.arange(160) + 20.0], copies)
    cut = plain(model=model, last_window=history, historic=history), later
    assert forecast.ranks_clearly_better([model], [cut]) is more_than_chance
    assert forecast.ranks_clearly_better([history], [cut]) is False


def test_a_model_that_is_right_but_for_its_size_is_recalibrated():
    rng = np.random.default_rng(3)
    actual = rng.gamma(1.0, 100.0, 2_000)
    wrong = rng.permutation(actual)
    choice = forecast.choose(
        [(plain(model=actual / 3, last_window=wrong, historic=wrong), actual)], 91
    )
    assert choice.method == "model_recalibrated"
    mended = forecast.predict(choice, {"model": actual / 3}, 91)
    assert mended.sum() == pytest.approx(actual.sum(), rel=0.02)


def test_a_method_that_ranks_worse_than_historic_revenue_is_passed_over():
    actual = np.array([100.0] + [0.0] * 9)
    historic = np.array([90.0] + [30.0] * 9)
    zeros = plain(model=historic, last_window=np.zeros(10), historic=historic)
    # Forecasting nothing for anybody has the least error and knows no one.
    assert forecast.choose([(zeros, actual)], 91).method != "last_window"


@pytest.mark.parametrize("customers", [0, 1, 2])
def test_hardly_any_customers_do_not_break_the_choice(customers):
    ones = np.ones(customers)
    if customers:
        choice = forecast.choose([(plain(model=ones, last_window=ones, historic=ones), ones)], 91)
        assert np.isfinite(forecast.predict(choice, plain(model=ones, historic=ones), 91)).all()
