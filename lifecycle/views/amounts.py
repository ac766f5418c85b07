"""The page on which managers say what serving costs and what knowledge is worth."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.accounts.access import only_managers
from crm.platform.edits import NewerChange
from crm.platform.words import whole
from lifecycle.forms.amounts import ValueAmountsForm
from lifecycle.models import ValueAmounts
from lifecycle.services import amounts as services


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def amounts(request):
    """On demand it first shows what the typed amounts would come to."""
    occurred = services.occurred()
    stored = ValueAmounts.get()
    now = {name: getattr(stored, name) for name in ValueAmountsForm.Meta.fields}
    form = ValueAmountsForm(request.POST or None, instance=stored, occurred=occurred)
    effect = ""
    if request.method == "POST" and form.is_valid():
        if "look" in request.POST:
            effect = _effect(now, form.values, occurred or {})
        else:
            try:
                services.change(actor=request.user, version=form.opened_version, values=form.values)
            except NewerChange as newer:
                form = form.merged(newer.current, occurred=occurred)
            else:
                messages.success(request, _("Saved. Values follow with the next nightly run."))
                return redirect("value:amounts")
    context = {"form": form, "effect": effect, "counted": occurred is not None}
    return render(request, "lifecycle/amounts.html", context, status=form.status)


def _effect(now: dict, typed: dict, occurred: dict) -> str:
    before, after = services.year_of(now, occurred), services.year_of(typed, occurred)
    names = ("cost_before", "worth_before", "cost", "worth")
    return _(
        "Over the last twelve months, interactions would have cost %(cost)s (now: %(cost_before)s),"
        " and knowledge would have been worth %(worth)s (now: %(worth_before)s)."
    ) % dict(zip(names, map(whole, (*before, *after)), strict=True))
