"""The portfolio matrix: cells by the installation's cuts, exact counts, filters, pages of cells."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Installation, Job
from customers.models import DealingSummary, YearFigure
from customers.tests.factories import CustomerFactory, DealingDayFactory, StandingFactory
from lifecycle import portfolio
from lifecycle.models import Assessment, NightlyRun
from lifecycle.portfolio import Cuts
from lifecycle.tests.factories import AssessmentFactory

CUTS = Cuts((2.5, 3.5), (2.0, 4.0))


@pytest.mark.parametrize(
    ("up", "across", "strategy"),
    [
        (1, 1, "Exit"),
        (2.49, 2, "Minimal upkeep"),
        (2, 4, "Selective defence"),
        (2.5, 1.9, "Minimal upkeep"),
        (3, 3, "Selective upkeep"),
        (3, 5, "Defend and keep"),
        (3.5, 1, "Develop"),
        (5, 3, "Develop"),
        (5, 5, "Develop and defend"),
    ],
)
def test_each_cell_has_its_strategy(up, across, strategy):
    assert portfolio.cell_at(up, across, CUTS).strategy == strategy


def test_dots_stand_in_the_cell_that_counts_them():
    for mark in (1, 1.9, 2, 3, 3.99, 4, 5):
        share = portfolio.share_along(mark, CUTS.across)
        third = portfolio.ACROSS.index(portfolio.cell_at(1, mark, CUTS).across)
        assert third / 3 <= share <= (third + 1) / 3


@pytest.mark.parametrize("cuts", [(1.0, 1.0), (5.0, 5.0), (3.0, 3.0)])
def test_cuts_that_leave_a_third_empty_draw_as_well(cuts):
    for mark in (1, 3, 5):
        assert 0 <= portfolio.share_along(mark, cuts) <= 1


def test_without_both_marks_there_is_no_place():
    assert portfolio.place(None, CUTS) is None
    assert portfolio.place(Assessment(up=3, across=None), CUTS) is None


@pytest.fixture
def amy(db):
    return AccountManagerFactory(team=TeamFactory(), name="Amy")


def placed(owner, up: float, across: float, **standing) -> Assessment:
    customer = CustomerFactory(account_manager=owner)
    StandingFactory(customer=customer, **standing)
    return AssessmentFactory(customer=customer, up=up, across=across, total=(up + across) / 2)


def test_counts_lists_and_places_agree_at_the_borders(amy):
    marks = (1, 2, 2.5, 3, 3.5, 4, 5)
    sheets = [placed(amy, up, across) for up in marks for across in marks]
    seen = Assessment.objects.visible_to(amy)
    counts = seen.counts_by_cell(CUTS)
    assert sum(counts.values()) == len(sheets)
    for cell in portfolio.CELLS:
        found = set(seen.in_cell(cell, CUTS))
        assert found == {one for one in sheets if portfolio.place(one, CUTS) == cell}
        assert counts[cell.key] == len(found)


def test_each_cell_says_its_value_and_a_view_keeps_the_filter(client, amy):
    for value in (100, 23):
        placed(amy, 5, 5, lifetime_value=Decimal(value), tier="A")
    placed(amy, 1, 1, lifetime_value=Decimal(7), tier="A")
    values = Assessment.objects.visible_to(amy).values_by_cell(CUTS)
    assert (values["high-good"], values["low-poor"], values["high-poor"]) == (123, 7, 0)
    client.force_login(amy)
    response = client.get(reverse("value:portfolio") + "?tier=A")
    cells = response.context["picture"].cells
    assert [(cell["count"], cell["value"]) for cell in cells if cell["count"]] == [(2, 123), (1, 7)]
    assert response.context["growth_url"] == reverse("value:portfolio") + "?view=growth&tier=A"


def test_only_the_newest_assessment_counts(amy):
    sheet = placed(amy, 5, 5)
    AssessmentFactory(customer=sheet.customer, up=1, across=1, is_newest=False)
    counts = Assessment.objects.visible_to(amy).counts_by_cell(CUTS)
    assert counts["high-good"] == 1
    assert counts["low-poor"] == 0


def test_the_page_shows_ones_own_customers_and_filters(client, amy):
    mine = placed(amy, 5, 5, tier="A")
    other = placed(AccountManagerFactory(), 5, 5, tier="B")
    client.force_login(amy)
    page = client.get(reverse("value:portfolio")).content.decode()
    assert mine.customer.name in page
    assert other.customer.name not in page
    client.force_login(ManagerFactory())
    page = client.get(reverse("value:portfolio") + "?tier=B").content.decode()
    assert mine.customer.name not in page
    assert other.customer.name in page
    assert client.get(reverse("value:portfolio") + "?owner=x&tier=Z").status_code == 200


def test_a_cell_lists_its_customers_the_most_valuable_first(client, amy):
    small = placed(amy, 5, 5, lifetime_value=Decimal(1))
    large = placed(amy, 5, 5, lifetime_value=Decimal(2))
    placed(amy, 1, 1)
    client.force_login(amy)
    url = reverse("value:portfolio_cell", args=["high", "good"])
    rows = client.get(url).context["rows"]
    assert [row.pk for row in rows] == [large.customer_id, small.customer_id]
    assert client.get(url.replace("good", "best")).status_code == 404


def test_the_cuts_are_settings(client, amy):
    placed(amy, 3, 3)
    Installation.objects.update_or_create(pk=1, defaults={"attractive_from": 3, "good_from": 3})
    Installation.forget()
    client.force_login(amy)
    rows = client.get(reverse("value:portfolio_cell", args=["high", "good"])).context["rows"]
    assert len(rows) == 1
    Installation.forget()


def deal_for_two_years(customer, as_of: dt.date) -> None:
    """100 a quarter, then 120; of 2024 the four days up to 1 October, 400 in all."""
    for back in range(8):
        day = as_of - dt.timedelta(days=91 * back + 1)
        DealingDayFactory(customer=customer, day=day, gross=Decimal(120 if back < 4 else 100))
    DealingSummary.objects.create(
        customer=customer,
        first_purchase=as_of - dt.timedelta(days=900),
        last_purchase=as_of,
        purchase_days=9,
        gross=880,
        net=880,
        cost=0,
        known_net=0,
        sum_log_gaps=1,
    )


def test_growth_and_share_by_hand(client, amy):
    as_of = dt.date(2025, 12, 31)
    job = Job.objects.create(kind=Job.Kind.NIGHTLY, state=Job.State.DONE)
    NightlyRun.objects.create(as_of=as_of, job=job, models_used={"mark_cuts": {}})
    sheet = placed(amy, 3, 3, tier="A")
    without = placed(amy, 3, 3, tier="A")
    customer = sheet.customer
    deal_for_two_years(customer, as_of)
    YearFigure.objects.create(
        customer=customer, year=2024, purchases=1000, source="its report", known_on=as_of
    )
    client.force_login(amy)
    context = client.get(reverse("value:portfolio") + "?view=growth").context
    (point,) = context["points"]
    assert point.growth == pytest.approx(0.2)
    assert point.share == pytest.approx(0.4)
    assert [row.pk for row in context["unknown"]] == [without.customer_id]
    # What is doubtful, was not known on that day, is not over, or is old, is no share.
    for changed in (
        {"purchases": 100},
        {"known_on": as_of + dt.timedelta(days=1)},
        {"year": as_of.year},
        {"year": as_of.year - 3},
        {"removed_at": timezone.now()},
    ):
        before = YearFigure.objects.values(*changed).get()
        YearFigure.objects.update(**changed)
        context = client.get(reverse("value:portfolio") + "?view=growth").context
        assert context["points"] == []
        unknown = {row.pk for row in context["unknown"]}
        assert unknown == {customer.pk, without.customer_id}
        YearFigure.objects.update(**before)


def test_pages_ask_a_fixed_number_of_questions(client, amy, django_assert_max_num_queries):
    for _ in range(60):
        placed(amy, 5, 5)
    client.force_login(amy)
    client.get(reverse("customers:tasks"))
    Installation.forget()
    for url in (
        reverse("value:portfolio"),
        reverse("value:portfolio_cell", args=["high", "good"]),
        reverse("value:candidates") + "?show=all",
        reverse("value:portfolio") + "?view=growth",
    ):
        with django_assert_max_num_queries(9):
            assert client.get(url).status_code == 200


def test_service_staff_see_none_of_it(client, amy):
    placed(amy, 5, 5)
    service = ServiceFactory()
    assert not Assessment.objects.visible_to(service).exists()
    client.force_login(service)
    assert client.get(reverse("value:portfolio")).status_code == 403
