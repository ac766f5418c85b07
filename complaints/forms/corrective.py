"""A corrective action: what is changed, by whom, until when; later what was done and its effect."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.forms.log import in_charge_of
from complaints.models import Case, CorrectiveAction
from complaints.services.corrective import UNTIL_CHECK, USUAL_DAYS
from crm.accounts.models import User
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import in_reach

State = CorrectiveAction.State
LATER = ("state", "result", "verdict", "verdict_words")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CorrectiveForm(VersionedForm):
    class Meta:
        model = CorrectiveAction
        fields = ("what", "owner", "due_on", "aim", "check_on", *LATER)
        widgets = {
            "due_on": _day(),
            "check_on": _day(),
            "result": forms.Textarea(attrs={"rows": 3}),
            "verdict_words": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "aim": _("What has to be so that it counts as done."),
            "check_on": _("Long enough after it is done for its effect to show."),
            "result": _("Asked for once it is done, or dropped: then why."),
            "verdict": _("Later: has it come again since?"),
            "verdict_words": _("By which figures or cases one saw it."),
        }

    def __init__(self, *args, case: Case, user: User, **kwargs):
        self.case, self.user = case, user
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        people = in_charge_of(self.case.customer, self.user)
        self.fields["owner"].queryset = User.objects.filter(
            Q(pk__in=people.values("pk")) | Q(pk=self.instance.owner_id)
        ).order_by("name")
        if self.instance.pk:
            return
        for name in LATER:
            del self.fields[name]
        due = Installation.cached().today() + dt.timedelta(days=USUAL_DAYS)
        self.initial.setdefault("due_on", due)
        self.initial.setdefault("check_on", due + UNTIL_CHECK)
        self.initial.setdefault("owner", self.case.owner_id or self.user.pk)

    def clean_due_on(self) -> dt.date:
        return in_reach(self.cleaned_data["due_on"])

    def clean_check_on(self) -> dt.date:
        day = in_reach(self.cleaned_data["check_on"])
        if day < (self.cleaned_data.get("due_on") or day):
            raise ValidationError(_("The effect shows after the change, not before."))
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("state", State.OPEN) != State.OPEN and not cleaned.get("result"):
            self.add_error("result", _("Say what was done, or why it was dropped."))
        if cleaned.get("verdict"):
            if cleaned.get("state") != State.DONE:
                self.add_error("verdict", _("Only what is done can have helped."))
            if not cleaned.get("verdict_words"):
                self.add_error("verdict_words", _("Say how it showed."))
        return cleaned
