"""The search box: its page of results and its suggestions."""

from urllib.parse import urlencode

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm import search as finding
from crm.search.cases import CASES
from crm.search.customers import CONTACTS
from crm.search.invoices import INVOICES

SUGGESTIONS = 8
# Before one kind takes all places, each of the others has so many.
LEAST_OF_KIND = 2


@require_safe
def search(request):
    """What was found, by kind; the only thing with the number that was typed opens at once.

    With `for=case` a customer that is found is one to log a case for, with `for=feedback` one to
    write feedback of.
    """
    picking = _purpose(request)
    results = finding.find(request.user, request.GET.get("q", ""), customers_only=bool(picking))
    exact = [(kind, hit) for kind in results.kinds for hit in kind.hits if hit.is_exact]
    if len(exact) == 1:
        kind, hit = exact[0]
        return redirect(_address(kind.name, hit, picking))
    kinds = [
        (kind, [(hit, _address(kind.name, hit, picking)) for hit in kind.hits])
        for kind in results.kinds
    ]
    context = {"results": results, "kinds": kinds, "purpose": picking}
    return render(request, "crm/search.html", context)


# The page that a customer is looked for, by `for` in the address.
PURPOSES = {"case": "complaints:log", "feedback": "satisfaction:feedback_create"}


def _purpose(request) -> str:
    asked = request.GET.get("for", "")
    return asked if asked in PURPOSES else ""


def _address(kind: str, hit: finding.Hit, picking: str = "") -> str:
    """Where a hit leads: contacts to the card of their customer, invoices to its dealings."""
    if picking:
        chosen = {"customer": hit.customer}
        if kind == CONTACTS:
            chosen["contact"] = hit.of.pk
        return f"{reverse(PURPOSES[picking])}?{urlencode(chosen)}"
    if kind == CASES:
        return reverse("complaints:case", args=[hit.of.pk])
    if kind == INVOICES:
        dealings = reverse("customers:dealings", args=[hit.customer])
        return f"{dealings}?{urlencode({'invoice': hit.of})}"
    return reverse("card", args=[hit.customer])


@require_safe
def suggest(request):
    """The first few of each kind, for the list under the search box; `for=case` as above."""
    picking = _purpose(request)
    text = request.GET.get("q", "")
    results = finding.find(request.user, text, SUGGESTIONS, customers_only=bool(picking))
    places = _places([len(kind.hits) for kind in results.kinds])
    found = [
        _suggestion(kind, hit)
        for kind, most in zip(results.kinds, places, strict=True)
        for hit in kind.hits[:most]
    ]
    return JsonResponse({"results": found})


def _places(counts: list[int]) -> list[int]:
    """How many of each kind are suggested: a few of each first, then what is left in order."""
    places = [min(count, LEAST_OF_KIND) for count in counts]
    left = SUGGESTIONS - sum(places)
    for i, count in enumerate(counts):
        more = min(count - places[i], left)
        places[i] += more
        left -= more
    return places


def _suggestion(kind: finding.Kind, hit: finding.Hit) -> dict:
    """A hit as the list under the box shows it; `marks` are places in the label."""
    number = hit.number.text if hit.number else ""
    whose = hit.whose.text if hit.whose else ""
    # The state and day of a case would leave no room for its title.
    facts = () if kind.name == CASES else hit.facts
    return {
        "kind": kind.name,
        "group": kind.label,
        "id": hit.customer,
        "contact": hit.of.pk if kind.name == CONTACTS else None,
        "label": hit.title.text,
        "marks": hit.title.spans,
        "detail": " · ".join(filter(None, [number, whose, *facts])),
        "reasons": [
            {
                "label": reason.label,
                "value": reason.value.text if reason.value else "",
                "marks": reason.value.spans if reason.value else (),
            }
            for reason in hit.reasons
        ],
        "url": _address(kind.name, hit),
    }
