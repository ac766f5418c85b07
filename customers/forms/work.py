"""Add a task."""

import datetime as dt

from django import forms
from django.db.models import Q

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.models import Installation
from customers.models import Customer, Task

USUAL_DAYS = 7


def possible_assignees(customer: Customer):
    """Who sees the customer can do something about it."""
    seeing = ~Q(role=Role.ACCOUNT_MANAGER) | Q(pk=customer.account_manager_id)
    if customer.team_id:
        seeing |= Q(team=customer.team_id)
    return User.objects.filter(seeing, is_active=True).order_by("name")


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


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
