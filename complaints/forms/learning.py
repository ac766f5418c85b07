"""What the pages of learning look at: months, whose complaints, of which kind."""

import datetime as dt
from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints import learning_reads as reads
from complaints.models import Category, Dimension, Kind, RootCause
from crm.platform.models import Installation
from crm.platform.words import month as month_words

EVERYBODY = ("", _("everybody"))
ANY = ("", _("any"))


class LookForm(forms.Form):
    """Read from the address; what is not understood counts as not chosen."""

    first = forms.ChoiceField(label=_("From"), required=False)
    last = forms.ChoiceField(label=_("To"), required=False)
    of = forms.ChoiceField(label=_("Whose complaints"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    cause = forms.ChoiceField(label=_("Root cause"), required=False)

    def __init__(self, data: Mapping[str, str], *, usual: int = reads.USUAL_MONTHS):
        super().__init__({name: value for name, value in data.items() if value}, auto_id=False)
        months = _months()
        named = [(first.isoformat(), month_words(first)) for first in months]
        self.fields["first"].choices = self.fields["last"].choices = named
        self.usual = (months[max(len(months) - usual, 0)], months[-1])
        self.fields["of"].choices = [EVERYBODY, *reads.choices()]
        categories = Category.objects.for_kind(Kind.COMPLAINT).in_tree()
        rows = [(str(one.pk), one.path) for one in categories]
        self.fields["category"].choices = [ANY, *rows]
        rows = [(str(one.pk), str(one)) for one in RootCause.objects.all()]
        self.fields["cause"].choices = [ANY, *rows]
        self.fields["of"].is_grouped = True  # by tier, region, team, product
        self.full_clean()
        for name in self.errors:
            self.cleaned_data[name] = ""
        self.data = self.initial_data()

    def initial_data(self) -> dict[str, str]:
        """What the fields show: the chosen or the usual."""
        look = self.look
        chosen = {name: str(value) for name, value in self.cleaned_data.items() if value}
        return chosen | {"first": look.first.isoformat(), "last": look.last.isoformat()}

    @property
    def look(self) -> reads.Look:
        found = self.cleaned_data
        first, last = (
            dt.date.fromisoformat(found[name]) if found.get(name) else usual
            for name, usual in zip(("first", "last"), self.usual, strict=True)
        )
        dimension, _sign, key = (found.get("of") or Dimension.ALL).partition(":")
        return reads.Look(
            first=min(first, last),
            last=max(first, last),
            dimension=dimension,
            key=key,
            category=int(found["category"]) if found.get("category") else None,
            cause=int(found["cause"]) if found.get("cause") else None,
        )

    @property
    def chosen(self) -> dict[str, str]:
        """As the address has it, for links that add to it."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def _months() -> list[dt.date]:
    """From the first complaint on, no more than the pages can show; the current one is the last."""
    last = Installation.cached().today().replace(day=1)
    first = min(reads.first_month() or last, last)
    found = []
    while first <= last:
        found.append(first)
        first = reads.next_month(first)
    return found[-reads.MOST_MONTHS :]
