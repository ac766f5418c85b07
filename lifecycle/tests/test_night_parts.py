"""Parts of the night by hand: peers, bands, month-ends, gaps, warnings."""

import datetime as dt

import numpy as np
import pytest

from crm.platform.models import Installation
from customers.models import DealingDay, DealingSummary, Transaction
from customers.tests.factories import CustomerFactory, DealingDayFactory, TransactionFactory
from lifecycle.services import peers, shards, summaries, tiering
from lifecycle.services.rollup import roll_up
from lifecycle.services.shards import EVERYBODY, Shard
from lifecycle.services.totals import Totals

CUT = dt.date(2025, 6, 30)


class TestPeers:
    def quarters(self, before, now):
        return np.array([[before] * 4 + [now]], dtype=float)

    def test_an_industry_that_fell_by_a_fifth_takes_a_fifth_out(self):
        # Without the customer (100, then 50) the industry went from 1000 to 800.
        found = peers.change(self.quarters(100, 50), None, np.array([850.0]), np.array([1100.0]))
        assert found == pytest.approx([-0.2])

    def test_an_industry_that_grows_is_no_reproach(self):
        found = peers.change(self.quarters(100, 50), None, np.array([1550.0]), np.array([1100.0]))
        assert found == [0]

    def test_without_an_industry_nothing_is_taken_out(self):
        assert peers.change(self.quarters(100, 50), None, np.zeros(1), np.zeros(1)) == [0]

    def test_its_own_yearly_figures_go_before_its_industry(self):
        own = np.array([-0.4, 0.1, -1.0, np.nan])
        quarters, level = np.full((4, 5), 100.0), np.full(4, 1000.0)
        change = peers.change(quarters, None, 0.8 * level - 20, level, own)
        assert change == pytest.approx([-0.4, 0, -0.9, 680 / 900 - 1])

    def test_a_customer_alone_in_its_industry_has_no_peers(self):
        found = peers.change(self.quarters(100, 50), None, np.array([50.0]), np.array([100.0]))
        assert found == [0]

    def test_season_is_put_aside(self):
        season = np.array([0.5, 1.0, 1.0, 1.5])
        now, level = peers.now_and_level(np.array([[150, 50, 100, 100, 150.0]]), season)
        assert (now[0], level[0]) == (100, 100)

    @pytest.mark.django_db
    def test_small_industries_and_regions_say_nothing(self, monkeypatch):
        monkeypatch.setattr(peers, "ENOUGH_PEERS", 2)
        for industry, region, size in (("Steel", "North", 2), ("Wood", "North", 1)):
            for _ in range(size):
                customer = CustomerFactory(industry=industry, region=region)
                for back in range(5):
                    day = CUT - dt.timedelta(days=91 * back)
                    DealingDayFactory(customer=customer, day=day, gross=100 if back else 40)
                DealingSummary.objects.create(
                    customer=customer,
                    first_purchase=day,
                    last_purchase=CUT,
                    purchase_days=5,
                    gross=440,
                    net=440,
                    cost=0,
                    known_net=0,
                    sum_log_gaps=0,
                )
        assert peers.groups(Totals.of(CUT), CUT, None) == {
            "industries": [{"industry": "Steel", "customers": 2, "now": 80, "level": 200}],
            "regions": [{"region": "North", "customers": 3, "now": 120, "level": 300}],
        }


class TestBands:
    def test_thirds_of_those_with_value(self):
        value = np.array([0, -5, 1, 2, 3, 4, 5, 6.0])
        found = tiering.bands(value, tiering.band_cuts(value))
        assert found.tolist() == ["low", "low", "low", "low", "medium", "medium", "high", "high"]

    def test_equal_values_have_the_same_band(self):
        value = np.array([7.0, 7, 7])
        assert set(tiering.bands(value, tiering.band_cuts(value))) == {"high"}

    def test_nobody_has_value(self):
        assert tiering.bands(np.zeros(2), tiering.band_cuts(np.zeros(2))).tolist() == ["low"] * 2

    def test_nobody_at_all(self):
        assert tiering.bands(np.zeros(0), (0.0, 0.0)).tolist() == []


@pytest.mark.parametrize(
    ("date", "before", "is_end"),
    [
        (dt.date(2024, 2, 29), dt.date(2024, 1, 31), True),
        (dt.date(2023, 2, 28), dt.date(2023, 1, 31), True),
        (dt.date(2024, 2, 28), dt.date(2024, 1, 31), False),
        (dt.date(2024, 1, 1), dt.date(2023, 12, 31), False),
    ],
)
def test_month_ends(date, before, is_end):
    assert tiering.month_end_before(date) == before
    assert tiering.is_month_end(date) is is_end


def test_a_year_before_a_leap_day_is_the_28th():
    assert summaries.year_before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)
    assert summaries.year_before(dt.date(2025, 12, 9)) == dt.date(2024, 12, 9)


@pytest.mark.django_db
class TestShards:
    def test_few_customers_are_one_shard(self):
        CustomerFactory()
        assert shards.inner_bounds(10) == []
        assert shards.shard([], 0) == EVERYBODY

    def test_every_customer_is_in_exactly_one_shard(self):
        ids = sorted(CustomerFactory().pk for _ in range(7))
        bounds = shards.inner_bounds(2)
        parts = [shards.shard(bounds, number) for number in range(len(bounds) + 1)]
        assert [sum(part.low <= pk < part.high for part in parts) for pk in ids] == [1] * 7
        assert len(parts) == 4


@pytest.mark.django_db
class TestSummaries:
    def test_windows_end_with_the_night_and_leave_older_days_out(self):
        customer = CustomerFactory()
        for back, amount in ((0, 1), (90, 2), (91, 4), (181, 8), (182, 16), (364, 32), (365, 64)):
            TransactionFactory(customer=customer, date=CUT - dt.timedelta(days=back), amount=amount)
        TransactionFactory(customer=customer, date=CUT + dt.timedelta(days=1), amount=1000)
        roll_up(shard=EVERYBODY, as_of=CUT, everybody=True)
        dealings = summaries.load(CUT, EVERYBODY)
        summary = dealings.summary
        assert (summary.net[0], summary.purchases[0]) == (127, 7)
        assert (summary.net_quarter[0], summary.net_half[0]) == (3, 15)
        assert (summary.purchases_quarter[0], summary.purchases_half[0]) == (2, 4)
        assert dealings.net_year[0] == 63
        assert dealings.quarters[0].tolist() == [0, 0, 0, 96, 0, 16, 12, 3]

    def test_costs_count_where_they_are_known(self):
        customer = CustomerFactory()
        TransactionFactory(customer=customer, date=CUT, amount=100, cost=60)
        TransactionFactory(customer=customer, date=CUT, amount=50, cost=None)
        roll_up(shard=EVERYBODY, as_of=CUT, everybody=True)
        dealings = summaries.load(CUT, EVERYBODY)
        assert (dealings.known_year[0], dealings.cost_year[0], dealings.net_year[0]) == (
            100,
            60,
            150,
        )

    def test_a_shard_has_its_own_customers_only(self):
        first, second = CustomerFactory(), CustomerFactory()
        for customer in (first, second):
            TransactionFactory(customer=customer, date=CUT)
        roll_up(shard=Shard(0, second.pk), as_of=CUT, everybody=True)
        assert list(DealingDay.objects.values_list("customer", flat=True)) == [first.pk]

    def test_days_of_deleted_transactions_go_with_them(self):
        transaction = TransactionFactory(date=CUT)
        roll_up(shard=EVERYBODY, as_of=CUT, everybody=True)
        Transaction.objects.all()._raw_delete("default")
        assert roll_up(shard=EVERYBODY, as_of=CUT, everybody=True) == 1
        assert not DealingDay.objects.filter(customer=transaction.customer).exists()


@pytest.mark.django_db
def test_totals_are_those_of_the_days():
    mill, shop = CustomerFactory(industry="Steel"), CustomerFactory(industry="Retail")
    for customer, back, gross, known in (
        (mill, 0, 100, 100),
        (shop, 90, 20, 0),
        (mill, 91, 8, 8),
        (mill, 364, 4, 4),
        (mill, 365, 2, 2),
        (shop, 727, 1, 1),
        (shop, 728, 5000, 5000),
        (shop, -1, 7000, 7000),
    ):
        day = CUT - dt.timedelta(days=back)
        DealingDayFactory(customer=customer, day=day, gross=gross, known_net=known)
    totals = Totals.of(CUT)
    assert totals.quarters().tolist() == [1, 0, 0, 2 + 4, 0, 0, 8, 120]
    assert totals.year() == (132, 112)


@pytest.mark.django_db
def test_settings_read_the_same_before_and_after_they_are_stored():
    from lifecycle.services.training import settings_now

    before = settings_now()
    Installation.forget()
    assert settings_now() == before
