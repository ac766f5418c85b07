"""Figures through the database against small companies counted by hand."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    DealingDayFactory,
    StandingFactory,
)
from satisfaction import analytics
from satisfaction.models import Wave, WaveFigure
from satisfaction.services import results
from satisfaction.services.answering import save_page
from satisfaction.services.results import refresh, refresh_due, results_of
from satisfaction.tests.factories import InvitationFactory, ResponseFactory, WaveFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.fixture
def wave():
    return WaveFactory(
        state=Wave.State.CLOSED, opens_on=dt.date(2026, 3, 1), closes_on=dt.date(2026, 3, 21)
    )


def answer(wave, customer, recommend, overall=75.0, tier="B", **values):
    """A finished response of a contact of the customer."""
    invitation = InvitationFactory(
        wave=wave, customer=customer, contact=ContactFactory(customer=customer), tier=tier
    )
    values = {"index": overall, "finished_at": NOON, **values}
    return ResponseFactory(
        invitation=invitation, recommend=recommend, overall=overall, lowest=overall, **values
    )


@pytest.fixture
def company(wave):
    """Three customers of two owners: one has two contacts, one more was asked and is silent."""
    amy, bob = AccountManagerFactory(), AccountManagerFactory()
    acorn, birch, cedar, dogwood = (
        CustomerFactory(account_manager=owner, region=region)
        for owner, region in ((amy, "North"), (amy, "South"), (bob, "North"), (bob, "South"))
    )
    StandingFactory(customer=acorn, revenue_12m=300)
    StandingFactory(customer=birch, revenue_12m=100)
    StandingFactory(customer=cedar, revenue_12m=-5)
    answer(wave, acorn, 10, 100, tier="A", answers={"overall": 5, "reliability": 5})
    answer(wave, acorn, 7, 50, tier="A", answers={"overall": 3, "reliability": 4})
    answer(wave, birch, 3, 25, answers={"overall": 2, "reliability": 1, "empathy": 3})
    answer(wave, cedar, 9, 75, answers={"overall": 4, "reliability": 3})
    InvitationFactory(wave=wave, customer=dogwood)
    ResponseFactory(invitation=InvitationFactory(wave=wave, customer=dogwood), finished_at=None)
    return amy, bob, acorn, birch, cedar


def of_all(user, wave):
    return results_of(user, [wave]).groups.of(wave)


def test_contacts_are_averaged_before_customers(wave, company):
    found = of_all(ManagerFactory(), wave)
    assert (found.customers, found.responses, found.sent) == (3, 4, 6)
    assert found.rate == pytest.approx(4 / 6)
    # Acorn (100 + 50) / 2 = 75, Birch 25, Cedar 75
    assert found.index.value == pytest.approx((75 + 25 + 75) / 3)
    # Acorn (1 + 0) / 2, Birch -1, Cedar 1
    assert found.nps.value == pytest.approx(100 * 0.5 / 3)
    # Acorn one of two, Birch none, Cedar
    assert found.satisfied.value == pytest.approx(1.5 / 3)


def test_the_database_sums_as_the_formulas_do(wave, company):
    found = of_all(ManagerFactory(), wave)
    customers = ["acorn", "acorn", "birch", "cedar"]
    _names, scores = analytics.by_customer(customers, [100, 50, 25, 75])
    _names, attitudes = analytics.by_customer(customers, analytics.recommendation([10, 7, 3, 9]))
    assert found.index == analytics.mean(analytics.moments(scores))
    assert found.nps == analytics.nps(analytics.moments(attitudes))
    by_revenue = found.weighted("index")
    expected = analytics.weighted(scores, [300, 100, 0])
    assert by_revenue.value == pytest.approx(expected.value) == pytest.approx(62.5)
    assert by_revenue.n == pytest.approx(expected.n) == pytest.approx(1.6)
    assert found.weighted("nps").value == pytest.approx(100 * (0.5 * 300 - 100) / 400)


def test_dimensions_come_from_the_answers(wave, company):
    found = of_all(ManagerFactory(), wave)
    # Acorn (100 + 75) / 2, Birch 0, Cedar 50
    assert found.mean("reliability").value == pytest.approx((87.5 + 0 + 50) / 3)
    assert found.mean("empathy").value == 50
    assert found.mean("tangibles").value is None
    importance = found.importance("reliability")
    assert importance.n == 3
    assert importance.value == pytest.approx(0.9042, abs=1e-4)  # of 87.5, 0, 50 with 75, 25, 75
    assert found.importance("tangibles").value is None


def test_groups_by_tier_region_owner_and_team(wave, company):
    amy, bob, *_ = company
    groups = results_of(ManagerFactory(), [wave]).groups
    tiers = groups.by(wave, "tier")
    assert {key: (group.customers, group.sent) for key, group in tiers.items()} == {
        "A": (1, 2),
        "B": (2, 4),
    }
    regions = groups.by(wave, "region")
    assert regions["North"].index.value == 75
    assert regions["South"].sent == 3
    assert set(groups.by(wave, "owner")) == {str(amy.pk), str(bob.pk)}
    assert groups.by(wave, "team")[str(amy.team_id)].customers == 2


def test_an_account_manager_gets_the_figures_of_visible_customers_alone(wave, company):
    amy, bob, *_ = company
    refresh(wave)
    mine, theirs = of_all(amy, wave), of_all(bob, wave)
    assert (mine.customers, mine.responses, mine.sent) == (2, 3, 3)
    assert mine.index.value == 50
    assert (theirs.customers, theirs.sent) == (1, 3)
    assert of_all(ManagerFactory(), wave).customers == 3
    nobody = of_all(ServiceFactory(), wave)
    assert (nobody.customers, nobody.sent, nobody.index.value) == (0, 0, None)


def test_prepared_figures_are_those_that_would_be_summed(wave, company):
    manager = ManagerFactory()
    now = list(results_of(manager, [wave]).groups)
    assert refresh(wave) == len(now)
    prepared = results_of(manager, [wave])
    assert prepared.computed_at is not None
    assert prepared.groups.of(wave).sums.pop("details")["coverage"]["fitting"] == 3
    by_key = {(group.kind, group.key): group for group in prepared.groups}
    assert by_key == {(group.kind, group.key): group for group in now}


def test_figures_are_prepared_again_when_answers_came_in(wave, company):
    assert refresh_due() == 1
    assert refresh_due() == 0
    Wave.objects.update(state=Wave.State.OPEN)
    assert refresh_due() == 0
    answer(wave, company[2], 0, 0)
    # However fast that was: figures stand for a moment before they are made again.
    WaveFigure.objects.update(computed_at=timezone.now() - dt.timedelta(minutes=1))
    assert refresh_due() == 1
    assert of_all(ManagerFactory(), wave).responses == 5
    WaveFigure.objects.update(computed_at=NOON)
    assert refresh_due() == 1


@pytest.mark.django_db(transaction=True)
def test_customers_answer_while_figures_are_prepared():
    invitation = InvitationFactory()

    def start():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        try:
            values = {"invitation": invitation, "page": 1, "language": "en", "answers": {}}
            return save_page(**values, now=NOON)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor() as browser:
        assert refresh(invitation.wave)
        assert browser.submit(start).result(timeout=20).pk


def test_a_wave_that_was_deleted_meanwhile_has_no_figures():
    wave = WaveFactory(is_open=True)
    Wave.objects.all().delete()
    assert refresh(wave) == 0


def test_a_wave_without_end_can_be_closed_and_summed():
    wave = WaveFactory(state=Wave.State.CLOSED, closes_on=dt.date.max)
    assert refresh(wave)


def test_a_planned_wave_has_no_figures_and_one_without_answers_has_empty_ones():
    WaveFactory()
    assert refresh_due() == 0
    silent = WaveFactory(is_open=True)
    assert refresh_due() == 1
    assert of_all(ManagerFactory(), silent).customers == 0
    assert results_of(ManagerFactory(), []).groups.together("tier") == {}


def test_promoters_and_detractors_are_told_by_the_mean_of_their_contacts(wave):
    for scores in ([9], [10, 7], [8], [10, 3], [6], [0, 9], [None]):
        customer = CustomerFactory()
        for recommend in scores:
            answer(wave, customer, recommend)
    counts = results_of(ManagerFactory(), [wave]).groups.counts("attitude")
    # 9, 8.5 | 8, 6.5 | 6, 4.5 | nothing said
    assert counts == {"promoter": 2, "passive": 2, "detractor": 2, "": 1}


@pytest.mark.parametrize("days", [90, 40])
def test_who_bought_nothing_after_a_wave_has_left(wave, monkeypatch, days):
    monkeypatch.setattr(results, "known_until", lambda: dt.date(2026, 8, 1))
    monkeypatch.setattr("satisfaction.services.sums.DAYS_AFTER", days)
    end = wave.closes_on
    bought = {
        "stays": [-30, 45],
        "left": [-180 + 1, 0],
        "long ago": [-180, 10],  # bought too long before to count
        "new": [5],
        "returned goods": [-3],
    }
    for name, offsets in bought.items():
        customer = CustomerFactory(name=name)
        answer(wave, customer, 9)
        for offset in offsets:
            DealingDayFactory(customer=customer, day=end + dt.timedelta(days=offset))
    customer = CustomerFactory()
    answer(wave, customer, 9)
    DealingDayFactory(customer=customer, day=end, gross=0, returns=20)
    promoters = results_of(ManagerFactory(), [wave]).groups.by(wave, "attitude")["promoter"]
    assert promoters.leaving.n == 3  # stays, left, returned goods
    assert promoters.leaving.value == pytest.approx((2 if days == 90 else 3) / 3)


def test_leaving_is_unknown_until_the_days_have_passed(wave, monkeypatch):
    monkeypatch.setattr(results, "known_until", lambda: wave.closes_on + dt.timedelta(days=89))
    customer = CustomerFactory()
    answer(wave, customer, 2)
    DealingDayFactory(customer=customer, day=wave.closes_on)
    assert of_all(ManagerFactory(), wave).leaving.n == 0
