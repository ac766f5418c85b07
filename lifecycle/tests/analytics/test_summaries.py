from datetime import date

import numpy as np
import pandas as pd
import pytest

from lifecycle.analytics import summaries

# Customer 0: two purchases and a return; 1: returns only; 2: one purchase on the cut; 3: later.
CUSTOMER = np.array([0, 0, 0, 1, 2, 3])
DAY = np.array([100, 130, 140, 120, 300, 301])
GROSS = np.array([50.0, 70.0, 0.0, 0.0, 20.0, 10.0])
NET = np.array([50.0, 60.0, -5.0, -30.0, 20.0, 10.0])
COST = np.array([30.0, np.nan, -2.0, -10.0, np.nan, 5.0])


@pytest.fixture
def summary():
    return summaries.summarise(CUSTOMER, DAY, GROSS, NET, COST, cut=300, customers=4)


def test_rhythm_counts_purchase_days_only(summary):
    assert summary.purchases.tolist() == [2, 0, 1, 0]
    assert summary.x.tolist() == [1, 0, 0, 0]
    assert summary.t_x.tolist() == [30, 0, 0, 0]
    assert summary.T.tolist() == [200, 0, 0, 0]
    assert summary.recency.tolist() == [170, 0, 0, 0]


def test_sums_include_returns_and_end_at_the_cut(summary):
    assert summary.gross.tolist() == [120, 0, 20, 0]
    assert summary.net.tolist() == [105, -30, 20, 0]
    assert summary.mean_gross.tolist() == [60, 0, 20, 0]
    assert summary.history == 200


def test_windows_are_the_last_91_and_182_days(summary):
    # Day 119 would be the first of the half-year, day 210 that of the quarter.
    assert summary.net_half.tolist() == [55, -30, 20, 0]
    assert summary.net_quarter.tolist() == [0, 0, 20, 0]
    assert summary.purchases_half.tolist() == [1, 0, 1, 0]
    assert summary.purchases_quarter.tolist() == [0, 0, 1, 0]


def test_costs_are_compared_with_the_net_of_the_same_lines(summary):
    assert summary.costed_net.tolist() == [45, -30, 0, 0]
    assert summary.cost.tolist() == [28, -10, 0, 0]


def test_rows_keep_their_order_in_a_part(summary):
    part = summary.rows(np.array([2, 0]))
    assert (len(part), part.purchases.tolist(), part.cut) == (2, [1, 2], 300)


def test_lines_of_one_customer_and_day_are_one_purchase_day():
    frame = pd.DataFrame(
        {
            "customer": ["b", "a", "b"],
            "day": [date(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 29)],
            "gross": [5.0, 1.0, 7.0],
            "net": [5.0, 1.0, -2.0],
            "cost": [1.0, 2.0, np.nan],
        }
    )
    labels, columns = summaries.from_frame(frame)
    assert labels.tolist() == ["a", "b"]
    assert columns["customer"].tolist() == [0, 1]
    assert columns["day"].tolist() == [date(2024, 2, 29).toordinal()] * 2
    assert (columns["gross"].tolist(), columns["net"].tolist()) == ([1, 12], [1, 3])
    assert np.isnan(columns["cost"]).tolist() == [False, True]


def test_days_are_ordinals_whatever_they_came_as():
    days = [date(1970, 1, 1), date(2011, 12, 9)]
    wanted = [day.toordinal() for day in days]
    assert summaries.ordinals(days).tolist() == wanted
    assert summaries.ordinals(pd.to_datetime(pd.Series(days))).tolist() == wanted
    assert summaries.ordinals(wanted).tolist() == wanted


def test_net_of_a_window_starts_after_one_day_and_includes_the_other():
    found = summaries.window_net(CUSTOMER, DAY, NET, after=100, until=140, customers=4)
    assert found.tolist() == [55, -30, 0, 0]


def test_quarters_go_back_from_the_cut_newest_last():
    found = summaries.quarterly(CUSTOMER, DAY, NET, cut=300, customers=4, quarters=3)
    assert found.tolist() == [[50, 55, 0], [0, -30, 0], [0, 0, 20], [0, 0, 0]]


def test_gaps_lie_between_purchase_days_of_one_customer():
    assert summaries.repeat_gaps(CUSTOMER, DAY, GROSS).tolist() == [30]
    assert summaries.repeat_gaps(CUSTOMER[:0], DAY[:0], GROSS[:0]).tolist() == []


def test_no_days_at_all_make_an_empty_summary():
    empty = pd.DataFrame({"customer": [], "day": [], "gross": [], "net": []})
    _, columns = summaries.from_frame(empty)
    summary = summaries.summarise(**columns, cut=5, customers=0)
    assert (len(summary), summary.history) == (0, 0)
