"""What is noted of an interview beside its answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.platform.models import Installation
from customers.forms.work import in_reach
from satisfaction.models import Way

REACHED = [("no", _("not reached")), ("yes", _("reached, but answers another time"))]


def _day(label, **options) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


class AttemptForm(forms.Form):
    """Somebody was called or visited, and there are no answers yet."""

    prefix = "attempt"

    way = forms.ChoiceField(label=_("How"), choices=Way)
    is_reached = forms.TypedChoiceField(
        label=_("Was anybody there?"), choices=REACHED, coerce=lambda value: value == "yes"
    )
    on = _day(_("On"))
    again_on = _day(_("Try again on"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = Installation.cached().today()
        self.fields["on"].initial = self.today

    def clean_on(self):
        if (on := self.cleaned_data["on"]) > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return in_reach(on)

    def clean_again_on(self):
        return in_reach(self.cleaned_data["again_on"])

    def clean(self) -> dict:
        cleaned = super().clean()
        on, again_on = cleaned.get("on"), cleaned.get("again_on")
        if on and again_on and again_on < on:
            self.add_error("again_on", _("Not before the day on which you tried."))
        return cleaned
