"""Whatever was bought, told in any order, scored in any shards: sound and equal figures."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import backtest, scoring
from lifecycle.analytics.backtest import train_at
from lifecycle.analytics.summaries import from_frame, summarise

CUT = 1_000
EXAMPLES = settings(max_examples=8, deadline=None)
MANY = [pytest.param(settings(max_examples=1_500, deadline=None), marks=pytest.mark.soak)]


def table(rows):
    frame = pd.DataFrame(rows, columns=["customer", "day", "net"])
    frame = frame.astype({"customer": int, "day": int, "net": float})
    return frame.assign(gross=frame["net"].clip(lower=0.0))


def night(frame, cut=CUT):
    """Trained and scored, as the customers' own labels have it."""
    labels, columns = from_frame(frame)
    now = summarise(**columns, cut=cut, customers=len(labels))
    trained = train_at(columns, now, 91, np.random.default_rng(1))
    return trained, now, scoring.score(trained, now, horizon=1096)


def assert_sound(frame, horizons=(91,)):
    trained, _, found = night(frame)
    json.dumps(trained.to_dict(), allow_nan=False)
    assert np.isfinite(found.to_numpy(dtype=float)).all()
    for chance in ("probability_alive", "active_year", "silence", "risk", "excess_risk"):
        assert found[chance].between(0, 1).all()
    for horizon in horizons:
        json.dumps(backtest.run(frame, CUT, horizon), allow_nan=False)


def daily(count):
    """One customer with so many purchase days up to the cut, beside some ordinary ones."""
    rng = np.random.default_rng(2)
    rows = [(n, day, 50.0) for n in range(1, 80) for day in rng.integers(1, 1_200, 1 + n % 9)]
    return rows + [(0, CUT - count + 1 + step, 20.0) for step in range(count)]


TABLES = {
    "nobody": [],
    "one customer, one purchase": [(1, 10, 5.0)],
    "one customer, many purchases": [(1, day, 5.0) for day in range(1, 900, 7)],
    "one-time buyers": [(n, 1 + 9 * n, 10.0) for n in range(110)],
    "one-time buyers on one day": [(n, 500, 10.0) for n in range(200)],
    "all on the day of the cut": [(n, CUT, 10.0) for n in range(100)],
    "returns only": [(n, 1 + 9 * n, -10.0) for n in range(110)],
    "returns exceed sales": [
        (n, 10 + n + m, -30.0 if m % 2 else 9.0) for n in range(60) for m in range(9)
    ],
    "later ones only": [(n, CUT + 1 + n, 10.0) for n in range(50)],
    "dust and fortunes": [
        (n, 5 * m + n, 10.0 ** (n % 14 - 4)) for n in range(70) for m in range(9)
    ],
    "the same rhythm for all": [(n, 10 * m + n % 9, 10.0) for n in range(90) for m in range(100)],
    "every day": [(n, day, 1.0) for n in range(60) for day in range(800, 1_000)],
    "a thousand years of age": [
        (n, 1 if m == 0 else 999 - m, 3.0) for n in range(40) for m in range(3)
    ],
}


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
def test_any_kind_of_purchases_gives_sound_figures(rows):
    assert_sound(table(rows))


def test_a_customer_with_100_000_purchases_is_one_among_others():
    frame = table(daily(100_000))
    _, now, found = night(frame)
    assert now.purchases.max() == 100_000
    assert np.isfinite(found.to_numpy(dtype=float)).all()
    assert found["risk"].to_numpy()[0] < 0.05


money = st.integers(-50_000, 50_000).map(lambda cents: cents / 100)
rows = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 1_100), money), max_size=120)


def check_order(rows, seed):
    frame = table(rows)
    mixed = frame.sample(frac=1, random_state=seed) if len(frame) else frame
    one, other = night(frame)[2], night(mixed)[2]
    np.testing.assert_allclose(one.to_numpy(float), other.to_numpy(float), rtol=1e-7, atol=1e-9)


def check_shards(rows, cut_at):
    frame = table(rows)
    trained, now, whole = night(frame)
    middle = min(cut_at, len(now))
    parts = [
        scoring.score(trained, now.rows(part), horizon=1096)
        for part in (np.arange(middle), np.arange(middle, len(now)))
        if len(part)
    ]
    if parts:
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole, check_exact=True)


def test_three_lines_of_a_day_are_one_sum_in_any_order():
    """Of two customers the fit told the orders of such lines apart, by the last bit of a sum."""
    lines = [(0, 1, 1.21), (1, 1, 0.01), (1, 1, 2.45), (1, 1, 11.7)]
    sums = {
        from_frame(table([lines[0], *rest]))[1]["net"].tobytes()
        for rest in itertools.permutations(lines[1:])
    }
    assert len(sums) == 1
    check_order(lines, 0)


@EXAMPLES
@given(rows=rows, seed=st.integers(0, 99))
def test_the_order_of_the_rows_never_matters(rows, seed):
    check_order(rows, seed)


@EXAMPLES
@given(rows=rows, cut_at=st.integers(0, 13))
def test_any_shards_give_the_same_figures(rows, cut_at):
    check_shards(rows, cut_at)


@pytest.mark.parametrize("many", MANY)
def test_many_more_of_both(many):
    many(given(rows=rows, seed=st.integers(0, 99))(check_order))()
    many(given(rows=rows, cut_at=st.integers(0, 13))(check_shards))()
    many(given(rows=rows)(lambda rows: assert_sound(table(rows), (30, 91, 400))))()
