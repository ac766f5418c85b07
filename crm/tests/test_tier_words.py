import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.tests.worth import AS_OF, nightly_run, valued_customer
from lifecycle.models import NightlyRun, StageChange, StandingMonth, TierChange, TierOverride
from lifecycle.tests.factories import TierOverrideFactory
from lifecycle.tier_words import way_words, ways

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(amy):
    """Of tier A by a basis of 4,073.73; the cuts are 2,000 and 500."""
    customer = valued_customer(amy)
    nightly_run()
    NightlyRun.objects.update(models_used={"cut_amounts": [2000.0, 500.0]})
    return customer


def words(customer, month_ends=()):
    used = NightlyRun.objects.get().models_used
    found = ways(customer.standing, used, list(month_ends))
    return [way_words(way, Decimal("4073.73")) for way in found]


def test_the_way_down_says_what_it_takes(customer):
    assert words(customer) == [
        "To B: at a basis of 1,800 and less at once (2,274 less);"
        " or when it is below 2,000 at 2 more month-ends and after them"
    ]


def test_month_ends_that_are_there_are_taken_off(customer):
    (down,) = words(customer, ["A", "B"])
    assert down.endswith("or when it is below 2,000 at 1 more month-end and after it")
    (down,) = words(customer, ["C", "B"])
    assert down.endswith("or as soon as it is below 2,000: the month-ends are there")


def test_an_overridden_customer_moves_from_what_the_numbers_give(customer):
    customer.standing.tier_by_numbers = "C"
    (up,) = words(customer)
    assert up.startswith("To B: from a basis of 550 on at once")


def test_without_cuts_there_is_no_way(customer):
    assert ways(customer.standing, {"cut_amounts": [None, None]}) == []
    assert ways(customer.standing, {}) == []


def test_the_card_the_list_and_the_page_of_its_way_show_the_override(client, customer, amy):
    override = TierOverrideFactory(
        customer=customer,
        proposed_by=amy,
        proposed_on=AS_OF,
        until=AS_OF + dt.timedelta(days=99),
        reason="Opens its group to us",
    )
    TierOverride.objects.update(state="approved", decided_by=amy, decided_on=AS_OF)
    type(customer.standing).objects.update(tier_by_numbers="B")
    TierChange.objects.create(
        customer=customer, on=AS_OF, before="B", after="A", basis=1, overridden=True
    )
    StageChange.objects.create(
        customer=customer, on=AS_OF, before="", after="decline", reason="at_once",
        numbers={"figure": -0.3, "mark": -0.25},
    )  # fmt: skip
    StandingMonth.objects.create(
        month=AS_OF, customer=customer, tier="A", raw_tier="B", stage="decline", risk=0,
        lifetime_value=0, value_at_risk=0, revenue_12m=0,
    )  # fmt: skip
    client.force_login(amy)
    card = client.get(reverse("card", args=[customer.pk])).content.decode()
    assert "overridden, B by the numbers" in card
    assert override.reason in card
    assert "overridden (B)" in client.get(reverse("customers:list")).content.decode()
    way = client.get(reverse("value:movement", args=[customer.pk])).content.decode()
    assert "Opens its group to us" in way
    assert "volume down by 30" in way
    assert "To A: from a basis of 2,200" in way
