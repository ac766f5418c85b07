"""A known share of wallet decides the stage; without one the steadiness of volume stands in."""

import datetime as dt

import pytest

from crm.tests.nightly.companies import LAST_DAY, night, sell, unsell
from customers.models import Standing, YearFigure
from lifecycle.models import Valuation
from lifecycle.services import shares
from lifecycle.services.shards import EVERYBODY

pytestmark = pytest.mark.django_db


def grow(customer: int) -> float:
    """Purchases each month of three years, a tenth more each quarter; returns 2024's net."""
    unsell(customer=customer)
    total = 0.0
    for month in range(34):
        day = dt.date(2023 + month // 12, month % 12 + 1, 5)
        amount = round(100 * 1.1 ** (month // 3), 2)
        sell(customer, day, amount, f"g{customer}-{month}")
        total += amount if day.year == 2024 else 0
    return total


def know(customer: int, purchases: float) -> None:
    YearFigure.objects.create(
        customer_id=customer, year=2024, purchases=purchases, known_on=dt.date(2025, 2, 1)
    )


def test_a_high_known_share_makes_a_growing_customer_stable(company):
    high, low, unknown = company[:3]
    for customer in (high, low, unknown):
        net = grow(customer)
    know(high, net / 0.8)
    know(low, net / 0.1)
    night()
    found = {
        valuation.customer_id: (valuation.stage_reason, valuation.customer.standing.stage)
        for valuation in Valuation.objects.filter(customer__in=company[:3])
    }
    assert found == {
        high: ("share", "stability"),
        low: ("growth", "formation"),
        unknown: ("steady", "stability"),
    }
    numbers = Valuation.objects.get(customer=high).stage_numbers
    assert numbers["figure"] == pytest.approx(0.8, abs=1e-3)
    assert Standing.objects.get(pk=high).computed_on == LAST_DAY


def test_shares_stand_in_the_order_of_the_customers_with_dealings(company):
    know(company[1], 1e9)
    night()
    found = shares.load(LAST_DAY, EVERYBODY)
    assert len(found) == Valuation.objects.count()
    assert [place for place, share in enumerate(found) if share == share] == [1]
