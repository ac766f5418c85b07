"""Nightly runs: what the last ones did, how far the present one is, and a button to start one."""

from django.contrib import messages
from django.db.models import Count, Min, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.access import only_managers
from crm.platform import jobs
from crm.platform.models import Installation, Job
from crm.platform.words import share
from lifecycle.models import NightlyRun
from lifecycle.nightly_words import STEP_NAMES, warning_words
from lifecycle.run_words import parameters
from lifecycle.services import runs
from lifecycle.views.shared import day


@require_safe
@only_managers
def nightly_runs(request):
    found = list(NightlyRun.objects.newest())
    latest = next((run for run in found if run.job.state == Job.State.DONE), None)
    open_run = next((run for run in found if run.job.is_open), None)
    context = {
        "open_run": open_run,
        **_phase(open_run),
        "latest": latest,
        "steps": _steps(latest),
        "warnings": warning_words(latest.warnings) if latest else [],
        "runs": found,
        "supply": runs.supply(),
    }
    return render(request, "lifecycle/nightly_runs.html", context)


@require_POST
@only_managers
def nightly_start(request):
    """Start the first night that is due, or the newest again if its data changed."""
    try:
        found = runs.request(as_of=runs.nights_to_compute()[0], started_by=request.user)
    except runs.OtherRunOpen as other:
        messages.info(request, _("The night of %s is at work already.") % day(other.run.as_of))
        return redirect("value:nightly_runs")
    if found.is_done:
        messages.info(
            request,
            _("Nothing to do: neither dealings nor settings have changed since the night of %s.")
            % day(found.run.as_of),
        )
    elif jobs.ring(found.run.job):
        messages.success(request, _("The night of %s is being computed.") % day(found.run.as_of))
    else:
        text = _(
            "The night of %s is noted. The workers can't be told at the moment; it starts when"
            " they look again, within a minute or two."
        )
        messages.warning(request, text % day(found.run.as_of))
    return redirect("value:nightly_runs")


@require_safe
@only_managers
def nightly_progress(request, pk: int):
    """How far a run is; polled by its page, which is loaded anew at the end."""
    run = get_object_or_404(NightlyRun.objects.select_related("job"), pk=pk)
    response = render(request, "lifecycle/_nightly_progress.html", {"open_run": run, **_phase(run)})
    if not run.job.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@only_managers
def nightly_run(request, pk: int):
    """One run, whole: steps, times and rows, what its figures rest on beside the night before."""
    run = get_object_or_404(NightlyRun.objects.select_related("job"), pk=pk)
    former = NightlyRun.objects.done().filter(as_of__lt=run.as_of).order_by("-as_of").first()
    steps = _detailed(run)
    seconds = sum(step["seconds"] for step in steps)
    shown = parameters(
        run.models_used, former and former.models_used, Installation.cached().currency
    )
    context = {
        "run": run,
        "former": former,
        "steps": steps,
        "seconds": seconds,
        "rate": share(sum(step["rows"] for step in steps), seconds),
        "started": _started(run),
        "warnings": warning_words(run.warnings),
        "parameters": shown,
        "moved": sum(one.has_moved for one in shown),
    }
    return render(request, "lifecycle/nightly_run.html", context)


def _started(run: NightlyRun) -> str:
    at = run.job.started_at
    return _("started %s") % date_format(localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


def _detailed(run: NightlyRun) -> list[dict]:
    """The steps with their shards and how many rows a second of work they made."""
    sums = (
        run.job.steps.values("name")
        .annotate(
            first=Min("pk"), shards=Count("pk"), sum_rows=Sum("rows"), sum_seconds=Sum("seconds")
        )
        .order_by("first")
    )
    return [
        {
            "label": STEP_NAMES.get(step["name"], step["name"]),
            "shards": step["shards"],
            "rows": step["sum_rows"],
            "seconds": step["sum_seconds"],
            "rate": step["sum_rows"] / step["sum_seconds"] if step["sum_seconds"] else None,
        }
        for step in sums
    ]


def _phase(run: NightlyRun | None) -> dict:
    return {"phase": STEP_NAMES.get(run.job.phase, "")} if run else {}


def _steps(run: NightlyRun | None) -> list[dict]:
    """The steps of a run under the names that people read."""
    if run is None:
        return []
    return [{**step, "label": STEP_NAMES.get(step["name"], step["name"])} for step in run.steps()]
