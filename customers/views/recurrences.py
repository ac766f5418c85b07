"""Tasks that come again: set up, edit, end."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.platform.edits import NewerChange
from customers.forms.work import RecurrenceForm
from customers.models import Customer, Recurrence
from customers.services.recurrences import (
    RecurrenceEndedError,
    create_recurrence,
    edit_recurrence,
    end_recurrence,
)
from customers.views.shared import back, visible_customer

MOST = 30


def recurrences_of(customer: Customer, user) -> list[Recurrence]:
    """What comes again about the customer, the next first; those this person may change say so."""
    rows = Recurrence.objects.visible_to(user).active().filter(customer=customer)
    found = list(rows.select_related("assignee", "customer")[:MOST])
    for row in found:
        row.editable = row.may_be_edited_by(user)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def recurrence_create(request, pk: int):
    """A task about the customer that comes again."""
    customer = visible_customer(request, pk)
    form = RecurrenceForm(request.POST or None, user=request.user, customer=customer)
    if request.method == "POST" and form.is_valid():
        create_recurrence(customer=customer, by=request.user, values=form.values)
        messages.success(request, _("It comes again from now on."))
        return back(request, "card", pk)
    context = {"form": form, "customer": customer}
    context["recurrences"] = recurrences_of(customer, request.user)
    return render(request, "customers/recurrence_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def recurrence_edit(request, pk: int):
    """Edit what comes again; somebody else's newer change is shown beside what was typed."""
    recurrence = _of_own(request, pk)
    customer, title = recurrence.customer, recurrence.title  # the form writes into the row
    if not recurrence.is_active:
        return _ended(request, customer)
    who = {"user": request.user, "customer": customer}
    form = RecurrenceForm(request.POST or None, instance=recurrence, **who)
    if request.method == "POST" and form.is_valid():
        try:
            edit_recurrence(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current, **who)
        except RecurrenceEndedError:
            return _ended(request, customer)
        else:
            messages.success(request, _("Saved. A task of it that is open stays as it is."))
            return back(request, "card", customer.pk)
    context = {"form": form, "customer": customer, "recurrence": recurrence, "name": title}
    return render(request, "customers/recurrence_form.html", context, status=form.status)


@require_POST
def recurrence_end(request, pk: int):
    """It comes no more; `state=back` takes that back."""
    recurrence = _of_own(request, pk)
    is_back = "back" in (request.POST.get("state"), request.GET.get("state"))
    end_recurrence(recurrence=recurrence, is_active=is_back)
    if is_back:
        messages.success(request, _("It comes again."))
    else:
        undo = f"undo:{reverse('customers:recurrence_end', args=[pk])}?state=back"
        words = _("It comes no more. A task of it that is open stays.")
        messages.success(request, words, extra_tags=undo)
    return back(request, "card", recurrence.customer_id)


def _of_own(request, pk: int) -> Recurrence:
    """One of a visible customer, which this person may change."""
    rows = Recurrence.objects.visible_to(request.user).select_related("customer")
    recurrence = get_object_or_404(rows, pk=pk)
    if not recurrence.may_be_edited_by(request.user):
        raise PermissionDenied
    return recurrence


def _ended(request, customer: Customer):
    messages.error(request, _("It has ended. What comes again now is a new one."))
    return back(request, "card", customer.pk)
