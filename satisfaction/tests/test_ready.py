"""The questionnaire that comes with the product."""

import pytest
from django.conf import settings

from satisfaction.models import DIMENSIONS, Measure, QuestionKind
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


def test_every_text_is_there_in_every_language():
    version = ready_version()
    texts = [version.introduction, version.thanks, version.instrument.names]
    for question in version.questions.all():
        question.full_clean()
        texts += [question.texts, *question.ends.values()]
    assert all(set(text) == LANGUAGES and all(text.values()) for text in texts)


def test_the_factories_make_a_wave_with_a_link_and_a_response():
    response = ResponseFactory(answers={"overall": 2, "better": "Call back"})
    assert response.answers.count() == 2
    assert response.invitation.state == "finished"
    assert WaveFactory().state == "planned"
    invitation = InvitationFactory(token="t" * 43)
    assert invitation.token == "t" * 43
    assert invitation.links.count() == 1
