"""The days of what comes again."""

import datetime as dt
from itertools import pairwise

import pytest

from customers.recurring import Rhythm

D = dt.date


def days(rhythm: Rhythm, start: D, end: D) -> list[D]:
    return list(rhythm.between(start, end))


def test_a_short_month_shortens_one_day_only():
    monthly = Rhythm(D(2026, 1, 31), 1, "month")
    assert days(monthly, D(2026, 1, 1), D(2026, 5, 1)) == [
        D(2026, 1, 31),
        D(2026, 2, 28),
        D(2026, 3, 31),
        D(2026, 4, 30),
    ]


def test_the_29th_of_february_comes_each_year():
    yearly = Rhythm(D(2024, 2, 29), 1, "year")
    assert [yearly.day(n) for n in (1, 4)] == [D(2025, 2, 28), D(2028, 2, 29)]


def test_every_other_week_keeps_its_weekday_over_new_year():
    rhythm = Rhythm(D(2026, 12, 7), 2, "week")
    assert days(rhythm, D(2026, 12, 20), D(2027, 1, 20)) == [
        D(2026, 12, 21),
        D(2027, 1, 4),
        D(2027, 1, 18),
    ]


@pytest.mark.parametrize("unit", ["week", "month", "year"])
@pytest.mark.parametrize("every", [1, 2, 5])
@pytest.mark.parametrize("first_on", [D(2024, 2, 29), D(2026, 1, 31), D(2025, 12, 30)])
def test_the_first_from_a_day_and_the_last_up_to_it_are_neighbours(unit, every, first_on):
    rhythm = Rhythm(first_on, every, unit)
    known = [rhythm.day(n) for n in range(60)]
    assert all(before < after for before, after in pairwise(known))
    for offset in range(-3, 400, 7):
        start = first_on + dt.timedelta(days=offset)
        assert rhythm.from_day(start) == next(day for day in known if day >= start)
        earlier = [day for day in known if day <= start]
        assert rhythm.up_to(start) == (earlier[-1] if earlier else None)


def test_it_ends_with_its_last_day():
    rhythm = Rhythm(D(2026, 1, 10), 1, "month", until=D(2026, 3, 10))
    assert days(rhythm, D(2026, 1, 1), D(2027, 1, 1))[-1] == D(2026, 3, 10)
    assert rhythm.from_day(D(2026, 3, 11)) is None
    assert rhythm.up_to(D(2030, 1, 1)) == D(2026, 3, 10)
