"""News mailings."""

from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from customers.models import Contact, Mailing

LONGEST_SUBJECT = 150
LONGEST_TEXT = 10_000


def criteria_of(data, names) -> str:
    """The filter of the customers' list, as in its address, of what was chosen."""
    return urlencode([(name, data[name]) for name in names if data.get(name)])


class MailingForm(VersionedForm):
    """Subject and text in each language; whom it goes to is said by the fields of the filter."""

    roles = forms.MultipleChoiceField(
        label=_("Which contacts"),
        choices=Contact.Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all who agreed."),
    )
    criteria = forms.CharField(label=_("Which customers"), required=False, max_length=1_000)

    class Meta:
        model = Mailing
        fields = ("name", "roles", "criteria")
        help_texts = {"name": _("For us; the customers don't see it.")}

    def _adapt_to_user(self) -> None:
        for code, language in settings.LANGUAGES:
            self.fields[f"subject_{code}"] = forms.CharField(
                label=format_lazy(_("Subject ({language})"), language=language),
                required=False,
                max_length=LONGEST_SUBJECT,
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=format_lazy(_("Text ({language})"), language=language),
                required=False,
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs={"rows": 10}),
            )
            self.initial.setdefault(f"subject_{code}", self.instance.subjects.get(code, ""))
            self.initial.setdefault(f"body_{code}", self.instance.bodies.get(code, ""))

    @property
    def languages(self) -> list[tuple]:
        """Name of the language, its subject and its text."""
        return [
            (language, self[f"subject_{code}"], self[f"body_{code}"])
            for code, language in settings.LANGUAGES
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        written = 0
        for code, _language in settings.LANGUAGES:
            subject, body = cleaned.get(f"subject_{code}"), cleaned.get(f"body_{code}")
            written += bool(subject and body)
            if subject and not body:
                self.add_error(f"body_{code}", _("Write the text too, or no subject."))
            if body and not subject:
                self.add_error(f"subject_{code}", _("Write the subject too, or no text."))
        if not written and not self.errors:
            self.add_error(None, _("Write subject and text in one language at least."))
        return cleaned

    def _texts(self, part: str) -> dict[str, str]:
        found = {code: self.cleaned_data[f"{part}_{code}"] for code, _name in settings.LANGUAGES}
        return {code: text for code, text in found.items() if text}

    @property
    def values(self) -> dict:
        return super().values | {"subjects": self._texts("subject"), "bodies": self._texts("body")}
