"""What is to be done to the selected customers."""

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.edits import NOTHING
from crm.platform.models import Installation
from customers.forms.work import in_reach
from customers.models import MassAction, Tag
from customers.services.mass import Order

USUAL_DAYS = 7


def possible_helpers(user: User):
    """Whom tasks can be given to: all for managers, the own team and the offices for others."""
    users = User.objects.active().order_by("name")
    if user.is_manager:
        return users
    others = ~Q(role=Role.ACCOUNT_MANAGER) | Q(pk=user.pk)
    return users.filter(others | Q(team=user.team_id) if user.team_id else others)


class TagForm(forms.Form):
    tag = forms.ModelChoiceField(label=_("Tag"), queryset=Tag.objects.none(), empty_label=NOTHING)

    def __init__(self, *args, user: User, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        tags = (
            Tag.objects.all()
            if kind == MassAction.Kind.UNTAG
            else Tag.objects.filter(is_active=True)
        )
        self.fields["tag"].queryset = tags

    @property
    def order(self) -> Order:
        return Order(self.kind, tag=self.cleaned_data["tag"])


class TasksForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = forms.DateField(
        label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    assignee = forms.ModelChoiceField(
        label=_("Who does it"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("each customer's account manager"),
    )

    def __init__(self, *args, user: User, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.initial["due_on"] = Installation.cached().today() + dt.timedelta(days=USUAL_DAYS)
        self.fields["assignee"].queryset = possible_helpers(user)

    def clean_due_on(self) -> dt.date:
        return in_reach(self.cleaned_data["due_on"])

    @property
    def order(self) -> Order:
        return Order(self.kind, **self.cleaned_data)


FORMS = {
    MassAction.Kind.TAG: TagForm,
    MassAction.Kind.UNTAG: TagForm,
    MassAction.Kind.TASK: TasksForm,
}
