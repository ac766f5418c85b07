"""Form fields that several apps use."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.platform import uploads
from crm.platform.file_kinds import EXTENSIONS

MOST_FILES = 10


class SeveralFilesInput(forms.FileInput):
    """A file input that takes several at once."""

    allow_multiple_selected = True


class AttachmentsField(forms.FileField):
    """Files to attach, each checked by its content; cleans to a list for `uploads.store`."""

    widget = SeveralFilesInput
    default_error_messages = {
        "too_many": ngettext_lazy(
            "At most %(most)d file at a time.", "At most %(most)d files at a time.", "most"
        ),
        "named": _("%(name)s: %(problem)s"),
    }

    def __init__(self, *, most: int = MOST_FILES, **kwargs):
        self.most = most
        # The model's name of a file is cut to its length; a long one is no fault of the person.
        super().__init__(**{"label": _("Attachments"), "required": False, **kwargs})

    def widget_attrs(self, widget) -> dict:
        endings = dict.fromkeys(ending for kind in EXTENSIONS.values() for ending in kind)
        return {**super().widget_attrs(widget), "accept": ",".join(endings)}

    def clean(self, data, initial=None) -> list:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files:
            # Says that it is required, where it is.
            super().clean(None, initial)
            return []
        if len(files) > self.most:
            raise forms.ValidationError(
                self.error_messages["too_many"], code="too_many", params={"most": self.most}
            )
        problems = [problem for file in files for problem in self._problems(file)]
        if problems:
            raise forms.ValidationError(problems)
        return list(files)

    def _problems(self, file) -> list[forms.ValidationError]:
        """What is wrong with one of the files, by its name."""
        try:
            uploads.check(file)
        except forms.ValidationError as error:
            name = uploads.clean_name(file.name)
            return [
                forms.ValidationError(
                    self.error_messages["named"],
                    code=error.code,
                    params={"name": name, "problem": " ".join(error.messages)},
                )
            ]
        return []
