"""Forms that refuse to save over someone else's newer change, and lose nothing that was typed."""

import json
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Difference:
    """A field that somebody else and this person left differently."""

    label: str
    theirs: str
    mine: str
    kept_mine: bool


def _text(value) -> str:
    """A field's value as the browser would send it."""
    if value is None or value is False:
        return ""
    return str(value).replace("\r\n", "\n").strip()


class VersionedForm(forms.ModelForm):
    """Carries the version it was opened at, and what it then showed, to tell who changed what."""

    differences: list[Difference] | None = None  # set by `merged`

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._adapt_to_user()
        if not self.is_bound and self.instance.pk:
            self.initial["version"] = self.instance.version
            self.initial["seen"] = json.dumps(self.shown())

    def _adapt_to_user(self) -> None:
        """For forms that show less, or other choices, to some; before they note what they show."""

    def clean_seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.cleaned_data["seen"] or "{}")
        except ValueError:
            seen = {}
        return seen if isinstance(seen, dict) else {}

    def clean_version(self) -> int | None:
        if self.instance.pk and self.cleaned_data["version"] is None:
            raise ValidationError(_("Open the form again: it does not say what it was made from."))
        return self.cleaned_data["version"]

    @property
    def values(self) -> dict:
        """The cleaned values of the model's fields."""
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields}

    def shown(self) -> dict[str, str]:
        """What the visible fields show before anybody typed."""
        return {field.name: _text(field.value()) for field in self.visible_fields()}

    def typed(self) -> dict[str, str]:
        return {field.name: _text(field.data) for field in self.visible_fields()}

    def merged(self, current: Model, **kwargs) -> "VersionedForm":
        """The form anew on the newer row, with what was typed here put back in.

        `differences` of the new form lists every field that the two left differently.
        """
        current_form = type(self)(instance=current, **kwargs)
        theirs, mine = current_form.shown(), self.typed()
        seen = self.cleaned_data.get("seen") or {}
        left_differently = [name for name in mine if mine[name] != theirs.get(name, mine[name])]
        changed_here = {
            name: mine[name] for name in left_differently if mine[name] != seen.get(name)
        }
        fresh = type(self)(instance=current, initial=changed_here, **kwargs)
        fresh.initial["seen"] = json.dumps(theirs)
        fresh.differences = [
            Difference(
                label=fresh.fields[name].label or name,
                theirs=_words(fresh.fields[name], theirs[name]),
                mine=_words(fresh.fields[name], mine[name]),
                kept_mine=name in changed_here,
            )
            for name in left_differently
        ]
        return fresh


def _words(field: forms.Field, text: str) -> str:
    """The words of a choice, the mark of a box, else the text itself."""
    if isinstance(field, forms.BooleanField):
        return str(_("yes") if text else _("no"))
    if isinstance(field, forms.ChoiceField):
        return next((str(label) for value, label in field.choices if str(value) == text), text)
    return text
