"""How customers buy lately against their own year before, computed by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from lifecycle.analytics import dealing_signals as lately
from lifecycle.analytics.dealing_days import Days, Window

CUT = 1_000


def days(rows: list[tuple], customers: int = 1) -> Days:
    """Rows of (customer, days before the cut, gross, returns, cost)."""
    table = np.array(sorted((who, CUT - ago, *rest) for who, ago, *rest in rows), dtype=float)
    table = table.reshape(-1, 5)
    gross, returns, cost = table[:, 2], table[:, 3], table[:, 4]
    return Days(
        customers=customers,
        customer=table[:, 0].astype(int),
        day=table[:, 1].astype(int),
        gross=gross,
        returns=returns,
        net=gross - returns,
        known_net=gross - returns,
        cost=cost,
    )


def windows(now: list[tuple], before: list[tuple]) -> tuple[Window, Window]:
    """One customer's days of (gross, returns, cost): of this quarter, of the year before."""
    rows = [(0, 3 * n, *row) for n, row in enumerate(now)]
    rows += [(0, 100 + 15 * n, *row) for n, row in enumerate(before)]
    known = days(rows)
    return known.within(CUT - 91, CUT), known.within(CUT - 455, CUT - 91)


def orders(*amounts: float) -> list[tuple]:
    return [(amount, 0, amount * 0.6) for amount in amounts]


def only(frame):
    return frame.iloc[0]


def test_a_window_has_its_last_day_and_not_the_one_before_its_first():
    known = days([(0, 0, 10, 0, 5), (0, 90, 20, 0, 5), (0, 91, 40, 0, 5), (1, 1, 7, 2, 5)], 2)
    found = known.within(CUT - 91, CUT)
    assert found.gross.tolist() == [30, 7]
    assert found.net.tolist() == [30, 5]
    assert found.return_days.tolist() == [0, 1]
    assert known.within(np.array([CUT - 1, CUT - 5]), CUT).gross.tolist() == [10, 7]


def returning(*returns: float) -> list[tuple]:
    return [(100, back, 60) for back in returns]


def test_more_returns_by_hand():
    # Two of three days by chance, each with 1 in 20: 3 x 0.05^2 x 0.95 + 0.05^3 = 0.00725.
    found = only(lately.more_returns(*windows(returning(40, 40, 0), orders(*[100] * 18))))
    assert found["strength"] == pytest.approx(80 / 300)
    assert (found["share_before"], found["return_days"]) == (0, 2)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ((14, 14, 0), [0] * 18),  # 9 %
        ((80, 0, 0), [0] * 18),  # one day
        ((40, 40, 0), [20] * 18),  # not twice its own share
        ((40, 40, 0), [0] * 8),  # by chance, as far as so few days can tell
    ],
)
def test_returns_that_are_not_clearly_more_are_no_signal(now, before):
    found = lately.more_returns(*windows(returning(*now), returning(*before)))
    assert only(found)["strength"] == 0


def test_nothing_but_returns_is_all_returned():
    found = only(lately.more_returns(*windows([(0, 40, 0), (0, 40, 0)], orders(*[100] * 18))))
    assert found["share_now"] == 1


def costing(*costs: float) -> list[tuple]:
    return [(100, 0, cost) for cost in costs]


def test_a_lower_margin_by_hand():
    # 40 % before, 25 % now: three eighths less, at half weight.
    found = only(lately.margin_down(*windows(costing(75, 75, 75), costing(60, 60, 62, 58))))
    assert found["strength"] == pytest.approx(0.5 * 0.375)
    assert (found["margin_before"], found["margin_now"]) == pytest.approx((0.4, 0.25))


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ((69, 69, 69), (60, 60, 62, 58)),  # not by a quarter
        ((92.9, 92.9, 92.9), (90, 90, 90, 90)),  # by less than five points
        ((75, 75), (60, 60, 62, 58)),
        ((75, 75, 75), (20, 100, 20, 100)),  # it never was steady
        ((75, 75, 75), (110, 110, 110, 110)),  # there was none
    ],
)
def test_a_margin_that_is_not_clearly_lower_is_no_signal(now, before):
    assert only(lately.margin_down(*windows(costing(*now), costing(*before))))["strength"] == 0


def down(
    now: list[float],
    *,
    shape: float = 20.0,
    age: int = 394,
    around: float | None = None,
    smaller: float = 0.0,
):
    """Every tenth day 100 for a year, and then these amounts within thirty days."""
    rows = [(0, 30 + 10 * n, 100, 0, 60) for n in range(36)]
    rows += [(0, 9 * n, amount, 0, 0) for n, amount in enumerate(now)]
    known = days(rows)
    span = lately.span_lately(np.array([10.0]))
    earlier = known.within(CUT - 10_000, CUT - 9_000)
    if around is not None:
        earlier = days([(0, 0, around, 0, 0)]).within(CUT - 1, CUT)
    return only(
        lately.down_lately(
            known.within(CUT - span, CUT),
            known.within(CUT - span - 364, CUT - span),
            earlier,
            span=span,
            age=np.array([age]),
            shape=np.array([shape]),
            smaller=np.array([smaller]),
        )
    )


def test_a_fall_of_the_last_weeks_by_hand():
    # 3,600 in 364 days are 296.7 in 30, of 2.967 orders; by a clock's rhythm they vary by 0.386.
    found = down([45, 45])
    expected = 3_600 / 364 * 30
    noise = 100 * np.sqrt(expected / 100 / 20 + 0.95 / 4)
    change = 90 / expected - 1
    assert found["strength"] == pytest.approx(-change * ndtr((expected - 90) / noise))
    assert (found["days"], found["level_now"]) == (30, 90)
    assert (found["level_before"], found["change"]) == pytest.approx((expected, change))


def test_a_fall_of_the_last_weeks_that_chance_explains_is_none():
    assert down([80, 80, 80])["strength"] == 0
    assert down([100], shape=1.0)["strength"] == 0  # one order of three is no rare month


def test_orders_that_are_surely_smaller_make_the_volume_surely_smaller():
    found = down([30, 30], shape=1.0, smaller=3.0)  # by chance there might have been none at all
    assert found["strength"] == pytest.approx(-found["change"] * ndtr(3.0))
    assert down([70] * 4, smaller=3.0)["strength"] == 0  # there are more of them


def test_nothing_bought_lately_is_silence_and_not_a_fall():
    assert down([])["strength"] == 0


def test_what_was_little_a_year_ago_too_is_the_season():
    assert down([45, 45], age=424, around=300)["strength"] == 0  # 100 in thirty days
    assert down([45, 45], age=424, around=900)["strength"] > 0
    assert down([45, 45], age=423, around=300)["strength"] > 0  # too young to tell


def test_lately_is_three_gaps_between_a_month_and_a_quarter():
    assert lately.span_lately(np.array([0, 4, 10, 10.1, 25, 80])).tolist() == [
        *(30, 30, 30, 31),
        *(75, 91),
    ]


def test_regularity_tells_a_clock_from_chance():
    rng = np.random.default_rng(7)
    for shape, least, most in ((1.0, 0.85, 1.2), (4.0, 3.3, 4.7)):
        gaps = rng.gamma(shape, 10 / shape, 2_000)
        found = lately.regularity(
            np.array([len(gaps)]), np.array([gaps.mean()]), np.array([np.log(gaps).sum()])
        )
        assert least < found[0] < most
    steady = lately.regularity(
        np.array([8, 5]), np.array([10.0, 10]), np.log(10) * np.array([8, 5])
    )
    assert steady.tolist() == [20, 1]


AMOUNT = st.floats(0, 1e12, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-5, 600), AMOUNT, AMOUNT, AMOUNT)),
    st.floats(0, 500),
    st.integers(0, 5_000),
)
def test_any_days_give_sound_signals(rows, gap, age):
    once = {(who, ago): (who, ago, *rest) for who, ago, *rest in rows}
    known = days(list(once.values()), customers=3)
    rhythms = lately.Rhythms(
        age=np.full(3, age),
        gaps=np.array([0, 6, 50]),
        usual_gap=np.full(3, gap),
        sum_log_gaps=np.array([0, 1.0, 90]),
    )
    for frame in lately.found(known, rhythms, cut=CUT, spread=0.4).values():
        assert np.isfinite(frame.to_numpy()).all()
        assert frame["strength"].between(0, 1).all()
