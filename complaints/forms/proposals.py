"""What becomes of an improvement proposal: who does it until when, why not, what came of it."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import ImprovementProposal
from complaints.services.proposals import may_own
from crm.accounts.models import User
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import in_reach

USUAL_DAYS = 60
State = ImprovementProposal.State


class ProposalForm(VersionedForm):
    class Meta:
        model = ImprovementProposal
        fields = ("state", "owner", "due_on", "reason")
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "reason": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "reason": _("What is to change; why it is rejected; or, once done, what came of it."),
        }

    def _adapt_to_user(self) -> None:
        people = may_own(self.instance)
        self.fields["owner"].queryset = User.objects.filter(people).order_by("name")
        if self.instance.due_on is None:
            due = Installation.cached().today() + dt.timedelta(days=USUAL_DAYS)
            self.initial["due_on"] = due

    def clean_due_on(self) -> dt.date | None:
        day = self.cleaned_data["due_on"]
        return day and in_reach(day)

    def clean(self) -> dict:
        cleaned = super().clean()
        state = cleaned.get("state")
        if state == State.ACCEPTED:
            for name, words in (
                ("owner", _("Say who does it.")),
                ("due_on", _("Say until when.")),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, words)
        if state == State.REJECTED and not cleaned.get("reason"):
            self.add_error("reason", _("Say why it is rejected."))
        if state == State.DONE and not cleaned.get("reason"):
            self.add_error("reason", _("Say what came of it."))
        return cleaned
