"""The filters of the list of responses."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models.standing import Stage, Tier
from satisfaction.forms.tags import choices as tags
from satisfaction.models import DIMENSIONS, Measure

ANY = [("", _("any"))]
ATTITUDES = [
    ("promoter", _("Promoters (9, 10)")),
    ("passive", _("Passives (7, 8)")),
    ("detractor", _("Detractors (0 to 6)")),
]
COMPLAINTS = [
    ("none", _("No complaint")),
    ("in_time", _("Complaint resolved in time")),
    ("late", _("Complaint late or still open")),
]
MEASURES = [(one.value, one.label) for one in (Measure.OVERALL, *DIMENSIONS)]


def _choice(label, choices=()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*ANY, *choices], required=False)


class ResponseFilter(forms.Form):
    """Read from the address."""

    use_required_attribute = False

    wave = _choice(_("Wave"))
    tier = _choice(_("Tier"), Tier.choices)
    attitude = _choice(_("Recommendation"), ATTITUDES)
    measure = _choice(_("Dissatisfied with"), MEASURES)
    q = forms.CharField(label=_("Words in the comment"), max_length=100, required=False)
    stage = _choice(_("Stage"), Stage.choices)
    team = _choice(_("Team"))
    owner = _choice(_("Account manager"))
    region = forms.CharField(label=_("Region"), max_length=60, required=False)
    complaint = _choice(_("In the 180 days before"), COMPLAINTS)
    recommend = forms.IntegerField(
        label=_("Recommendation, 0 to 10"), min_value=0, max_value=10, required=False
    )
    overall = forms.FloatField(
        label=_("Overall, 0 to 100"), min_value=0, max_value=100, required=False
    )
    words = _choice(_("Comment"), [("1", _("with words"))])
    tag = _choice(_("Words are about"))

    ALWAYS = ("wave", "tier", "attitude", "measure", "q")

    def __init__(self, data, *, waves, teams, people):
        given = {name: value for name, value in data.items() if value}
        super().__init__(given, auto_id=False)
        for name, rows in (("wave", waves), ("team", teams), ("owner", people)):
            self.fields[name].choices = [*ANY, *((str(row.pk), str(row)) for row in rows)]
        self.fields["tag"].choices = [*ANY, *(one for _group, found in tags() for one in found)]
        self.full_clean()

    @property
    def criteria(self) -> dict:
        """The filters that are set and understood."""
        found = {name: self.cleaned_data.get(name) for name in self.fields}
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def refused(self) -> list[str]:
        """Labels of the filters that were asked for and not understood."""
        return [str(self.fields[name].label) for name in self.errors]

    @property
    def first_fields(self) -> list:
        return [self[name] for name in self.ALWAYS]

    @property
    def more_fields(self) -> list:
        return [field for field in self if field.name not in self.ALWAYS]

    def said(self, name: str) -> str:
        """A set filter in words, such as the label of its choice."""
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.ChoiceField):
            return next(str(label) for key, label in field.choices if key == value)
        return f"{value:g}" if isinstance(value, float) else str(value)
