"""The chain of the demo company: what is planted is found by the queries that pages use."""

import datetime as dt

import pytest
from django.db.models import Avg

from crm.accounts.models import Team, User
from crm.demo.staff import EAST, SOUTH, TEAMS
from customers.models import Touchpoint
from satisfaction.models import (
    CollectionPlan,
    Feedback,
    ImprovementAction,
    Loop,
    Response,
    StaffCompetence,
    Wave,
)
from satisfaction.services import feedback as collecting
from satisfaction.services import gauging, heard
from satisfaction.services.improvement import comparison_of

TODAY = dt.date(2026, 7, 15)


@pytest.fixture
def loaded(db, demo_company):
    return demo_company


def mean_of(responses, waves, measure) -> float:
    """Over all waves together."""
    sums = gauging.of_measure(responses, waves, measure).values()
    return sum(one.total for one in sums) / sum(one.n for one in sums)


def teams() -> dict[str, Team]:
    return {key: Team.objects.get(name=name) for key, name in TEAMS.items()}


def test_the_climate_of_a_team_goes_from_its_people_to_its_customers(loaded):
    of_staff = list(Wave.objects.filter(is_anonymous=True))
    of_customers = list(Wave.objects.filter(version__instrument__code="service-quality"))
    found = {}
    for key, team in teams().items():
        answers = Response.objects.filter(team=team)
        marks = StaffCompetence.objects.filter(user__team=team)
        found[key] = (
            marks.aggregate(mean=Avg("selling"))["mean"],
            mean_of(answers, of_staff, "capability"),
            mean_of(answers, of_staff, "staff_satisfaction"),
            mean_of(answers, of_staff, "delivering"),
            mean_of(answers, of_customers, "overall"),
        )
    assert all(better > worse for better, worse in zip(found[EAST], found[SOUTH], strict=True))
    assert found[EAST][2] > found[SOUTH][2] + 10


def test_nothing_leads_from_an_answer_of_our_staff_to_a_person(loaded):
    answers = Response.objects.filter(wave__is_anonymous=True)
    assert answers.count() == 7 * 3 * 9
    assert not answers.exclude(invitation=None, customer=None, contact=None).exists()


def test_customers_expect_more_than_they_meet_and_costs_have_their_marks(loaded):
    wave = Wave.objects.get(version__instrument__code="servqual")
    questions = wave.version.questions.filter(measure="reliability")
    means = {
        aspect: questions.filter(aspect=aspect).aggregate(mean=Avg("answers__score"))["mean"]
        for aspect in ("expectation", "perception")
    }
    assert means["expectation"] > means["perception"] + 0.4
    for code in ("delivered-value", "value-equation"):
        wave = Wave.objects.get(version__instrument__code=code)
        assert wave.responses.finished().count() > 5


def test_the_action_that_helped_is_told_from_the_others(loaded):
    judged = ImprovementAction.objects.exclude(wave_after=None)
    assert set(judged.values_list("gauge", flat=True)) == {"responsiveness", "empathy"}
    assert judged.exclude(verdict="").count() == 2
    helped = judged.get(gauge="responsiveness")
    assert comparison_of(helped).difference > 0
    assert ImprovementAction.objects.open().exclude(wave_before=None).count() == 2


def test_all_sources_are_heard_and_one_is_overdue(loaded):
    manager = User.objects.get(username="helen.zhao")
    found = heard.heard(manager, TODAY)
    assert all(sum(months.values()) for months in found.by_source.values())
    last = collecting.last_heard()
    late = {
        plan.source
        for plan in CollectionPlan.objects.all()
        if collecting.days_overdue(plan, last[plan.source], TODAY)
    }
    assert "consumers" in late
    assert "media" not in late
    assert Feedback.objects.filter(customer__isnull=False).count() > 50
    assert not Touchpoint.objects.filter(code="hotline", owner=None).exists()


def test_each_unhappy_answer_has_its_loop_and_closed_ones_their_outcome(loaded):
    rates = Loop.objects.rates(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    assert rates["opened"] == Loop.objects.count() > 10
    assert 0 < rates["in_time"] <= rates["acted"] < rates["opened"]
    assert Loop.objects.closed().filter(steps=None).count() == 0
