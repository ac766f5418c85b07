"""Feedback that came neither as a complaint nor by a questionnaire: its list, and writing it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.platform.edits import NewerChange
from customers.models import Customer
from customers.views.shared import back, visible_customer
from satisfaction.forms.feedback import FeedbackFilter, FeedbackForm
from satisfaction.models import Feedback
from satisfaction.services import feedback as services

LONGEST_KEY = 18


@require_safe
def feedback_list(request):
    """By filter, the newest first."""
    form = FeedbackFilter(request.GET)
    rows = Feedback.objects.visible_to(request.user).matching(form.criteria)
    page = rows.page(request.GET.get("page", ""))
    editable = request.user.is_manager
    for row in page.rows:
        row.editable = editable or row.recorded_by_id == request.user.pk
    kept = form.query
    context = {
        "form": form,
        "rows": page.rows,
        "is_filtered": bool(kept),
        "customer": _customer(request, kept.get("customer", "")),
        "summary": _("Feedback %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({**kept, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**kept, 'page': page.older})}" if page.older else "",
    }
    return render(request, "satisfaction/feedback_list.html", context)


def _customer(request, text: str) -> Customer | None:
    """The customer that an address or a form names, 404 where this person does not see it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY):
        return None
    return visible_customer(request, int(text))


@require_http_methods(["GET", "HEAD", "POST"])
def feedback_create(request):
    """Of the customer in the address, else of the market."""
    customer = _customer(request, request.POST.get("customer") or request.GET.get("customer", ""))
    initial = {name: request.GET[name] for name in ("source", "contact") if name in request.GET}
    form = FeedbackForm(request.POST or None, customer=customer, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.record_feedback(by=request.user, values=form.values)
        messages.success(request, _("It is written down. Thank you for listening."))
        if customer:
            return back(request, "card", customer.pk)
        return redirect("satisfaction:feedback")
    context = {"form": form, "customer": customer, "cancel_url": _cancel(customer)}
    return render(request, "satisfaction/feedback_form.html", context)


def _cancel(customer: Customer | None) -> str:
    if customer:
        return reverse("card", args=[customer.pk])
    return reverse("satisfaction:feedback")


@require_http_methods(["GET", "HEAD", "POST"])
def feedback_edit(request, pk: int):
    """By who wrote it down, and by managers."""
    rows = Feedback.objects.visible_to(request.user).select_related("customer")
    feedback = get_object_or_404(rows, pk=pk)
    if not (request.user.is_manager or feedback.recorded_by_id == request.user.pk):
        raise PermissionDenied
    who = {"customer": feedback.customer}
    form = FeedbackForm(request.POST or None, instance=feedback, **who)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_feedback(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current, **who)
        else:
            messages.success(request, _("Saved."))
            return redirect("satisfaction:feedback")
    context = {"form": form, "customer": feedback.customer, "feedback": feedback}
    context["cancel_url"] = reverse("satisfaction:feedback")
    return render(request, "satisfaction/feedback_form.html", context, status=form.status)
