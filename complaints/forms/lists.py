"""The lists that cases are sorted by: what a case is about, and why it happened."""

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from complaints.canned import PLACES, unknown_places
from complaints.models import CannedText, Category, GuideEntry, RootCause
from crm.platform.named import NamedForm, name_field

RETIRED = _("What is out of use stays on its cases, and is no longer offered.")


class ListedForm(NamedForm):
    """New entries are in use."""

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if not self.instance.pk:
            del self.fields["is_active"]


class CategoryForm(ListedForm):
    class Meta:
        model = Category
        fields = ("parent", "kind", "position", "is_active")
        help_texts = {
            "kind": _("Empty for complaints and service requests alike."),
            "parent": _("Empty for a group. A category belongs to one group at most."),
            "position": _("Lower numbers stand first."),
            "is_active": RETIRED,
        }

    def _adapt_to_user(self) -> None:
        """Groups hold categories, and stand in no group themselves."""
        super()._adapt_to_user()
        offered = Q(parent=None, is_active=True) | Q(pk=self.instance.parent_id)
        groups = Category.objects.filter(offered).exclude(pk=self.instance.pk)
        holds = self.instance.pk and self.instance.children.exists()
        self.fields["parent"].queryset = Category.objects.none() if holds else groups


class RootCauseForm(ListedForm):
    class Meta:
        model = RootCause
        fields = ("position", "is_active")
        help_texts = {"position": _("Lower numbers stand first."), "is_active": RETIRED}


class WordedForm(ListedForm):
    """A longer text in each language beside the name; one of them at least is filled in."""

    rows = 8

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        texts = self.instance.texts or {}
        for code, language in settings.LANGUAGES:
            self.fields[text_field(code)] = forms.CharField(
                label=format_lazy(_("Text ({language})"), language=language),
                required=False,
                max_length=6_000,
                widget=forms.Textarea(attrs={"rows": self.rows}),
            )
            self.initial.setdefault(text_field(code), texts.get(code, ""))
        pairs = [(name_field(code), text_field(code)) for code, _language in settings.LANGUAGES]
        self.order_fields([name for pair in pairs for name in pair])

    def clean(self) -> dict:
        cleaned = super().clean()
        fields = [text_field(code) for code, _language in settings.LANGUAGES]
        if not self.errors.keys() & set(fields) and not any(cleaned[name] for name in fields):
            self.add_error(fields[0], _("Write the text in one language at least."))
        return cleaned

    @property
    def values(self) -> dict:
        found = {code: self.cleaned_data[text_field(code)] for code, _name in settings.LANGUAGES}
        return super().values | {"texts": {code: text for code, text in found.items() if text}}


def text_field(code: str) -> str:
    return f"text_{code}"


class CannedTextForm(WordedForm):
    class Meta:
        model = CannedText
        fields = ("use", "severity", "kind", "position", "is_active")
        help_texts = {"position": _("Lower numbers stand first."), "is_active": RETIRED}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        for code, _language in settings.LANGUAGES:
            self.fields[text_field(code)].help_text = _("Filled in for each case: %(places)s.") % {
                "places": ", ".join(f"{{{name}}} {label}" for name, (label, _of) in PLACES.items())
            }

    def clean(self) -> dict:
        cleaned = super().clean()
        for code, _language in settings.LANGUAGES:
            if unknown := unknown_places(cleaned.get(text_field(code)) or ""):
                names = ", ".join(f"{{{name}}}" for name in unknown)
                self.add_error(
                    text_field(code), _("Nothing is called %(names)s.") % {"names": names}
                )
        return cleaned


class GuideEntryForm(WordedForm):
    rows = 12

    class Meta:
        model = GuideEntry
        fields = ("position", "is_active")
        help_texts = {
            "position": _("Lower numbers stand first."),
            "is_active": _("What is out of use is no longer shown."),
        }
