"""The closed loop: answers that wait for somebody, what came of them, which became complaints."""

import datetime as dt
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from complaints.models import Case
from complaints.services.actions import Refused
from crm.accounts.access import only_with_worth
from crm.platform.models import Installation
from crm.platform.words import percent, share
from customers.querysets import Order, keyset_page
from customers.views.shared import back
from satisfaction.forms.loops import OutcomeForm
from satisfaction.models import Loop, LoopCount, Outcome, Response
from satisfaction.services import closed_loop
from satisfaction.services import loops as services

PAGE_SIZE = 40
YEAR = dt.timedelta(days=365)
SHOWN = {"open": gettext_lazy("Open"), "closed": gettext_lazy("Closed")}
ORDERS = {"open": Order("due_on"), "closed": Order("closed_at", descending=True)}


@require_safe
@only_with_worth
def loop_list(request):
    """Open ones by when somebody has to act; what came of the others, and how soon."""
    shown, outcome = shown_of(request.GET)
    rows = loops_of(request.user, shown, outcome).with_row()
    page = keyset_page(rows, ORDERS[shown], request.GET.get("page", ""), PAGE_SIZE)
    today = Installation.cached().today()
    scores = closed_loop.low_scores_of(loop.response for loop in page.rows)
    for loop in page.rows:
        waits = loop.acted_at is None and loop.is_open
        loop.days_late = (today - loop.due_on).days if waits else 0
        loop.scores = scores[loop.response_id]
    kept = {"show": shown, **({"outcome": outcome} if outcome else {})}
    context = {
        "rows": page.rows,
        "shown": shown,
        "tabs": [(key, words, key == shown) for key, words in SHOWN.items()],
        "outcome": outcome and Outcome(outcome).label,
        **_rates(request.user, today),
        "summary": _("Answers %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({**kept, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**kept, 'page': page.older})}" if page.older else "",
    }
    return render(request, "satisfaction/loop_list.html", context)


def shown_of(parameters) -> tuple[str, str]:
    """Open or closed ones, and of which outcome."""
    shown = parameters.get("show") if parameters.get("show") in SHOWN else "open"
    outcome = parameters.get("outcome", "")
    return shown, outcome if outcome in Outcome.values else ""


def loops_of(user, shown: str, outcome: str):
    rows = Loop.objects.visible_to(user)
    rows = rows.open() if shown == "open" else rows.closed()
    return rows.filter(outcome=outcome) if outcome else rows


def _rates(user, today: dt.date) -> dict:
    """Over a year: how many were acted on in two business days, and what came of them."""
    since = timezone.now() - YEAR
    if user.sees_all_customers and user.sees_worth:
        found = LoopCount.objects.rates(since.date(), today)
    else:
        since = since.replace(hour=0, minute=0, second=0, microsecond=0)
        found = Loop.objects.visible_to(user).due_by(today).rates(since)
    opened = found["opened"]
    outcomes = [
        {
            "key": one.value,
            "label": one.label,
            "number": found["outcomes"].get(one.value, 0),
            "share": percent(share(found["outcomes"].get(one.value, 0), opened)),
        }
        for one in Outcome
    ]
    waiting = {"key": "", "label": _("Nobody has acted yet"), "number": opened - found["acted"]}
    waiting["share"] = percent(share(waiting["number"], opened))
    return {
        "opened": opened,
        "in_time": percent(share(found["in_time"], opened)),
        "acted": percent(share(found["acted"], opened)),
        "closed": percent(share(found["closed"], opened)),
        "outcomes": [*outcomes, waiting] if opened else [],
    }


def _response(request, pk: int) -> Response:
    """404 for what is not in sight, and for anonymous answers, which lead to nobody."""
    rows = Response.objects.visible_to(request.user).finished().filter(customer__isnull=False)
    return get_object_or_404(rows.select_related("customer", "contact", "wave"), pk=pk)


@require_POST
@only_with_worth
def complaint(request, pk: int):
    """The answer becomes a complaint, once; then its case is open."""
    found = _response(request, pk)
    try:
        case, is_new = services.become_complaint(response=found, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("satisfaction:response", pk)
    if is_new:
        words = _("%(case)s is logged from this answer.")
    else:
        words = _("This answer was logged before, as %(case)s.")
    messages.success(request, words % {"case": case.reference})
    return redirect("complaints:case", case.pk)


@require_POST
@only_with_worth
def outcome(request, pk: int):
    """Write down what came of an unhappy answer."""
    found = _response(request, pk)
    form = OutcomeForm(request.POST)
    if not closed_loop.is_unhappy(found):
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Choose what came of it."))
        return redirect("satisfaction:response", pk)
    services.record_outcome(response=found, by=request.user, **form.cleaned_data)
    messages.success(request, _("It is written down."))
    return back(request, "satisfaction:response", pk)


@require_safe
@only_with_worth
def of_case(request, pk: int):
    """To the answer that a case was made of."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    found = services.response_of(case, Response.objects.visible_to(request.user).finished())
    if found is None:
        raise Http404
    return redirect("satisfaction:response", found.pk)
