"""How fast cases have to be handled: read by all, changed by managers."""

import hashlib
import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from complaints.forms.policies import PolicyTable
from complaints.models import Policy
from crm.accounts.audit import Action, audit, changes

MINUTES = ("acknowledge", "first_response", "resolution")


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def policies(request):
    """The table of deadlines; cases that are open already keep theirs."""
    editable = request.user.is_manager
    if request.method == "POST" and not editable:
        raise PermissionDenied
    rows = Policy.objects.order_by("position")
    # Two managers who save at once: the second waits here and then sees the first one's table.
    standing = list(rows.select_for_update() if request.method == "POST" else rows)
    opened = _fingerprint(standing)
    table = PolicyTable(request.POST or None, queryset=rows)
    newer = request.method == "POST" and request.POST.get("opened") != opened
    if request.method == "POST" and table.is_valid() and not newer:
        _save(request, table, standing)
        return redirect("complaints:policies")
    context = {"table": table, "opened": opened, "editable": editable, "newer": newer}
    if newer:
        context["current"] = standing
    return render(request, "complaints/policies.html", context)


def _fingerprint(rows: list[Policy]) -> str:
    """What the table said when the page was opened."""
    content = [[row.pk, *(getattr(row, name) for name in MINUTES)] for row in rows]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _save(request, table, before: list[Policy]) -> None:
    values = {row.pk: {name: getattr(row, name) for name in MINUTES} for row in before}
    changed = {}
    for row in table.save():
        after = {name: getattr(row, name) for name in MINUTES}
        changed[str(row)] = changes(values[row.pk], after)
    if not changed:
        messages.info(request, _("Nothing was changed."))
        return
    audit(request.user, Action.SETTINGS_CHANGED, "policies", **changed)
    messages.success(
        request, _("Saved. New cases follow it; those that are open keep their deadlines.")
    )
