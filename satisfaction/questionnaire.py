"""Which questions of a version are asked, on which pages: by what was answered so far."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from satisfaction.models import Aspect, Question, QuestionKind
from satisfaction.models.choices import BURDENS

# Characters of an answer in words at most.
LONGEST_TEXT = 4_000

# The answer to a question: a score, the chosen value, several of them, or text.
Value = int | str | list | None
Values = Mapping[str, Value]  # by the question's code

VERY_DISSATISFIED, DISSATISFIED = _("Very dissatisfied"), _("Dissatisfied")
SATISFIED, VERY_SATISFIED = _("Satisfied"), _("Very satisfied")
# What the points of a scale are called, where a question names no ends of its own.
WORDS = {
    QuestionKind.SCALE_5: (
        VERY_DISSATISFIED,
        DISSATISFIED,
        _("Neither"),
        SATISFIED,
        VERY_SATISFIED,
    ),
    QuestionKind.SCALE_7: (
        VERY_DISSATISFIED,
        DISSATISFIED,
        _("Rather dissatisfied"),
        _("Neither"),
        _("Rather satisfied"),
        SATISFIED,
        VERY_SATISFIED,
    ),
}


def words_of(question: Question) -> tuple:
    """What its points are called from the lowest on; empty where only the ends have names."""
    return () if question.ends else WORDS.get(question.kind, ())


def counts_towards_lowest(question: Question) -> bool:
    """Whether its lowest points speak of dissatisfaction.

    Neither a low cost does, nor little hoped for, nor a word or a choice.
    """
    is_met = question.aspect == Aspect.PERCEPTION
    return bool(question.scale) and is_met and question.measure not in BURDENS


def unfitting(questions: Iterable[Question]) -> list[Question]:
    """Those whose condition does not look back at answers that can be given."""
    earlier: dict[str, set[str]] = {}
    found = []
    for question in questions:
        if question.condition:
            possible = earlier.get(question.condition["question"], set())
            wanted = {str(value) for value in question.condition["values"]}
            if not wanted or not wanted <= possible:
                found.append(question)
        earlier[question.code] = {str(value) for value in question.possible_values}
    return found


class Questionnaire:
    """The questions of a version in order, with the answers given so far."""

    def __init__(self, questions: Iterable[Question], values: Values):
        self.questions = list(questions)
        self.values = dict(values)
        self.asked: list[Question] = []
        codes: set[str] = set()
        for question in self.questions:
            if self._fits(question.condition, codes):
                self.asked.append(question)
                codes.add(question.code)

    @classmethod
    def whole(cls, questions: Iterable[Question]) -> "Questionnaire":
        """All of them, whatever they hang on: to be looked at."""
        made = cls(questions, {})
        made.asked = made.questions
        return made

    def _fits(self, condition: dict, codes: set[str]) -> bool:
        """What hangs on a question that was not asked itself is not asked either."""
        if not condition:
            return True
        if condition["question"] not in codes:
            return False
        given = self.values.get(condition["question"])
        given = given if isinstance(given, list) else [given]
        wanted = {str(value) for value in condition["values"]}
        return any(str(value) in wanted for value in given)

    def with_more(self, values: Values) -> "Questionnaire":
        return Questionnaire(self.questions, {**self.values, **values})

    @property
    def pages(self) -> list[int]:
        return sorted({question.page for question in self.asked})

    def on(self, page: int) -> list[Question]:
        return [question for question in self.asked if question.page == page]

    def nearest(self, page: int) -> int:
        """This page, or the last one before it that asks something."""
        return max((one for one in self.pages if one <= page), default=self.pages[0])

    def after(self, page: int) -> int | None:
        return min((one for one in self.pages if one > page), default=None)

    def before(self, page: int) -> int | None:
        return max((one for one in self.pages if one < page), default=None)

    @property
    def is_answered(self) -> bool:
        """Anything at all was said to what is asked."""
        return any(is_given(self.values.get(question.code)) for question in self.asked)

    def missing(self) -> list[Question]:
        """What has to be answered still."""
        return [
            question
            for question in self.asked
            if question.is_required and not is_given(self.values.get(question.code))
        ]


def is_given(value: Value) -> bool:
    return value not in (None, "", [])
