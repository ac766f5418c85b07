"""The search box: its page of results and its suggestions."""

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm import search as finding

SUGGESTIONS = 8


@require_safe
def search(request):
    """Customers found; the only one with the number that was typed opens at once."""
    results = finding.find(request.user, request.GET.get("q", ""))
    numbered = [hit for hit in results.hits if hit.has_number]
    if len(numbered) == 1:
        return redirect("card", numbered[0].standing.pk)
    return render(request, "crm/search.html", {"results": results})


@require_safe
def suggest(request):
    """The first few customers, for the list under the search box."""
    results = finding.find(request.user, request.GET.get("q", ""), SUGGESTIONS)
    return JsonResponse({"results": [_suggestion(hit) for hit in results.hits]})


def _suggestion(hit: finding.Hit) -> dict:
    row = hit.standing
    words = [row.number, row.region, hit.contact and hit.contact.name]
    return {
        "label": row.name,
        "detail": " · ".join(filter(None, words)),
        "url": reverse("card", args=[row.pk]),
    }
