import datetime as dt

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.models import DealingCategory, DealingSummary, Referral
from customers.tests.factories import CustomerFactory, DealingDayFactory, StandingFactory
from lifecycle import loyalty_figures as figures
from lifecycle.models import CategoryTakeUp, LoyaltyCell, StageChange
from lifecycle.services import loyalty
from lifecycle.tests.factories import ValuationFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 3, 31)


def ago(days):
    return AS_OF - dt.timedelta(days=days)


def buyer(owner, purchases, *, stage="stability", since=0, value=0):
    """`purchases` are (days ago, net), the first one first."""
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(
        customer=customer, stage=stage, lifetime_value=value, last_purchase=ago(purchases[-1][0])
    )
    ValuationFactory(customer=customer, as_of=AS_OF, margin=0.3, stage_since=ago(since))
    for days, net in purchases:
        DealingDayFactory(customer=customer, day=ago(days), gross=net, net=net)
    DealingSummary.objects.create(
        customer=customer,
        first_purchase=ago(purchases[0][0]),
        last_purchase=ago(purchases[-1][0]),
        purchase_days=len(purchases),
        gross=1,
        net=1,
        cost=0,
        known_net=0,
        sum_log_gaps=0,
    )
    return customer


@pytest.fixture
def mine():
    return AccountManagerFactory()


@pytest.fixture
def base(mine):
    """One that stays and buys from two categories; one it referred, which ended."""
    stays = buyer(mine, [(800, 100), (500, 50), (100, 30)], value=70)
    ended = buyer(mine, [(450, 200)], stage="ended", since=20, value=30)
    StageChange.objects.create(customer=ended, on=ago(450), before="", after="exploration")
    StageChange.objects.create(customer=ended, on=ago(20), before="exploration", after="ended")
    for category, first in (("Cups", 800), ("Plates", 500)):
        DealingCategory.objects.create(
            customer=stays, category=category, first_day=ago(first), last_day=ago(100), net=1
        )
    Referral.objects.create(customer=stays, referred=ended, state="customer", on=ago(460))
    loyalty.record(AS_OF)
    return stays, ended


def cells(user=None):
    return LoyaltyCell.objects.visible_to(user or ManagerFactory())


class TestCounting:
    def test_retention_by_count_and_by_value(self, base):
        # Two bought between 730 and 365 days ago, for 50 and 200; the first one again, for 30.
        (row,) = figures.retention(cells())
        assert (row.back, row.customers, row.stayed) == (0, 2, 1)
        assert (row.by_count, row.by_value, row.of_revenue) == (0.5, 0.2, 0.12)

    def test_years_of_the_relationship_count_once_they_are_over(self, base):
        first, second = figures.years(cells())
        assert (first.customers, first.buying, first.revenue) == (2, 2, 350)
        # The margin of 0.3 for sales whose costs are not known.
        assert first.margin_each == pytest.approx(0.3 * 350 / 2)
        # The first year takes 100 and, 300 days later, 50; the second one the 30.
        assert (second.customers, second.revenue, second.margin) == (1, 30, pytest.approx(9))

    def test_cohorts_by_year_and_by_quarter(self, base):
        # First purchases on 20 January 2024 and 5 January 2025.
        assert [ago(800), ago(450)] == [dt.date(2024, 1, 21), dt.date(2025, 1, 5)]
        found = figures.cohorts(cells(), by_quarter=False)
        assert [(key // 4, [year.share for year in years]) for key, years in found] == [
            (2025, [1]),
            (2024, [1, 1]),
        ]
        quarters = figures.cohorts(cells(), by_quarter=True)
        assert [key for key, _years in quarters] == [4 * 2025, 4 * 2024]

    def test_survival_from_first_purchase_to_the_end(self, base):
        curve = figures.curves(cells())["all"]
        # Ended after 430 days, in month 14 of two at risk; the other one goes on for 26 months.
        assert curve[["time", "at_risk", "share"]].to_numpy().tolist() == [
            [14, 2, 0.5],
            [26, 1, 0.5],
        ]

    def test_who_was_ended_when_the_first_night_came_ended_a_year_after_its_last_purchase(
        self, mine
    ):
        ended = buyer(mine, [(900, 10), (800, 10)], stage="ended", since=2)
        StageChange.objects.create(customer=ended, on=ago(2), before="", after="ended")
        loyalty.record(AS_OF)
        cell = LoyaltyCell.objects.get(kind="survival")
        # 100 days to the last purchase and 365 of silence: 465 days are 15 months.
        assert (cell.column, cell.active) == (15, 0)

    def test_related_sales_and_their_trend(self, base):
        counts = figures.categories(cells())
        assert counts == {0: {2: 1}, 1: {2: 1}}
        assert (figures.at_least(counts[0], 2), figures.at_least(counts[0], 3)) == (1, 0)

    def test_cross_sales_are_the_categories_taken_up_beside_others(self, base):
        """Over industries: of 40 + 20 who could, 6 + 3; what nobody took up is left out."""
        for industry, category, could, took in (
            *(("Steel", "Pumps", 40, 6), ("Wood", "Pumps", 20, 3)),
            *(("Steel", "Hoses", 10, 10), ("Steel", "Valves", 5, 0)),
        ):
            counts = {"customers": 50, "buyers": 5, "could": could, "took": took}
            rates = dict.fromkeys(("weight", "rate", "rate_low", "rate_high"), 0)
            CategoryTakeUp.objects.create(
                industry=industry, category=category, is_common=True, **counts, **rates
            )
        hoses, pumps = figures.cross_sales()
        assert (hoses.category, hoses.share) == ("Hoses", 1)
        assert (pumps.category, pumps.could, pumps.took, pumps.share) == ("Pumps", 60, 9, 0.15)

    def test_won_through_referrals(self, base):
        newest, former = figures.won(cells())
        assert (newest.year, newest.customers, newest.referred) == (2025, 1, 1)
        assert (former.referred, newest.value_share) == (0, 1)

    def test_counting_again_gives_the_same_rows(self, base):
        before = list(
            LoyaltyCell.objects.order_by("kind", "row", "column").values_list("customers")
        )
        loyalty.record(AS_OF)
        again = LoyaltyCell.objects.order_by("kind", "row", "column").values_list("customers")
        assert list(again) == before

    def test_others_see_their_own_customers_alone(self, base):
        assert not cells(AccountManagerFactory()).exists()
        assert not cells(ServiceFactory()).exists()

    def test_without_customers_there_is_nothing_and_no_error(self):
        assert loyalty.record(AS_OF) == 0
        assert figures.retention(cells()) == []

    def test_once_a_week_and_whenever_a_night_is_computed_again(self, base):
        sunday = dt.date(2026, 4, 5)
        assert [loyalty.is_due(day) for day in (AS_OF, ago(-1), sunday, ago(1))] == [
            *(True, False),
            *(True, True),
        ]


class TestPage:
    def test_all_three_rs_are_on_it(self, client, base, mine):
        client.force_login(mine)
        page = client.get(reverse("value:loyalty")).content.decode()
        for words in ("Retention", "Related sales", "Referrals", "Cohorts", "Profit by year"):
            assert words in page
        assert client.get(reverse("value:loyalty") + "?by=quarter").status_code == 200

    def test_it_opens_to_the_customers(self, client, base, mine):
        stays, ended = base
        client.force_login(mine)
        left = client.get(reverse("value:loyalty_left"))
        assert [row.pk for row in left.context["rows"]] == [ended.pk]
        cohort = client.get(reverse("value:loyalty_cohort", args=[2024]))
        assert [row.pk for row in cohort.context["rows"]] == [stays.pk]
        quarter = client.get(reverse("value:loyalty_cohort", args=[2024]), {"quarter": "2"})
        assert quarter.context["rows"] == []
        assert client.get(reverse("value:loyalty_cohort", args=[9999])).status_code == 404

    def test_before_the_first_night(self, client):
        client.force_login(ManagerFactory())
        assert client.get(reverse("value:loyalty")).status_code == 200
        assert client.get(reverse("value:loyalty_left")).context["rows"] == []

    def test_service_staff_see_none_of_it(self, client, base):
        client.force_login(ServiceFactory())
        assert client.get(reverse("value:loyalty")).status_code == 403

    def test_it_asks_few_questions(self, client, base, django_assert_max_num_queries):
        client.force_login(ManagerFactory())
        client.get(reverse("value:loyalty"))
        with django_assert_max_num_queries(12):
            client.get(reverse("value:loyalty"))
