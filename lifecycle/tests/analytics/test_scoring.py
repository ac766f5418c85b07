import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import forecast, scoring
from lifecycle.analytics.backtest import observe, train_at
from lifecycle.analytics.summaries import Summary, from_frame, summarise

CUT = 900


@pytest.fixture(scope="module")
def columns():
    """A base of 1,500 customers over 900 days, with costs for half of its days."""
    rng = np.random.default_rng(6)
    n, rows = 1_500, []
    pace, first = rng.gamma(1.2, 1 / 50, n), rng.integers(0, 700, n)
    leave = first + rng.exponential(600, n)
    for customer in range(n):
        count = rng.poisson(pace[customer] * max(min(leave[customer], CUT) - first[customer], 0))
        days = first[customer] + rng.integers(0, max(CUT - first[customer], 1), count)
        rows += [(customer, day) for day in {first[customer], *days}]
    frame = pd.DataFrame(rows, columns=["customer", "day"])
    frame["gross"] = rng.lognormal(5, 0.8, len(frame))
    frame["net"] = frame["gross"] * np.where(rng.random(len(frame)) < 0.05, -0.5, 1)
    frame["cost"] = np.where(rng.random(len(frame)) < 0.5, frame["net"] * 0.6, np.nan)
    return from_frame(frame)[1]


@pytest.fixture(scope="module")
def now(columns):
    return summarise(**columns, cut=CUT, customers=1_500)


@pytest.fixture(scope="module")
def trained(columns, now):
    return train_at(columns, now, 120, np.random.default_rng(1))


def test_the_earlier_cut_lies_a_horizon_or_half_the_history_back():
    assert scoring.inner_cuts(1000, 200, 91) == ([909], 91)
    assert scoring.inner_cuts(1000, 100, 91) == ([950], 50)
    assert scoring.inner_cuts(1000, 0, 91) == ([999], 1)


def test_a_second_cut_lies_a_year_back_or_another_horizon():
    assert scoring.inner_cuts(1000, 273, 91) == ([909, 818], 91)
    assert scoring.inner_cuts(1000, 547, 91) == ([909, 635], 91)
    assert scoring.inner_cuts(1000, 546, 91) == ([909, 818], 91)
    assert scoring.inner_cuts(2000, 1500, 400) == ([1600, 1200], 400)


def test_models_and_choice_are_trained(trained):
    assert trained.timing.converged
    assert trained.spend.converged
    assert trained.choice.reason == "least_error"
    assert trained.choice.horizon == 120
    assert trained.risk.reason == "trained"
    assert trained.population.margin == pytest.approx(0.4)


def test_the_value_is_the_product_of_its_parts(trained, now):
    found = scoring.score(trained, now, horizon=1096)
    product = found["expected_count"] * found["expected_spend"] * found["net_ratio"]
    product = product * found["margin"] * found["level"]
    assert found["value"].to_numpy() == pytest.approx(product.to_numpy())
    assert (found["value_low"] <= found["value"] + 1e-9).all()
    assert (found["value_high"] >= found["value"] - 1e-9).all()


def test_the_chosen_method_says_who_buys_and_the_model_how_much_in_all(trained, now):
    horizon = trained.choice.horizon
    figures = scoring.score(trained, now, horizon=horizon, discount_rate=0.0)
    model = scoring.plain_forecasts(trained, now, horizon)["model"]
    assert (figures["value"] / figures["margin"]).sum() == pytest.approx(model.sum(), rel=1e-6)


def test_value_at_risk_is_value_if_active_times_the_risk_added_since_the_last_purchase(
    trained, now
):
    found = scoring.score(trained, now, horizon=1096)
    added = np.maximum(found["risk"] - found["risk_after_purchase"], 0)
    assert found["value_at_risk"].to_numpy() == pytest.approx(
        (found["value_if_active"] * added).to_numpy()
    )
    fresh = now.recency <= 3
    assert fresh.any()
    assert found["excess_risk"][fresh].mean() < 0.03
    assert found["excess_risk"][~fresh].max() > 0.3


def test_a_silent_last_window_takes_no_value_from_a_customer_that_is_still_active(trained, now):
    """The silent are those at risk: what they are worth must not vanish with one window."""
    blended = replace(trained, choice=replace(trained.choice, method="model_last_window", bins=()))
    figures = scoring.score(blended, now, horizon=1096)
    silent = (now.net_half <= 0) & (now.net > 0) & (figures["probability_alive"] > 0.5)
    assert silent.sum() > 20
    assert (figures["value"][silent] > 0).all()
    assert (figures["level"][silent] < 1).all()
    assert (figures["value_if_active"][silent] > figures["value"][silent]).all()


def test_own_margin_is_marked(trained, now):
    found = scoring.score(trained, now, horizon=1096)
    assert found["margin_own"].to_numpy().tolist() == (now.costed_net > 0).tolist()


@pytest.mark.parametrize("method", forecast.METHODS)
def test_shards_give_the_same_rows_as_one_piece_also_by_way_of_json(trained, now, method):
    bins = ((5.0, 9.0), (50.0, 60.0)) if method in forecast.WITH_BINS else ()
    trained = replace(trained, choice=replace(trained.choice, method=method, bins=bins))
    whole = scoring.score(trained, now, horizon=1096)
    stored = scoring.Trained.from_dict(json.loads(json.dumps(trained.to_dict(), allow_nan=False)))
    assert stored == trained
    customers = np.random.default_rng(3).permutation(len(now))
    for shard in np.split(customers, [0, 1, 2, 19, 700]):
        part = scoring.score(stored, now.rows(shard), horizon=1096)
        expected = whole.iloc[shard].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected, check_exact=True)


def test_without_an_earlier_cut_the_plain_model_is_used_and_says_so(now):
    rng = np.random.default_rng(1)
    found = scoring.train(now, [], horizon=91, rng=rng)
    assert (found.choice.method, found.choice.reason) == ("model", "history_too_short")
    assert found.risk.reason == "too_few_outcomes"
    assert found.scale == 1


def test_with_too_few_repeaters_the_last_window_is_used_and_says_so(columns):
    few, net, active = observe(columns, 20, 91)
    rng = np.random.default_rng(1)
    found = scoring.train(few, [scoring.Past(few, net, active, 91)], horizon=91, rng=rng)
    assert (found.choice.method, found.choice.reason) == ("last_window", "too_few_repeaters")
    assert scoring.predict_net(found, few, 91) == pytest.approx(
        np.maximum(forecast.last_window(few, 91, few.history), 0), abs=1e-6
    )


amounts = st.floats(-1e9, 1e9)
MONEY = st.floats(-500, 500).map(lambda amount: round(amount, 4))  # as the tables keep it
figures = st.tuples(
    st.integers(0, 100_000),
    st.integers(0, 100_000),
    st.integers(0, 5_000),
    amounts,
    amounts,
    amounts,
)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(figures, min_size=1, max_size=6), horizon=st.sampled_from([1, 91, 1096, 50_000])
)
def test_any_figures_of_customers_give_finite_scores(trained, rows, horizon):
    first, last, purchases, gross, net, window = (np.array(c) for c in zip(*rows, strict=True))
    last = np.maximum(first, last)
    gross = np.maximum(gross, 0)
    many = Summary(
        100_000, first, last, purchases, gross, net, window, window, purchases, purchases
    )
    assert_sound(scoring.score(trained, many, horizon=horizon))


day_rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 800), MONEY), max_size=40)


@settings(max_examples=60, deadline=None)
@given(rows=day_rows)
def test_a_night_on_any_days_gives_finite_scores(rows):
    frame = pd.DataFrame(rows, columns=["customer", "day", "net"]).astype(
        {"customer": int, "day": int, "net": float}
    )
    columns = from_frame(frame.assign(gross=frame["net"].clip(lower=0), cost=np.nan))[1]
    customers = int(columns["customer"].max()) + 1 if len(rows) else 0
    now = summarise(**columns, cut=700, customers=customers)
    trained = train_at(columns, now, 91, np.random.default_rng(1))
    assert_sound(scoring.score(trained, now, horizon=1096))


def assert_sound(found: pd.DataFrame) -> None:
    assert np.isfinite(found.to_numpy(dtype=float)).all()
    for chance in ("probability_alive", "active_year", "silence", "risk", "excess_risk"):
        assert found[chance].between(0, 1).all()
    assert (found["value_low"] <= found["value"] * (1 + 1e-9) + 1e-9).all()
    assert (found["value_high"] >= found["value"] * (1 - 1e-9) - 1e-9).all()
