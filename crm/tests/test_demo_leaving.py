"""What the demo company did about customers who were about to leave: as their orders say."""

import datetime as dt
from collections import Counter

import pytest

from crm.demo import company, leaving

TODAY = dt.date(2026, 3, 9)


@pytest.fixture(scope="module")
def made():
    return company.build(company.SEED, TODAY, 160)


@pytest.fixture(scope="module")
def silences(made):
    return leaving.silences(made, TODAY)


def test_silences_are_spans_without_orders_of_three_usual_gaps(made, silences):
    assert silences
    for one in silences:
        days = set(made.orders.loc[made.orders["ordinal"] == one.ordinal, "day"].dt.date)
        end = one.end or TODAY
        assert one.begin in days
        assert not any(one.begin < day < end for day in days)
        assert (end - one.begin).days >= 3 * one.usual


def test_rescues_are_saved_by_an_order_within_h_and_lost_without_one(silences):
    found = list(leaving.rescues(7, silences, TODAY))
    assert list(leaving.rescues(7, silences, TODAY)) == found
    assert max(Counter(one["ordinal"] for one in found).values()) == 1
    for one in found:
        last = one["opened_on"] + dt.timedelta(days=leaving.H)
        bought = one["bought_on"]
        if one["state"] == "saved":
            assert one["opened_on"] < bought <= last
            assert one["closed_on"] == bought
        if one["state"] == "lost":
            assert last < one["closed_on"] < TODAY
            assert bought is None or bought > last
        assert (one["closed_on"] is None) == (one["state"] == "open")
    assert {one["state"] for one in found} >= {"open", "saved", "lost"}


def test_who_came_back_bought_after_the_loss_and_the_attempt(silences):
    found = list(leaving.losses(7, silences, TODAY))
    still_lost = [one["ordinal"] for one in found if one["returned"] is None]
    assert len(still_lost) == len(set(still_lost))
    for one in found:
        assert one["last_purchase"] < one["on"] < TODAY
        if one["returned"]:
            assert one["on"] < one["returned"] < TODAY
            assert one["tried"] is None or one["on"] < one["tried"] < one["returned"]
    assert any(one["learned"] for one in found)
    assert any(one["returned"] for one in found)
