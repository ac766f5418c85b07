"""Improvement actions: all of them, a new one, editing; managers edit, others read."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from crm.platform.words import whole
from customers.querysets import Order, keyset_page
from satisfaction.analytics import Comparison, mean
from satisfaction.forms.improvement import ImprovementForm, VerdictForm
from satisfaction.models import BURDENS, ImprovementAction
from satisfaction.services import improvement as services
from satisfaction.views import words

PAGE_SIZE = 40
# Amounts are for managers, and so is their order.
ORDERS = {"": Order("due_on"), "value": Order("affected_value", descending=True)}
SHOWN = {
    "open": gettext_lazy("Open"),
    "done": gettext_lazy("Done"),
    "dropped": gettext_lazy("Dropped"),
}


@require_safe
@only_with_worth
def improvements(request):
    """Open ones by when they are due, or by the value of the customers whom they are for."""
    rows, shown, measure = actions_of(request.user, request.GET)
    sort = sort_of(request.user, request.GET)
    page = keyset_page(rows, ORDERS[sort], request.GET.get("page", ""), PAGE_SIZE)
    today = Installation.cached().today()
    for action in page.rows:
        action.days_late = (today - action.due_on).days if action.is_open else 0
        action.moved = words.change(found) if (found := services.comparison_of(action)) else {}
    kept = {"show": shown, **({"measure": measure} if measure else {})}
    kept |= {"sort": sort} if sort else {}
    context = {
        "rows": page.rows,
        "shown": shown,
        "measure": measure,
        "sort": sort,
        "sorts": [("", _("when due")), ("value", _("value of the customers affected"))],
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


def sort_of(user, parameters: Mapping[str, str]) -> str:
    sort = parameters.get("sort", "")
    return sort if user.is_manager and sort in ORDERS else ""


@require_safe
@only_with_worth
def improvement(request, pk: int):
    """One action, from what was found to whether it helped."""
    actions = ImprovementAction.objects.visible_to(request.user)
    people = actions.select_related("owner", "verified_by", "wave_before", "wave_after")
    return _page(request, get_object_or_404(people, pk=pk))


def _page(request, action: ImprovementAction, form: VerdictForm | None = None):
    comparison = services.comparison_of(action)
    proposed = services.proposed_verdict(action)
    may_verify = services.may_verify(request.user, action) and comparison is not None
    if may_verify and form is None:
        initial = {"verdict": action.verdict or proposed, "words": action.verification}
        form = VerdictForm(initial=initial)
    context = {
        "action": action,
        "sides": [_side(action, *side) for side in _SIDES],
        "moved": words.change(comparison) if comparison else {},
        "between": _ends(comparison),
        "proposed": ImprovementAction.Verdict(proposed).label if proposed else "",
        "is_burden": action.gauge in BURDENS,
        "form": form if may_verify else None,
        "days_late": (Installation.cached().today() - action.due_on).days if action.is_open else 0,
    }
    return render(request, "satisfaction/improvement_detail.html", context)


_SIDES = (
    ("before", gettext_lazy("Before"), "wave_before"),
    ("after", gettext_lazy("After"), "wave_after"),
)


def _side(action: ImprovementAction, key: str, label: str, wave: str) -> dict:
    """The measure in one of both waves."""
    estimate = mean(services.moments_of(action, key))
    return {
        "label": label,
        "wave": getattr(action, wave),
        "score": words.score(estimate.value),
        "between": words.between(estimate),
        "n": estimate.n,
    }


def _ends(comparison: Comparison | None) -> str:
    if comparison is None or comparison.low is None:
        return words.NOTHING
    ends = {"low": whole(comparison.low), "high": whole(comparison.high)}
    return _("%(low)s to %(high)s") % ends


@require_POST
@only_with_worth
def improvement_verify(request, pk: int):
    """The verdict of the verifier, on the figures of both waves."""
    actions = ImprovementAction.objects.visible_to(request.user)
    people = actions.select_related("owner", "verified_by", "wave_before", "wave_after")
    action = get_object_or_404(people, pk=pk)
    if not services.may_verify(request.user, action):
        raise PermissionDenied
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, action, form)
    try:
        services.verify_action(action=action, by=request.user, **form.cleaned_data)
    except services.NotComparedError:
        messages.error(request, _("There is no later wave yet that has answers on this measure."))
    else:
        messages.success(request, _("The verdict is written down."))
    return redirect("satisfaction:improvement", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def improvement_create(request):
    """A new action; the address may say of which measure."""
    named = ("measure", "gauge", "wave_before", "finding")
    initial = {name: request.GET.get(name, "") for name in named} | {"owner": request.user.pk}
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
            return redirect("satisfaction:improvement", pk)
    context = {"form": form, "action": action, "name": name}
    return render(request, "satisfaction/improvement_form.html", context, status=form.status)
