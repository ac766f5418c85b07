import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.analytics import verdict


def test_the_counts_are_those_of_a_hand_count():
    risk = np.array([0.9, 0.5, 0.49, 0.1, 0.7])
    left = np.array([True, False, True, False, True])
    assert verdict.counts(risk, left) == {
        "mark": 0.5,
        "customers": 5,
        "left": 3,
        "high": 3,
        "high_left": 2,
    }


@pytest.mark.parametrize("left", [[], [True], [False]])
def test_none_and_one_are_counted_too(left):
    found = verdict.counts(np.full(len(left), 0.5), np.array(left, dtype=bool))
    assert (found["high"], found["high_left"]) == (len(left), sum(left))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40), st.randoms())
def test_the_order_of_customers_never_matters(rows, random):
    def of(rows):
        return verdict.counts(
            np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
        )

    shuffled = list(rows)
    random.shuffle(shuffled)
    assert of(rows) == of(shuffled)
