"""How fast cases have to be handled: read by all, changed by managers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.forms.policies import LABELS, PolicyTable
from complaints.models import Policy, Terms, TermsChange
from complaints.services import term_changes
from complaints.services.policies import change_policies, fingerprint
from complaints.services.terms import present_content
from crm.accounts.access import only_managers
from crm.accounts.services import Refused
from crm.platform.edits import CONFLICT, NewerChange
from crm.platform.models import Job


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
        "labels": LABELS.values(),
        **(_open_cases() if editable else {}),
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


@require_POST
@only_managers
def terms_compare(request):
    """Look at what the present deadlines would change for open cases."""
    term_changes.compare(by=request.user)
    return redirect("complaints:policies")


@require_POST
@only_managers
def terms_give(request, pk: int):
    """Give them to open cases; the comparison that the person saw says which."""
    change = get_object_or_404(TermsChange, pk=pk)
    try:
        term_changes.give(change=change, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect("complaints:policies")


@require_safe
@only_managers
def terms_progress(request):
    """How far the work on open cases is; asked again and again while it goes on."""
    return render(request, "complaints/_open_cases.html", _open_cases())


def _open_cases() -> dict:
    """How open cases stand to the present deadlines, and what was last done about it."""
    digest, change = Terms.digest_of(present_content()), term_changes.latest()
    if change and change.terms.digest != digest:
        change = None  # of deadlines that hold no more
    job = change and (change.giving or change.comparing)
    return {
        "others": term_changes.with_other_terms(digest).count_capped(),
        "change": change,
        "job": job,
        "percent": 100 * job.done // max(job.total, 1) if job else 0,
        "is_compared": bool(change) and not change.giving and job.state == Job.State.DONE,
        "is_given": bool(change) and bool(change.giving) and job.state == Job.State.DONE,
    }
