"""The parts of lifetime value as a night computes them, on real tables."""

import datetime as dt
from decimal import Decimal

import pytest

from complaints.tests.factories import CaseFactory
from crm.platform.models import Installation
from crm.tests.nightly.companies import LAST_DAY, night, results, sell, touch
from customers.models import (
    Customer,
    DealingCategory,
    Idea,
    Product,
    Referral,
    Source,
    Standing,
    Transaction,
)
from customers.tests.factories import InteractionFactory
from customers.tests.record_factories import (
    CreditRecordFactory,
    IdeaFactory,
    ReferralFactory,
    YearFigureFactory,
)
from lifecycle.analytics import value_parts
from lifecycle.models import (
    BaseCell,
    CategoryTakeUp,
    EquityPoint,
    NightlyRun,
    StandingMonth,
    Valuation,
    ValueAmounts,
    ValueCell,
    ValueParts,
)
from lifecycle.services import runs

pytestmark = pytest.mark.django_db
YEARS = value_parts.years_worth(1096, 0.10)  # 36 months


def of(customer: int) -> Valuation:
    return Valuation.objects.select_related("customer__standing").get(pk=customer)


def customer_of(pk: int) -> Customer:
    return Customer.objects.get(pk=pk)


def refer(who: int, whom: int, **fields) -> None:
    values = {"state": Referral.State.CUSTOMER, "on": LAST_DAY} | fields
    ReferralFactory(customer_id=who, referred_id=whom, **values)


def say(**amounts) -> None:
    ValueAmounts.get()
    ValueAmounts.objects.update(**amounts)


def alive_customer(company: list[int]) -> int:
    """One that surely is still there, so that its figures are not all zero."""
    for back in range(12):
        sell(company[0], LAST_DAY - dt.timedelta(days=30 * back), 500, f"alive-{back}")
    return company[0]


def test_without_anything_else_known_it_is_the_transaction_value(company):
    run = night()
    for valuation in Valuation.objects.select_related("customer__standing"):
        assert valuation.customer.standing.lifetime_value == valuation.transaction_value
        assert valuation.lifetime_low == valuation.transaction_value_low
        bases = valuation.growth_basis, valuation.referral_basis, valuation.knowledge_basis
        assert bases == ("none", "none", "none")
    assert not ValueParts.objects.exists()
    # Other amounts make it out of date.
    assert not runs.is_out_of_date(run)
    say(visit=1)
    assert runs.is_out_of_date(run)


def test_who_brought_a_customer_has_its_part_of_the_value(company):
    brought = alive_customer(company)
    refer(company[1], brought)
    refer(company[2], brought)
    refer(company[3], brought, state=Referral.State.TALKING)
    refer(company[4], brought, on=LAST_DAY + dt.timedelta(days=1))
    night()
    worth = of(brought).transaction_value
    assert worth > 0
    for referrer in company[1:3]:
        assert of(referrer).referral_realised == pytest.approx(worth / 2, abs=Decimal("0.01"))
        assert (
            of(referrer).referral_value > of(referrer).referral_realised
            or not of(referrer).probability_alive
        )
    for other in company[3:5]:
        assert (of(other).referral_realised, of(other).referred) == (0, 0)


def test_a_referred_customer_counts_once_in_the_equity(company):
    refer(company[1], alive_customer(company))
    night()
    standings = sum(row.lifetime_value for row in Standing.objects.all())
    realised = sum(row.referral_realised for row in Valuation.objects.all())
    assert realised > 0
    month = StandingMonth.objects.get(customer=company[1])
    assert month.lifetime_value == of(company[1]).customer.standing.lifetime_value
    cells = BaseCell.objects.all()
    assert sum(cell.equity for cell in cells) == standings - realised
    assert sum(cell.lifetime_value for cell in cells) == standings
    for dimension in ValueCell.Dimension.values:
        of_all = ValueCell.objects.filter(dimension=dimension)
        assert sum(cell.equity for cell in of_all) == standings - realised
        assert sum(cell.customers for cell in of_all) == Standing.objects.count()


def test_adopted_ideas_count_at_their_own_amount_or_the_managers(company):
    customer = alive_customer(company)
    say(reference=300)
    made = {"customer_id": customer, "on": LAST_DAY - dt.timedelta(days=10)}
    IdeaFactory(kind="reference", state=Idea.State.ADOPTED, **made)
    IdeaFactory(kind="improvement", state=Idea.State.ADOPTED, amount=600, **made)
    IdeaFactory(kind="product", state=Idea.State.ADOPTED, **made)  # nobody said what one is worth
    IdeaFactory(kind="reference", state=Idea.State.DECLINED, **made)
    night()
    found = of(customer)
    expected = 900 / (1096 / 365) * YEARS * found.probability_alive
    assert found.knowledge_value == pytest.approx(Decimal(expected), abs=Decimal("0.01"))
    assert (found.ideas, found.showings, found.knowledge_basis) == (2, 1, "assessed")
    assert found.knowledge_low <= found.knowledge_value <= found.knowledge_high


def test_serving_costs_interactions_and_remedies_and_the_value_view_shows_it(company):
    customer = alive_customer(company)
    say(visit=200, call=15)
    noon = dt.datetime.combine(LAST_DAY, dt.time(12), tzinfo=dt.UTC)
    for kind, back in (("visit", 5), ("visit", 400), ("call", 7), ("note", 3), ("call", -1)):
        at = noon - dt.timedelta(days=back)
        InteractionFactory(customer_id=customer, kind=kind, at=at, heard=["competitor"])
    CaseFactory(customer=customer_of(customer), received_at=noon, remedy_cost=85)
    for payment, back in (("late", 0), ("early", 99)):
        on = LAST_DAY - dt.timedelta(days=back)
        CreditRecordFactory(customer_id=customer, payment=payment, on=on)
    night()
    found = of(customer)
    assert (found.interactions_12m, found.cost_12m, found.told) == (215, 300, 3)
    expected = 300 * YEARS * found.probability_alive
    assert found.cost_to_serve == pytest.approx(Decimal(expected), abs=Decimal("0.01"))
    parts = found.transaction_value + found.growth_value + found.referral_value
    value = found.customer.standing.lifetime_value
    assert value == pytest.approx(
        parts + found.knowledge_value - found.cost_to_serve, abs=Decimal("0.02")
    )
    assert found.current_value == found.margin_12m - 300
    # Categories and share are not known: loyalty is of retention, and of referrals, which are none.
    assert (found.credit, found.satisfaction) == (40, None)
    assert found.loyalty == pytest.approx(100 * (1 - found.risk) / 2, abs=1e-6)
    # All the cost is this one's; its part by value is smaller.
    assert 0 < found.service_gap < 300
    assert found.fair_cost == 300 - found.service_gap
    assert sum(row.service_gap for row in Valuation.objects.all()) == pytest.approx(
        Decimal(0), abs=Decimal(1)
    )


@pytest.fixture
def industry(company):
    """Twelve of one industry buy mugs; ten of them plates as well, one of these since lately."""
    source = Source.objects.get(code="erp")
    goods = {
        name: Product.objects.create(source=source, code=name, category=name)
        for name in ("Mugs", "Plates", "Rarities")
    }
    Customer.objects.filter(pk__in=company[:12]).update(industry="Hotels")

    def buy(customer: int, category: str, back: int, amount: int) -> None:
        sell(customer, LAST_DAY - dt.timedelta(days=back), amount, f"{category}{customer}-{back}")
        rows = Transaction.objects.filter(reference=f"{category}{customer}-{back}")
        rows.update(product=goods[category])

    for place, customer in enumerate(company[:12]):
        buy(customer, "Mugs", 500, 300)
        buy(customer, "Mugs", 20, 300)
        if place >= 2:
            buy(customer, "Plates", 20, 100)
        if place >= 3:
            buy(customer, "Plates", 500, 100)
    buy(company[11], "Rarities", 500, 1000)
    touch(company[:12], LAST_DAY - dt.timedelta(days=600))
    return company[:12]


class TestGrowth:
    def test_categories_that_similar_customers_took_up(self, industry):
        night()
        plates = CategoryTakeUp.objects.get(category="Plates")
        assert (plates.customers, plates.buyers, plates.could, plates.took) == (12, 10, 3, 1)
        assert plates.is_common
        assert not CategoryTakeUp.objects.get(category="Rarities").is_common
        # Net of mugs 12 x 600, of plates 10 x 100 + 9 x 100, of rarities 1000.
        assert float(plates.weight) == pytest.approx(1900 / 10100)
        lacking, having = of(industry[0]), of(industry[5])
        assert having.growth_value == 0
        year = lacking.customer.standing.revenue_12m
        assert lacking.headroom == pytest.approx(float(year) * 1900 / 7200, rel=1e-6)
        assert (lacking.growth_from, lacking.growth_basis) == ("categories", "computed")
        assert lacking.take_up == pytest.approx(float(plates.rate))
        rates = value_parts.taken_up(float(plates.rate), 1096, 0.10)
        expected = lacking.headroom * float(rates) * lacking.margin * lacking.probability_alive
        assert float(lacking.growth_value) == pytest.approx(expected, abs=0.01)
        assert lacking.growth_low < lacking.growth_value < lacking.growth_high

    def test_a_known_share_of_wallet_goes_before_categories(self, industry):
        for customer, before, after in zip(industry[:6], [1200] * 6, [1000] * 6, strict=True):
            net = {
                year: sum(
                    row.amount
                    for row in Transaction.objects.filter(customer=customer, date__year=year)
                )
                for year in (2023, 2024)
            }
            for year, more in ((2023, before), (2024, after)):
                YearFigureFactory(
                    customer_id=customer,
                    year=year,
                    purchases=max(net[year], 0) + more,
                    known_on=dt.date(2025, 2, 1),
                )
        night()
        found = of(industry[0])
        assert (found.growth_from, found.growth_basis) == ("wallet", "assessed")
        assert found.headroom == pytest.approx(1000)
        assert NightlyRun.objects.get().models_used["value"]["share_gain"]

    def test_categories_are_summed_again_with_their_customer(self, industry):
        night()
        row = DealingCategory.objects.get(customer=industry[2], category="Plates")
        assert (row.first_day, row.last_day, row.net) == (
            LAST_DAY - dt.timedelta(days=20),
            LAST_DAY - dt.timedelta(days=20),
            100,
        )
        lines = Transaction.objects.filter(product__category="Plates", customer=industry[2])
        lines._raw_delete(lines.db)
        touch([industry[2]], LAST_DAY)
        night(LAST_DAY + dt.timedelta(days=1))
        assert not DealingCategory.objects.filter(pk=row.pk).exists()


def test_any_number_of_shards_gives_the_same_rows(industry):
    say(visit=120, improvement=50)
    refer(industry[0], industry[1])
    refer(industry[3], industry[1])
    IdeaFactory(customer_id=industry[2], state=Idea.State.ADOPTED, on=LAST_DAY)
    for customer in industry[:4]:
        at = dt.datetime.combine(LAST_DAY, dt.time(9), tzinfo=dt.UTC)
        InteractionFactory(customer_id=customer, kind="visit", at=at)
    night()
    whole, points = results(), list(EquityPoint.objects.values_list("equity_share"))
    cells = sorted(ValueCell.objects.values_list("dimension", "key", "equity", "earned", "months"))
    night(rebuild=True, shard_size=7)
    assert results() == whole
    assert list(EquityPoint.objects.values_list("equity_share")) == points
    again = ValueCell.objects.values_list("dimension", "key", "equity", "earned", "months")
    assert sorted(again) == cells


def test_tiers_may_go_by_lifetime_value(company):
    Installation.get()
    Installation.objects.update(tier_basis="lifetime_value")
    say(reference=1_000_000)
    customer = alive_customer(company)
    IdeaFactory(customer_id=customer, kind="reference", state=Idea.State.ADOPTED, on=LAST_DAY)
    night()
    found = of(customer)
    assert round(found.tier_basis, 2) == found.customer.standing.lifetime_value
    assert found.customer.standing.tier == "A"
