"""The answer sheet of a scorecard, and the decision whether we pursue a customer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lifecycle.answer_words import cut_words, evidence_words
from lifecycle.models import Assessment, Criterion, FitDecision
from lifecycle.models.assessments import HIGHEST, LOWEST
from lifecycle.services.computed_answers import ComputedAnswer, score_of

MARKS = tuple(range(LOWEST, HIGHEST + 1))


@dataclass(frozen=True)
class Row:
    """A question with what is marked now, and what the data say of it."""

    criterion: Criterion
    name: str
    marked: str
    computed: int | None = None
    evidence: str = ""
    cuts: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether a person marked otherwise than the data."""
        return self.computed is not None and self.marked not in ("", str(self.computed))


class AssessmentForm(forms.Form):
    """Marks of 1 to 5; what the data know is filled in, and may be marked otherwise."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    remarks = forms.CharField(
        label=_("Remarks"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args,
        criteria: Iterable[Criterion],
        computed: Mapping[str, ComputedAnswer],
        newest: Assessment | None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.criteria, self.known = list(criteria), computed
        self.initial.setdefault("seen", newest and newest.pk)
        before = newest.answers if newest else {}
        for criterion in self.criteria:
            name = f"c{criterion.pk}"
            choices = [("", "–"), *((str(mark), str(mark)) for mark in MARKS)]
            self.fields[name] = forms.ChoiceField(choices=choices, required=False)
            self.initial.setdefault(name, self._first(criterion, before))

    def _first(self, criterion: Criterion, before: Mapping[str, list]) -> str:
        """What the data say, else what people said last."""
        score = self._computed(criterion)
        if score is None:
            score, by_data = before.get(str(criterion.pk), ("", False))
            score = "" if by_data else score
        return str(score)

    def _computed(self, criterion: Criterion) -> int | None:
        answer = self.known.get(criterion.computed)
        return score_of(criterion, answer) if answer else None

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not self.answers:
            raise ValidationError(_("Mark at least one question."))
        return cleaned

    @property
    def answers(self) -> dict[int, tuple[int, bool]]:
        """Criterion's id to its mark and whether it is the data's."""
        marked = {
            criterion: int(self.cleaned_data[f"c{criterion.pk}"])
            for criterion in self.criteria
            if self.cleaned_data.get(f"c{criterion.pk}")
        }
        return {
            criterion.pk: (mark, mark == self._computed(criterion))
            for criterion, mark in marked.items()
        }

    def parts(self) -> list[tuple[str, list[Row]]]:
        """The questions in the order of the parts."""
        found = []
        for part in Criterion.Part:
            rows = [self._row(one) for one in self.criteria if one.part == part]
            if rows:
                found.append((part.label, rows))
        return found

    def _row(self, criterion: Criterion) -> Row:
        name = f"c{criterion.pk}"
        answer = self.known.get(criterion.computed)
        return Row(
            criterion=criterion,
            name=name,
            marked=str(self[name].value() or ""),
            computed=self._computed(criterion),
            evidence=evidence_words(answer) if answer else "",
            cuts=cut_words(answer) if answer else "",
        )


class FitForm(forms.ModelForm):
    pursue = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[(str(value), label) for value, label in FitDecision.pursue.field.choices],
        coerce=lambda text: text == "True",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = FitDecision
        fields = ("pursue", "why")
        widgets = {"why": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"why": _("What speaks for it, what against: goals, needs, resources.")}

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}
