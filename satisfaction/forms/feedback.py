"""Feedback written down, its list's filters, and the plan of a source."""

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import in_reach
from customers.models import Customer, Touchpoint
from satisfaction.models import WRITTEN, CollectionPlan, Feedback, Measure, Source, Tone

ANY = [("", _("any"))]
# Said so long ago, it is of another company.
FIRST_YEAR = 2000


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class FeedbackForm(VersionedForm):
    """Of the customer that was chosen, else of the market."""

    class Meta:
        model = Feedback
        fields = (
            *("source", "said_on", "contact", "words", "tone"),
            *("dimension", "touchpoint", "origin", "link"),
        )
        widgets = {
            "said_on": _day(),
            "words": forms.Textarea(attrs={"rows": 5}),
            "tone": forms.RadioSelect,
        }
        help_texts = {
            "origin": _("The agency, organisation, paper or study; research names its agency."),
            "dimension": _("What it is about, as questionnaires measure it."),
        }

    link = forms.URLField(label=_("Link"), required=False, max_length=500, assume_scheme="https")

    def __init__(self, *args, customer: Customer | None, **kwargs):
        self.customer = customer
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        today = Installation.cached().today()
        self.initial.setdefault("said_on", today)
        self.fields["tone"].choices = Tone.choices
        touchpoints = Q(is_active=True) | Q(pk=self.instance.touchpoint_id)
        self.fields["touchpoint"].queryset = Touchpoint.objects.filter(touchpoints)
        if self.customer is None:
            del self.fields["contact"]
            return
        people = Q(left_on=None) | Q(pk=self.instance.contact_id)
        contacts = self.customer.contacts.filter(people).order_by("name")
        self.fields["contact"].queryset = contacts

    def clean_said_on(self) -> dt.date:
        day = in_reach(self.cleaned_data["said_on"], FIRST_YEAR)
        if day and day > Installation.cached().today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("source") == Source.RESEARCH and not cleaned.get("origin"):
            self.add_error("origin", _("Name the agency that did the research."))
        return cleaned

    @property
    def values(self) -> dict:
        return super().values | {"customer": self.customer}


class FeedbackFilter(forms.Form):
    """Read from the address."""

    use_required_attribute = False

    source = forms.ChoiceField(label=_("Source"), choices=[*ANY, *WRITTEN], required=False)
    tone = forms.ChoiceField(label=_("Tone"), choices=[*ANY, *Tone.choices], required=False)
    touchpoint = forms.ChoiceField(label=_("Touchpoint"), required=False)
    dimension = forms.ChoiceField(
        label=_("Measure"), choices=[*ANY, *Measure.choices], required=False
    )
    q = forms.CharField(label=_("Words"), max_length=100, required=False)
    since = forms.DateField(label=_("From"), widget=_day(), required=False)
    until = forms.DateField(label=_("Until"), widget=_day(), required=False)
    customer = forms.IntegerField(
        min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput, required=False
    )

    def __init__(self, data):
        super().__init__({name: value for name, value in data.items() if value}, auto_id="f-%s")
        touchpoints = [(str(one.pk), str(one)) for one in Touchpoint.objects.all()]
        self.fields["touchpoint"].choices = [*ANY, *touchpoints]
        self.full_clean()

    @property
    def criteria(self) -> dict:
        """The filters that are set and understood."""
        found = {name: self.cleaned_data.get(name) for name in self.fields}
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def query(self) -> dict[str, str]:
        """The same, as the address has them."""
        return {name: self.data[name] for name in self.criteria}


class CollectionPlanForm(VersionedForm):
    """Of a source that nobody has planned yet, too: then it is at version 0."""

    class Meta:
        model = CollectionPlan
        fields = ("in_charge", "frequency", "analysed", "acted_on", "verified")
        help_texts = {
            "analysed": _("Such as: by touchpoint each month, in the managers' meeting."),
            "acted_on": _("Such as: improvement actions with owner and date."),
            "verified": _("Such as: the same measure in the next wave."),
        }

    def _adapt_to_user(self) -> None:
        people = Q(is_active=True) | Q(pk=self.instance.in_charge_id)
        self.fields["in_charge"].queryset = User.objects.filter(people).order_by("name")
