"""Work on many customers of the list: what it would touch, doing it, undoing it."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.access import only_with_worth
from crm.accounts.services import Refused
from crm.platform.words import whole
from customers.forms.list_settings import plain_query
from customers.forms.mass import FORMS
from customers.models import MassAction
from customers.services import mass as services
from customers.views.selection import selection_of

REASONS = {
    MassAction.Kind.TAG: gettext_lazy("have the tag already"),
    MassAction.Kind.UNTAG: gettext_lazy("don't have the tag"),
    MassAction.Kind.TASK: gettext_lazy("have the same task open"),
}
LEFT = {
    "unseen": gettext_lazy("are out of your sight"),
    "nobody": gettext_lazy("have no account manager who could do it"),
    "blind": gettext_lazy("are not seen by the person chosen"),
}
EXPORT = "export"  # not done here: the rows go out by the way of every list
TITLES = {
    MassAction.Kind.TAG: gettext_lazy("Add a tag"),
    MassAction.Kind.UNTAG: gettext_lazy("Take a tag away"),
    MassAction.Kind.TASK: gettext_lazy("Make tasks"),
}


@require_POST
@only_with_worth
def mass(request):
    """First what to do, then how many it touches and why not the others; then it is done.

    `step`: empty from the list, `count` to see, `do` to act.
    """
    kind, step = request.POST.get("kind", ""), request.POST.get("step", "")
    if kind == EXPORT:
        return redirect(_export_address(request))
    if kind not in FORMS:
        return HttpResponseBadRequest(_("Choose what to do with the customers."))
    selection = selection_of(request)
    if not selection:
        messages.info(request, _("Tick the customers first, or all of the filter."))
        return redirect("customers:list")
    form = FORMS[kind](request.POST if step else None, user=request.user, kind=kind)
    found = None
    if step and form.is_valid():
        submission = _submission(request)
        if step == "do" and submission:
            action = services.act(
                by=request.user,
                customer_ids=selection.ids,
                order=form.order,
                submission=submission,
            )
            address = reverse("customers:mass_action", args=[action.pk])
            kept = "?" + urlencode({"query": selection.query}) if selection.query else ""
            return redirect(address + kept)
        found = services.preview(by=request.user, customer_ids=selection.ids, order=form.order)
    context = {
        "kind": kind,
        "title": TITLES[kind],
        "selection": selection,
        "chosen": len(selection.ids),
        "form": form,
        "preview": found,
        "left": found and _left(kind, vars(found)),
        "submission": uuid.uuid4(),
    }
    return render(request, "customers/mass.html", context)


def _export_address(request) -> str:
    """Where the ticked rows, or all of the filter, are taken out as a file."""
    chosen = [("all", "1")] if request.POST.get("all") else []
    if not chosen:
        chosen = [("customer", str(pk)) for pk in selection_of(request).ids]
    query = request.POST.get("query", "")
    return reverse("export", args=["customers"]) + "?" + urlencode([*chosen, ("query", query)])


def _submission(request) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return None


def _left(kind: str, counts: dict) -> list[tuple[str, int]]:
    """Why how many are not touched, in words."""
    words = {"same": REASONS[kind], **LEFT}
    return [(label, counts[name]) for name, label in words.items() if counts.get(name)]


def _visible(request, pk: int) -> MassAction:
    """Of who did it, and for managers of anybody."""
    action = get_object_or_404(MassAction.objects.select_related("by"), pk=pk)
    if action.by_id != request.user.pk and not request.user.is_manager:
        raise Http404
    return action


@require_safe
@only_with_worth
def mass_action(request, pk: int):
    """What was done to how many, and the way back."""
    action = _visible(request, pk)
    if action.kind == MassAction.Kind.ASSIGN:
        return redirect("handover", action.values["handover"])
    context = {
        "action": action,
        "title": TITLES[action.kind],
        "left": _left(action.kind, action.values.get("left", {})),
        "query": plain_query(request.GET.get("query", "")),
    }
    return render(request, "customers/mass_action.html", context)


@require_POST
@only_with_worth
def mass_undo(request, pk: int):
    """Put back what was not changed since."""
    action = _visible(request, pk)
    if action.kind == MassAction.Kind.ASSIGN:
        raise Http404  # a handover is taken back on its own page
    try:
        undone = services.undo(by=request.user, pk=pk)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("customers:mass_action", pk)
    messages.success(
        request, _("Put back: %(count)s customers.") % {"count": whole(len(undone.back))}
    )
    if undone.left:
        words = _("Left alone, since they were changed since: %(count)s.")
        messages.warning(request, words % {"count": whole(undone.left)})
    return redirect("customers:mass_action", pk)
