"""The filters of the list of customers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms.customers import OWNERS
from customers.models.signal_kinds import NO_REASON, SignalGroup
from customers.models.standing import Stage, Tier, ValueBand
from customers.querysets.standing import WORTH_FILTERS

ANY = [("", _("any"))]
YES_NO = [("yes", _("yes")), ("no", _("no"))]
RISKS = [("high", _("high (50 % and more)")), ("raised", _("raised (25 to 50 %)"))]
RISKS.append(("low", _("low (under 25 %)")))
# Under the name of their group, which can be chosen as a whole; lists go by the strongest signal.
SIGNALS = [
    (
        group.label,
        [
            (group.value, group.label),
            *((kind.value, kind.label) for kind in group.kinds if kind not in NO_REASON),
        ],
    )
    for group in SignalGroup
    if any(kind not in NO_REASON for kind in group.kinds)
]
PERCENT = {"min_value": 0, "max_value": 100, "required": False}
MONEY = {"max_digits": 18, "decimal_places": 2, "required": False}


def owners_of(user, people: list) -> list:
    """Whose customers this person may choose from."""
    owners = [person for person in people if person.is_active and person.role in OWNERS]
    if user.sees_all_customers:
        return owners
    return [person for person in owners if person.team_id == user.team_id and user.team_id]


def _choice(label, choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*ANY, *choices], required=False)


def _days(label) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=36_500, required=False)


def _flat(choices):
    """Values and labels, without the groups that some stand in."""
    for value, label in choices:
        yield from label if isinstance(label, list | tuple) else [(value, label)]


def _set(data) -> dict[str, str]:
    """The parameters of an address that say something."""
    return {name: value for name, value in data.items() if value}


class CustomerFilter(forms.Form):
    """Read from the address. What somebody may not see is no field of theirs."""

    use_required_attribute = False

    owner = forms.ChoiceField(label=_("Account manager"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    tier = _choice(_("Tier"), Tier.choices)
    stage = _choice(_("Stage"), Stage.choices)
    risk = _choice(_("Risk"), RISKS)
    signal = _choice(_("Signal"), [("any", _("any signal")), *SIGNALS])
    signal.is_grouped = True
    region = forms.ChoiceField(label=_("Region"), required=False)
    industry = forms.ChoiceField(label=_("Industry"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    key_account = _choice(_("Key account"), YES_NO)
    no_contact = _days(_("No contact for days"))
    no_contact_in = _days(_("Nothing from them for days"))
    no_contact_out = _days(_("Nothing from us for days"))
    band = _choice(_("Value band"), ValueBand.choices)
    value_from = forms.DecimalField(label=_("Lifetime value from"), **MONEY)
    value_to = forms.DecimalField(label=_("Lifetime value to"), **MONEY)
    risk_from = forms.DecimalField(label=_("Risk from %"), **PERCENT)
    risk_to = forms.DecimalField(label=_("Risk below %"), **PERCENT)
    active = _choice(_("Active"), YES_NO)

    ALWAYS = ("owner", "team", "tier", "stage", "risk")

    def __init__(self, data, *, user, people, teams, tags, choices):
        # Account managers begin with their own customers, the others with all.
        usual = "all" if user.sees_all_customers else "me"
        super().__init__({"owner": usual, **_set(data)}, auto_id=False)
        self.user = user
        names = [(str(person.pk), str(person)) for person in people]
        everybody = _("everybody in reach") if not user.sees_all_customers else _("everybody")
        self.fields["owner"].choices = [
            ("all", everybody),
            ("me", _("me")),
            ("nobody", _("nobody")),
            *names,
        ]
        self.fields["team"].choices = [*ANY, *((str(team.pk), str(team)) for team in teams)]
        self.fields["tag"].choices = [*ANY, *((str(tag.pk), tag.name) for tag in tags)]
        for column in ("region", "industry"):
            self.fields[column].choices = [*ANY, *((value, value) for value in choices[column])]
        for name in () if user.sees_worth else WORTH_FILTERS:
            del self.fields[name]
        self.full_clean()

    @property
    def whose(self) -> str:
        return self.cleaned_data.get("owner", "")

    @property
    def criteria(self) -> dict:
        """The filters that are set and understood, but for the owner."""
        found = {name: self.cleaned_data.get(name) for name in self.fields if name != "owner"}
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def refused(self) -> list[str]:
        """Labels of the filters that were asked for and not understood."""
        return [str(self.fields[name].label) for name in self.errors]

    @property
    def forbidden(self) -> bool:
        """Asked to filter by a figure that this person may not see."""
        return any(self.data.get(name) for name in WORTH_FILTERS if name not in self.fields)

    @property
    def first_fields(self) -> list:
        return [self[name] for name in self.ALWAYS if name in self.fields]

    @property
    def more_fields(self) -> list:
        """The others, when the person asked for them: they are heavy."""
        return self._others if "more" in self.data else []

    @property
    def kept_fields(self) -> list:
        """Of the others those that are set, to go along unseen."""
        return [field for field in self._others if field.name in self.criteria]

    @property
    def _others(self) -> list:
        return [field for field in self if field.name not in self.ALWAYS]

    def words(self, name: str) -> str:
        """A set filter in words, such as the label of its choice."""
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.ChoiceField):
            return next((str(label) for key, label in _flat(field.choices) if key == value), value)
        return str(value)
