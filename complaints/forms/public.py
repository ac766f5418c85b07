"""What people outside fill in: complain, and add a word behind the secret link."""

import time
import uuid

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from complaints.models import Remedy
from crm.platform.forms import AttachmentsField
from crm.platform.uploads import MEGABYTE

MOST_FILES = 5
LARGEST = 10 * MEGABYTE  # all files of a form together
LONGEST_TEXT = 10_000
# Nobody reads and fills in a form faster; programs do.
FEWEST_SECONDS = 3
MOST_SECONDS = 24 * 3600
SALT = "complaints.forms.public"


def new_stamp() -> str:
    """When a form was opened, and what tells its second sending from another one."""
    return signing.dumps([str(uuid.uuid4()), int(time.time())], salt=SALT)


class WordsField(forms.CharField):
    """A line's end counts as one character, as in the browser that keeps the limit."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python((value or "").replace("\r\n", "\n"))


class FewFilesField(AttachmentsField):
    """Files that together stay below ten megabytes."""

    def __init__(self, **kwargs):
        super().__init__(
            most=MOST_FILES,
            label=_("Pictures or papers"),
            help_text=_("Up to five files, 10 MB together."),
            **kwargs,
        )

    def clean(self, data, initial=None) -> list:
        files = super().clean(data, initial)
        size = sum(file.size for file in files)
        if size > LARGEST:
            words = _("The files have %(size)s together; at most 10 MB can be sent.")
            raise ValidationError(words, params={"size": filesizeformat(size)})
        return files


class OutsideForm(forms.Form):
    """A form that anybody on the internet may send; what only programs fill in has to be empty."""

    use_required_attribute = False

    stamp = forms.CharField(widget=forms.HiddenInput, max_length=300, required=False)
    # Out of sight of people, whatever they see or hear by.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.submission: uuid.UUID | None = None
        self.initial.setdefault("stamp", new_stamp())
        for name, field in self.fields.items():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", css)
            if field.required:
                field.widget.attrs["aria-required"] = "true"
            if name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"

    def clean(self) -> dict:
        cleaned = super().clean()
        is_person = self._read_stamp() and not self.data.get("website")
        if not is_person:
            # It goes out anew with what was typed, so that a person sends it again and is through.
            self.data = self.data.copy()
            self.data["stamp"], self.data["website"] = new_stamp(), ""
            raise ValidationError(
                _("Please look through it once more, wait a few seconds, and send it again.")
            )
        return cleaned

    def _read_stamp(self) -> bool:
        try:
            key, opened = signing.loads(self.data.get("stamp", ""), salt=SALT, max_age=MOST_SECONDS)
        except (signing.BadSignature, ValueError):
            return False
        self.submission = uuid.UUID(key)
        return time.time() - opened >= FEWEST_SECONDS


class ComplainForm(OutsideForm):
    """Who, how to reach them, what happened, what they want."""

    field_order = (
        *("description", "order_reference", "remedy_sought", "attachments"),
        *("name", "email", "phone", "website", "stamp"),
    )

    description = WordsField(
        label=_("What happened?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": _("Write down what happened.")},
    )
    order_reference = forms.CharField(
        label=_("Product, order or invoice"), required=False, max_length=120
    )
    remedy_sought = forms.ChoiceField(
        label=_("What would put it right?"),
        required=False,
        choices=[("", "–"), *Remedy.choices],
    )
    attachments = FewFilesField()
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error("email", _("Write an e-mail address or a phone number."))
        return cleaned

    @property
    def values(self) -> dict:
        """Fields of the case."""
        cleaned = self.cleaned_data
        own = ("description", "order_reference", "remedy_sought")
        return {name: cleaned[name] for name in own} | {
            "caller_name": cleaned["name"],
            "caller_email": cleaned["email"],
            "caller_phone": cleaned["phone"],
        }


class WordForm(OutsideForm):
    """A word more, or files, behind the secret link."""

    field_order = ("text", "attachments", "website", "stamp")

    text = WordsField(
        label=_("Your message"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    attachments = FewFilesField()

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("text") or cleaned.get("attachments")):
            self.add_error("text", _("Write something, or choose a file."))
        return cleaned


class WithdrawForm(OutsideForm):
    """It is no longer wanted."""

    field_order = ("reason", "website", "stamp")

    reason = forms.CharField(label=_("Why (if you like)"), required=False, max_length=500)
