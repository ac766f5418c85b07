"""Forms of rows whose name stands in `names`, once for each language of the installation."""

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm

LONGEST = 100


class NamedForm(VersionedForm):
    """One field a language for the name; one of them at least is filled in."""

    def _adapt_to_user(self) -> None:
        names = self.instance.names or {}
        for code, language in settings.LANGUAGES:
            self.fields[name_field(code)] = forms.CharField(
                label=format_lazy(_("Name ({language})"), language=language),
                required=False,
                max_length=LONGEST,
            )
            self.initial.setdefault(name_field(code), names.get(code, ""))
        self.order_fields([name_field(code) for code, _language in settings.LANGUAGES])

    def clean(self) -> dict:
        cleaned = super().clean()
        fields = [name_field(code) for code, _language in settings.LANGUAGES]
        if not self.errors.keys() & set(fields) and not any(cleaned[name] for name in fields):
            self.add_error(fields[0], _("Write the name in one language at least."))
        return cleaned

    @property
    def names(self) -> dict[str, str]:
        found = {code: self.cleaned_data[name_field(code)] for code, _name in settings.LANGUAGES}
        return {code: name for code, name in found.items() if name}

    @property
    def values(self) -> dict:
        return super().values | {"names": self.names}


def name_field(code: str) -> str:
    return f"name_{code}"
