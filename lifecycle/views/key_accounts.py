"""Candidates for key accounts, and the nominations of managers."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.models import Installation
from customers.models import Customer
from customers.querysets import Order, keyset_page
from lifecycle import portfolio
from lifecycle.forms.key_accounts import ConfirmForm, DropForm, NominationForm
from lifecycle.models import Assessment, Nomination
from lifecycle.services import nominations as services

SHOWN = ("open", "all", "nominated")
UNASSESSED = 10
BY_TOTAL, BY_REVIEW = Order("total", descending=True), Order("review_on")


@require_safe
@only_with_worth
def candidates(request):
    """Assessed customers by their total; those nominated by when they are to be confirmed."""
    shown = request.GET.get("show") if request.GET.get("show") in SHOWN else "open"
    installation = Installation.cached()
    context = {"shown": shown, "today": installation.today()}
    if shown == "nominated":
        context |= _nominated(request)
    else:
        context |= _ranked(request, shown, portfolio.Cuts.of(installation))
    return render(request, "lifecycle/candidates.html", context)


def _ranked(request: HttpRequest, shown: str, cuts: portfolio.Cuts) -> dict:
    sheets = ranked(request.user, shown, cuts)
    page = keyset_page(sheets, BY_TOTAL, request.GET.get("page", ""))
    for place, sheet in enumerate(page.rows, start=page.first):
        sheet.place, sheet.cell = place, portfolio.place(sheet, cuts)
    without = Assessment.objects.never_assessed(request.user)
    first_page = page.first == 1
    return {
        "sheets": page.rows,
        "unassessed": list(without[:UNASSESSED]) if first_page else [],
        **_pager(page, shown),
    }


def _nominated(request: HttpRequest) -> dict:
    page = keyset_page(nominated(request.user), BY_REVIEW, request.GET.get("page", ""))
    return {"nominations": page.rows, **_pager(page, "nominated")}


def ranked(user, shown: str, cuts: portfolio.Cuts) -> QuerySet:
    """Assessed customers: those to choose from (`open`), or all."""
    sheets = Assessment.objects.visible_to(user).candidates(well_scored=cuts.up[1])
    return sheets.not_key_yet() if shown == "open" else sheets


def nominated(user) -> QuerySet:
    """The nominations that hold."""
    nominations = Nomination.objects.visible_to(user).open()
    return nominations.select_related("customer__standing", "by")


def _pager(page, shown: str) -> dict:
    return {
        "summary": _("Customers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?show={shown}&page={page.newer}" if page.newer else "",
        "older_url": f"?show={shown}&page={page.older}" if page.older else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def nominate(request, pk: int):
    """Make a customer a key account, with the reason."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    form = NominationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, today = form.cleaned_data["reason"], Installation.cached().today()
        _made, is_new = services.nominate(
            customer=customer, by=request.user, reason=reason, on=today
        )
        if is_new:
            words = _("%(name)s is a key account now.") % {"name": customer.name}
            messages.success(request, words)
        else:
            words = _("%(name)s was nominated already; that nomination stands.")
            messages.info(request, words % {"name": customer.name})
        return redirect("card", pk)
    history = Nomination.objects.visible_to(request.user).filter(customer=customer)
    context = {
        "customer": customer,
        "form": form,
        "title": _("Nominate as key account"),
        "action": _("Nominate"),
        "history": list(history.select_related("by").prefetch_related("reviews__by")),
    }
    return render(request, "lifecycle/nomination_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def nomination_review(request, pk: int):
    """Confirm a nomination for another year."""
    nomination = _open_or_404(request, pk)
    # Findings may stay empty, so an empty form is a form sent.
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        findings, today = form.cleaned_data["findings"], Installation.cached().today()
        try:
            services.confirm(nomination=nomination, by=request.user, findings=findings, on=today)
        except services.NominationOverError:
            messages.error(request, _("Somebody dropped this nomination meanwhile."))
        else:
            messages.success(request, _("Confirmed for another year."))
        return redirect("card", nomination.customer_id)
    return _nomination_form(request, nomination, form, _("Confirm the key account"), _("Confirm"))


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def nomination_end(request, pk: int):
    """Drop a nomination, with the reason."""
    nomination = _open_or_404(request, pk)
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, today = form.cleaned_data["end_reason"], Installation.cached().today()
        try:
            services.drop(nomination=nomination, reason=reason, on=today)
        except services.NominationOverError:
            messages.error(request, _("Somebody dropped this nomination meanwhile."))
        else:
            words = _("%(name)s is no nominated key account any more.")
            messages.success(request, words % {"name": nomination.customer.name})
        return redirect("card", nomination.customer_id)
    return _nomination_form(request, nomination, form, _("Drop the key account"), _("Drop"))


def _open_or_404(request: HttpRequest, pk: int) -> Nomination:
    nominations = Nomination.objects.visible_to(request.user).open()
    return get_object_or_404(nominations.select_related("customer", "by"), pk=pk)


def _nomination_form(request, nomination: Nomination, form, title: str, action: str):
    context = {
        "customer": nomination.customer,
        "nomination": nomination,
        "form": form,
        "title": title,
        "action": action,
        "history": [nomination],
    }
    return render(request, "lifecycle/nomination_form.html", context)
