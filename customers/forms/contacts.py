"""Create and edit a contact."""

from django import forms

from crm.platform.edits import VersionedForm
from customers.models import Contact


class ContactForm(VersionedForm):
    class Meta:
        model = Contact
        fields = (
            "name",
            "title",
            "department",
            "role",
            "phone",
            "mobile",
            "email",
            "language",
            "left_on",
            "remarks",
        )
        widgets = {
            "left_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "remarks": forms.Textarea(attrs={"rows": 3}),
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "mobile": forms.TextInput(attrs={"type": "tel"}),
        }
