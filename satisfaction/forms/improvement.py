"""An improvement action: what is changed, by whom, until when, and what came of it."""

import datetime as dt

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import in_reach
from satisfaction.models import ImprovementAction

USUAL_DAYS = 60


class ImprovementForm(VersionedForm):
    class Meta:
        model = ImprovementAction
        fields = ("what", "measure", "owner", "due_on", "aim", "state", "result")
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "aim": forms.Textarea(attrs={"rows": 3}),
            "result": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "aim": _("What customers will notice, and by which figure it shows."),
            "result": _("What came of it; asked for once it is done."),
        }

    def _adapt_to_user(self) -> None:
        people = Q(is_active=True) & ~Q(role=Role.SERVICE)
        people |= Q(pk=self.instance.owner_id)
        self.fields["owner"].queryset = User.objects.filter(people).order_by("name")
        if not self.instance.pk:
            del self.fields["state"], self.fields["result"]
            due = Installation.cached().today() + dt.timedelta(days=USUAL_DAYS)
            self.initial.setdefault("due_on", due)

    def clean_due_on(self) -> dt.date:
        return in_reach(self.cleaned_data["due_on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("state") == ImprovementAction.State.DONE and not cleaned.get("result"):
            self.add_error("result", _("Say what came of it."))
        return cleaned
