"""Overrides of tier and stage: propose, decide, withdraw, end, and the list of all."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.models import Installation
from customers.models import Customer
from customers.querysets import Order, keyset_page
from customers.views.shared import back
from lifecycle.forms.overrides import FORMS
from lifecycle.models.overrides import OVERRIDES, Override
from lifecycle.services import overrides as services
from lifecycle.views.movement import ways_words
from lifecycle.words import stage_words

SHOWN = ("proposed", "holding", "all")
BY_DAY = Order("proposed_on", descending=True)
LONGEST = 2_000


def model_of(kind: str) -> type[Override]:
    """By the word in the address; 404 for any other."""
    if kind not in OVERRIDES:
        raise Http404
    return OVERRIDES[kind]


def overrides_shown(user, kind: str, shown: str) -> QuerySet:
    """Those that wait for an answer, those that hold today, or all."""
    rows = model_of(kind).objects.visible_to(user)
    if shown == "all":
        return rows.with_people()
    if shown == "holding":
        return rows.holding(Installation.cached().today()).with_people()
    return rows.proposed().with_people()


@require_safe
@only_with_worth
def overrides(request, kind: str):
    """Overrides of customers in sight, newest first."""
    shown = request.GET.get("show") if request.GET.get("show") in SHOWN else SHOWN[0]
    rows = overrides_shown(request.user, kind, shown)
    page = keyset_page(rows, BY_DAY, request.GET.get("page", ""))
    today = Installation.cached().today()
    context = {
        "kind": kind,
        "title": _title(kind),
        "shown": shown,
        "rows": [_row(request, row, today) for row in page.rows],
        "summary": _("Overrides %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?show={shown}&page={page.newer}" if page.newer else "",
        "older_url": f"?show={shown}&page={page.older}" if page.older else "",
    }
    return render(request, "lifecycle/overrides.html", context)


def _title(kind: str) -> str:
    return _("Overrides of tiers") if kind == "tier" else _("Overrides of stages")


def _row(request: HttpRequest, row: Override, today) -> dict:
    """An override with what this person may do about it."""
    ended_early = row.ended_on is not None and row.ended_on <= row.until
    approved = row.state == Override.State.APPROVED
    return {
        "override": row,
        "kind": row.kind,
        "holds": row.holds_on(today),
        "ended_early": ended_early,
        "expired": approved and not ended_early and not row.holds_on(today),
        "may_decide": row.may_be_decided_by(request.user),
        "may_withdraw": row.may_be_withdrawn_by(request.user),
        "may_end": row.may_be_ended_by(request.user, today),
        "own": row.is_open and row.proposed_by_id == request.user.pk,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@only_with_worth
def override_propose(request, pk: int, kind: str):
    """Ask for another tier or stage than the figures give; what was asked before stands below."""
    model = model_of(kind)
    customers = Customer.objects.visible_to(request.user).select_related("standing", "valuation")
    customer = get_object_or_404(customers, pk=pk)
    today = Installation.cached().today()
    form = FORMS[kind](request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose(
                model=model, customer=customer, by=request.user, on=today, **_asked(form, kind)
            )
        except services.AlreadyProposed:
            words = _("A proposal for this customer waits for an answer already.")
            messages.info(request, words)
        else:
            messages.success(request, _("Proposed. A manager approves or refuses it."))
        return redirect("value:override_propose", pk, kind)
    rows = model.objects.visible_to(request.user).filter(customer=customer).with_people()
    found = [_row(request, row, today) for row in rows[:50]]
    context = {
        "customer": customer,
        "kind": kind,
        "title": _title(kind),
        "form": None if any(row["override"].is_open for row in found) else form,
        "rows": found,
        **_by_figures(customer, kind),
    }
    return render(request, "lifecycle/override_form.html", context)


def _by_figures(customer: Customer, kind: str) -> dict:
    """What who proposes and who decides should know: what the last night gives, and why."""
    valuation = getattr(customer, "valuation", None)
    if valuation is None:
        return {}
    reason = stage_words(valuation.stage_reason, valuation.stage_numbers)
    return {
        "valuation": valuation,
        "standing_date": valuation.as_of,
        "stage_reason": reason if kind == "stage" else "",
        "ways": ways_words(customer) if kind == "tier" else [],
    }


def _asked(form, kind: str) -> dict:
    cleaned = form.cleaned_data
    return {"value": cleaned[kind], "reason": cleaned["reason"], "until": cleaned["until"]}


def _visible(request: HttpRequest, kind: str, pk: int) -> Override:
    rows = model_of(kind).objects.visible_to(request.user).select_related("customer")
    return get_object_or_404(rows, pk=pk)


def _back(request: HttpRequest, override: Override):
    return back(request, "value:override_propose", override.customer_id, override.kind)


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST]


@require_POST
@only_managers
def override_decide(request, kind: str, pk: int):
    """Approve (`decision=approve`) or refuse, with the reason."""
    override, today = _visible(request, kind, pk), Installation.cached().today()
    decision, answer = request.POST.get("decision"), _text(request, "answer")
    if decision != "approve" and not answer:
        messages.error(request, _("Say why you refuse it."))
        return _back(request, override)
    try:
        if decision == "approve":
            services.approve(override=override, by=request.user, on=today)
            messages.success(request, _("Approved. It holds from the next nightly run on."))
        else:
            services.refuse(override=override, by=request.user, answer=answer, on=today)
            messages.success(request, _("Refused."))
    except services.OverrideError as refused:
        messages.error(request, _why_not(refused))
    return _back(request, override)


@require_POST
@only_with_worth
def override_withdraw(request, kind: str, pk: int):
    """Take back what one proposed."""
    override = _visible(request, kind, pk)
    try:
        services.withdraw(override=override, by=request.user)
    except services.OverrideError as refused:
        messages.error(request, _why_not(refused))
    else:
        messages.success(request, _("Withdrawn."))
    return _back(request, override)


@require_POST
@only_managers
def override_end(request, kind: str, pk: int):
    """Before its last day, with the reason."""
    override, today = _visible(request, kind, pk), Installation.cached().today()
    reason = _text(request, "reason")
    if not reason:
        messages.error(request, _("Say why it ends early."))
        return _back(request, override)
    try:
        services.end(override=override, by=request.user, reason=reason, on=today)
    except services.OverrideError as refused:
        messages.error(request, _why_not(refused))
    else:
        messages.success(request, _("Ended. The next nightly run goes by the figures again."))
    return _back(request, override)


def _why_not(refused: services.OverrideError) -> str:
    words = {
        services.NotOpen: _("Somebody decided, withdrew or ended it meanwhile."),
        services.NotAllowed: _("Who proposes an override does not decide on it."),
        services.TooLate: _("Its last day is over: propose it anew."),
    }
    return words[type(refused)]
