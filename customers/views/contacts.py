"""Create and edit a contact."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.platform.edits import NewerChange
from customers.forms import ContactForm
from customers.models import Contact
from customers.services.contacts import create_contact, edit_contact
from customers.views.shared import visible_customer


@require_http_methods(["GET", "HEAD", "POST"])
def contact_create(request, pk: int):
    """A new contact of the customer."""
    customer = visible_customer(request, pk)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        contact = create_contact(customer=customer, values=form.values)
        messages.success(request, _("%(name)s is a contact now.") % {"name": contact.name})
        return redirect("card", pk)
    return render(request, "customers/contact_form.html", {"form": form, "customer": customer})


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request, pk: int):
    """Edit a contact; somebody else's newer change is shown beside what was typed."""
    contacts = Contact.objects.visible_to(request.user).select_related("customer")
    contact = get_object_or_404(contacts, pk=pk)
    customer, name = contact.customer, contact.name  # the form writes into the contact
    form = ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and form.is_valid():
        try:
            edit_contact(pk=pk, version=form.cleaned_data["version"], values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("card", customer.pk)
    context = {"form": form, "customer": customer, "contact": contact, "name": name}
    return render(request, "customers/contact_form.html", context, status=form.status)
