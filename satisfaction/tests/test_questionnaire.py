"""What a question counts towards, without a database."""

import pytest

from satisfaction.models import Aspect, Measure, Question, QuestionKind
from satisfaction.models.choices import BURDENS
from satisfaction.questionnaire import counts_towards_lowest


def question(**values) -> Question:
    return Question(**{"code": "one", "kind": QuestionKind.SCALE_5, **values})


@pytest.mark.parametrize("measure", ["", Measure.OVERALL, Measure.HANDLING, Measure.COMPARED])
def test_a_scale_of_what_was_met_counts_towards_the_lowest(measure):
    assert counts_towards_lowest(question(measure=measure))


@pytest.mark.parametrize("measure", BURDENS)
def test_a_low_cost_is_no_low_score(measure):
    assert not counts_towards_lowest(question(measure=measure))


def test_little_hoped_for_is_no_low_score():
    hoped = question(measure=Measure.EMPATHY, aspect=Aspect.EXPECTATION)
    assert not counts_towards_lowest(hoped)


@pytest.mark.parametrize("kind", [QuestionKind.TEXT, QuestionKind.ONE, QuestionKind.SEVERAL])
def test_words_and_choices_have_no_lowest(kind):
    assert not counts_towards_lowest(question(kind=kind))
