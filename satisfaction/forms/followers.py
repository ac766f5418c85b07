"""The filters of a wave's invitations, and of the customers that never answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models.standing import Tier
from satisfaction.invitation_reads import LEAST_SILENT, SILENT_AFTER
from satisfaction.models import Invitation

ANY = [("", _("any"))]
CALLS = [("1", _("could be phoned")), ("again", _("to be tried again by today"))]


class _Filter(forms.Form):
    """Read from the address; what is not understood filters nothing."""

    use_required_attribute = False

    def __init__(self, data):
        super().__init__({name: value for name, value in data.items() if value}, auto_id=False)
        self.full_clean()

    @property
    def criteria(self) -> dict:
        """The filters that are set and understood."""
        found = {name: self.cleaned_data.get(name) for name in self.fields}
        return {name: value for name, value in found.items() if value not in (None, "")}


class InvitationFilter(_Filter):
    state = forms.ChoiceField(
        label=_("State"), choices=[*ANY, *Invitation.State.choices], required=False
    )
    tier = forms.ChoiceField(label=_("Tier"), choices=[*ANY, *Tier.choices], required=False)
    reminded = forms.TypedChoiceField(
        label=_("Reminders sent"),
        choices=[*ANY, ("0", "0"), ("1", "1"), ("2", "2")],
        coerce=int,
        empty_value=None,
        required=False,
    )
    call = forms.ChoiceField(label=_("By phone"), choices=[*ANY, *CALLS], required=False)
    q = forms.CharField(label=_("Name"), max_length=100, required=False)


class SilentFilter(_Filter):
    least = forms.TypedChoiceField(
        label=_("Asked at least"),
        choices=[(str(number), str(number)) for number in range(LEAST_SILENT, 9)],
        coerce=int,
        empty_value=None,
        required=False,
    )

    @property
    def value(self) -> int:
        return self.criteria.get("least", SILENT_AFTER)
