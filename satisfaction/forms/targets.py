"""A target of satisfaction: which figure, of whom, at least how much, from when on."""

import datetime as dt
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import in_reach
from satisfaction.models import SatisfactionTarget


class TargetForm(VersionedForm):
    class Meta:
        model = SatisfactionTarget
        fields = ("measure", "tier", "value", "from_on")
        widgets = {"from_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        error_messages = {
            "__all__": {
                "unique_together": _("There is a target for this from that day on already.")
            }
        }

    def _adapt_to_user(self) -> None:
        if not self.instance.pk:
            self.initial.setdefault("from_on", Installation.cached().today())

    def clean_from_on(self) -> dt.date:
        return in_reach(self.cleaned_data["from_on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        value = cleaned.get("value")
        is_nps = cleaned.get("measure") == SatisfactionTarget.Figure.NPS
        least = Decimal(-100 if is_nps else 0)
        if value is not None and not least <= value <= Decimal(100):
            text = _("From %(least)s to 100.") % {"least": least}
            self.add_error("value", text)
        return cleaned
