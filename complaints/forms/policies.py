"""The deadlines as a table of hours."""

from decimal import Decimal

from django import forms
from django.forms import modelformset_factory
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from complaints.models import Policy

MINUTES = 60
LONGEST_HOURS = 2_000
LABELS = {
    "acknowledge": _("Acknowledge, hours"),
    "first_response": _("First response, hours"),
    "next_response": _("Next response, hours"),
    "resolution": _("Resolution, hours"),
}


class HoursField(forms.DecimalField):
    """Hours of a whole number of minutes: 1.5 for ninety."""

    def __init__(self):
        super().__init__(
            min_value=Decimal("0.25"), max_value=LONGEST_HOURS, max_digits=6, decimal_places=2
        )
        self.widget.attrs.update({"step": "0.25", "inputmode": "decimal"})
        self.widget.attrs["class"] = "form-control form-control-sm hours"

    def prepare_value(self, value):
        if isinstance(value, int):
            # As many decimals as the field takes: each minute still has its own.
            return f"{round(Decimal(value) / MINUTES, 2).normalize():f}"
        return value

    def clean(self, value) -> int:
        return round(super().clean(value) * MINUTES)

    def has_changed(self, initial, data) -> bool:
        return self.prepare_value(initial) != str(data).strip()


class PolicyForm(forms.ModelForm):
    acknowledge = HoursField()
    first_response = HoursField()
    next_response = HoursField()
    resolution = HoursField()

    class Meta:
        model = Policy
        fields = tuple(LABELS)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        where = f"{row.tier or _('any tier')}, {row.get_severity_display() or _('any severity')}"
        for name, label in LABELS.items():
            self.fields[name].widget.attrs["aria-label"] = f"{label}: {where}"

    def clean(self) -> dict:
        found = super().clean()
        last = found.get("resolution")
        for name in ("first_response", "next_response"):
            if last and found.get(name, 0) > last:
                hours = number_format(Decimal(last) / MINUTES, use_l10n=True)
                self.add_error(
                    name, _("Not after the resolution (%(hours)s hours).") % {"hours": hours}
                )
        return found


PolicyTable = modelformset_factory(Policy, form=PolicyForm, extra=0, edit_only=True)
