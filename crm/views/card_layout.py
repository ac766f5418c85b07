"""The page on which managers order the panels of the customer card."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crm import card
from crm.accounts.access import only_managers
from crm.platform.edits import CONFLICT, NewerChange
from customers.services import card_layout as layouts

# The names that stand on the panels, by key.
NAMES = {
    "brief": _("Before you speak to them"),
    "business": _("Its business"),
    "care": _("Care"),
    "complaints": _("Complaints"),
    "contacts": _("Contacts"),
    "dealings": _("Dealings"),
    "exchange": _("Give and take"),
    "history": _("Tier and stage"),
    "opportunities": _("Opportunities"),
    "organisation": _("Organisation"),
    "plan": _("Plan"),
    "promises": _("Promises"),
    "satisfaction": _("Satisfaction"),
    "signals": _("Risk and signals"),
    "tasks": _("Open tasks"),
    "timeline": _("Timeline"),
    "together": _("Account team"),
    "value": _("Value"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def card_layout(request):
    """Each button is a small form: it says what was seen, so that nobody moves what has moved."""
    newer = False
    if request.method == "POST":
        try:
            _change(request)
        except NewerChange:
            newer = True
        else:
            return redirect("card_layout")
    layout = layouts.current()
    context = {
        "columns": _columns(),
        "version": layout.version,
        "changed_by": layout.changed_by,
        "is_default": not layout.panels,
        "newer": newer,
    }
    return render(request, "crm/card_layout.html", context, status=CONFLICT if newer else 200)


def _change(request) -> None:
    left, right = card.KEYS
    sent = request.POST.get("version", "")
    version = int(sent) if sent.isdecimal() else -1
    action = request.POST.get("action", "")
    if action == "reset":
        layouts.reset(actor=request.user, version=version)
        messages.success(request, gettext("The card stands as it came with the product."))
    elif action in layouts.ACTIONS:
        layouts.change(
            actor=request.user,
            version=version,
            key=request.POST.get("panel", ""),
            action=action,
            left=left,
            right=right,
        )


def _columns() -> list[dict]:
    places = layouts.places(*card.KEYS)
    titles = {layouts.LEFT: gettext("Left, wide"), layouts.RIGHT: gettext("Right, narrow")}
    columns = []
    for column, title in titles.items():
        inside = [place for place in places if place.column == column]
        rows = [
            {
                "key": place.key,
                "name": NAMES.get(place.key, place.key),
                "shown": place.shown,
                "is_first": place is inside[0],
                "is_last": place is inside[-1],
            }
            for place in inside
        ]
        columns.append({"key": column, "title": title, "rows": rows})
    return columns
