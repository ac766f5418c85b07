"""Account managers' figures: prepared by cells of customers, and the same as if summed at once."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.models import Customer, Touchpoint
from customers.tests.factories import CustomerFactory, DealingDayFactory, StandingFactory
from satisfaction.models import CellFigure, GroupKind, Skip, Wave, WaveFigure
from satisfaction.services import heard
from satisfaction.services.celling import follow_moves
from satisfaction.services.results import (
    details_of,
    named_of,
    questions_for,
    refresh,
    refresh_due,
    results_of,
)
from satisfaction.tests.factories import InvitationFactory
from satisfaction.tests.test_measures import answered, version_of, wave_of

pytestmark = pytest.mark.django_db
CODES = ("overall", "expected", "ideal", "rel", "rel-hoped", "product", "money")
EQUATION = ("result", "process", "price", "obtaining")


@pytest.fixture
def wave():
    found = wave_of(version_of())
    tagged = found.version.questions.filter(code__in=["rel", "product"])
    tagged.update(touchpoint=Touchpoint.objects.order_by("pk").first())
    return found


@pytest.fixture
def people():
    """Two of one team, and one of another who holds a customer of the first team."""
    amy = AccountManagerFactory()
    return amy, AccountManagerFactory(team=amy.team), AccountManagerFactory()


@pytest.fixture
def company(wave, people):
    """Each has four customers, one of whom has two contacts; one is in another's team."""
    amy, ben, _cat = people
    for turn in range(12):
        owner = people[turn % 3]
        team = amy.team if turn == 2 else owner.team
        customer = CustomerFactory(
            account_manager=owner, team=team, region=("North", "South", "")[turn % 3 - turn % 2]
        )
        StandingFactory(customer=customer, revenue_12m=50 * turn, lifetime_value=7 * turn % 5)
        DealingDayFactory(customer=customer, day=wave.closes_on - dt.timedelta(days=3))
        for contact in range(1 + (turn % 4 == 0)):
            told = {code: 1 + (turn * 3 + contact + place) % 5 for place, code in enumerate(CODES)}
            told |= {code: 1 + (turn + place) % 5 for place, code in enumerate(EQUATION)}
            told["effort"] = 1 + (turn + contact) % 7
            answered(
                wave,
                customer,
                told,
                index=25.0 * (turn % 5),
                recommend=turn % 11,
                lowest=25.0 * (turn % 4),
                comment=f"Word {turn}" if turn % 2 else "",
                tier="AB"[turn % 2],
            )
    silent, skipped = (CustomerFactory(account_manager=ben) for _n in range(2))
    for customer in (silent, skipped):
        StandingFactory(customer=customer, revenue_12m=10)
    InvitationFactory(wave=wave, customer=silent)
    Skip.objects.create(wave=wave, customer=skipped, reason="opted_out")
    CustomerFactory(account_manager=None, team=None)
    return wave


def plain(estimate):
    """What a page shows of it, as far as sums in another order are the same."""
    parts = (estimate.value, estimate.low, estimate.high, estimate.n)
    return [None if part is None else pytest.approx(part) for part in parts]


def seen(user, wave) -> dict:
    """All that pages tell of a wave, by group."""
    found = {}
    for group in results_of(user, [wave]).groups:
        regression = group.regression(group.drivers)
        figures = [group.index, group.nps, group.satisfied, group.leaving]
        figures += [group.weighted("index"), group.weighted("nps")]
        figures += [group.mean(one, least=-100) for one in sorted(group.sums) if "_gap" in one]
        figures += [group.mean(one) for one in ("overall", "reliability", "effort", "worth")]
        figures += [group.importance(one) for one in group.drivers]
        figures += [group.ratio(one) for one in ("delivered", "equation")]
        figures += [one.coefficient for one in regression.drivers] if regression else []
        counts = (group.customers, group.responses, group.sent)
        found[group.kind, group.key] = (counts, *map(plain, figures))
    return found


def asked_of(user, wave) -> dict:
    groups = results_of(user, [wave]).groups
    found = questions_for(user, [wave], groups, every=True)
    one = questions_for(user, [wave], groups, "rel")
    named = {(row.kind, row.key, row.code): row for row in found}
    assert {row.key for row in one if row.code == "rel"} == {
        key for _kind, key, code in named if code == "rel"
    }
    return {
        place: [row.sums.n, *map(pytest.approx, (row.sums.total, row.sums.squares, row.top))]
        for place, row in named.items()
    }


def shown(user, wave) -> tuple:
    details = details_of(user, wave, results_of(user, [wave]).groups)
    lowest, comments = named_of(user, wave, details)
    return (
        sorted(map(tuple, _added_up(details["answers"]))),
        details["coverage"],
        [row.pk for row in lowest],
        [row.pk for row in comments],
    )


def _added_up(answers) -> list:
    found = {}
    for overall, recommend, number in answers:
        found[overall, recommend] = found.get((overall, recommend), 0) + number
    return [(*pair, number) for pair, number in found.items()]


def test_what_is_prepared_is_what_would_be_summed_for_each_account_manager(company, people):
    outsider = AccountManagerFactory()
    for user in (*people, outsider):
        now = [what(user, company) for what in (seen, asked_of, shown)]
        touched = heard.touchpoint_sums(user, [company])
        refresh(company)
        results = results_of(user, [company])
        assert results.computed_at is not None
        assert [what(user, company) for what in (seen, asked_of, shown)] == now
        prepared = heard.touchpoint_sums(user, [company], results.groups)
        assert {key: one.n for key, one in prepared.items()} == {
            key: one.n for key, one in touched.items()
        }
        assert [one.mean for one in prepared.values()] == pytest.approx(
            [one.mean for one in touched.values()]
        )
        WaveFigure.objects.all().delete()
    assert now[0] == {}


def test_importance_by_regression_adds_up_over_cells(people):
    asked = [("overall", "overall"), ("rel", "reliability"), ("resp", "responsiveness")]
    version = version_of("drivers", [(*one, "scale_5", "perception") for one in asked])
    wave = wave_of(version)
    for turn in range(110):
        scores = {"rel": 1 + turn % 5, "resp": 1 + turn * 7 % 11 % 5}
        scores["overall"] = 1 + (3 * scores["rel"] + scores["resp"] + turn % 2) // 5
        answered(wave, CustomerFactory(account_manager=people[turn % 2]), scores)
    now = seen(people[0], wave)
    refresh(wave)
    group = results_of(people[0], [wave]).groups.of(wave)
    assert group.regression(group.drivers).n == 110
    assert seen(people[0], wave) == now


def test_only_the_kinds_of_groups_that_are_asked_for_are_read(company, people):
    refresh(company)
    for user in (people[0], ManagerFactory()):
        groups = list(results_of(user, [company], kinds=(GroupKind.TIER,)).groups)
        assert {group.kind for group in groups} == {GroupKind.ALL, GroupKind.TIER}


def test_pages_of_an_account_manager_read_no_answers_once_figures_are_prepared(
    client, company, people
):
    refresh_due()
    client.force_login(people[0])
    address = reverse("satisfaction:results", args=[company.pk])
    each = reverse("satisfaction:questions", args=[company.pk])
    pages = [reverse("satisfaction:dashboard"), address, f"{address}?by=owner", each]
    for page in [*pages, f"{each}?of=rel&by=team", reverse("satisfaction:heard")]:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        assert not [one["sql"] for one in asked if "satisfaction_answer" in one["sql"]]


def test_answers_that_arrive_come_into_the_prepared_figures(company, people):
    amy = people[0]
    refresh_due()
    before = results_of(amy, [company]).groups.of(company)
    Wave.objects.update(state=Wave.State.OPEN)
    answered(company, CustomerFactory(account_manager=amy), {"overall": 5}, index=100)
    answered(company, CustomerFactory(account_manager=people[2]), {"overall": 1}, index=0)
    WaveFigure.objects.update(computed_at=timezone.now() - dt.timedelta(minutes=1))
    assert refresh_due() == 1
    now = results_of(amy, [company]).groups.of(company)
    assert now.responses == before.responses + 1
    assert now.moments("index").total == before.moments("index").total + 100


def test_a_customer_that_changes_hands_takes_its_answers_along(company, people):
    amy, _ben, cat = people
    assert follow_moves() == 0
    refresh_due()
    CustomerFactory.create_batch(2, account_manager=cat)
    assert follow_moves() == 0
    moved = Customer.objects.filter(account_manager=amy).first()
    Customer.objects.filter(pk=moved.pk).update(account_manager=cat, team=cat.team)
    assert follow_moves() == 2
    assert follow_moves() == 0
    prepared = [seen(user, company) for user in people]
    WaveFigure.objects.all().delete()
    assert [seen(user, company) for user in people] == prepared
    assert prepared[0][GroupKind.ALL, ""][0] == (8, 9, 10)


def test_when_many_change_hands_all_cells_are_made_again(company, people, monkeypatch):
    monkeypatch.setattr("satisfaction.services.celling.MOST_CHANGED", 1)
    follow_moves()
    refresh_due()
    Customer.objects.filter(account_manager=people[0]).update(account_manager=None, team=None)
    assert follow_moves() == 1
    prepared = [seen(user, company) for user in people]
    WaveFigure.objects.all().delete()
    assert [seen(user, company) for user in people] == prepared


def test_figures_of_before_there_were_cells_are_prepared_again(company, people):
    refresh_due()
    row = WaveFigure.objects.get(group=GroupKind.ALL)
    del row.sums["details"]["has_cells"]
    row.save()
    CellFigure.objects.all().delete()
    assert results_of(people[0], [company]).computed_at is None
    assert refresh_due() == 1
    assert results_of(people[0], [company]).computed_at is not None


def test_service_staff_get_nothing_of_cells_either(company, people):
    refresh_due()
    service = ServiceFactory(team=people[0].team)
    assert list(results_of(service, [company]).groups) == []
    assert not CellFigure.objects.visible_to(service).exists()


def test_an_anonymous_wave_has_no_cells(people):
    wave = wave_of(version_of("secret"), is_anonymous=True)
    InvitationFactory(wave=wave, customer=CustomerFactory(account_manager=people[0]))
    refresh(wave)
    assert not CellFigure.objects.exists()
    assert refresh_due() == 0
