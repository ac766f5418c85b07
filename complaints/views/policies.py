"""How fast cases have to be handled: read by all, changed by managers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints.forms.policies import PolicyTable
from complaints.models import Policy
from complaints.services.policies import change_policies, fingerprint
from crm.platform.edits import CONFLICT, NewerChange


@require_http_methods(["GET", "HEAD", "POST"])
def policies(request):
    """The table of deadlines; cases that are open already keep theirs."""
    editable = request.user.is_manager
    if request.method == "POST" and not editable:
        raise PermissionDenied
    rows = Policy.objects.order_by("position")
    table, newer = PolicyTable(request.POST or None, queryset=rows), None
    if request.method == "POST" and table.is_valid():
        newer = _save(request, table)
        if newer is None:
            return redirect("complaints:policies")
    opened = request.POST.get("opened") or fingerprint(rows)
    context = {
        "table": table,
        "opened": fingerprint(newer) if newer else opened,
        "editable": editable,
        "newer": newer,
    }
    return render(request, "complaints/policies.html", context, status=CONFLICT if newer else 200)


def _save(request, table) -> list[Policy] | None:
    """The rows that somebody else has saved meanwhile; None when these are stored."""
    opened = request.POST.get("opened", "")
    try:
        changed = change_policies(
            by=request.user, opened=opened, rows=[form.instance for form in table.initial_forms]
        )
    except NewerChange as newer:
        return newer.current
    if changed:
        messages.success(
            request, _("Saved. New cases follow it; those that are open keep their deadlines.")
        )
    else:
        messages.info(request, _("Nothing was changed."))
    return None
