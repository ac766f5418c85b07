import datetime as dt
from decimal import Decimal

import pytest

from crm.accounts.tests.factories import UserFactory
from customers.models import Standing
from lifecycle.models import BaseCell, ParetoPoint
from lifecycle.services.base import record_base

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)


def standing(pk, **figures):
    return Standing.objects.create(customer_id=pk, number=pk, name=f"K{pk}", **figures)


def test_cells_sum_to_the_standings_and_group_those_alike():
    owner = UserFactory()
    for pk, value in ((1, "100.50"), (2, "200.25"), (3, "9.00")):
        standing(pk, owner=owner if pk < 3 else None, risk=0.55, lifetime_value=Decimal(value))
    assert record_base(DAY) == 2
    totals = BaseCell.objects.at(DAY).totals()
    assert (totals["customers"], totals["lifetime_value"]) == (3, Decimal("309.75"))
    assert BaseCell.objects.get(owner=owner).risk_band == 5


def test_the_highest_risk_falls_into_the_last_band():
    standing(1, risk=1.0)
    record_base(DAY)
    assert BaseCell.objects.get().risk_band == 9


def test_recording_a_date_twice_keeps_one_copy():
    standing(1)
    record_base(DAY)
    record_base(DAY)
    assert BaseCell.objects.count() == 1


def test_of_former_days_only_the_newest_of_each_month_stays():
    standing(1)
    for date in (dt.date(2026, 1, 30), dt.date(2026, 1, 31), dt.date(2026, 6, 29), DAY):
        record_base(date)
    dates = sorted(BaseCell.objects.values_list("as_of", flat=True))
    assert dates == [dt.date(2026, 1, 31), dt.date(2026, 6, 29), DAY]


def test_without_customers_there_is_nothing_and_no_error():
    assert record_base(DAY) == 0
    assert not ParetoPoint.objects.exists()
    assert BaseCell.objects.latest_date() is None
