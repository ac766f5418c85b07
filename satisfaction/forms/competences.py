"""Rating somebody's competence."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from satisfaction.models import StaffCompetence
from satisfaction.models.competences import AREAS

EARLIEST = dt.timedelta(days=365)
HELP = {
    "company_values": _("Knows what we stand for, and acts by it."),
    "product": _("Knows what we sell, what it does and what it does not."),
    "market": _("Knows the customers' trade, and what others offer."),
    "selling": _("Finds out what is needed, and wins the customer for it."),
    "procedures": _("Knows how we work, and whom to ask."),
}


class CompetenceForm(VersionedForm):
    """`person` is who is rated."""

    class Meta:
        model = StaffCompetence
        fields = ("on", *AREAS, "remarks")
        widgets = {
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "remarks": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {**HELP, "remarks": _("The person rated reads them too.")}

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        if not self.instance.pk:
            self.initial.setdefault("on", Installation.cached().today())

    def clean_on(self) -> dt.date:
        on, today = self.cleaned_data["on"], Installation.cached().today()
        if on > today:
            raise forms.ValidationError(_("This day is still to come."))
        if on < today - EARLIEST and on != self.initial.get("on"):
            raise forms.ValidationError(_("No rating can be written down for a day so long ago."))
        return on

    def say_taken(self) -> None:
        """Somebody rated this person for the same day."""
        self.add_error("on", _("There is a rating of this day already: correct that one."))
