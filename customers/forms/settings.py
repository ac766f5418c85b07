"""The lists that managers keep: tags and fields of their own."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.platform.edits import VersionedForm
from crm.platform.named import NamedForm
from customers.models import CustomField, Tag

LONGEST_CHOICE = 100
MOST_CHOICES = 50


class TagForm(VersionedForm):
    class Meta:
        model = Tag
        fields = ("name", "is_active")
        help_texts = {
            "is_active": _("A tag out of use stays on its customers, and is no longer offered.")
        }

    def _adapt_to_user(self) -> None:
        if not self.instance.pk:
            del self.fields["is_active"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Tag.objects.called(name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a tag of this name already."))
        return name


class CustomFieldForm(NamedForm):
    class Meta:
        model = CustomField
        fields = ("kind", "choices", "is_active")
        widgets = {"choices": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "kind": _("It stays as it is once the field is made: values are written for it."),
            "choices": _(
                "For a choice only, one a line. A choice that you take away stays where it was"
                " chosen."
            ),
            "is_active": _("A field out of use is not shown; what was written in it is kept."),
        }

    def _adapt_to_user(self) -> None:
        super()._adapt_to_user()
        if self.instance.pk:
            del self.fields["kind"]
            if self.instance.kind != CustomField.Kind.CHOICE:
                del self.fields["choices"]
        else:
            del self.fields["is_active"]

    def clean_choices(self) -> str:
        lines = [" ".join(line.split()) for line in self.cleaned_data["choices"].splitlines()]
        choices = list(dict.fromkeys(filter(None, lines)))
        if any(len(choice) > LONGEST_CHOICE for choice in choices):
            raise ValidationError(_("A choice has at most 100 characters."))
        if len(choices) > MOST_CHOICES:
            raise ValidationError(_("A field has at most 50 choices."))
        return "\n".join(choices)

    def clean(self) -> dict:
        cleaned = super().clean()
        kind = cleaned.get("kind", self.instance.kind)
        if kind != CustomField.Kind.CHOICE:
            cleaned["choices"] = ""
        elif "choices" not in self.errors and "\n" not in cleaned.get("choices", ""):
            self.add_error("choices", _("Write two choices at least, one a line."))
        return cleaned
