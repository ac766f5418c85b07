"""A questionnaire's names, and what it says before the first question and after the last one."""

from collections.abc import Mapping

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.platform.named import NamedForm, name_field
from satisfaction.models import Instrument

LONGEST_WORDS = 1_000
WORDS = {
    "introduction": _("Introduction ({language})"),
    "thanks": _("Thanks ({language})"),
}


def in_languages(cleaned: Mapping, stem: str) -> dict[str, str]:
    """What was typed in the fields of a text, by language, without empty ones."""
    found = {code: cleaned.get(f"{stem}_{code}", "") for code, _name in settings.LANGUAGES}
    return {code: text for code, text in found.items() if text}


def missing_languages(cleaned: Mapping, stem: str) -> list[str]:
    """The fields of a text that lack their words, in the order of the languages."""
    there = in_languages(cleaned, stem)
    return [f"{stem}_{code}" for code, _name in settings.LANGUAGES if code not in there]


class InstrumentForm(NamedForm):
    """Names in every language; introduction and thanks in every one or in none."""

    count_of_edits = "revision"

    version = None
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Instrument
        fields = ("audience",)
        help_texts = {"audience": _("Stays as it is: questions and waves rest on it.")}

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        version = self.instance.current if self.instance.pk else None
        for stem, label in WORDS.items():
            texts = getattr(version, stem, {})
            for code, language in settings.LANGUAGES:
                self.fields[f"{stem}_{code}"] = forms.CharField(
                    label=format_lazy(label, language=language),
                    required=False,
                    max_length=LONGEST_WORDS,
                    widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
                )
                self.initial.setdefault(f"{stem}_{code}", texts.get(code, ""))
        if self.instance.pk:
            del self.fields["audience"]

    def clean(self) -> dict:
        cleaned = super().clean()
        for code, _language in settings.LANGUAGES:
            if not cleaned.get(name_field(code)) and name_field(code) not in self.errors:
                self.add_error(name_field(code), _("Write it in each language."))
        for stem in WORDS:
            missing = missing_languages(cleaned, stem)
            for name in missing if len(missing) < len(settings.LANGUAGES) else ():
                if name not in self.errors:
                    self.add_error(name, _("Write it in each language, or in none."))
        return cleaned

    @property
    def values(self) -> dict:
        return super().values | {stem: in_languages(self.cleaned_data, stem) for stem in WORDS}
