"""The plan of a wave."""

import datetime as dt
import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.accounts.roles import Role
from crm.platform.edits import VersionedForm
from crm.platform.models import Installation
from customers.forms.work import in_reach
from customers.models import Contact, Standing
from customers.models.standing import Stage, Tier
from satisfaction.models import Audience, Channel, InstrumentVersion, Wave

# What says whom to ask: of customers, and of our own staff.
OF_CUSTOMERS = ("tiers", "stages", "regions", "teams", "roles")
OF_STAFF = ("teams", "staff_roles")
WHOM = ("tiers", "stages", "regions", "roles", "teams", "staff_roles")
ANONYMITY = [
    ("", _("As usual: surveys of staff yes, others no")),
    ("yes", _("Yes")),
    ("no", _("No")),
]
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
    roles = _several(_("Roles of contacts"), Contact.Role.choices)
    all_contacts = forms.BooleanField(
        label=_("Everybody who can be reached, not one person a customer"),
        required=False,
        help_text=_("A customer still counts once: the answers of its people are averaged."),
    )
    staff_roles = _several(_("Roles of staff"), Role.choices)
    anonymity = forms.ChoiceField(
        label=_("Anonymous"),
        choices=ANONYMITY,
        required=False,
        help_text=_("Nothing leads from the answers to a person; no group under 5 is shown."),
    )
    opens_on = _day(_("Opens on"), help_text=_("From this day on you can send it, by hand."))
    closes_on = _day(_("Closes on"), help_text=_("The last day on which answers are taken."))

    class Meta:
        model = Wave
        fields = (
            "name",
            "version",
            "purpose",
            "department",
            "frequency",
            "channel",
            "sample_size",
            "seed",
            "opens_on",
            "closes_on",
            "reminders",
            "in_charge",
            "verifier",
        )
        labels = {
            "name": _("Name of the wave"),
            "in_charge": _("Who analyses it"),
            "verifier": _("Who verifies what is done"),
        }
        help_texts = {
            "purpose": _("What do you want to find out, and what will it decide?"),
            "seed": _("The same number draws the same sample again."),
            "reminders": _(
                "By e-mail, only to those who have not finished, at least 5 days apart."
            ),
            "frequency": _("Each run is planned by a button, and sent by hand."),
            "channel": _(
                "Paper and interviews reach those without an e-mail address; a public link asks "
                "whoever sees it, so nobody is chosen."
            ),
        }
        widgets = {"reminders": forms.Select(choices=[(n, str(n)) for n in range(3)])}

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def _adapt_to_user(self) -> None:
        wave = self.instance
        self._offer_questionnaires(wave.version_id)
        self.fields["in_charge"].queryset = _analysts(wave.in_charge_id)
        self.fields["verifier"].queryset = _analysts(wave.verifier_id)
        self.fields["sample_size"].min_value = 1
        self.fields["sample_size"].widget.attrs["min"] = 1
        regions = {*Standing.objects.choices(self.user)["region"], *wave.regions}
        self.fields["regions"].choices = [(region, region) for region in sorted(regions)]
        self.fields["teams"].choices = [(team.pk, str(team)) for team in Team.objects.all()]
        self.fields["all_contacts"].initial = wave.asks_all_contacts
        for name in WHOM:
            self.fields[name].initial = getattr(wave, name)
            if len(self.fields[name].choices) > MOST_TICKS:
                self._make_list(name)
        if wave.pk is None:
            self._begin()
        else:
            self.fields["anonymity"].initial = "yes" if wave.is_anonymous else "no"

    def _offer_questionnaires(self, chosen: int | None) -> None:
        """By who they are for, since that decides who is chosen."""
        field = self.fields["version"]
        field.queryset = InstrumentVersion.objects.askable(chosen)
        groups: dict[str, list] = {}
        for version in field.queryset:
            groups.setdefault(version.instrument.audience, []).append((version.pk, _named(version)))
        field.choices = [
            (capfirst(audience.label), groups[audience])
            for audience in Audience
            if audience in groups
        ]

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

    def clean_opens_on(self) -> dt.date:
        return in_reach(self.cleaned_data["opens_on"])

    def clean_closes_on(self) -> dt.date:
        return in_reach(self.cleaned_data["closes_on"])

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
        if cleaned.get("channel") == Channel.INTERVIEW and self.is_anonymous:
            self.add_error("anonymity", _("Whoever types the answers in knows whose they are."))
        return cleaned

    @property
    def asks_staff(self) -> bool:
        version = self.cleaned_data.get("version")
        return bool(version) and version.instrument.audience == Audience.STAFF

    @property
    def is_anonymous(self) -> bool:
        """Staff are asked anonymously unless somebody says otherwise."""
        chosen = self.cleaned_data.get("anonymity")
        return chosen == "yes" if chosen else self.asks_staff

    @property
    def plan(self) -> dict:
        """What was entered as the model's values; what does not belong to the audience falls."""
        names = OF_STAFF if self.asks_staff else OF_CUSTOMERS
        selection = {name: self.cleaned_data[name] for name in names}
        if not self.asks_staff:
            selection["all_contacts"] = self.cleaned_data["all_contacts"]
        return {**self.values, "selection": selection, "is_anonymous": self.is_anonymous}

    @property
    def whom(self) -> list[forms.BoundField]:
        return [self[name] for name in ("tiers", "stages", "regions") if self.fields[name].choices]


def _named(version: InstrumentVersion) -> str:
    words = {"name": version.instrument, "number": version.number}
    return _("%(name)s, version %(number)d") % words


def _analysts(chosen: int | None):
    """Who may see what customers answered."""
    seeing = User.objects.filter(is_active=True).exclude(role=Role.SERVICE)
    return (seeing | User.objects.filter(pk=chosen)).order_by("name")
