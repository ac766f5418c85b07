"""Proposing an override, and choosing two dates to compare."""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.platform.edits import NOTHING
from lifecycle.models import StageOverride, TierOverride
from lifecycle.models.overrides import MOST_MONTHS
from lifecycle.services.overrides import latest_until

USUAL_MONTHS = 12


class OverrideForm(forms.ModelForm):
    """What it shall be, why, and until when; the last day is bounded."""

    class Meta:
        fields = ("reason", "until")
        widgets = {
            "reason": forms.Textarea(attrs={"rows": 4}),
            "until": forms.DateInput(attrs={"type": "date"}),
        }
        help_texts = {"reason": gettext_lazy("What you know that the figures do not.")}

    def __init__(self, *args, today: dt.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        value = self.fields[self._meta.model.kind]
        value.choices = [("", NOTHING), *value.choices[1:]]
        latest = latest_until(today)
        until = self.fields["until"]
        until.initial = today + relativedelta(months=USUAL_MONTHS)
        until.widget.attrs |= {"min": today.isoformat(), "max": latest.isoformat()}
        until.help_text = _("The last day; at most %(months)s months from today.") % {
            "months": MOST_MONTHS
        }

    def clean_until(self) -> dt.date:
        until = self.cleaned_data["until"]
        if until < self.today:
            raise forms.ValidationError(_("This day is over."))
        if until > latest_until(self.today):
            latest = date_format(latest_until(self.today), "SHORT_DATE_FORMAT")
            raise forms.ValidationError(_("No later than %(day)s.") % {"day": latest})
        return until


class TierOverrideForm(OverrideForm):
    class Meta(OverrideForm.Meta):
        model = TierOverride
        fields = ("tier", *OverrideForm.Meta.fields)


class StageOverrideForm(OverrideForm):
    class Meta(OverrideForm.Meta):
        model = StageOverride
        fields = ("stage", *OverrideForm.Meta.fields)


FORMS = {"tier": TierOverrideForm, "stage": StageOverrideForm}


class SpanForm(forms.Form):
    """Two dates of which the figures are compared; read from the address, so never required."""

    use_required_attribute = False

    start = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(label=gettext_lazy("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data, *, newest: dt.date):
        super().__init__(data)
        self.newest = newest
        for name in ("start", "end"):
            self.fields[name].widget.attrs |= {
                "max": newest.isoformat(),
                "class": "form-control form-control-sm",
            }

    def clean(self) -> dict:
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start >= end:
            self.add_error("end", _("The second date has to be later than the first."))
        if end and end > self.newest:
            newest = date_format(self.newest, "SHORT_DATE_FORMAT")
            self.add_error("end", _("The newest figures are of %(day)s.") % {"day": newest})
        return cleaned
