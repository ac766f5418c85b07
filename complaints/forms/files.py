"""Add files to a case."""

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.platform.forms import AttachmentsField


class AttachForm(forms.Form):
    use_required_attribute = False

    attachments = AttachmentsField(
        label=_("Add files"),
        required=True,
        error_messages={"required": _("Choose a file first.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="attach-%s", **kwargs)
        self.fields["attachments"].widget.attrs["class"] = "form-control form-control-sm"
