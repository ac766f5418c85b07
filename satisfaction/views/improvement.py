"""Improvement actions: all of them, a new one, editing; managers edit, others read."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.querysets import Order, keyset_page
from satisfaction.forms.improvement import ImprovementForm
from satisfaction.models import ImprovementAction
from satisfaction.services import improvement as services

PAGE_SIZE = 40
BY_DAY = Order("due_on")
SHOWN = {
    "open": gettext_lazy("Open"),
    "done": gettext_lazy("Done"),
    "dropped": gettext_lazy("Dropped"),
}


@require_safe
@only_with_worth
def improvements(request):
    """By the day that they are due on; overdue ones first among the open."""
    rows, shown, measure = actions_of(request.user, request.GET)
    page = keyset_page(rows, BY_DAY, request.GET.get("page", ""), PAGE_SIZE)
    today = Installation.cached().today()
    for action in page.rows:
        action.days_late = (today - action.due_on).days if action.is_open else 0
    kept = {"show": shown, **({"measure": measure} if measure else {})}
    context = {
        "rows": page.rows,
        "shown": shown,
        "measure": measure,
        "tabs": [(key, words, key == shown) for key, words in SHOWN.items()],
        "measures": ImprovementAction.Measure.choices,
        "summary": _("Actions %(first)d–%(last)d") % {"first": page.first, "last": page.last},
        "newer_url": f"?{urlencode({**kept, 'page': page.newer})}" if page.newer else "",
        "older_url": f"?{urlencode({**kept, 'page': page.older})}" if page.older else "",
    }
    return render(request, "satisfaction/improvement_list.html", context)


def actions_of(user, parameters: Mapping[str, str]) -> tuple[QuerySet, str, str]:
    """The actions that the address asks for, with their state and measure."""
    shown = parameters.get("show") if parameters.get("show") in SHOWN else "open"
    measure = parameters.get("measure", "")
    rows = ImprovementAction.objects.visible_to(user).filter(state=shown)
    if measure in ImprovementAction.Measure.values:
        rows = rows.filter(measure=measure)
    else:
        measure = ""
    return rows.select_related("owner"), shown, measure


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def improvement_create(request):
    """A new action; the address may say of which measure."""
    initial = {"measure": request.GET.get("measure", ""), "owner": request.user.pk}
    form = ImprovementForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.create_action(by=request.user, values=form.values)
        messages.success(request, _("The action is on the list."))
        return redirect("satisfaction:improvements")
    return render(request, "satisfaction/improvement_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def improvement_edit(request, pk: int):
    """Edit an action, or say what came of it."""
    action = get_object_or_404(ImprovementAction.objects.visible_to(request.user), pk=pk)
    name = action.what  # the form writes into the action
    form = ImprovementForm(request.POST or None, instance=action)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_action(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("satisfaction:improvements")
    context = {"form": form, "action": action, "name": name}
    return render(request, "satisfaction/improvement_form.html", context, status=form.status)
