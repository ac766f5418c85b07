"""Equity, winning and serving, and the amounts that they rest on."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.models import AuditEntry
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from crm.platform.models import Job
from customers.models import DealingSummary
from customers.tests.factories import CustomerFactory, StandingFactory
from customers.tests.record_factories import BenefitFactory
from lifecycle.models import NightlyRun, Valuation, ValueAmounts
from lifecycle.services import equity
from lifecycle.services.base import record_base
from lifecycle.tests.factories import ValuationFactory
from lifecycle.views.value import payback, winning

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
PAGES = ["value:equity", "value:value"]


def worth(customer, value: int, **fields) -> Valuation:
    """A customer with a standing, a valuation and dealings since 2024."""
    StandingFactory(
        customer=customer,
        tier="A",
        stage="stability",
        lifetime_value=Decimal(value),
        revenue_12m=Decimal(1000),
        last_purchase=TODAY,
        computed_on=TODAY,
    )
    DealingSummary.objects.create(
        customer=customer,
        first_purchase=dt.date(2024, 11, 20),
        last_purchase=TODAY,
        purchase_days=9,
        gross=2000,
        net=2000,
        cost=1400,
        known_net=2000,
        sum_log_gaps=1.0,
    )
    usual = {"as_of": TODAY, "transaction_value": value, "margin_12m": 300, "revenue_before": 800}
    return ValuationFactory(customer=customer, **usual | fields)


@pytest.fixture
def base():
    """Two account managers with a customer each; the first was brought by the second."""
    mine, theirs = AccountManagerFactory(), AccountManagerFactory()
    first = CustomerFactory(
        name="Hartwell",
        account_manager=mine,
        segment="Retail",
        won_through="fair",
        acquisition_cost=Decimal(150),
    )
    second = CustomerFactory(
        name="Brookfield", account_manager=theirs, segment="Trade", won_through="website"
    )
    worth(first, 800, cost_12m=100, service_gap=60)
    worth(second, 600, referral_value=400, referral_realised=400, cost_12m=20, service_gap=-60)
    BenefitFactory(customer=first, amount=Decimal(70), on=TODAY)
    BenefitFactory(customer=first, amount=Decimal(999), on=TODAY - dt.timedelta(days=400))
    record_base(dt.date(2026, 10, 31))
    record_base(TODAY)
    equity.record(TODAY)
    return mine, theirs


@pytest.mark.parametrize("name", PAGES)
def test_managers_see_all_and_account_managers_their_own(client, base, name):
    client.force_login(ManagerFactory())
    page = client.get(reverse(name)).content.decode()
    assert "Hartwell" in page
    assert "Brookfield" in page
    client.force_login(base[0])
    page = client.get(reverse(name)).content.decode()
    assert "Hartwell" in page
    assert "Brookfield" not in page


@pytest.mark.parametrize("name", PAGES)
def test_service_staff_may_not_open_them_and_nobody_posts(client, base, name):
    client.force_login(ServiceFactory())
    assert client.get(reverse(name)).status_code == 403
    client.force_login(ManagerFactory())
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", PAGES)
def test_before_the_first_night_they_say_what_to_do(client, name):
    client.force_login(ManagerFactory())
    assert "No figures yet" in client.get(reverse(name)).content.decode()


@pytest.mark.parametrize(("name", "most"), [("value:equity", 16), ("value:value", 12)])
def test_they_ask_a_fixed_number_of_questions(
    client, base, name, most, django_assert_max_num_queries
):
    for place in range(5):
        worth(CustomerFactory(account_manager=base[0], segment=f"S{place}"), 5, service_gap=-1)
    equity.record(TODAY)
    client.force_login(ManagerFactory())
    client.get(reverse(name))
    with django_assert_max_num_queries(most):
        client.get(reverse(name))


class TestEquity:
    def test_a_referred_customer_counts_once(self, client, base):
        client.force_login(ManagerFactory())
        context = client.get(reverse("value:equity")).context
        assert context["total"]["equity"] == 1000
        assert context["total"]["referral_realised"] == 400
        parts = {part["label"]: part["amount"] for part in context["parts"]}
        assert parts["Referral value: customers still to be brought"] == 0

    def test_what_goes_with_each_of_the_largest(self, client, base):
        client.force_login(ManagerFactory())
        first, second = client.get(reverse("value:equity")).context["largest"]
        assert (first.name, first.equity_share, first.seen_share) == ("Hartwell", 0.8, 0.8)
        assert (second.equity_share, second.brought) == (0.6, 400)

    def test_cuts_add_up_and_lead_to_their_customers(self, client, base):
        client.force_login(ManagerFactory())
        cuts = client.get(reverse("value:equity")).context["cuts"]
        assert [cut["key"] for cut in cuts] == ["tier", "stage", "owner", "cohort"]
        for cut in cuts:
            assert sum(row["equity"] for row in cut["rows"]) == 1000
        cohort = cuts[-1]["rows"][0]
        assert (cohort["label"], cohort["customers"]) == ("2024", 2)
        assert "Brookfield" in client.get(cohort["url"]).content.decode()
        owner = cuts[2]["rows"][0]
        assert "Hartwell" in client.get(owner["url"]).content.decode()

    def test_benefits_of_twelve_months_beside_their_revenue(self, client, base):
        client.force_login(ManagerFactory())
        context = client.get(reverse("value:equity")).context
        assert context["total"]["benefits_12m"] == 70
        assert (context["total"]["benefit_customers"], context["given_back"]) == (1, 0.035)


class TestWinning:
    def test_cost_payback_and_ratio_by_hand(self):
        row = {
            f"sum_{name}": Decimal(value)
            for name, value in {
                **{"acquired": 4, "acquisition_cost": 1200, "earned": 2400, "months": 48},
                **{"paid_back": 3, "stayed": 5, "cost_of_stayed": 300},
            }.items()
        }
        found = winning([row])
        assert (found["win"], found["keep"], found["ratio"]) == (300, 60, 5)
        assert (found["payback"], found["paid_back_share"]) == (6, 0.75)

    def test_nothing_known_is_nothing_said(self):
        names = ("acquired", "acquisition_cost", "earned", "months", "paid_back")
        row = dict.fromkeys(
            (f"sum_{name}" for name in (*names, "stayed", "cost_of_stayed")), Decimal(0)
        )
        found = winning([row])
        assert (found["win"], found["keep"], found["ratio"], found["payback"]) == (None,) * 4
        assert payback({"acquired": 1, "acquisition_cost": 5, "earned": -9, "months": 3}) is None

    def test_a_source_with_its_customers(self, client, base):
        client.force_login(base[0])
        context = client.get(reverse("value:value")).context
        (_title, _head, _key, (row,)) = context["won"][0]
        assert (row["label"], row["known"], row["cost"]) == ("Trade fair", 1, 150)
        # 600 earned in the 24 months since the first purchase.
        assert row["payback"] == pytest.approx(150 / (600 / 23.98), rel=1e-3)
        assert row["paid_back"] == 1
        assert "Hartwell" in client.get(row["url"]).content.decode()

    def test_segments_grow_earn_and_stay(self, client, base):
        client.force_login(base[0])
        context = client.get(reverse("value:value")).context
        (_title, _head, _key, (row,), rest) = context["segments"][0]
        assert (row["label"], row["growth"], row["margin"]) == ("Retail", 0.25, 0.3)
        assert (row["retention"], row["cost"], rest) == (1, 0.1, 0)
        assert row["growth_text"] == "+25.0\u202f%"

    def test_who_is_served_above_and_below_its_value(self, client, base):
        client.force_login(ManagerFactory())
        above, below = client.get(reverse("value:value")).context["served"]
        assert [row.customer.name for row in above[2]] == ["Hartwell"]
        assert above[2][0].fair_cost == 40
        assert [row.customer.name for row in below[2]] == ["Brookfield"]

    def test_rows_out_of_reach_are_not_there(self, client, base):
        client.force_login(base[0])
        url = reverse("value:rows", args=["segment"])
        assert "Brookfield" not in client.get(url, {"key": "Trade"}).content.decode()
        assert client.get(reverse("value:rows", args=["number"])).status_code == 404
        for key in ("", "x", "20245", "\0", "٢٠٢٤"):
            assert (
                client.get(reverse("value:rows", args=["cohort"]), {"key": key}).status_code == 200
            )


class TestAmounts:
    def run(self, **occurred):
        job = Job.objects.create(kind=Job.Kind.NIGHTLY, state=Job.State.DONE)
        used = {"value": {"occurred": occurred}}
        NightlyRun.objects.create(as_of=TODAY, job=job, models_used=used)

    def typed(self, **amounts) -> dict:
        zeros = dict.fromkeys((*ValueAmounts.INTERACTIONS, *ValueAmounts.IDEAS), "0")
        return {**zeros, **amounts, "version": ValueAmounts.get().version, "seen": "{}"}

    def test_managers_set_them_and_the_log_has_it(self, client):
        client.force_login(ManagerFactory())
        response = client.post(reverse("value:amounts"), self.typed(visit="120.50"))
        assert response.status_code == 302
        assert ValueAmounts.get().visit == Decimal("120.50")
        assert AuditEntry.objects.filter(action="settings.changed").exists()

    def test_the_effect_is_shown_before_anything_is_saved(self, client):
        self.run(visit=10, improvement=2)
        client.force_login(ManagerFactory())
        page = client.get(reverse("value:amounts")).content.decode()
        assert "10 in the last twelve months" in page
        typed = self.typed(visit="100", improvement="30") | {"look": "1"}
        page = client.post(reverse("value:amounts"), typed).content.decode()
        assert "would have cost 1,000 (now: 0)" in page
        assert "been worth 60 (now: 0)" in page
        assert ValueAmounts.get().visit == 0

    @pytest.mark.parametrize("amount", ["-1", "10000001", "x", "NaN"])
    def test_nonsense_is_refused(self, client, amount):
        client.force_login(ManagerFactory())
        assert client.post(reverse("value:amounts"), self.typed(call=amount)).status_code == 200
        assert ValueAmounts.get().call == 0

    def test_others_may_not(self, client):
        client.force_login(AccountManagerFactory())
        assert client.get(reverse("value:amounts")).status_code == 403
