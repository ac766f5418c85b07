"""What customers of an industry buy, and what a card proposes of it."""

import datetime as dt
from decimal import Decimal

import pytest

from customers.models import Product, Source, Standing
from customers.services.derived import refresh_derived
from customers.tests.factories import CustomerFactory, TransactionFactory
from lifecycle.models import PeerCategory
from lifecycle.services import peer_categories
from lifecycle.services.peer_categories import Proposal, count, proposals

pytestmark = pytest.mark.django_db

AS_OF = dt.date(2026, 6, 30)


def peer(industry="Steel", **spent):
    """A customer of an industry with what it spent by category in this year."""
    customer = CustomerFactory(industry=industry)
    refresh_derived([customer.pk])
    for category, amount in spent.items():
        buy(customer, category, amount)
    return customer


def buy(customer, category, amount, day=AS_OF):
    source, _ = Source.objects.get_or_create(code="ERP")
    product, _ = Product.objects.get_or_create(
        source=source, code=category, defaults={"category": category}
    )
    TransactionFactory(customer=customer, product=product, amount=amount, date=day)
    Standing.objects.filter(customer=customer).update(last_purchase=day)


def counted() -> dict[tuple, tuple]:
    return {
        (row.industry, row.category): (row.buyers, row.customers, row.spend)
        for row in PeerCategory.objects.all()
    }


class TestCounting:
    def test_by_hand(self):
        for amount in (100, 200, 300):
            peer(pumps=amount)
        peer(valves=50)
        peer("Wood", pumps=1000)
        assert count(AS_OF) == 1
        assert counted() == {("Steel", "pumps"): (3, 4, Decimal(200))}

    def test_what_was_sent_back_and_what_is_old_is_not_bought(self):
        for _ in range(3):
            peer(pumps=100)
        returned = peer(pumps=100)
        buy(returned, "pumps", -100)
        old = peer()
        buy(old, "pumps", 100, AS_OF - dt.timedelta(days=365))
        late = peer()
        buy(late, "pumps", 100, AS_OF + dt.timedelta(days=1))
        count(AS_OF)
        assert counted() == {("Steel", "pumps"): (3, 3, Decimal(100))}

    def test_again_is_the_same_and_old_rows_go(self):
        for _ in range(3):
            peer(pumps=100)
        PeerCategory.objects.create(
            industry="Gone", category="pumps", buyers=9, customers=9, spend=1
        )
        count(AS_OF)
        before = counted()
        count(AS_OF)
        assert counted() == before == {("Steel", "pumps"): (3, 3, Decimal(100))}

    def test_of_a_large_industry_a_sample_is_read_the_same_each_night(self, monkeypatch):
        monkeypatch.setattr(peer_categories, "SAMPLE", 5)
        for amount in range(1, 21):
            peer(pumps=amount)
        count(AS_OF)
        before = counted()
        assert before["Steel", "pumps"][:2] == (5, 5)
        count(AS_OF)
        assert counted() == before

    def test_only_lines_of_sampled_customers_are_read_by_their_index(self):
        from django.db import connection

        values = {"as_of": AS_OF, "since": AS_OF, "fewest": 3, "sample": 300}
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {peer_categories.COUNT}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "transaction_of_customer" in plan
        assert "Seq Scan on customers_transaction" not in plan


class TestProposing:
    @pytest.fixture(autouse=True)
    def industry(self):
        for category, buyers in (
            ("pumps", 9),
            ("valves", 5),
            ("seals", 3),
            ("oil", 2),
            ("rope", 5),
        ):
            PeerCategory.objects.create(
                industry="Steel", category=category, buyers=buyers, customers=10, spend=buyers
            )

    def test_the_commonest_that_it_lacks_come_first(self):
        assert proposals("Steel", ["pumps"]) == [
            Proposal("rope", 0.5, Decimal(5)),
            Proposal("valves", 0.5, Decimal(5)),
            Proposal("seals", 0.3, Decimal(3)),
        ]

    def test_what_few_buy_is_no_proposal_and_a_few_are_enough(self):
        found = [one.category for one in proposals("Steel", [], most=9)]
        assert found == ["pumps", "rope", "valves", "seals"]
        assert [one.category for one in proposals("Steel", [])] == found[:3]

    def test_nothing_for_who_buys_all_nor_for_an_unknown_industry(self):
        assert proposals("Steel", ["pumps", "rope", "valves", "seals"]) == []
        assert proposals("", []) == proposals("Wood", []) == []
