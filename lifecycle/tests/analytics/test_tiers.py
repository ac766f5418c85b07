import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.analytics import tiers


def raw(*amounts):
    return "".join(tiers.raw_tiers(np.array(amounts, dtype=float))[0])


def test_tiers_by_hand():
    assert raw(5, 80, 15) == "CAB"
    assert raw(50, 30, 10, 5, 5) == "AABBB"
    assert tiers.raw_tiers(np.array([50.0, 30, 10, 5, 5]))[1] == (30, 5)


def test_the_customer_that_reaches_the_cut_belongs_to_the_better_tier():
    assert raw(100) == "A"
    assert raw(70, 25, 5) == "AAC"
    assert raw(70, 15, 8, 7) == "AABB"


def test_equal_customers_get_the_same_better_tier():
    assert raw(10, 10, 10, 10, 10) == "AAAAA"
    assert raw(60, 10, 10, 10, 10) == "AAAAA"


def test_zero_and_returns_only_are_c_and_do_not_lessen_the_sum():
    assert raw(80, 15, 5, 0, -50) == "ABCCC"
    assert tiers.raw_tiers(np.array([0.0, -3]))[1] == (np.inf, np.inf)
    assert raw() == ""


def test_cuts_are_settings():
    found, _ = tiers.raw_tiers(np.array([50.0, 30, 20]), cuts=(0.5, 0.8))
    assert "".join(found) == "ABC"


def held(previous, amount, *month_ends, cuts=(100.0, 50.0)):
    ends = [np.array([end]) for end in month_ends]
    return tiers.hold(np.array([previous]), np.array([float(amount)]), cuts, ends)[0]


@pytest.mark.parametrize(
    ("previous", "amount", "month_ends", "expected"),
    [
        ("B", 105, "BB", "B"),  # above the cut, but by less than a tenth
        ("B", 110, "BB", "A"),  # by a tenth
        ("B", 105, "AA", "A"),  # and at the last two month-ends
        ("B", 105, "BA", "B"),
        ("B", 105, "A", "B"),  # only one month-end is known
        ("A", 95, "AA", "A"),
        ("A", 90, "AA", "B"),
        ("A", 95, "BB", "B"),
        ("A", 95, "BC", "B"),  # both were below the cut of A
        ("A", 40, "AA", "C"),  # through both cuts at once
        ("A", 48, "AA", "B"),  # clearly through one, not through the other
        ("C", 200, "CC", "A"),
        ("C", 52, "CC", "C"),
        ("A", 105, "BB", "A"),  # what it was at month-ends moves nobody who is back
        ("", 105, "", "A"),
        ("", 60, "BB", "B"),
        ("A", 0, "AA", "C"),
        ("B", -20, "BB", "C"),
    ],
)
def test_a_change_of_tier_needs_to_hold(previous, amount, month_ends, expected):
    assert held(previous, amount, *month_ends) == expected


def test_without_any_positive_amount_everybody_is_c():
    assert held("A", 0, cuts=(np.inf, np.inf)) == "C"


def test_pareto_curve_by_hand():
    curve = tiers.pareto_curve(np.array([5.0, 80, 15, -7]), points=10)
    assert curve["customers"].tolist() == [0, 1, 2, 3, 4]
    assert curve["customers_share"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve["amount_share"].tolist() == pytest.approx([0, 0.8, 0.95, 1, 1])
    assert curve["amount"].tolist() == [80, 80, 15, 5, 0]


def test_pareto_curve_of_many_customers_has_few_points():
    curve = tiers.pareto_curve(np.arange(10_000.0), points=200)
    assert len(curve) == 201
    assert curve.iloc[-1][["customers_share", "amount_share"]].tolist() == [1, 1]
    assert len(tiers.pareto_curve(np.array([]))) == 0
    assert tiers.pareto_curve(np.zeros(3))["amount_share"].tolist() == [0, 0, 0, 0]


amounts = st.lists(st.floats(-1e12, 1e12), max_size=30)


@given(amounts)
def test_a_larger_amount_never_gets_a_worse_tier(basis):
    found, (least_a, least_b) = tiers.raw_tiers(np.array(basis))
    order = np.argsort(basis)[::-1]
    assert "".join(found[order]) == "".join(sorted(found))
    assert least_a >= least_b > 0
    positive = [amount for amount in basis if amount > 0]
    if positive:
        top = sum(amount for amount, tier in zip(basis, found, strict=True) if tier == "A")
        assert top >= 0.8 * sum(positive) * (1 - 1e-9)


@given(amounts, st.sampled_from(["A", "B", "C", ""]))
def test_holding_gives_every_customer_a_tier(basis, previous):
    basis = np.array(basis)
    ends = [np.full(len(basis), previous)] * 2
    _, cuts = tiers.raw_tiers(basis)
    found = tiers.hold(np.full(len(basis), previous), basis, cuts, ends)
    assert np.isin(found, ["A", "B", "C"]).all()
    assert (found[basis <= 0] == "C").all()
