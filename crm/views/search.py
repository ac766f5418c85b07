"""The search box: its page of results and its suggestions."""

from urllib.parse import urlencode

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm import search as finding

SUGGESTIONS = 8


@require_safe
def search(request):
    """Customers found; the only one with the number that was typed opens at once.

    With `for=case` a customer that is found is one to log a case for.
    """
    purpose = "case" if request.GET.get("for") == "case" else ""
    results = finding.find(request.user, request.GET.get("q", ""))
    numbered = [hit for hit in results.hits if hit.has_number]
    if len(numbered) == 1:
        return redirect(_address(numbered[0], purpose))
    found = [(hit, _address(hit, purpose)) for hit in results.hits]
    context = {"results": results, "found": found, "purpose": purpose}
    return render(request, "crm/search.html", context)


def _address(hit: finding.Hit, purpose: str) -> str:
    if purpose == "case":
        chosen = {"customer": hit.standing.pk}
        if hit.contact:
            chosen["contact"] = hit.contact.pk
        return f"{reverse('complaints:log')}?{urlencode(chosen)}"
    return reverse("card", args=[hit.standing.pk])


@require_safe
def suggest(request):
    """The first few customers, for the list under the search box."""
    results = finding.find(request.user, request.GET.get("q", ""), SUGGESTIONS)
    return JsonResponse({"results": [_suggestion(hit) for hit in results.hits]})


def _suggestion(hit: finding.Hit) -> dict:
    row = hit.standing
    words = [row.number, row.region, hit.contact and hit.contact.name]
    return {
        "id": row.pk,
        "contact": hit.contact and hit.contact.pk,
        "label": row.name,
        "detail": " · ".join(filter(None, words)),
        "url": reverse("card", args=[row.pk]),
    }
