"""What we hear from all eight sources, and the plan by which it is collected."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts.access import only_managers, only_with_worth
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.models import Touchpoint
from satisfaction.forms.feedback import CollectionPlanForm
from satisfaction.models import CollectionPlan, Measure, Source
from satisfaction.services import feedback as services
from satisfaction.services.heard import Heard, Line
from satisfaction.services.heard import heard as hear
from satisfaction.views import words


@require_safe
@only_with_worth
def heard(request):
    """By source and month, by measure and by touchpoint, over twelve months."""
    today = Installation.cached().today()
    found = hear(request.user, today)
    plans = {row["source"]: row for row in plan_rows(today)}
    context = {
        "months": found.months,
        "sources": [_source(found, source, plans[source]) for source in Source.values],
        "measures": [
            line_of(found.by_measure[one.value], one.label, f"dimension={one.value}")
            for one in Measure
            if one.value in found.by_measure
        ],
        "touchpoints": touchpoint_lines(found),
    }
    return render(request, "satisfaction/heard.html", context)


def _source(found: Heard, source: str, plan: dict) -> dict:
    months = found.by_source[source]
    numbers = [months[month] for month in found.months]
    pages = {
        Source.COMPLAINTS: reverse("complaints:queue"),
        Source.SURVEYS: reverse("satisfaction:responses"),
    }
    listed = f"{reverse('satisfaction:feedback')}?source={source}"
    return {
        **plan,
        "label": Source(source).label,
        "url": pages.get(source, listed),
        "numbers": numbers,
        "total": sum(numbers),
        # Of answers the scores below tell, not their number.
        "bad": None if source == Source.SURVEYS else found.bad[source],
    }


def touchpoint_lines(found: Heard) -> list[dict]:
    """All touchpoints in use in their order, and those out of use of which something was heard."""
    return [
        line_of(found.by_touchpoint.get(one.pk, Line()), str(one), f"touchpoint={one.pk}")
        | {"touchpoint": one}
        for one in Touchpoint.objects.select_related("owner")
        if one.is_active or one.pk in found.by_touchpoint
    ]


def line_of(line: Line, label: str, query: str) -> dict:
    return {
        "label": label,
        "heard": line.heard,
        "bad": line.bad,
        "complaints": line.complaints,
        "score": words.score(line.score.value),
        "between": words.between(line.score),
        "n": line.score.n,
        "url": f"{reverse('satisfaction:feedback')}?{query}",
    }


def plan_rows(today) -> list[dict]:
    """Each source with its plan, planned or not, when it was last heard, and how late it is."""
    plans = {plan.source: plan for plan in CollectionPlan.objects.select_related("in_charge")}
    last = services.last_heard()
    rows = []
    for source in Source:
        plan = plans.get(source.value) or CollectionPlan(source=source.value)
        day = last.get(source.value)
        late = services.days_overdue(plan, day, today)
        rows.append(
            {
                "source": source.value,
                "label": source.label,
                "plan": plan,
                "is_planned": bool(plan.version),
                "last": day,
                "days_late": late or 0,
            }
        )
    return rows


@require_safe
@only_with_worth
def plan(request):
    """How each source is collected, analysed, acted on and verified; what is overdue."""
    rows = plan_rows(Installation.cached().today())
    late = [row["label"] for row in rows if row["days_late"]]
    return render(request, "satisfaction/plan.html", {"rows": rows, "late": late})


@require_http_methods(["GET", "HEAD", "POST"])
@only_managers
def plan_edit(request, source: str):
    """The plan of one source, its first time too."""
    if source not in Source.values:
        raise Http404
    found = CollectionPlan.objects.filter(source=source).first() or CollectionPlan(source=source)
    form = CollectionPlanForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_plan(
                source=source,
                version=form.opened_version,
                values=form.values,
                actor=request.user,
            )
        except NewerChange as newer:
            form = form.merged(newer.current)
        else:
            messages.success(request, _("Saved."))
            return redirect("satisfaction:plan")
    context = {"form": form, "label": Source(source).label}
    return render(request, "satisfaction/plan_form.html", context, status=form.status)
