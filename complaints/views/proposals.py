"""Improvement proposals: all of them, one with its complaints; managers decide."""

import datetime as dt
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from complaints.forms.proposals import ProposalForm
from complaints.models import Case, ImprovementProposal
from complaints.services.proposals import decide
from complaints.views.control import RULES
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from crm.platform.words import day, decimal, listed
from customers.querysets import Order, keyset_page

PAGE_SIZE = 40
CASES = 40
NEWEST = Order("raised_on", descending=True)
SHOWN = {
    "open": pgettext_lazy("proposals", "To be decided"),
    "accepted": pgettext_lazy("proposals", "Accepted"),
    "done": pgettext_lazy("proposals", "Done"),
    "rejected": pgettext_lazy("proposals", "Rejected"),
}
Kind = ImprovementProposal.Kind


@require_safe
def proposals(request):
    """The newest first."""
    rows, shown = proposals_of(request.user, request.GET)
    page = keyset_page(rows, NEWEST, request.GET.get("page", ""), PAGE_SIZE)
    today = Installation.cached().today()
    for one in page.rows:
        one.why = why(one)
        one.is_late = one.state == "accepted" and one.due_on < today
    context = {
        "rows": page.rows,
        "shown": shown,
        "tabs": [(key, words, key == shown) for key, words in SHOWN.items()],
        "summary": _("Proposals %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({'show': shown, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({'show': shown, 'page': page.older})}" if page.older else "",
    }
    return render(request, "complaints/proposal_list.html", context)


def proposals_of(user, parameters) -> tuple[QuerySet[ImprovementProposal], str]:
    """The proposals that the address asks for, with their state."""
    shown = parameters.get("show") if parameters.get("show") in SHOWN else "open"
    rows = ImprovementProposal.objects.visible_to(user).filter(state=shown)
    return rows.with_row(), shown


def why(proposal: ImprovementProposal) -> str:
    """What raised it, in words."""
    told = proposal.evidence
    if proposal.kind == Kind.AGAIN:
        words = ngettext(
            "%(n)d complaint of this cause within %(days)s days",
            "%(n)d complaints of this cause within %(days)s days",
            told["complaints"],
        )
        return words % {"n": told["complaints"], "days": told["days"]}
    words = _("%(n)s in the week of %(day)s; usual are %(centre)s, and up to %(high)s by chance")
    return words % {
        "n": told["count"],
        "day": day(dt.date.fromisoformat(told["week"])),
        "centre": decimal(told["centre"]),
        "high": decimal(told["high"]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request, pk: int):
    """One proposal with its complaints; managers decide what becomes of it."""
    rows = ImprovementProposal.objects.visible_to(request.user)
    one = get_object_or_404(rows.select_related("root_cause", "customer", "owner"), pk=pk)
    if request.method == "POST" and not request.user.is_manager:
        raise PermissionDenied
    told = {"why": why(one), "rules": listed(RULES[rule] for rule in one.evidence.get("rules", []))}
    form = ProposalForm(request.POST or None, instance=one) if request.user.is_manager else None
    if request.method == "POST" and form.is_valid():
        form, response = _decide(request, pk, form)
        if response:
            return response
        one = get_object_or_404(rows, pk=pk)
    cases = Case.objects.visible_to(request.user).filter(proposals=pk).order_by("-received_at")
    context = {
        **told,
        "proposal": one,
        "form": form,
        "cases": cases.select_related("customer", "category")[:CASES],
        "number": cases.count(),
        "most": CASES,
    }
    status = form.status if form else 200
    return render(request, "complaints/proposal.html", context, status=status)


def _decide(request, pk: int, form: ProposalForm):
    """The form to show again, or where to go."""
    try:
        with transaction.atomic():
            decide(by=request.user, pk=pk, version=form.opened_version, values=form.values)
    except NewerChange as newer:
        return form.merged(newer.current), None
    except IntegrityError:
        # Meanwhile the same was proposed anew, and that one lives.
        form.add_error("state", gettext_lazy("A newer proposal of the same is open already."))
        return form, None
    messages.success(request, _("Saved."))
    return form, redirect("complaints:proposals")
