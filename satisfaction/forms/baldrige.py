"""Judging how well we manage satisfaction."""

from django import forms

from satisfaction.models import SelfAssessment


class SelfAssessmentForm(forms.ModelForm):
    class Meta:
        model = SelfAssessment
        fields = ("score", "words")
        widgets = {"words": forms.Textarea(attrs={"rows": 4})}

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}
