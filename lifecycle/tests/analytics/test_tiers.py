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


class TestMoves:
    """Cuts: A from 1,000 on, B from 200 on."""

    cuts = (1000.0, 200.0)

    def test_from_b_there_is_a_way_up_and_one_down(self):
        up, down = tiers.moves("B", self.cuts)
        assert (up.tier, up.at_once, up.at_month_ends) == ("A", pytest.approx(1100), 1000)
        assert (down.tier, down.at_once, down.at_month_ends) == ("C", pytest.approx(180), 200)

    def test_at_the_ends_there_is_one_way(self):
        assert [move.tier for move in tiers.moves("A", self.cuts)] == ["B"]
        assert [move.tier for move in tiers.moves("C", self.cuts)] == ["B"]

    @pytest.mark.parametrize(
        ("month_ends", "missing"),
        [([], 2), (["B", "B"], 2), (["B", "A"], 1), (["A", "B"], 2), (["A", "A"], 0), (["A"], 1)],
    )
    def test_month_ends_beyond_the_cut_are_taken_off(self, month_ends, missing):
        up, _down = tiers.moves("B", self.cuts, month_ends)
        assert up.missing == missing

    def test_where_nobody_has_an_amount_nothing_moves(self):
        assert tiers.moves("C", (np.inf, np.inf)) == []

    @pytest.mark.parametrize("held", ["A", "B", "C"])
    def test_it_says_what_the_rule_does(self, held):
        for move in tiers.moves(held, self.cuts):
            beyond = move.at_once
            short = beyond - 1 if move.up else beyond + 1
            unknown = [np.array([""]), np.array([""])]
            assert tiers.hold([held], [beyond], self.cuts, unknown).tolist() == [move.tier]
            assert tiers.hold([held], [short], self.cuts, unknown).tolist() == [held]
            across = move.at_month_ends if move.up else move.at_month_ends - 1
            both = [np.array([move.tier]), np.array([move.tier])]
            assert tiers.hold([held], [across], self.cuts, both).tolist() == [move.tier]
