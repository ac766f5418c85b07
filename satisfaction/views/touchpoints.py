"""Touchpoints: where customers meet us, who answers for them, and what is heard of each."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from complaints.services.lists import create_entry, edit_entry
from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.models import Touchpoint
from satisfaction.forms.touchpoints import TouchpointForm
from satisfaction.services.heard import heard
from satisfaction.views.heard import touchpoint_lines


@require_safe
@only_with_worth
def touchpoints(request):
    """Each with its owner and standard, its satisfaction, complaints and feedback of a year."""
    found = heard(request.user, Installation.cached().today())
    shown = touchpoint_lines(found)
    known = {line["touchpoint"].pk for line in shown}
    retired = [one for one in Touchpoint.objects.filter(is_active=False) if one.pk not in known]
    context = {"lines": shown, "retired": retired}
    return render(request, "satisfaction/touchpoint_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def touchpoint_create(request):
    form = TouchpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry = create_entry(actor=request.user, model=Touchpoint, values=form.values)
        messages.success(request, _("%(name)s is offered from now on.") % {"name": entry})
        return redirect("satisfaction:touchpoints")
    context = {"form": form, "title": _("New touchpoint")}
    return render(request, "satisfaction/touchpoint_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def touchpoint_edit(request, pk: int):
    """Rename it, say who answers for it, move it or take it out of use."""
    entry = get_object_or_404(Touchpoint, pk=pk)
    title = _("Edit %(name)s") % {"name": entry}
    form = TouchpointForm(request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        try:
            edit_entry(
                actor=request.user,
                model=Touchpoint,
                pk=pk,
                version=form.opened_version,
                values=form.values,
            )
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("satisfaction:touchpoints")
    context = {"form": form, "title": title}
    return render(request, "satisfaction/touchpoint_form.html", context, status=form.status)
