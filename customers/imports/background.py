"""Imports of the page: checked, committed and undone by a worker, one job of one step each.

What the page shows is the run's row. The commit, the run's end and the step's end are one
transaction: a worker that was killed has written nothing, and the next one starts anew. So is an
undo. Whoever cancels it tells the worker by the run's row, or stops what no worker has begun.
"""

from dataclasses import asdict

from django.db import connection, transaction
from django.utils import timezone, translation

from crm.accounts.audit import Action, audit
from crm.platform import jobs
from crm.platform.acting import acting
from crm.platform.jobs import Hold
from crm.platform.models import Job, JobStep
from customers.imports.fields import Order
from customers.imports.progress import Cancelled, Progress
from customers.imports.refusals import Refused
from customers.imports.service import Result, run
from customers.imports.undo import UndoRefused, undo
from customers.imports.uploads import discard, path_of
from customers.models import ImportMapping, ImportRun
from customers.models.imports import WORKING

CHECK, COMMIT, UNDO = "check", "commit", "undo"
State = ImportRun.State
# From which states a step may start, and in which the run then is.
STARTS = {
    CHECK: (
        (State.UPLOADED, State.CHECKED, State.FAILED, State.CANCELLED),
        State.CHECKING,
    ),
    COMMIT: ((State.CHECKED,), State.COMMITTING),
    UNDO: ((State.DONE,), State.UNDOING),
}


@transaction.atomic
def start(*, import_run: ImportRun, step: str, by) -> bool:
    """Let a worker check, commit or undo the run; False when it is not the time for it."""
    locked = (
        ImportRun.objects.select_for_update(of=("self",))
        .select_related("job")
        .get(pk=import_run.pk)
    )
    allowed, state = STARTS[step]
    # A step whose job was given up may be started again.
    broke_off = locked.state == state and locked.is_broken
    if locked.state not in allowed and not broke_off:
        return False
    job = jobs.create_job(kind=Job.Kind.IMPORT, steps=[(step, 1)], started_by=by)
    ImportRun.objects.filter(pk=locked.pk).update(
        state=state, job=job, phase="", percent=0, refusal={}, undo_refusal={}, is_cancelled=False
    )
    transaction.on_commit(lambda: jobs.ring(job))
    return True


def cancel(*, import_run: ImportRun) -> bool:
    """Stop what is done with the run; False when nothing is. A worker stops within two seconds."""
    is_working = ImportRun.objects.filter(pk=import_run.pk, state__in=WORKING)
    if not is_working.update(is_cancelled=True):
        return False
    # What no worker has begun ends here.
    step = jobs.claim(import_run.job_id) if import_run.job_id else None
    if step is not None:
        with Hold(step) as hold:
            _end_cancelled(import_run, step, hold)
    return True


def _end_cancelled(import_run: ImportRun, step: JobStep, hold: Hold) -> None:
    """Nothing was written: an import is cancelled, an undo leaves it as it was."""
    state = State.DONE if step.name == UNDO else State.CANCELLED
    with transaction.atomic():
        ImportRun.objects.filter(pk=import_run.pk).update(state=state, phase="", percent=0)
        jobs.finish(step, rows=0, seconds=hold.seconds)


@transaction.atomic
def remember_match(*, import_run: ImportRun, mapping: dict, **settings) -> None:
    """Keep the match of columns with the run, and with its source for the next file."""
    ImportRun.objects.filter(pk=import_run.pk).update(mapping=mapping, **settings)
    ImportMapping.objects.update_or_create(
        source_id=import_run.source_id,
        kind=import_run.kind,
        defaults={"mapping": mapping, "date_order": settings.get("date_order", "")},
    )


def work(job_id: int) -> JobStep | None:
    """Do the job's step if nobody does it; None when there is nothing to do."""
    if not Job.objects.filter(pk=job_id, kind=Job.Kind.IMPORT).exists():
        return None
    step = jobs.claim(job_id)
    if step is None:
        return None
    import_run = ImportRun.objects.select_related("source", "started_by").filter(job=job_id).first()
    with Hold(step) as hold:
        if import_run is None:
            _end(step, hold)
            return step
        with (
            Progress(import_run.pk) as progress,
            translation.override(import_run.language or "en"),
            acting(step.job.started_by),
        ):
            try:
                with progress.stopping():
                    STEPS[step.name](import_run, step, hold, progress)
            except Cancelled:
                # On another connection: what broke off the import may still be on its way.
                if not connection.in_atomic_block:
                    connection.close()
                _end_cancelled(import_run, step, hold)
    return step


def _import(import_run: ImportRun, step: JobStep, hold: Hold, progress: Progress) -> None:
    """Check it, or commit it."""
    former = import_run.wrong_rows_name

    def finish(result: Result) -> None:
        state = State.DONE if step.name == COMMIT else State.CHECKED
        _record(import_run, result, state)
        jobs.finish(step, rows=result.counts.rows, seconds=hold.seconds)

    try:
        result = run(
            _order(import_run),
            commit=step.name == COMMIT,
            upload=True,
            report=progress.report,
            import_run=import_run,
            finish=finish,
        )
    except Refused as refused:
        with transaction.atomic():
            _change(
                import_run,
                state=State.FAILED,
                refusal={"code": refused.code, "params": refused.params},
            )
            jobs.finish(step, rows=0, seconds=hold.seconds)
        return
    if step.name == CHECK:
        with transaction.atomic():
            finish(result)
    else:
        discard(import_run.stored_name)
    discard(former)


def _undo(import_run: ImportRun, step: JobStep, hold: Hold, progress: Progress) -> None:
    """Take it back, or say why that can't be."""

    def finish() -> None:
        jobs.finish(step, rows=import_run.rows, seconds=hold.seconds)

    try:
        undo(
            import_run_id=import_run.pk,
            by=step.job.started_by,
            report=progress.report,
            finish=finish,
        )
    except UndoRefused as refused:
        with transaction.atomic():
            ImportRun.objects.filter(pk=import_run.pk).update(
                state=State.DONE, phase="", undo_refusal={"reasons": refused.reasons}
            )
            finish()


STEPS = {CHECK: _import, COMMIT: _import, UNDO: _undo}


def _end(step: JobStep, hold: Hold) -> None:
    """The run was deleted: its job has nothing to do."""
    with transaction.atomic():
        jobs.finish(step, rows=0, seconds=hold.seconds)


def _order(import_run: ImportRun) -> Order:
    return Order(
        kind=import_run.kind,
        path=str(path_of(import_run.stored_name)),
        source=import_run.source.code,
        mapping=import_run.mapping,
        create_customers=import_run.create_customers,
        dates=import_run.date_order,
    )


def _record(import_run: ImportRun, result: Result, state: str) -> None:
    """What was found, or done, on the run's row; a commit goes to the audit log too."""
    file = result.wrong_rows_file
    figures = asdict(result.counts)
    _change(
        import_run,
        state=state,
        wrong_rows_name=file.name if file else "",
        first_wrong=result.first_wrong,
        preview=result.preview,
        traced=result.traced,
        percent=100,
        phase="",
        refusal={},
        **figures,
    )
    if state == State.DONE:
        audit(import_run.started_by, Action.IMPORT_COMMITTED, import_run.file_name, **figures)


def _change(import_run: ImportRun, **values) -> None:
    ImportRun.objects.filter(pk=import_run.pk).update(finished_at=timezone.now(), **values)
