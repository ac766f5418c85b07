"""A question of the scorecard: its texts in each language, its weight, who answers it."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from lifecycle.models import Criterion
from lifecycle.models.assessments import HIGHEST, LOWEST


class CriterionForm(VersionedForm):
    """Texts of all languages are fields of their own: `name_en`, `low_en`, `high_en` and so on."""

    class Meta:
        model = Criterion
        fields = ("part", "weight", "computed", "position", "is_active")
        help_texts = {
            "weight": _("0 to 10: how much it counts within its part."),
            "computed": _("What the data give is filled in and can be marked otherwise."),
            "position": _("Its place within the part."),
            "is_active": _("A question out of use is asked no more; older answers stay."),
        }

    def _adapt_to_user(self) -> None:
        typed = {name: value for name, value in self.initial.items() if name in self._texts()}
        for name, (label, text) in self._texts().items():
            self.fields[name] = forms.CharField(label=label, max_length=200, required=False)
            self.initial[name] = typed.get(name, text)
        if self.instance.pk:
            # Its answers were given as answers to that part.
            del self.fields["part"]

    def _texts(self) -> dict[str, tuple]:
        """Name of the field to its label and what stands there now."""
        found = {}
        for code, language in settings.LANGUAGES:
            helps = self.instance.helps.get(code, {})
            found |= {
                f"name_{code}": (
                    format_lazy(_("Question ({language})"), language=language),
                    self.instance.names.get(code, ""),
                ),
                f"low_{code}": (
                    format_lazy(_("What 1 means ({language})"), language=language),
                    helps.get(str(LOWEST), ""),
                ),
                f"high_{code}": (
                    format_lazy(_("What 5 means ({language})"), language=language),
                    helps.get(str(HIGHEST), ""),
                ),
            }
        return found

    def clean(self) -> dict:
        cleaned = super().clean()
        if not any(cleaned.get(f"name_{code}") for code, _language in settings.LANGUAGES):
            raise ValidationError(_("Write the question in one language at least."))
        return cleaned

    @property
    def rule_fields(self) -> list:
        """What it counts and who answers it, before its words."""
        words = self._texts()
        return [field for field in self.visible_fields() if field.name not in words]

    @property
    def languages(self) -> list[tuple]:
        """Each language with the fields of its words."""
        return [
            (language, [self[f"{part}_{code}"] for part in ("name", "low", "high")])
            for code, language in settings.LANGUAGES
        ]

    @property
    def values(self) -> dict:
        texts = self.cleaned_data
        codes = [code for code, _language in settings.LANGUAGES]
        helps = {
            code: {str(LOWEST): texts[f"low_{code}"], str(HIGHEST): texts[f"high_{code}"]}
            for code in codes
        }
        return {
            **super().values,
            "names": {code: texts[f"name_{code}"] for code in codes if texts[f"name_{code}"]},
            "helps": helps,
        }
