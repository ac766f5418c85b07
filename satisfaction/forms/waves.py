"""The plan of a wave."""

import datetime as dt
import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.accounts.roles import Role
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.models import Standing
from customers.models.standing import Stage, Tier
from satisfaction.models import InstrumentVersion, Wave

WHOM = ("tiers", "stages", "regions", "teams")
USUAL_DAYS = 21
MOST_TICKS = 12
# A new plan begins with a seed of its own: with one for all, each sample would ask the same.
SEEDS = 1_000_000


def _day(label, **options) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def _several(label, choices=()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class WaveForm(VersionedForm):
    """Whom to ask is ticked: nothing ticked stands for all."""

    count_of_edits = "revision"

    version = forms.ModelChoiceField(
        label=_("Questionnaire"), queryset=InstrumentVersion.objects.none(), empty_label=None
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    tiers = _several(_("Tiers"), Tier.choices)
    stages = _several(_("Stages"), Stage.choices)
    regions = _several(_("Regions"))
    teams = forms.TypedMultipleChoiceField(
        label=_("Teams"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    opens_on = _day(_("Opens on"), help_text=_("From this day on you can send it, by hand."))
    closes_on = _day(_("Closes on"), help_text=_("The last day on which answers are taken."))

    class Meta:
        model = Wave
        fields = (
            "name",
            "version",
            "purpose",
            "sample_size",
            "seed",
            "opens_on",
            "closes_on",
            "reminders",
            "in_charge",
        )
        labels = {"name": _("Name of the wave"), "in_charge": _("Who analyses it")}
        help_texts = {
            "purpose": _("What do you want to find out, and what will it decide?"),
            "seed": _("The same number draws the same sample again."),
            "reminders": _("Only to those who have not finished, at least 5 days apart."),
        }
        widgets = {"reminders": forms.Select(choices=[(n, str(n)) for n in range(3)])}

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        wave = self.instance
        self.fields["version"].queryset = InstrumentVersion.objects.askable(wave.version_id)
        self.fields["in_charge"].queryset = _analysts(wave.in_charge_id)
        self.fields["sample_size"].min_value = 1
        self.fields["sample_size"].widget.attrs["min"] = 1
        regions = {*Standing.objects.choices(self.user)["region"], *wave.regions}
        self.fields["regions"].choices = [(region, region) for region in sorted(regions)]
        self.fields["teams"].choices = [(team.pk, str(team)) for team in Team.objects.all()]
        for name in WHOM:
            self.fields[name].initial = getattr(wave, name)
            if len(self.fields[name].choices) > MOST_TICKS:
                self._make_list(name)
        if wave.pk is None:
            self._begin()

    def _make_list(self, name: str) -> None:
        """A list to choose several from, where ticks would fill the page."""
        field = self.fields[name]
        choices = field.choices
        field.widget = forms.SelectMultiple(attrs={"size": 8}, choices=choices)
        field.help_text = _("Several: hold Ctrl, or Command on a Mac, while you choose.")

    def _begin(self) -> None:
        today = Installation.cached().today()
        self.initial.setdefault("opens_on", today)
        self.initial.setdefault("closes_on", today + dt.timedelta(days=USUAL_DAYS))
        self.initial.setdefault("seed", secrets.randbelow(SEEDS))

    def clean_sample_size(self) -> int | None:
        size = self.cleaned_data["sample_size"]
        if size == 0:
            raise ValidationError(_("Ask one customer at least, or leave it empty to ask all."))
        return size

    def clean(self) -> dict:
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_on"), cleaned.get("closes_on")
        if closes and closes < Installation.cached().today():
            self.add_error("closes_on", _("This day is over already."))
        elif opens and closes and closes < opens:
            self.add_error("closes_on", _("It can't close before it opens."))
        return cleaned

    @property
    def plan(self) -> dict:
        """What was entered as the model's values."""
        return {**self.values, "selection": {name: self.cleaned_data[name] for name in WHOM}}

    @property
    def whom(self) -> list[forms.BoundField]:
        return [self[name] for name in WHOM if self.fields[name].choices]


def _analysts(chosen: int | None):
    """Who may see what customers answered."""
    seeing = User.objects.filter(is_active=True).exclude(role=Role.SERVICE)
    return (seeing | User.objects.filter(pk=chosen)).order_by("name")
