"""Nightly runs: what the last ones did, how far the present one is, and a button to start one."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.access import only_managers
from crm.platform import jobs
from crm.platform.models import Job
from lifecycle.models import NightlyRun
from lifecycle.nightly_words import STEP_NAMES, warning_words
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


def _phase(run: NightlyRun | None) -> dict:
    return {"phase": STEP_NAMES.get(run.job.phase, "")} if run else {}


def _steps(run: NightlyRun | None) -> list[dict]:
    """The steps of a run under the names that people read."""
    if run is None:
        return []
    return [{**step, "label": STEP_NAMES.get(step["name"], step["name"])} for step in run.steps()]
