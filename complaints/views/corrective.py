"""Corrective actions: all of them, a new one of a case, editing with the check of the effect."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from complaints import rights
from complaints.forms.corrective import CorrectiveForm
from complaints.forms.rows import Lists
from complaints.models import Case, CorrectiveAction
from complaints.services import corrective as services
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.querysets import Order, keyset_page

PAGE_SIZE = 40
# What a tab shows, and by which day it is in order: overdue ones come first.
SHOWN = {
    "open": (gettext_lazy("To do"), Order("due_on")),
    "check": (gettext_lazy("Effect to check"), Order("check_on")),
    "settled": (pgettext_lazy("corrective actions", "Settled"), Order("due_on", descending=True)),
}


def may_correct(user: User, case: Case, action: CorrectiveAction | None = None) -> bool:
    """Who handles the case, and who was given the action."""
    mine = action is not None and action.owner_id == user.pk
    return mine or case.owner_id == user.pk or rights.handles_all(user)


def needs_corrective(case: Case, lists: Lists) -> bool:
    """A grave complaint in work of which nobody has said what is changed."""
    return case.is_open and rights.needs_corrective_action(case) and not lists.corrective


def actions_of(user: User, parameters: Mapping[str, str]) -> tuple[QuerySet, str, str]:
    """The actions that the address asks for, with the tab and whose they are."""
    shown = parameters.get("show") if parameters.get("show") in SHOWN else "open"
    whose = "mine" if parameters.get("whose") == "mine" else ""
    rows = CorrectiveAction.objects.visible_to(user)
    rows = {"open": rows.to_do, "check": rows.to_check, "settled": rows.settled}[shown]()
    if whose:
        rows = rows.filter(owner=user.pk)
    return rows.select_related("owner", "checked_by", "case__customer"), shown, whose


@require_safe
def corrective_list(request):
    """By the day that they are due on, or that their effect is checked on."""
    rows, shown, whose = actions_of(request.user, request.GET)
    page = keyset_page(rows, SHOWN[shown][1], request.GET.get("page", ""), PAGE_SIZE)
    today = Installation.cached().today()
    for action in page.rows:
        day = {"open": action.due_on, "check": action.check_on}.get(shown, today)
        action.days_late = max(0, (today - day).days)
    kept = {"show": shown, **({"whose": whose} if whose else {})}
    context = {
        "rows": page.rows,
        "shown": shown,
        "whose": whose,
        "tabs": [
            (f"?{urlencode({**kept, 'show': key})}", words, key == shown)
            for key, (words, _order) in SHOWN.items()
        ],
        "summary": _("Actions %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({**kept, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**kept, 'page': page.older})}" if page.older else "",
    }
    return render(request, "complaints/corrective_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def corrective_create(request, pk: int):
    """A new one of this case."""
    case = get_object_or_404(Case.objects.visible_to(request.user).with_page(), pk=pk)
    if not may_correct(request.user, case):
        raise PermissionDenied
    form = CorrectiveForm(request.POST or None, case=case, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.plan(case=case, by=request.user, values=form.values)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("The corrective action is planned."))
            return redirect("complaints:case", pk)
    return render(request, "complaints/corrective_form.html", {"form": form, "case": case})


@require_http_methods(["GET", "HEAD", "POST"])
def corrective_edit(request, pk: int):
    """Edit it, say what was done, and later whether it helped."""
    rows = CorrectiveAction.objects.visible_to(request.user)
    action = get_object_or_404(rows.select_related("case__customer", "case__owner"), pk=pk)
    case, name = action.case, action.what  # the form writes into the action
    if not may_correct(request.user, case, action):
        raise PermissionDenied
    form = CorrectiveForm(request.POST or None, instance=action, case=case, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(by=request.user, pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current, case=case, user=request.user)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("complaints:case", case.pk)
    context = {"form": form, "case": case, "action": action, "name": name}
    return render(request, "complaints/corrective_form.html", context, status=form.status)
