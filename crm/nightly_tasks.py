"""Tasks of the night and of what spans all floors: thin, and safe to run twice."""

from celery import shared_task
from django.core.management import call_command

from crm import hooks, nightly, notices
from crm.platform import jobs
from crm.platform.models import Installation, Job
from lifecycle.services import backtests, runs


@shared_task(name="crm.work_step")
def work_step(job_id: int) -> str | None:
    """Do one step of a run, then ring for the next one, or for the next night that was missed."""
    job = Job.objects.filter(pk=job_id, kind=Job.Kind.NIGHTLY).first()
    if job is None:
        return None
    try:
        step = nightly.work_step(job_id)
    except jobs.StaleClaim:
        return None
    if step is None:
        return None
    job.refresh_from_db()
    if job.is_open:
        jobs.ring(job)
    elif job.state == Job.State.DONE:
        start_nightly_if_due.delay()
    return str(step)


@shared_task(name="crm.start_nightly_if_due")
def start_nightly_if_due() -> str | None:
    """Start the first night that is due and not computed; the next follows when it is done."""
    if Installation.get().is_demo:
        # The demo company goes on buying, or all its customers would seem to leave.
        call_command("demo", advance=True, verbosity=0)
    supply = runs.supply()
    if runs.open_run() is not None or supply is None or supply.stopped:
        return None
    dates = runs.due_dates(supply.until)
    if not dates:
        return None
    run = runs.request(as_of=dates[0]).run
    jobs.ring(run.job)
    return str(run)


@shared_task(name="crm.backtest_if_due")
def backtest_if_due() -> str | None:
    """Once a week, test the forecast at the newest date whose horizon has passed."""
    result = backtests.run_if_due()
    return result and str(result)


@shared_task(name="crm.tell_watchers")
def tell_watchers() -> int:
    """Tell those who watch customers of changed tiers and stages, and of complaints."""
    return notices.sweep()


@shared_task(name="crm.find_hook_events")
def find_hook_events() -> int:
    """Write down what web hooks have to be told."""
    return hooks.find_events()


@shared_task(name="crm.send_hooks", time_limit=600)
def send_hooks() -> int:
    """Tell other systems what waits for them."""
    return hooks.send_due()
