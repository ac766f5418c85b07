"""Lost updates: saving over someone else's newer change is refused, showing both versions.

A form carries the version it was opened at and what it then showed. The service that saves calls
`save_version`, which compares under a lock; the view that catches `NewerChange` shows the form that
`merged` makes, with its status.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

CONFLICT = 409  # the status of a page that shows both versions
SEPARATOR = "\n"
BLANK, NOTHING = BLANK_CHOICE_DASH[0][1], "–"


class NewerChange(Exception):  # noqa: N818 -- an outcome for the person, no fault
    """Somebody saved since this person opened the form; `current` is what stands there now."""

    def __init__(self, current):
        super().__init__(str(current))
        self.current = current


def save_version(rows: QuerySet, pk: int, version: int, values: Mapping[str, Any]) -> Model:
    """Write the values to the row if it still is at this version; call it in a transaction.

    Values of many-to-many fields are set after the row is saved.
    """
    row = rows.select_for_update(of=("self",)).get(pk=pk)
    if row.version != version:
        raise NewerChange(row)
    several = {field.name for field in row._meta.many_to_many}
    for name, value in values.items():
        if name not in several:
            setattr(row, name, value)
    row.version += 1
    row.save()
    for name in several & set(values):
        getattr(row, name).set(values[name])
    return row


@dataclass(frozen=True)
class Difference:
    """A field that somebody else and this person left differently."""

    label: str
    theirs: str
    mine: str
    kept_mine: bool


class VersionedForm(forms.ModelForm):
    """Carries the version it was opened at, and what it then showed, to tell who changed what."""

    differences: list[Difference] | None = None  # set by `merged`
    # The model's count of edits; a form whose model calls something else so names its own.
    count_of_edits = "version"

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._adapt_to_user()
        self._write_plainly()
        if not self.is_bound and self.instance.pk:
            edits = getattr(self.instance, self.count_of_edits)
            self.initial[self.count_of_edits] = edits
            self.initial["seen"] = json.dumps(self.shown())

    def _adapt_to_user(self) -> None:
        """For forms that show less, or other choices, to some; before they note what they show."""

    def _write_plainly(self) -> None:
        """Whole amounts without their zeros, and a choice of nothing as a dash."""
        for name, value in self.initial.items():
            if isinstance(value, Decimal) and value == value.to_integral_value():
                self.initial[name] = value.quantize(Decimal(1))
        for field in self.fields.values():
            if getattr(field, "empty_label", None) == BLANK:
                field.empty_label = NOTHING
            elif isinstance(field, forms.TypedChoiceField) and ("", BLANK) in field.choices:
                choices = [
                    ("", NOTHING) if key == "" else (key, word) for key, word in field.choices
                ]
                field.choices = choices

    def clean_seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.cleaned_data["seen"] or "{}")
        except ValueError:
            seen = {}
        return seen if isinstance(seen, dict) else {}

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.instance.pk and cleaned.get(self.count_of_edits) is None:
            self.add_error(None, _("Open the form again: it does not say what it was made from."))
        return cleaned

    @property
    def opened_version(self) -> int:
        return self.cleaned_data[self.count_of_edits]

    @property
    def status(self) -> int:
        """Of the page that shows the form."""
        return 200 if self.differences is None else CONFLICT

    @property
    def values(self) -> dict:
        """The cleaned values of the model's fields."""
        return {
            name: self.cleaned_data[name]
            for name in self._meta.fields
            if name in self.fields and not self.fields[name].disabled
        }

    def _changeable(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.field.disabled]

    def shown(self) -> dict[str, str]:
        """What the visible fields show before anybody typed."""
        return {field.name: _text(field.value()) for field in self._changeable()}

    def typed(self) -> dict[str, str]:
        return {field.name: _text(field.data) for field in self._changeable()}

    def merged(self, current: Model, **kwargs) -> "VersionedForm":
        """The form anew on the newer row, with what was typed here put back in.

        `differences` of the new form lists every field that the two left differently.
        """
        current_form = type(self)(instance=current, **kwargs)
        theirs, mine = current_form.shown(), self.typed()
        seen = self.cleaned_data.get("seen") or {}
        left_differently = [name for name in mine if mine[name] != theirs.get(name, mine[name])]
        changed_here = [name for name in left_differently if mine[name] != seen.get(name)]
        typed = {name: self[name].data for name in changed_here}
        fresh = type(self)(instance=current, initial=typed, **kwargs)
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


def _text(value) -> str:
    """A field's value as the browser would send it; several values one a line, in order."""
    if value is None or value is False:
        return ""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return SEPARATOR.join(sorted(str(getattr(each, "pk", each)) for each in value))
    return str(value).replace("\r\n", "\n").strip()


def _words(field: forms.Field, text: str) -> str:
    """The words of a choice, of several, the mark of a box, else the text itself."""
    if isinstance(field, forms.BooleanField):
        return str(_("yes") if text else _("no"))
    several = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
    if isinstance(field, several) or hasattr(field, "base_field"):
        return ", ".join(_word(field, part) for part in text.split(SEPARATOR) if part)
    return _word(field, text)


def _word(field: forms.Field, text: str) -> str:
    choices = getattr(field, "choices", None) or ()
    return next((str(label) for value, label in choices if str(value) == text), text)
