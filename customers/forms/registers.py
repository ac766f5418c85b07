"""The registers that managers keep: competitors, clubs with levels, and their events."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from crm.platform.named import NamedForm
from customers.forms.records.base import FAR_AHEAD, LONG_AGO, date_input, text_area
from customers.models import Club, ClubEvent, ClubLevel, Competitor

TAKEN = _("This competitor is in the register already.")


class CompetitorForm(VersionedForm):
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Competitor
        fields = ("name", "website", "is_active", "strengths", "weaknesses", "notes")
        widgets = {name: text_area() for name in ("strengths", "weaknesses", "notes")}
        help_texts = {"is_active": _("Out of use it can't be chosen any more; what is stays.")}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Competitor.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(TAKEN)
        return name

    def say_taken(self, constraint: str) -> None:
        """Somebody was faster."""
        self.add_error("name", TAKEN)


class ClubForm(NamedForm):
    class Meta:
        model = Club
        fields = ("is_active", "about")
        widgets = {"about": text_area()}
        help_texts = {"is_active": _("Out of use it takes no new members; what is stays.")}


class ClubLevelForm(NamedForm):
    class Meta:
        model = ClubLevel
        fields = ("position", "is_active", "benefits")
        widgets = {"benefits": text_area(4)}
        help_texts = {
            "position": _("Levels stand in this order, the lowest number first."),
            "benefits": _("What its members get, one a line."),
        }


class ClubEventForm(VersionedForm):
    class Meta:
        model = ClubEvent
        fields = ("name", "on", "place", "remarks")
        widgets = {"on": date_input(), "remarks": text_area()}

    def clean_on(self) -> dt.date:
        day = self.cleaned_data["on"]
        if not LONG_AGO <= day <= Installation.cached().today() + FAR_AHEAD:
            raise ValidationError(_("This day can't be meant."))
        return day


class InvitingForm(forms.Form):
    """Whom to invite: the contacts of all members, or of those at one level."""

    level = forms.ModelChoiceField(
        label=_("Members"),
        required=False,
        queryset=ClubLevel.objects.none(),
        empty_label=_("at all levels"),
    )

    def __init__(self, *args, club: Club, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].queryset = club.levels.all()
