"""Assessments: weighted totals, computed answers with their evidence, two people at once."""

import datetime as dt
import math
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.tests.factories import AccountManagerFactory, ServiceFactory
from crm.platform.models import Installation, Job
from customers.models import DealingSummary, Standing
from customers.tests.factories import CustomerFactory, DealingDayFactory, StandingFactory
from lifecycle.answer_words import evidence_words
from lifecycle.models import Assessment, Criterion, FitDecision, NightlyRun
from lifecycle.portfolio import Cuts
from lifecycle.services.assessments import NewerAssessmentError, assess, totals, would_move
from lifecycle.services.computed_answers import computed_answers, score_of
from lifecycle.tests.factories import AssessmentFactory

pytestmark = pytest.mark.django_db
CUT = dt.date(2025, 6, 30)


@pytest.fixture
def customer(amy):
    customer = CustomerFactory(account_manager=amy)
    StandingFactory(customer=customer)
    return customer


def question(code: str) -> Criterion:
    return Criterion.objects.get(code=code)


def bought(customer) -> None:
    """A purchase of 100 every 30 days for three years, 40 of it margin."""
    for back in range(36):
        day = CUT - dt.timedelta(days=30 * back)
        DealingDayFactory(
            customer=customer, day=day, gross=Decimal(100), known_net=Decimal(100), cost=Decimal(60)
        )
    DealingSummary.objects.create(
        customer=customer,
        first_purchase=CUT - dt.timedelta(days=30 * 35),
        last_purchase=CUT,
        purchase_days=36,
        gross=3600,
        net=3600,
        cost=2160,
        known_net=3600,
        sum_log_gaps=35 * math.log(30),
    )


def night(**cuts) -> None:
    points = {"volume": None, "margin": None, "growth": None, "rhythm": None} | cuts
    job = Job.objects.create(kind=Job.Kind.NIGHTLY, state=Job.State.DONE)
    NightlyRun.objects.create(as_of=CUT, job=job, models_used={"mark_cuts": points})


def test_the_product_brings_every_question_in_both_languages():
    criteria = list(Criterion.objects.all())
    assert {one.part for one in criteria} == set(Criterion.Part.values)
    assert len(criteria) == 31
    for one in criteria:
        assert set(one.names) == set(one.helps) == {"en", "zh-hans"}
        assert one.means_lowest
        assert one.means_highest
    computed = {one.computed for one in criteria}
    assert computed == {"", "volume", "margin", "growth", "rhythm"}


def test_totals_are_weighted_means_by_hand():
    ability, rules = question("attractiveness-ability"), question("attractiveness-buying-rules")
    volume, so_far = question("potential-volume"), question("relationship-development-so-far")
    answers = {
        ability.pk: (5, False),  # weight 3
        rules.pk: (1, False),  # weight 1: (15 + 1) / 4 = 4
        volume.pk: (2, True),
        so_far.pk: (3, True),
    }
    found = totals(Criterion.objects.all(), answers)
    assert found["attractiveness"] == 4
    assert found["potential"] == 2
    assert found["up"] == 3
    assert found["across"] == found["relationship"] == 3
    assert found["bargaining"] is found["fit"] is None
    assert found["total"] == 3  # of 4, 2, 3


def test_computed_answers_by_hand(customer):
    bought(customer)
    night(
        volume=[500, 1000, 1250, 2000],  # 13 days of the last year: 1,300
        margin=[0.1, 0.2, 0.3, 0.39],  # 0.4
        growth=[-0.5, -0.2, 0.1, 0.3],  # 13 purchases against 12
        rhythm=[0.5, 0.6, 0.7, 0.8],  # a clockwork
    )
    found = computed_answers([customer.pk])[customer.pk]
    assert {kind: answer.fifth for kind, answer in found.items()} == {
        "volume": 4,
        "margin": 5,
        "growth": 3,
        "rhythm": 5,
    }
    assert found["volume"].figure == 1300
    assert evidence_words(found["volume"]) == (
        "12-month revenue 1,300: in the second highest fifth of all customers"
    )
    assert evidence_words(found["margin"]).startswith("Margin of 12 months 40.0")
    assert score_of(question("potential-volume"), found["volume"]) == 4
    assert score_of(question("bargaining-purchase-volume"), found["volume"]) == 2


def test_who_never_bought_or_before_any_night_has_no_computed_answer(customer):
    assert computed_answers([customer.pk]) == {}
    night(volume=[1, 2, 3, 4])
    assert computed_answers([customer.pk]) == {}


def test_a_figure_without_fifths_is_left_out(customer):
    bought(customer)
    night(volume=[1, 2, 3, 4])
    assert set(computed_answers([customer.pk])[customer.pk]) == {"volume"}


def sheet(client, customer) -> dict:
    form = client.get(reverse("value:assess", args=[customer.pk])).context["form"]
    return {field.name: field.value() or "" for field in form}


def test_the_sheet_fills_in_what_the_data_know_and_marks_what_a_person_changed(
    client, amy, customer
):
    bought(customer)
    night(volume=[1, 2, 3, 4], margin=[0.5, 0.6, 0.7, 0.8])
    client.force_login(amy)
    data = sheet(client, customer)
    volume, margin = question("potential-volume"), question("potential-margin")
    assert (data[f"c{volume.pk}"], data[f"c{margin.pk}"]) == ("5", "1")
    data |= {f"c{margin.pk}": "4", "remarks": "Costs are out of date"}
    client.post(reverse("value:assess", args=[customer.pk]), data)
    saved = Assessment.objects.get()
    assert saved.answers[str(volume.pk)] == [5, True]
    assert saved.answers[str(margin.pk)] == [4, False]
    page = client.get(reverse("value:assess", args=[customer.pk])).content.decode()
    assert "in the top fifth" in page
    assert "Costs are out of date" in page


def test_a_new_sheet_begins_with_what_people_said_last(client, amy, customer):
    one = question("fit-win-win")
    assess(customer=customer, by=amy, on=CUT, answers={one.pk: (4, False)})
    client.force_login(amy)
    assert sheet(client, customer)[f"c{one.pk}"] == "4"


def test_older_assessments_stay_and_one_is_newest(amy, customer):
    one = question("fit-win-win")
    first = assess(customer=customer, by=amy, on=CUT, answers={one.pk: (4, False)})
    answers = {one.pk: (2, False)}
    second = assess(customer=customer, by=amy, on=CUT, answers=answers, seen=first.pk)
    again = assess(customer=customer, by=amy, on=CUT, answers=answers, seen=first.pk)
    assert again == second  # the same click
    assert list(Assessment.objects.newest()) == [second]
    assert Assessment.objects.count() == 2


def test_who_assesses_over_an_unseen_sheet_is_told(amy, customer):
    one = question("fit-win-win")
    assess(customer=customer, by=AccountManagerFactory(), on=CUT, answers={one.pk: (4, False)})
    with pytest.raises(NewerAssessmentError):
        assess(customer=customer, by=amy, on=CUT, answers={one.pk: (2, False)})
    assert Assessment.objects.count() == 1


def test_two_who_assess_at_once_both_stay_kept(client, amy, customer):
    one, other = question("fit-win-win"), question("fit-balanced")
    client.force_login(amy)
    url = reverse("value:assess", args=[customer.pk])
    mine = sheet(client, customer) | {f"c{one.pk}": "2", "remarks": "mine"}
    theirs = {one.pk: (4, False), other.pk: (3, False)}
    assess(customer=customer, by=AccountManagerFactory(name="Bo"), on=CUT, answers=theirs)
    answer = client.post(url, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Bo saved an assessment" in page
    again = {field.name: field.value() or "" for field in answer.context["form"]}
    assert again[f"c{one.pk}"] == "2"
    assert client.post(url, again).status_code == 302
    assert Assessment.objects.count() == 2
    assert Assessment.objects.newest().get().remarks == "mine"


def test_an_empty_sheet_is_not_saved(client, amy, customer):
    client.force_login(amy)
    answer = client.post(reverse("value:assess", args=[customer.pk]), {})
    assert answer.status_code == 200
    assert "Mark at least one question" in answer.content.decode()


def test_another_weight_is_tried_before_it_is_saved(amy, customer):
    ability, rules = question("attractiveness-ability"), question("attractiveness-buying-rules")
    possible = question("relationship-development-possible")
    answers = {ability.pk: (5, False), rules.pk: (1, False), possible.pk: (3, False)}
    assess(customer=customer, by=amy, on=CUT, answers=answers)  # attractiveness 4: high
    cuts = Cuts.of(Installation.get())
    assert would_move(criterion=rules, weight=1, cuts=cuts) == (1, 0)
    assert would_move(criterion=rules, weight=9, cuts=cuts) == (1, 1)  # 24 / 12 = 2: low


def test_a_decision_on_fit_is_kept_and_takes_off_the_list(client, amy, customer):
    assert list(FitDecision.objects.without_fit(amy)) == [Standing.objects.get(pk=customer.pk)]
    client.force_login(amy)
    url = reverse("value:fit", args=[customer.pk])
    for _click in range(2):
        client.post(url, {"pursue": "False", "why": "Too far away"})
    assert FitDecision.objects.get().why == "Too far away"
    assert not FitDecision.objects.without_fit(amy).exists()
    assert not FitDecision.objects.without_fit(ServiceFactory()).exists()


def test_the_page_asks_a_fixed_number_of_questions(
    client, amy, customer, django_assert_max_num_queries
):
    bought(customer)
    night(volume=[1, 2, 3, 4])
    for _ in range(14):
        AssessmentFactory(customer=customer, is_newest=False, up=3, across=3)
    client.force_login(amy)
    client.get(reverse("customers:tasks"))
    Installation.forget()
    with django_assert_max_num_queries(10):
        client.get(reverse("value:assess", args=[customer.pk]))
