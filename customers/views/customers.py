"""Create and edit a customer."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.platform.edits import NewerChange
from customers.forms import CustomerForm
from customers.models import Customer
from customers.services.customers import (
    CircleError,
    NumberTakenError,
    create_customer,
    edit_customer,
)
from customers.services.doubles import OF_KEYS, possible_doubles
from customers.views.shared import only_editors, visible_customer


@require_http_methods(["GET", "HEAD", "POST"])
def customer_create(request):
    """A new customer; possible doubles are shown before it is made."""
    only_editors(request)
    form = CustomerForm(request.POST or None, user=request.user)
    doubles = []
    if request.method == "POST" and form.is_valid():
        doubles = _doubles(request, form)
        if not doubles and (customer := _create(form)):
            messages.success(request, _("%(name)s is created.") % {"name": customer.name})
            return redirect("card", customer.pk)
    context = {"form": form, "doubles": doubles}
    return render(request, "customers/customer_form.html", context)


def _create(form: CustomerForm) -> Customer | None:
    try:
        return create_customer(number=form.cleaned_data["number"], values=form.values)
    except NumberTakenError:
        form.add_error("number", _("Another customer has this number already."))
        return None


def _doubles(request, form: CustomerForm) -> list[Customer]:
    """Customers with this name, phone, domain or tax number, unless the person wants it so."""
    if "all_the_same" in request.POST or not set(OF_KEYS).intersection(form.changed_data):
        return []
    return possible_doubles(user=request.user, values=form.cleaned_data, besides=form.instance.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def customer_edit(request, pk: int):
    """Edit a customer; somebody else's newer change is shown beside what was typed."""
    customer = visible_customer(request, pk)
    only_editors(request)
    name = customer.name  # the form writes what was typed into the customer
    form = CustomerForm(request.POST or None, instance=customer, user=request.user)
    doubles = []
    if request.method == "POST" and form.is_valid():
        doubles = _doubles(request, form)
        try:
            if not doubles and _edit(pk, form):
                messages.success(request, _("Saved."))
                return redirect("card", pk)
        except NewerChange as newer:
            form = form.merged(newer.current, user=request.user)
    context = {"form": form, "customer": customer, "name": name, "doubles": doubles}
    return render(request, "customers/customer_form.html", context, status=form.status)


def _edit(pk: int, form: CustomerForm) -> bool:
    try:
        edit_customer(pk=pk, version=form.cleaned_data["version"], values=form.values)
    except NumberTakenError:
        form.add_error("number", _("Another customer has this number already."))
        return False
    except CircleError:
        form.add_error("parent_number", _("A customer can't stand above itself."))
        return False
    return True
