"""The questionnaires that come with the product."""

import pytest
from django.apps import apps
from django.conf import settings

from satisfaction.models import (
    ACSI,
    BENEFITS,
    COSTS,
    DIMENSIONS,
    EQUATION_OVER,
    EQUATION_UNDER,
    INNER_LINKS,
    Aspect,
    Audience,
    Instrument,
    Measure,
    QuestionKind,
)
from satisfaction.ready import FIRST, READY, load
from satisfaction.tests.factories import (
    InvitationFactory,
    ResponseFactory,
    WaveFactory,
    ready_version,
)

pytestmark = pytest.mark.django_db
LANGUAGES = {code for code, _name in settings.LANGUAGES}


def test_it_asks_overall_the_five_dimensions_recommendation_and_a_free_text():
    questions = list(ready_version().questions.all())
    measures = [question.measure for question in questions]
    assert measures == [Measure.OVERALL, *DIMENSIONS, Measure.RECOMMEND, ""]
    assert [question.weight for question in questions] == [1] * 6 + [0, 0]
    assert [question.page for question in questions] == [1] * 6 + [2, 2]
    assert questions[0].is_required
    assert questions[-1].kind == QuestionKind.TEXT


CODES = [FIRST, *(ready["code"] for ready in READY)]


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_there_in_every_language(code):
    version = ready_version(code)
    instrument = version.instrument
    assert instrument.is_ready
    texts = [version.introduction, version.thanks, instrument.names, instrument.source]
    for question in version.questions.all():
        question.full_clean()
        texts += [question.texts, *question.ends.values()]
        texts += [option["texts"] for option in question.options]
    assert all(set(text) == LANGUAGES and all(text.values()) for text in texts)


@pytest.mark.parametrize("code", CODES)
def test_pages_follow_each_other_and_conditions_look_back_at_possible_answers(code):
    earlier, page = {}, 1
    for question in ready_version(code).questions.all():
        assert question.page in (page, page + 1)
        page = question.page
        if question.condition:
            asked = earlier[question.condition["question"]]
            assert set(question.condition["values"]) <= set(asked.possible_values)
        earlier[question.code] = question


def measured(code: str, **fields) -> set[str]:
    found = ready_version(code).questions.filter(**fields).exclude(measure="")
    return set(found.values_list("measure", flat=True))


def test_service_quality_asks_each_dimension_as_hoped_for_and_as_met():
    for aspect in Aspect:
        assert measured("servqual", aspect=aspect) >= set(DIMENSIONS)
    questions = ready_version("servqual").questions
    hoped = questions.filter(aspect=Aspect.EXPECTATION)
    assert hoped.count() == questions.filter(code__in=[q.code[:-9] for q in hoped]).count() == 10
    assert not hoped.exclude(weight=0).exists()


def test_delivered_value_asks_four_benefits_and_the_items_of_four_costs():
    assert measured("delivered-value") == {*BENEFITS, *COSTS, Measure.OVERALL}
    costs = ready_version("delivered-value").questions.filter(measure__in=COSTS)
    items = {code.split("-")[1] for code in costs.values_list("code", flat=True)}
    assert items >= {"transport", "installation", "ordering", "repair", "breakdown"}
    assert not costs.exclude(weight=0).exists()
    assert not costs.filter(code__contains="transport").exclude(touchpoint__code="delivery")


@pytest.mark.parametrize(
    ("code", "measures", "audience"),
    [
        (
            "value-equation",
            {*EQUATION_OVER, *EQUATION_UNDER, Measure.OVERALL},
            Audience.CUSTOMERS,
        ),
        ("compared", {Measure.COMPARED}, Audience.CUSTOMERS),
        ("overall-index", {*ACSI}, Audience.CUSTOMERS),
        ("recommendation", {Measure.RECOMMEND}, Audience.CUSTOMERS),
        ("effort", {Measure.EFFORT}, Audience.CUSTOMERS),
        ("after-complaint", {Measure.HANDLING, Measure.OVERALL}, Audience.COMPLAINANTS),
        ("employees", {*INNER_LINKS}, Audience.STAFF),
        ("leaving", {Measure.LEAVING}, Audience.LEAVERS),
    ],
)
def test_each_measures_what_it_is_for_and_asks_whom_it_is_for(code, measures, audience):
    assert measured(code) == measures
    assert ready_version(code).instrument.audience == audience


def test_staff_are_asked_several_items_for_each_inner_link():
    questions = ready_version("employees").questions
    assert min(questions.filter(measure=link).count() for link in INNER_LINKS) >= 3


def test_the_reasons_of_leaving_are_those_of_the_review_of_losses():
    question = ready_version("leaving").questions.get(measure=Measure.LEAVING)
    ours = ["product", "service", "staff", "image"]
    assert question.possible_values == [*ours, "customer", "competitor", "social", "other"]


def test_loading_again_adds_nothing_and_changes_nothing():
    before = list(Instrument.objects.order_by("pk").values())
    assert [row["code"] for row in before] == CODES
    load(apps)
    assert list(Instrument.objects.order_by("pk").values()) == before


def test_the_factories_make_a_wave_with_a_link_and_a_response():
    response = ResponseFactory(answers={"overall": 2, "better": "Call back"})
    assert response.answers.count() == 2
    assert response.invitation.state == "finished"
    assert WaveFactory().state == "planned"
    invitation = InvitationFactory(token="t" * 43)
    assert invitation.token == "t" * 43
    assert invitation.links.count() == 1
