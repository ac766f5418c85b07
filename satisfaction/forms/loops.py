"""What came of an unhappy answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from satisfaction.models import Outcome

# That it became a complaint is said by making it one.
SAID = [(one.value, one.label) for one in Outcome if one is not Outcome.COMPLAINT]


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=SAID, widget=forms.RadioSelect, required=True
    )
    words = forms.CharField(
        label=_("What came of it"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
