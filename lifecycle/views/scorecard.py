"""The scorecard: everybody who sees worth reads it, managers change it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from crm.platform.words import percent, share
from lifecycle.forms.scorecard import CriterionForm
from lifecycle.models import Criterion
from lifecycle.portfolio import Cuts
from lifecycle.services import scorecard as services
from lifecycle.services.assessments import would_move


@require_safe
@only_with_worth
def scorecard(request):
    """All questions by part, with their weights; those out of use below."""
    criteria = list(Criterion.objects.all())
    parts = []
    for part in Criterion.Part:
        rows = [one for one in criteria if one.part == part and one.is_active]
        weights = sum(one.weight for one in rows)
        for one in rows:
            one.share = percent(share(one.weight, weights))
        parts.append({"key": part.value, "label": part.label, "rows": rows})
    context = {"parts": parts, "retired": [one for one in criteria if not one.is_active]}
    return render(request, "lifecycle/scorecard.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def criterion_create(request):
    """A further question."""
    initial = {"part": request.GET.get("part", "")}
    form = CriterionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.create_criterion(values=form.values)
        messages.success(request, _("The question is asked from now on."))
        return redirect("value:scorecard")
    return render(request, "lifecycle/criterion_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def criterion_edit(request, pk: int):
    """Edit a question; on demand first shows what another weight would do."""
    criterion = get_object_or_404(Criterion, pk=pk)
    before, name = criterion.weight, str(criterion)  # the form writes into the criterion
    form = CriterionForm(request.POST or None, instance=criterion)
    effect = ""
    if request.method == "POST" and form.is_valid():
        if "look" in request.POST:
            effect = _effect(criterion, form.values["weight"])
        else:
            try:
                services.edit_criterion(pk=pk, version=form.opened_version, values=form.values)
            except NewerChange as newer:
                form = form.merged(newer.current)
            else:
                messages.success(request, _("Saved."))
                return redirect("value:scorecard")
    context = {
        "form": form,
        "criterion": criterion,
        "name": name,
        "effect": effect,
        "before": before,
    }
    return render(request, "lifecycle/criterion_form.html", context, status=form.status)


def _effect(criterion: Criterion, weight: int) -> str:
    cuts = Cuts.of(Installation.cached())
    weighed, moved = would_move(criterion=criterion, weight=weight, cuts=cuts)
    return ngettext(
        "With weight %(weight)s, %(moved)s of %(weighed)s assessed customer would stand in another"
        " cell of the portfolio matrix.",
        "With weight %(weight)s, %(moved)s of %(weighed)s assessed customers would stand in another"
        " cell of the portfolio matrix.",
        weighed,
    ) % {"weight": weight, "moved": moved, "weighed": weighed}
