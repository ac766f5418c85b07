"""Share of wallet: our sales over its purchases, by year; not known, doubtful, so far."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection

from crm.platform.models import Installation
from customers import wallet
from customers.models import YearFigure
from customers.tests.factories import CustomerFactory, DealingDayFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 1)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("crm.platform.models.Installation.today", lambda self: TODAY)


def figure(customer, year: int, purchases=None, **more) -> YearFigure:
    known = {"source": "Annual report", "known_on": dt.date(year + 1, 1, 15), **more}
    return YearFigure.objects.create(customer=customer, year=year, purchases=purchases, **known)


def bought(customer, day: dt.date, net: int) -> None:
    DealingDayFactory(customer=customer, day=day, gross=net, net=Decimal(net))


def set_based(as_of: dt.date = TODAY) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(wallet.SHARES.format(chosen="true"), {"as_of": as_of})
        return {pk: share for pk, share, _purchases in cursor.fetchall()}


def test_the_share_is_our_net_of_the_calendar_year_over_its_purchases():
    customer = CustomerFactory()
    for day, net in (
        (dt.date(2024, 12, 31), 900),
        (dt.date(2025, 1, 1), 300),
        (dt.date(2025, 12, 31), 200),
        (dt.date(2026, 1, 1), 50),
    ):
        bought(customer, day, net)
    figures = [figure(customer, 2024, 3600), figure(customer, 2025, 2000)]
    found = wallet.of(customer.pk, figures)
    assert [(row.year, row.ours, row.share) for row in found] == [
        (2025, 500, 0.25),
        (2024, 900, 0.25),
    ]
    assert found[0].words == "25\u202f% of its purchases in our categories"
    assert set_based() == {customer.pk: Decimal("0.25")}


def test_without_purchases_the_share_is_not_known(django_assert_num_queries):
    customer = CustomerFactory()
    bought(customer, dt.date(2025, 5, 5), 100)
    figures = [figure(customer, 2025, None, turnover=9), figure(customer, 2024, 0)]
    Installation.cached()
    with django_assert_num_queries(0):
        found = wallet.of(customer.pk, figures)
    assert [(row.share, row.words) for row in found] == [(None, "share not known")] * 2
    assert set_based() == {}
    assert wallet.of(customer.pk, []) == []


def test_more_than_all_is_doubtful_and_decides_nothing():
    customer = CustomerFactory()
    bought(customer, dt.date(2025, 5, 5), 300)
    (row,) = wallet.of(customer.pk, [figure(customer, 2025, 200)])
    assert row.is_doubtful
    assert row.words.startswith("doubtful: our sales are 150\u202f%")
    assert set_based() == {customer.pk: None}


def test_all_of_it_is_not_doubtful_and_returns_are_no_negative_share():
    faithful, returning = CustomerFactory(), CustomerFactory()
    bought(faithful, dt.date(2025, 5, 5), 200)
    bought(returning, dt.date(2025, 5, 5), -200)
    (all_of_it,) = wallet.of(faithful.pk, [figure(faithful, 2025, 200)])
    (nothing,) = wallet.of(returning.pk, [figure(returning, 2025, 200)])
    assert (all_of_it.share, all_of_it.is_doubtful, nothing.share) == (1, False, 0)
    assert set_based() == {faithful.pk: 1, returning.pk: 0}


def test_a_running_year_is_said_to_be_one_and_does_not_decide():
    customer = CustomerFactory()
    bought(customer, dt.date(2026, 2, 5), 100)
    (row,) = wallet.of(customer.pk, [figure(customer, 2026, 1000, known_on=TODAY)])
    assert row.words == "10\u202f% of its purchases, with our sales of 2026 so far"
    assert set_based() == {}


def test_what_was_not_known_yet_was_removed_or_is_old_does_not_decide():
    late, removed, old = (CustomerFactory() for _each in range(3))
    figure(late, 2025, 100, known_on=TODAY + dt.timedelta(days=1))
    figure(removed, 2025, 100, removed_at="2026-02-01T00:00Z")
    figure(old, 2023, 100)
    assert set_based() == {}
    assert set(set_based(TODAY + dt.timedelta(days=1))) == {late.pk}
    assert set(set_based(dt.date(2025, 6, 1))) == {old.pk}
