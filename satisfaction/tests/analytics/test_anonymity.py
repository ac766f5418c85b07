"""No few people can be told from what is shown of an anonymous survey."""

from collections import Counter
from itertools import combinations, product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satisfaction import analytics
from satisfaction.analytics import FEWEST

# How fast cells are drawn is the machine's affair.
PATIENT = settings(suppress_health_check=[HealthCheck.too_slow])
PLACES = list(product(("", "a", "b"), ("x", "y", "z"), "mn"))
SIZES = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 9, 20])
CELLS = st.lists(SIZES, min_size=len(PLACES), max_size=len(PLACES)).map(
    lambda sizes: dict(zip(PLACES, sizes, strict=True))
)


def members(cells, shown) -> list[frozenset]:
    """The people of all groups that are shown, everybody among them; each person a number."""
    people = [keys for keys, count in cells.items() for _one in range(count)]
    found = [frozenset(range(len(people)))]
    for kind, groups in enumerate(shown):
        for group in groups:
            found.append(frozenset(i for i, keys in enumerate(people) if keys[kind] == group))
    return found


@PATIENT
@given(CELLS)
def test_no_pair_of_shown_groups_differs_by_fewer_than_five(cells):
    shown = analytics.publishable(cells)
    if shown is None:
        assert sum(cells.values()) < FEWEST
        return
    groups = members(cells, shown)
    assert all(len(group) >= FEWEST for group in groups)
    for one, other in combinations(groups, 2):
        for found in (one - other, other - one, one & other):
            assert not found or len(found) >= FEWEST


@PATIENT
@given(CELLS)
def test_nothing_that_can_be_worked_out_is_of_fewer_than_five(cells):
    """Whoever stands in the same shown groups can't be told apart: these are five or more."""
    shown = analytics.publishable(cells)
    if shown is None:
        return
    groups = members(cells, shown)
    alike = Counter(tuple(i in group for group in groups) for i in range(sum(cells.values())))
    assert min(alike.values()) >= FEWEST


@PATIENT
@given(CELLS)
def test_what_is_hidden_of_the_first_kind_had_to_be(cells):
    """Nothing is hidden where all groups are large, and never more than one without need."""
    shown = analytics.publishable(cells)
    if shown is None:
        return
    sizes: Counter = Counter()
    for keys, count in cells.items():
        sizes[keys[0]] += count
    sizes = +sizes
    hidden = set(sizes) - shown[0]
    small = {key for key in sizes if sizes[key] < FEWEST}
    assert hidden >= small
    if hidden > small and hidden != set(sizes):
        largest = max(hidden - small, key=lambda key: (sizes[key], key))
        assert 0 < sum(sizes[key] for key in hidden) - sizes[largest] < FEWEST


def test_the_smallest_of_the_others_is_hidden_with_a_single_small_group():
    cells = {("a",): 3, ("b",): 9, ("c",): 7, ("d",): 20}
    assert analytics.publishable(cells) == [{"b", "d"}]


def test_two_small_groups_hide_each_other():
    assert analytics.publishable({("a",): 3, ("b",): 2, ("c",): 7}) == [{"c"}]


def test_a_second_kind_that_would_show_a_few_by_subtraction_is_not_shown():
    # Tier A is team North but for two.
    cells = {("A", "North"): 10, ("A", "South"): 2, ("B", "South"): 10}
    assert analytics.publishable(cells) == [{"A", "B"}, set()]


def test_kinds_that_cut_large_cells_are_both_shown():
    cells = {(tier, team): 5 for tier in "AB" for team in "NS"}
    assert analytics.publishable(cells) == [{"A", "B"}, {"N", "S"}]


def test_fewer_than_five_are_not_even_shown_together():
    assert analytics.publishable({("a",): 4}) is None
    assert analytics.publishable({}) is None
    assert analytics.publishable({("a",): 5}) == [{"a"}]
