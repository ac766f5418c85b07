"""What people say against the figures, as nights give it; and what they state of stages."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory
from crm.tests.nightly.companies import LAST_DAY, make_company, night, results, touch
from customers.models import Customer, Standing
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, ProductFactory, TransactionFactory
from lifecycle.models import (
    LostMark,
    StageChange,
    StageOverride,
    TierChange,
    TierOverride,
    Valuation,
)
from satisfaction.tests.factories import ResponseFactory

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)


def override(model, customer_id, value, *, until, on=LAST_DAY):
    people = {"proposed_by": AccountManagerFactory(), "decided_by": ManagerFactory()}
    return model.objects.create(
        customer_id=customer_id,
        reason="Known better",
        until=until,
        proposed_on=on,
        decided_on=on,
        state="approved",
        **{model.kind: value},
        **people,
    )


@pytest.fixture
def ids():
    return make_company(8)


def other_tier(customer_id):
    return "C" if Standing.objects.get(pk=customer_id).tier == "A" else "A"


def tiers_of(customer_id):
    row = Standing.objects.get(pk=customer_id)
    return row.tier, row.tier_by_numbers


class TestTiers:
    def test_the_night_gives_it_while_it_holds_and_the_numbers_stand_beside(self, ids):
        night()
        chosen, by_numbers = ids[0], Standing.objects.get(pk=ids[0]).tier
        wanted = other_tier(chosen)
        override(TierOverride, chosen, wanted, on=LAST_DAY + ONE, until=LAST_DAY + ONE)
        night(LAST_DAY + ONE)
        assert tiers_of(chosen) == (wanted, by_numbers)
        assert tiers_of(ids[1])[1] == ""
        change = TierChange.objects.filter(customer=chosen).latest("on")
        assert (change.before, change.after, change.overridden) == (by_numbers, wanted, True)
        night(LAST_DAY + 2 * ONE)
        assert tiers_of(chosen) == (by_numbers, "")
        change = TierChange.objects.filter(customer=chosen).latest("on")
        assert (change.before, change.after, change.overridden) == (wanted, by_numbers, False)

    def test_a_night_computed_again_gives_the_same_rows(self, ids):
        night()
        override(TierOverride, ids[0], other_tier(ids[0]), on=LAST_DAY + ONE, until=LAST_DAY + ONE)
        override(StageOverride, ids[1], "formation", on=LAST_DAY + ONE, until=LAST_DAY + 9 * ONE)
        night(LAST_DAY + ONE)
        first = results()
        night(LAST_DAY + ONE, rebuild=True, shard_size=3)
        assert results() == first

    def test_a_customer_without_dealings_has_it_too(self, ids):
        prospect = CustomerFactory()
        refresh_derived([prospect.pk])
        override(TierOverride, prospect.pk, "A", until=LAST_DAY)
        night()
        assert tiers_of(prospect.pk) == ("A", "C")


class TestStages:
    def test_the_night_gives_it_and_the_rules_stand_beside(self, ids):
        night()
        row = Standing.objects.get(pk=ids[0])
        wanted = "formation" if row.stage != "formation" else "stability"
        override(StageOverride, ids[0], wanted, on=LAST_DAY + ONE, until=LAST_DAY + ONE)
        night(LAST_DAY + ONE)
        row, by_rules = Standing.objects.get(pk=ids[0]), row.stage
        assert (row.stage, row.stage_by_rules) == (wanted, by_rules)
        assert Valuation.objects.get(pk=ids[0]).stage_since == LAST_DAY + ONE
        night(LAST_DAY + 2 * ONE)
        row.refresh_from_db()
        assert (row.stage, row.stage_by_rules) == (by_rules, "")
        flags = StageChange.objects.filter(customer=ids[0]).order_by("on")
        assert [change.overridden for change in flags] == [False, True, False]

    def test_marked_lost_ends_it_at_once_and_so_does_taking_it_back(self, ids):
        night()
        buying = Valuation.objects.exclude(customer__standing__stage="ended").first().pk
        stage = Standing.objects.get(pk=buying).stage
        mark = LostMark.objects.create(
            customer_id=buying, on=LAST_DAY, reason="other", marked_by=ManagerFactory()
        )
        LostMark.objects.update(marked_at=midnight(LAST_DAY + ONE))
        night(LAST_DAY + ONE)
        assert Standing.objects.get(pk=buying).stage == "ended"
        mark.taken_back_at = midnight(LAST_DAY + 2 * ONE)
        mark.save()
        night(LAST_DAY + 2 * ONE)
        assert Standing.objects.get(pk=buying).stage == stage

    def test_pattern_by_the_last_stage_before_it_ended(self, ids):
        night()
        of = Valuation.objects.exclude(customer__standing__stage__in=["ended", "decline"]).first()
        last = Standing.objects.get(pk=of.pk).stage
        override(StageOverride, of.pk, "ended", on=LAST_DAY + ONE, until=LAST_DAY + 9 * ONE)
        night(LAST_DAY + ONE)
        letters = {"exploration": "A", "formation": "B", "stability": "C"}
        assert Valuation.objects.get(pk=of.pk).pattern == letters[last]
        # Who was placed among the ended by the first night has none.
        placed = StageChange.objects.filter(before="", after="ended").values("customer")
        assert set(Valuation.objects.filter(pk__in=placed).values_list("pattern", flat=True)) <= {
            ""
        }


def midnight(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(8)))


def buys(customer, *backs, amount=100, category="", **fields):
    """A purchase so many days before the last day, each."""
    product = ProductFactory(category=category) if category else None
    for back in backs:
        date = LAST_DAY - dt.timedelta(days=back)
        TransactionFactory(customer=customer, date=date, amount=amount, product=product, **fields)


def reason_of(customer):
    valuation = Valuation.objects.get(pk=customer.pk)
    return valuation.stage_candidate, valuation.stage_reason, valuation.stage_numbers


class TestFacts:
    @pytest.fixture
    def customer(self):
        customer = CustomerFactory()
        refresh_derived([customer.pk])
        touch([customer.pk], LAST_DAY - dt.timedelta(days=900))
        return customer

    def test_steady_customers_that_are_dissatisfied_are_not_stable(self, customer):
        buys(customer, *range(5, 800, 14))
        night()
        assert reason_of(customer)[0] == "stability"
        response = ResponseFactory(invitation__customer=customer, answers={"overall": 5})
        type(response).objects.update(recommend=3, index=30, finished_at=midnight(LAST_DAY))
        night(rebuild=True)
        assert reason_of(customer)[0] != "stability"
        type(response).objects.update(finished_at=midnight(LAST_DAY - dt.timedelta(days=400)))
        night(rebuild=True)
        assert reason_of(customer)[0] == "stability"

    def test_who_falls_with_its_own_business_is_not_in_decline(self, customer):
        buys(customer, *range(91, 800, 7))
        buys(customer, *range(0, 91, 7), amount=20)
        for year, turnover in ((2024, 900), (2025, 200)):
            customer.year_figures.create(
                year=year, turnover=turnover, source="Paper", known_on=LAST_DAY
            )
        night(LAST_DAY - ONE)
        assert reason_of(customer)[:2] == ("decline", "at_once")  # the figures are not known yet
        night()
        assert reason_of(customer)[1] == "falling_short"  # which keeps the stage it had

    def test_more_categories_than_a_year_before_widen_it(self, customer):
        buys(customer, 700, 600, 500, 420, 410, category="Cups", amount=100)
        buys(customer, 300, 200, 20, category="Cups", amount=150)
        buys(customer, 100, 10, category="Plates", amount=10)
        night()
        stage, reason, numbers = reason_of(customer)
        assert stage == "formation"
        if reason == "widening":
            assert numbers == {"figure": 2, "mark": 1}


def test_customers_are_all_placed(ids):
    night()
    assert Standing.objects.filter(computed_on=LAST_DAY).count() == Customer.objects.count()
