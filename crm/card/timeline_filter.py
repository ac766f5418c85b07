"""The filter of the page of everything that happened."""

import datetime as dt

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.card.sources import GROUPS, OF_WORTH
from crm.card.timeline import Choice

# What is further away is a slip of the finger, and the calendar of computers has ends.
FIRST, LAST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
    )


class TimelineFilter(forms.Form):
    """What is not valid in the address filters nothing."""

    what = forms.ChoiceField(label=_("What"), required=False)
    since = _day(_("From"))
    until = _day(_("To"))

    def __init__(self, data, *, user: User):
        super().__init__(data)
        hidden = () if user.sees_worth else OF_WORTH
        groups = [(key, words) for key, words in GROUPS.items() if key not in hidden]
        self.fields["what"].choices = [("", _("All but purchases")), *groups]
        self.is_valid()

    @property
    def choice(self) -> Choice:
        chosen = self.cleaned_data.get("what")
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return Choice((chosen,) if chosen else (), since, until)

    @property
    def query(self) -> dict[str, str]:
        """What holds of the filter, as the address has it."""
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name in self.fields
            if (value := self.cleaned_data.get(name))
        }
