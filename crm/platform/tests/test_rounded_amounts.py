from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.platform.amounts import rounded

pytestmark = pytest.mark.django_db


def made_of(*figures, places=2):
    """The amounts that the database makes of doubles."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {rounded('x', places)} FROM unnest(%s::float8[]) WITH ORDINALITY AS f (x, n)"
            " ORDER BY n",
            [list(figures)],
        )
        return [amount for (amount,) in cursor]


def test_amounts_have_so_many_places_and_the_nearest_value():
    assert list(map(str, made_of(0.0, 1.0, 12.344, -12.346, 0.1))) == [
        *("0.00", "1.00", "12.34", "-12.35", "0.10")
    ]
    assert str(made_of(1234.56789, places=4)[0]) == "1234.5679"


def test_what_no_whole_number_holds_is_an_amount_too():
    assert made_of(1e20, -1e25, 8.9e16) == [10**20, -(10**25), 89 * 10**15]
    assert made_of(float("nan"))[0].is_nan()


@settings(max_examples=30)
@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=200))
def test_an_amount_is_no_further_from_its_figure_than_half_of_its_last_place(figures):
    for figure, amount in zip(figures, made_of(*figures), strict=True):
        exact = Decimal(figure)
        assert abs(amount - exact) <= Decimal("0.005") + abs(exact) * Decimal(2) ** -52
