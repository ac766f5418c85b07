"""Erasing a contact's personal data: the question before, which shows what goes, and the doing."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from crm.erasure import Found, erase, find
from customers.models import Contact


class ErasureForm(forms.Form):
    """Which files go with the contact, all to begin with, and that it is meant."""

    files = forms.MultipleChoiceField(
        label=gettext_lazy("Files to delete"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Keep only those that hold nothing personal, such as drawings."),
    )
    sure = forms.BooleanField(label=gettext_lazy("Erase for ever: this can't be undone."))

    def __init__(self, data, *, found: Found):
        keys = [key for key, _file in found.files]
        super().__init__(data, initial={"files": keys})
        self.fields["files"].choices = [(key, file.name) for key, file in found.files]
        if not keys:
            del self.fields["files"]


@require_http_methods(["GET", "HEAD", "POST"])
def contact_erase(request, pk: int):
    """For managers, and for account managers who see the customer."""
    contacts = Contact.objects.visible_to(request.user).select_related("customer")
    contact = get_object_or_404(contacts, pk=pk)
    if not request.user.sees_worth:
        raise PermissionDenied
    if contact.erased_at:
        messages.info(request, _("These personal data were erased before."))
        return redirect("card", contact.customer_id)
    found = find(contact)
    form = ErasureForm(request.POST if request.method == "POST" else None, found=found)
    if request.method == "POST" and form.is_valid():
        files = form.cleaned_data.get("files", [])
        count = erase(contact_id=pk, actor=request.user, files=files)
        words = ngettext(
            "The personal data are erased, in %(count)s place.",
            "The personal data are erased, in %(count)s places.",
            count,
        )
        messages.success(request, words % {"count": count})
        return redirect("card", contact.customer_id)
    context = {"contact": contact, "customer": contact.customer, "found": found, "form": form}
    return render(request, "crm/contact_erase.html", context)
