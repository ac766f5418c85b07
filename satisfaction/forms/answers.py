"""One page of a questionnaire, as the customer fills it in."""

from collections.abc import Sequence

from django import forms
from django.forms.utils import flatatt
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.platform.models.texts import in_language
from satisfaction.models import Measure, Question, QuestionKind
from satisfaction.questionnaire import LONGEST_TEXT, Questionnaire, Value, words_of

# The way back from an answer that need not be given: kept as none at all.
CANNOT_SAY = "cannot-say"


class TextField(forms.CharField):
    """Free text. A line's end counts as one character, as in the browser that keeps the limit."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python((value or "").replace("\r\n", "\n"))


class PageForm(forms.Form):
    """The questions of a page; each field is named by its question's code."""

    prefix = "q"

    def __init__(self, *args, questionnaire: Questionnaire, page: int, score: str = "", **kwargs):
        self.questionnaire = questionnaire
        self.questions = questionnaire.on(page)
        super().__init__(*args, **kwargs)
        for question in self.questions:
            field = field_of(question)
            field.initial = questionnaire.values.get(question.code)
            self.fields[question.code] = field
        if score:
            self._preselect(score)

    def _preselect(self, score: str) -> None:
        """The score that the link in the mail carries is ticked; only sending records it."""
        question = scored_by_link(self.questionnaire)
        if question in self.questions and self.fields[question.code].initial is None:
            self.fields[question.code].initial = score

    def clean(self) -> dict:
        """What hangs on an answer that was changed on the same page is not asked any more."""
        asked = self.questionnaire.with_more(self.cleaned_data).asked
        for question in self.questions:
            if question not in asked:
                self.errors.pop(question.code, None)
                self.cleaned_data.pop(question.code, None)
        return self.cleaned_data

    @property
    def answers(self) -> dict[str, Value]:
        """What was answered validly, by code; empty answers take earlier ones back."""
        return {code: self.cleaned_data[code] for code in self.fields if code in self.cleaned_data}

    @property
    def shown(self) -> list[dict]:
        """The questions as the page shows them."""
        return [_shown(question, self[question.code]) for question in self.questions]


def scored_by_link(questionnaire: Questionnaire) -> Question | None:
    """Which question a score in the address answers: recommendation, else all together."""
    for measure in (Measure.RECOMMEND, Measure.OVERALL):
        for question in questionnaire.asked:
            if question.measure == measure and question.scale:
                return question
    return None


def field_of(question: Question) -> forms.Field:
    common = {
        "label": str(question),
        "required": question.is_required,
        "error_messages": {"invalid_choice": _("Choose one of the answers.")},
    }
    if question.scale:
        low, high = question.scale
        common["error_messages"]["required"] = _("Choose one of the answers.")
        return forms.TypedChoiceField(
            choices=_points(question, low, high),
            coerce=lambda value: None if value == CANNOT_SAY else int(value),
            empty_value=None,
            widget=forms.RadioSelect,
            **common,
        )
    if question.kind == QuestionKind.TEXT:
        return _text_field(common)
    return _choice_field(question, common)


def _points(question: Question, low: int, high: int) -> list[tuple]:
    words = words_of(question) or range(low, high + 1)
    points: list[tuple] = list(zip(range(low, high + 1), words, strict=True))
    return points if question.is_required else [*points, (CANNOT_SAY, _("Can’t say"))]


def _text_field(common: dict) -> forms.Field:
    words = ngettext_lazy(
        "Shorten it to %(limit_value)d character.",
        "Shorten it to %(limit_value)d characters.",
        "limit_value",
    )
    messages = {"required": _("Write a few words."), "max_length": words}
    field = TextField(max_length=LONGEST_TEXT, **common | {"error_messages": messages})
    field.widget.attrs |= {"rows": 4, "class": "form-control"}
    return field


def _choice_field(question: Question, common: dict) -> forms.Field:
    choices = [(option["value"], in_language(option["texts"])) for option in question.options]
    if question.kind == QuestionKind.SEVERAL:
        common["error_messages"]["required"] = _("Choose at least one answer.")
        return forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple, **common
        )
    common["error_messages"]["required"] = _("Choose one of the answers.")
    if not question.is_required:
        choices.append((CANNOT_SAY, _("Can’t say")))
    return forms.TypedChoiceField(
        choices=choices,
        coerce=lambda value: "" if value == CANNOT_SAY else value,
        widget=forms.RadioSelect,
        **common,
    )


def _shown(question: Question, field) -> dict:
    """A question with what its partial needs."""
    ends: Sequence[str] = ()
    if question.ends:
        ends = [in_language(question.ends.get(end, {})) for end in ("low", "high")]
    inputs = [] if question.kind == QuestionKind.TEXT else [_input(one.data) for one in field]
    return {
        "code": question.code,
        "kind": question.kind,
        "text": str(question),
        "is_required": question.is_required,
        "field": field,
        # Where a link to the question leads: its first input.
        "anchor": f"{field.auto_id}_0" if inputs else field.auto_id,
        "ends": ends,
        "low": question.scale and question.scale[0],
        "high": question.scale and question.scale[1],
        "has_words": bool(words_of(question)),
        "points": [one for one in inputs if one["value"] != CANNOT_SAY],
        "none": next((one for one in inputs if one["value"] == CANNOT_SAY), None),
    }


def _input(data: dict) -> dict:
    """One input, with the attributes that its widget gives it.

    A template for each of the inputs, as widgets have it, took half of the time of the page.
    """
    return data | {"id": data["attrs"]["id"], "attributes": flatatt(data["attrs"])}
