"""Account plans: the plan itself, an objective, an action, a review, files."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.forms import AttachmentsField
from crm.platform.models import Installation
from customers.forms.work import in_reach, possible_assignees
from customers.models import AccountPlan, PlanObjective, PlanReview, Task

# Half a year, a usual rhythm of reviews; and what an action usually has.
REVIEW_DAYS, ACTION_DAYS = 182, 14
SWOT = ("strengths", "weaknesses", "opportunities", "threats")
TEXTS = (*SWOT, "competition", "position")


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _in_days(days: int) -> dt.date:
    return Installation.cached().today() + dt.timedelta(days=days)


class PlanForm(VersionedForm):
    class Meta:
        model = AccountPlan
        fields = (*TEXTS, "target", "review_on")
        widgets = {
            **{name: forms.Textarea(attrs={"rows": 5}) for name in SWOT},
            "competition": forms.Textarea(attrs={"rows": 3}),
            "position": forms.Textarea(attrs={"rows": 3}),
            "review_on": _date_input(),
        }
        help_texts = {
            "strengths": _("Ours, at this customer."),
            "weaknesses": _("Ours, at this customer."),
            "opportunities": _("What may come here that we can use."),
            "threats": _("What may come here that hurts us."),
            "competition": _("Who else is there, how strong, what they plan."),
            "position": _("Where we stand: share, reputation, people who speak for us."),
            "review_on": _("Past this day the plan stands on the home page."),
        }

    def clean_review_on(self) -> dt.date:
        return in_reach(self.cleaned_data["review_on"])

    def swot(self) -> list:
        return [self[name] for name in SWOT]


class NewPlanForm(PlanForm):
    """A plan to be made; knows which one it replaces."""

    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
    take_over = forms.BooleanField(
        label=_("Take over open objectives and actions"), required=False, initial=True
    )

    def __init__(self, *args, older: AccountPlan | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("review_on", _in_days(REVIEW_DAYS))
        self.initial.setdefault("replaces", (older and older.is_current and older.pk) or None)
        if not (older and older.is_current):
            del self.fields["take_over"]


def copied(older: AccountPlan) -> dict[str, str]:
    """What still may hold of an older plan, to begin a new one with."""
    return {name: getattr(older, name) for name in (*TEXTS, "target")}


class ObjectiveForm(VersionedForm):
    class Meta:
        model = PlanObjective
        fields = ("what", "measure", "due_on", "state")
        widgets = {"due_on": _date_input()}
        help_texts = {"measure": _("A figure that tells whether it is reached.")}

    def _adapt_to_user(self) -> None:
        if not self.instance.pk:
            del self.fields["state"]

    def clean_due_on(self) -> dt.date:
        return in_reach(self.cleaned_data["due_on"])


class ActionForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = ("title", "due_on", "assignee", "notes")
        labels = {"title": _("Action"), "assignee": _("Who does it")}
        widgets = {"due_on": _date_input(), "notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, user, customer, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.update(assignee=user.pk, due_on=_in_days(ACTION_DAYS))
        self.fields["assignee"].queryset = possible_assignees(customer)
        self.fields["assignee"].empty_label = None

    def clean_due_on(self) -> dt.date:
        return in_reach(self.cleaned_data["due_on"])

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class ReviewForm(forms.ModelForm):
    next_on = forms.DateField(label=_("Next review on"), widget=_date_input())

    class Meta:
        model = PlanReview
        fields = ("on", "findings")
        widgets = {"on": _date_input(), "findings": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"findings": _("What was reached, what was not, what changes.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.update(on=_in_days(0), next_on=_in_days(REVIEW_DAYS))

    def clean_on(self) -> dt.date:
        if self.cleaned_data["on"] > _in_days(0):
            raise ValidationError(_("This day has not come yet."))
        return in_reach(self.cleaned_data["on"])

    def clean_next_on(self) -> dt.date:
        return in_reach(self.cleaned_data["next_on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        on, next_on = cleaned.get("on"), cleaned.get("next_on")
        if on and next_on and next_on <= on:
            self.add_error("next_on", _("The next review comes after this one."))
        return cleaned

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("on", "findings", "next_on")}


class PlanFilesForm(forms.Form):
    files = AttachmentsField(required=True)
