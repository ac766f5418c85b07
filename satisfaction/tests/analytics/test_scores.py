import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satisfaction import analytics

NONE = np.nan


def test_an_index_by_hand():
    """4 of 5 is 75, 9 of 0-10 is 90; weighed 2 to 1: (150 + 90) / 3."""
    assert analytics.index([4, 9], [1, 0], [5, 10], [2, 1]) == pytest.approx(80)


def test_an_index_spans_0_to_100():
    assert analytics.index([1, 0], [1, 0], [5, 10], [1, 3]) == 0
    assert analytics.index([5, 10], [1, 0], [5, 10], [1, 3]) == 100


def test_questions_without_an_answer_or_a_weight_do_not_count():
    assert analytics.index([4, NONE, 1], [1, 1, 1], [5, 5, 5], [1, 5, 0]) == 75
    assert np.isnan(analytics.index([NONE, 5], [1, 1], [5, 5], [1, 0]))
    assert np.isnan(analytics.index([], [], [], []))


def test_many_responses_at_once():
    found = analytics.index([[5, 1], [NONE, NONE], [3, NONE]], [1, 1], [5, 5], [1, 1])
    assert found == pytest.approx([50, NONE, 50], nan_ok=True)


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), min_size=1, max_size=12),
    st.integers(1, 9),
)
def test_an_index_stays_on_its_scale_and_weights_are_relative(answers, factor):
    scores, weights = (np.array(part) for part in zip(*answers, strict=True))
    lows, highs = np.ones(len(scores)), np.full(len(scores), 5)
    found = analytics.index(scores, lows, highs, weights)
    if weights.sum() == 0:
        assert np.isnan(found)
        return
    assert -1e-9 <= found <= 100 + 1e-9
    assert found == pytest.approx(analytics.index(scores, lows, highs, weights * factor))


def test_promoters_passives_and_detractors():
    found = analytics.recommendation([0, 6, 7, 8, 9, 10, NONE])
    assert found == pytest.approx([-1, -1, 0, 0, 1, 1, NONE], nan_ok=True)


def test_the_upper_two_boxes():
    found = analytics.top_two([0, 50, 75, 100, NONE])
    assert found == pytest.approx([0, 0, 1, 1, NONE], nan_ok=True)
    seven_points = 100 * (np.arange(1, 8) - 1) / 6
    assert analytics.top_two(seven_points).tolist() == [0, 0, 0, 0, 0, 1, 1]


def test_contacts_of_a_customer_are_averaged_first():
    customers, means = analytics.by_customer(["b", "a", "a", "c", "a"], [40, 100, 50, NONE, NONE])
    assert customers.tolist() == ["a", "b"]
    assert means.tolist() == [75, 40]
    assert analytics.by_customer([], [])[1].tolist() == []


def test_a_response_rate_needs_somebody_asked():
    assert analytics.response_rate(3, 12) == 0.25
    assert analytics.response_rate(0, 12) == 0
    assert analytics.response_rate(0, 0) is None
