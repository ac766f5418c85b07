"""What is planted in generated histories is seen in time; what goes on as before is left alone.

In time is within the longer of 30 days and 3 of the customer's own gaps. docs/metrics.md keeps the
figures of a large run: `python -m benchmarks.planted`.
"""

import numpy as np
import pytest

from benchmarks.planted import DECLINING, LEFT, SLOW, THIRD, Histories, World, generate, watch
from benchmarks.planted_ideal import surety
from crm.accounts.tests.factories import AccountManagerFactory
from crm.tests.nightly.companies import make_company, night, sell, touch
from crm.tests.nightly.relations import back, found, regular, talk


@pytest.mark.django_db
def test_a_leaver_a_decline_and_a_competitor_are_seen_within_thirty_days():
    leaver, declining, courted, *_ = company = make_company(30)
    regular(leaver, every=10, until=0)
    regular(declining, every=5, until=0)
    regular(courted, every=10, until=0)
    for n, days in enumerate(range(5, 31, 5)):
        sell(declining, back(-days), 33, f"declining-{n}")
        sell(courted, back(-days), 100, f"courted-{n}")
    talk(courted, -1, AccountManagerFactory(), heard=["competitor"])
    touch(company, back(600))
    night()
    assert not {leaver, declining, courted} & {
        *found("silent"),
        *found("volume_down"),
        *found("competitor"),
    }
    night(back(-2))
    assert courted in found("competitor")
    night(back(-30))
    assert leaver in found("silent")
    assert declining in found("volume_down")
    assert not {courted} & {*found("silent"), *found("volume_down")}


def check(customers: int, step: int, spare: float) -> None:
    seen = watch(generate(customers, seed=1), step)
    assert seen.in_time("silent", LEFT) > 0.99 - spare
    assert seen.in_time("smaller_orders", THIRD) > 0.91 - spare
    assert seen.in_time("volume_down", THIRD) > 0.86 - spare
    assert seen.in_time(DECLINING, THIRD) > 0.91 - spare
    assert seen.in_time(DECLINING, SLOW) > 0.85 - spare
    for kind, most in MOST_FALSE_ALARMS.items():
        assert seen.false_alarms(kind) < most + spare, kind


# A customer and year, at customers who went on as before.
MOST_FALSE_ALARMS = {
    "silent": 0.85,
    "volume_down": 0.3,
    "smaller_orders": 0.25,
    "more_returns": 0.05,
    "margin_down": 0.05,
}


def test_planted_events_are_seen_and_false_alarms_are_few():
    check(120, step=10, spare=0.3)


def test_the_best_test_there_is_by_hand():
    """Of amounts that fall from 1 by two spreads: each order adds 2 x (spreads below - 1)."""
    (zeros, ones) = np.zeros(4), np.ones(1)
    past = Histories(
        customer=np.zeros(4, dtype=int),
        day=np.arange(4),
        gross=np.exp([0.0, -2.0, -2.0, 0.0]),
        returns=zeros,
        cost=zeros,
        fate=ones,
        regular=ones,
        gap=ones,
        event=ones,
        level=0 * ones,
        spread=ones,
    )
    assert surety(past, 2.0).tolist() == pytest.approx([-2, 2, 4, 2])


@pytest.mark.soak
def test_planted_events_of_many_customers():
    check(2_000, step=1, spare=0.02)


@pytest.mark.soak
@pytest.mark.parametrize(
    "world", [World(spread=0.2), World(spread=0.8), World(shape=3), World(season=0.5, before=400)]
)
def test_other_worlds_bring_few_false_alarms_too(world):
    seen = watch(generate(500, seed=1, world=world), world=world)
    assert seen.in_time("silent", LEFT) > 0.95
    assert seen.false_alarms("smaller_orders") < 0.4
    assert seen.false_alarms("volume_down") < 0.5
