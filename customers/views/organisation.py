"""The pages of a customer's file beside its head: the facts of its company, and how it buys."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.platform.edits import NewerChange
from customers import completeness
from customers.forms.organisation import BuyingProfileForm, OrganisationForm
from customers.models import Organisation
from customers.services.organisation import page_of, save_page
from customers.views.shared import only_editors, visible_customer


@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request, pk: int):
    """The facts of the company; service staff read those that tell nothing of its credit."""
    return _page(request, pk, OrganisationForm, gettext_lazy("Organisation"))


@require_http_methods(["GET", "HEAD", "POST"])
def buying_profile(request, pk: int):
    """Who buys, what, why, how, when and where, and by which criteria."""
    return _page(request, pk, BuyingProfileForm, gettext_lazy("Buying profile"))


def _page(request, pk: int, form_class, title: str):
    customer = visible_customer(request, pk)
    kind = form_class.Meta.model
    if request.method == "POST":
        only_editors(request)
    form = form_class(request.POST or None, instance=page_of(kind, customer))
    context = {"customer": customer, "title": title}
    if not request.user.sees_worth:
        context["columns"] = form.facts(hidden=Organisation.OF_CREDIT)
        return render(request, "customers/file_facts.html", context)
    if request.method == "POST" and form.is_valid():
        try:
            save_page(kind=kind, customer=customer, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("card", pk)
    context |= {"form": form, "file": completeness.of(customer)}
    return render(request, "customers/file_form.html", context, status=form.status)
