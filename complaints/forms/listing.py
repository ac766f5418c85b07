"""The filters of the queue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import Category, Kind, Severity
from complaints.querysets import FILTERS
from complaints.states import ENDED, OPEN
from customers.models.standing import Tier

ANY = [("", _("any"))]


def _choice(label, choices=()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*ANY, *choices], required=False)


class CaseFilter(forms.Form):
    """Read from the address."""

    use_required_attribute = False

    kind = _choice(_("Kind"), Kind.choices)
    severity = _choice(_("Severity"), Severity.choices)
    category = _choice(_("Category"))
    tier = _choice(_("Tier"), Tier.choices)
    state = _choice(_("State"))
    late = _choice(_("Deadline"), [("1", _("missed"))])
    reopened = _choice(_("Reopened"), [("1", _("yes"))])

    def __init__(self, data, *, ended: bool):
        super().__init__({name: value for name, value in data.items() if value}, auto_id=False)
        categories = [(str(one.pk), one.path) for one in Category.objects.in_tree()]
        self.fields["category"].choices = [*ANY, *categories]
        states = ENDED if ended else OPEN
        self.fields["state"].choices = [*ANY, *((state.value, state.label) for state in states)]
        self.full_clean()

    @property
    def criteria(self) -> dict[str, str]:
        """The filters that are set and understood."""
        return {name: self.cleaned_data[name] for name in FILTERS if self.cleaned_data.get(name)}

    @property
    def refused(self) -> list[str]:
        """Labels of the filters that were asked for and not understood."""
        return [str(self.fields[name].label) for name in self.errors]

    def words(self, name: str) -> str:
        """A set filter in words: the label of its choice."""
        choices = self.fields[name].choices
        return next(str(label) for key, label in choices if key == self.cleaned_data[name])
