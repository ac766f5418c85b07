from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm import card


@require_safe
def customer_card(request, pk: int):
    """Everything about one customer."""
    facts = card.Facts.load(request.user, pk)
    return render(request, "crm/card.html", card.context(facts, request.GET.get("before", "")))
