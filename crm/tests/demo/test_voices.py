"""The chain of the demo company: what is planted is found by the queries that pages use."""

import datetime as dt
from itertools import pairwise
from types import SimpleNamespace

import pandas as pd
import pytest
from django.db.models import Avg

from crm.accounts.models import Team, User
from crm.demo import company, further, surveys
from crm.demo.staff import EAST, SOUTH, TEAMS
from crm.platform.models import Installation
from customers.models import Touchpoint
from satisfaction import baldrige_reads
from satisfaction.models import (
    CollectionPlan,
    Feedback,
    ImprovementAction,
    Invitation,
    Item,
    Loop,
    Response,
    SelfAssessment,
    StaffCompetence,
    Wave,
)
from satisfaction.questionnaire import Questionnaire
from satisfaction.services import feedback as collecting
from satisfaction.services import gauging, heard
from satisfaction.services.answering import value_of
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
    for code in ("delivered-value", "value-equation", "effort", "compared"):
        wave = Wave.objects.get(version__instrument__code=code)
        assert wave.responses.finished().count() > 5


def test_questions_that_hang_on_an_answer_are_answered_by_whom_they_were_asked_alone(loaded):
    for code in ("delivered-value", "compared", "effort"):
        wave = Wave.objects.get(version__instrument__code=code)
        questions = list(wave.version.questions.all())
        given = wave.responses.finished().prefetch_related("answers__question")
        for response in given:
            values = {one.question.code: value_of(one) for one in response.answers.all()}
            asked = {question.code for question in Questionnaire(questions, values).asked}
            assert values.keys() <= asked
    alone = given.model.objects.filter(answers__values=["none"])
    assert alone.exists()
    assert not alone.filter(answers__question__measure="compared").exists()


def test_nobody_is_asked_twice_within_the_pause(loaded):
    pause = dt.timedelta(days=Installation.get().survey_pause_days)
    days: dict[int, list[dt.date]] = {}
    by_plan = Invitation.objects.filter(wave__occasion="plan", customer__isnull=False)
    for customer, day in by_plan.values_list("customer", "wave__opens_on").order_by("wave"):
        days.setdefault(customer, []).append(day)
    for asked in map(sorted, days.values()):
        assert all(later - before > pause for before, later in pairwise(asked))


def test_who_leaves_rates_us_below_other_suppliers_and_buys_more_there():
    """Of as many alike, some about to leave, whose satisfaction as a whole is less too."""
    questions = [
        SimpleNamespace(
            code=code, kind=kind, scale=scale, measure=measure, aspect="perception", options=options
        )
        for code, kind, scale, measure, options in (
            ("others", "one", None, "", [{"value": "none"}]),
            ("compared-people", "scale_5", (1, 5), "compared", []),
            ("compared-worth", "scale_5", (1, 5), "compared", []),
        )
    ]
    plan = further.plans(TODAY)[-1]
    rows = pd.DataFrame({"ordinal": range(600), "level": surveys.LEVEL, "trouble": ""})
    rows.loc[300:, ["level", "trouble"]] = surveys.LEVEL + surveys.LEAVING, "leaving"
    said = pd.DataFrame(surveys.deeper_values(company.SEED, questions, rows, plan))
    stays, leaves = said[:300], said[300:]
    for code in ("compared-people", "compared-worth"):
        assert leaves[code].mean() < 2.3 < 3 < stays[code].mean() + 0.4
        assert stays[code].mean() > leaves[code].mean() + 1
    assert said["compared-people"].mean() > said["compared-worth"].mean() + 0.3
    bought = [part["others"].str[0].eq("none").mean() for part in (stays, leaves)]
    assert bought[0] > bought[1] + 0.15


def test_smaller_surveys_ask_parts_of_those_whom_no_other_asks_near():
    people = pd.DataFrame({"ordinal": range(1_000)})
    whom = [
        set(further.whom(company.SEED, place, people, {1, 2})["ordinal"])
        for place in range(len(further.FURTHER))
    ]
    assert {one[1] for one in further.FURTHER} == {
        *("overall-index", "recommendation", "effort", "compared")
    }
    assert not any({1, 2} & part for part in whom)
    for one, other in ((0, 1), (2, 3)):
        assert not whom[one] & whom[other]
        assert len(whom[one] | whom[other]) == len(whom[4]) == 998


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


def test_each_item_of_how_we_manage_was_judged_twice_and_better_lately(loaded):
    assert baldrige_reads.assessments().keys() == set(Item)
    for item, newest in baldrige_reads.assessments().items():
        former = SelfAssessment.objects.filter(item=item).last()
        assert former.score < newest.score
        assert former.at < newest.at - dt.timedelta(days=300)


def test_each_unhappy_answer_has_its_loop_and_closed_ones_their_outcome(loaded):
    rates = Loop.objects.rates(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    assert rates["opened"] == Loop.objects.count() > 10
    assert 0 < rates["in_time"] <= rates["acted"] < rates["opened"]
    assert Loop.objects.closed().filter(steps=None).count() == 0
