"""The customer card, and the page of everything that happened."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm import card
from crm.accounts.access import only_with_worth
from crm.card import panels, timeline
from crm.card.timeline_filter import TimelineFilter


@require_safe
def customer_card(request, pk: int):
    """Everything about one customer."""
    facts = card.Facts.load(request.user, pk)
    return render(request, "crm/card.html", card.context(facts))


@require_safe
@only_with_worth
def customer_months(request, pk: int):
    """The figures behind the card's picture of purchases."""
    facts = card.Facts.load(request.user, pk)
    context = {"customer": facts.customer, "months": panels.months(facts)}
    return render(request, "crm/months.html", context)


@require_safe
def customer_timeline(request, pk: int):
    """Everything that happened with one customer, newest first; by kind and period."""
    facts = card.Facts.load(request.user, pk)
    form = TimelineFilter(request.GET, user=request.user)
    before = timeline.read_place(request.GET.get("before", ""))
    found = timeline.page(facts, form.choice, before)
    query = form.query
    older = urlencode(query | {"before": found["older"]})
    context = {
        "customer": facts.customer,
        "form": form,
        "entries": found["entries"],
        "older_url": f"?{older}" if found["older"] else "",
        "newest_url": f"?{urlencode(query)}" if before else "",
        "is_filtered": bool(query),
    }
    return render(request, "crm/timeline.html", context)
