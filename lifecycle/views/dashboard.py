"""A manager's own dashboard, and the page on which it is arranged."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers
from lifecycle.dashboard import layout, mail
from lifecycle.dashboard.pictures import drawn
from lifecycle.dashboard.reads import Reads
from lifecycle.services import dashboards


@require_safe
@only_managers
def dashboard(request):
    board = dashboards.dashboard_of(request.user)
    reads = Reads(request.user)
    context = {
        "pictures": drawn(reads, layout.places(board.pictures)),
        "standing_date": reads.as_of,
        "is_mailed": board.is_mailed,
    }
    return render(request, "lifecycle/dashboard.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def dashboard_arrange(request):
    """Each button is a small form; after it one stands at the picture that was moved."""
    if request.method == "POST":
        return HttpResponseRedirect(reverse("value:dashboard_arrange") + _change(request))
    board = dashboards.dashboard_of(request.user)
    shown = layout.places(board.pictures)
    context = {
        "rows": [_row(place, shown) for place in shown],
        "others": [layout.Picture(key) for key in layout.left_out(shown)],
        "is_full": layout.is_full(shown),
        "most": layout.MOST,
        "is_default": board.pictures is None,
        "is_mailed": board.is_mailed,
        "morning": mail.MORNING,
    }
    return render(request, "lifecycle/dashboard_arrange.html", context)


def _change(request) -> str:
    """Do what the button says; returns where on the page one stands afterwards."""
    user, action = request.user, request.POST.get("action", "")
    key = request.POST.get("picture", "")
    if action in ("mail", "no_mail"):
        dashboards.mail(user=user, on=action == "mail")
        on = _("The dashboard comes to you by mail each Monday.")
        messages.success(request, on if action == "mail" else _("No mail comes any more."))
        return "#mail"
    if action == "reset":
        dashboards.reset(user=user)
        messages.success(request, _("The dashboard shows what it came with."))
        return ""
    if action not in layout.ACTIONS or key not in layout.Picture.values:
        return ""
    dashboards.arrange(user=user, key=key, action=action)
    return f"#p-{key}"


def _row(place: layout.Place, shown: list[layout.Place]) -> dict:
    return {
        "key": place.key,
        "name": layout.Picture(place.key).label,
        "wide": place.wide,
        "is_first": place is shown[0],
        "is_last": place is shown[-1],
    }
