"""Log an interaction, add a task."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.models import Installation
from customers.models import Customer, Interaction, Task
from customers.services.interactions import NextStep

# Clocks of browsers go wrong by a little.
AHEAD = dt.timedelta(minutes=1)
USUAL_DAYS = 7


def possible_assignees(customer: Customer):
    """Who sees the customer can do something about it."""
    seeing = ~Q(role=Role.ACCOUNT_MANAGER) | Q(pk=customer.account_manager_id)
    if customer.team_id:
        seeing |= Q(team=customer.team_id)
    return User.objects.filter(seeing, is_active=True).order_by("name")


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class InteractionForm(forms.ModelForm):
    next_step = forms.CharField(
        label=_("What is to be done"),
        required=False,
        max_length=200,
        help_text=_("Makes a task."),
    )
    next_due_on = forms.DateField(label=_("By"), required=False, widget=_date_input())
    next_assignee = forms.ModelChoiceField(
        label=_("Who does it"), required=False, queryset=User.objects.none(), empty_label=None
    )

    class Meta:
        model = Interaction
        fields = ("kind", "direction", "at", "contact", "subject", "notes", "outcome")
        widgets = {
            "at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, user, customer, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.initial["at"] = timezone.now()
        self.fields["contact"].queryset = customer.contacts.order_by("left_on", "name")
        self.fields["next_assignee"].queryset = possible_assignees(customer)
        self.initial["next_assignee"] = user.pk

    def clean_at(self) -> dt.datetime:
        at = self.cleaned_data["at"]
        if at > timezone.now() + AHEAD:
            raise ValidationError(_("This time has not come yet; plan it as a task instead."))
        return at

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("next_due_on") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Say what is to be done by then."))
        if cleaned.get("next_step") and not cleaned.get("next_due_on"):
            self.add_error("next_due_on", _("Say by when."))
        return cleaned

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    @property
    def step(self) -> NextStep | None:
        cleaned = self.cleaned_data
        if not cleaned["next_step"]:
            return None
        return NextStep(
            title=cleaned["next_step"],
            due_on=cleaned["next_due_on"],
            assignee=cleaned["next_assignee"] or self.user,
        )


class TaskForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = ("title", "due_on", "assignee", "notes")
        widgets = {"due_on": _date_input(), "notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, user, customer, **kwargs):
        super().__init__(*args, **kwargs)
        today = Installation.cached().today()
        self.initial.update(assignee=user.pk, due_on=today + dt.timedelta(days=USUAL_DAYS))
        self.fields["assignee"].queryset = possible_assignees(customer)
        self.fields["assignee"].empty_label = None

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}
