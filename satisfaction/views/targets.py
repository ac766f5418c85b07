"""Targets of satisfaction by tier: all of them, a new one, editing; managers edit, others read."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from satisfaction.forms.targets import TargetForm
from satisfaction.models import SatisfactionTarget
from satisfaction.services import targets as services
from satisfaction.services.waves import Refused


@require_safe
@only_with_worth
def targets(request):
    """Those that hold today, those to come, and those that once held."""
    holding = {one.pk for one in services.holding(Installation.cached().today())}
    rows = list(SatisfactionTarget.objects.all())
    today = Installation.cached().today()
    for row in rows:
        row.holds, row.is_to_come = row.pk in holding, row.from_on > today
    return render(request, "satisfaction/target_list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def target_create(request):
    form = TargetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.create_target(values=form.values)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, _("The target is set."))
            return redirect("satisfaction:targets")
    return render(request, "satisfaction/target_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def target_edit(request, pk: int):
    """Correct a target; one that changes from a day on is a new one."""
    target = get_object_or_404(SatisfactionTarget, pk=pk)
    form = TargetForm(request.POST or None, instance=target)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_target(pk=pk, version=form.opened_version, values=form.values)
        except NewerChange as newer:
            form = form.merged(newer.current)
        except Refused as refused:
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("satisfaction:targets")
    context = {"form": form, "target": target}
    return render(request, "satisfaction/target_form.html", context, status=form.status)
