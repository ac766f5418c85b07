"""Long work in steps that workers claim for a while; the truth is in PostgreSQL.

A claim is a lease and a fencing number. The lease is renewed while the step runs; when its owner
dies, another takes the step over and raises the number, and whoever still writes under an old one
is refused, since `finish` is part of the transaction of the step's writes.
"""

import contextlib
import datetime as dt
import os
import socket
import threading
import time
import traceback
from collections.abc import Collection, Sequence

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerUnreachable

from crm.celery import app
from crm.embedded.processes import is_alive
from crm.platform.models import Job, JobStep

LEASE = dt.timedelta(seconds=40)
RENEW_SECONDS = 10.0
PAUSE_AFTER_FAILURE = dt.timedelta(seconds=5)
MOST_FAILURES = 3
# A step that takes its worker with it each time (out of memory) ends here, not never.
MOST_CLAIMS = 50

# After a bell that stayed silent, others are not waited for.
SILENT_SECONDS = 30
_silent_until = 0.0

CONNECTION_FAULTS = (OperationalError, InterfaceError)

# Who answers when a job of the kind has work: names of tasks, since they live on higher floors.
DOORBELLS = {
    Job.Kind.NIGHTLY: "crm.work_step",
    Job.Kind.IMPORT: "customers.commit_import",
    Job.Kind.EXPORT: "crm.write_export",
    Job.Kind.BACKTEST: "lifecycle.run_backtest",
    Job.Kind.TERMS: "complaints.work_on_terms",
}

# A lease far in the future was written before the clock was set back: it counts as passed.
LEASE_PASSED = (
    "(s.lease_until IS NULL OR s.lease_until < clock_timestamp()"
    " OR s.lease_until > clock_timestamp() + %(most)s)"
)
# A step that could be claimed now.
CLAIMABLE = f"""
    s.state <> 'done' AND {LEASE_PASSED} AND NOT EXISTS (
        SELECT 1 FROM platform_jobstep lower
        WHERE lower.job_id = s.job_id AND lower.position < s.position AND lower.state <> 'done')
"""  # noqa: S608 -- no value in it
CLAIM = f"""
    UPDATE platform_jobstep claimed SET state = 'running', owner = %(owner)s,
        lease_until = clock_timestamp() + %(lease)s, fence = fence + 1
    WHERE id = (
        SELECT s.id FROM platform_jobstep s JOIN platform_job j ON j.id = s.job_id
        WHERE s.job_id = %(job)s AND j.state IN ('waiting', 'running') AND {CLAIMABLE}
        ORDER BY s.position, s.shard, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
    RETURNING id
"""  # noqa: S608 -- no value in it
DUE = f"""
    SELECT j.id FROM platform_job j
    WHERE j.state IN ('waiting', 'running') AND (
        NOT EXISTS (SELECT 1 FROM platform_jobstep s WHERE s.job_id = j.id)
        OR EXISTS (SELECT 1 FROM platform_jobstep s WHERE s.job_id = j.id AND {CLAIMABLE}))
    ORDER BY j.id
"""  # noqa: S608 -- no value in it


class StaleClaim(Exception):  # noqa: N818 -- an outcome, no fault
    """The step was taken over by somebody else: nothing of this worker's may be written."""


def worker_name() -> str:
    """This process, so that others of the same machine can see whether it still lives."""
    return f"{socket.gethostname()}:{os.getpid()}"


@transaction.atomic
def create_job(*, kind: str, steps: Sequence[tuple[str, int]] = (), started_by=None) -> Job:
    """Make a job of (name, shards) steps; those without steps are planned by who answers."""
    job = Job.objects.create(kind=kind, started_by=started_by)
    if steps:
        add_steps(job=job, steps=steps)
    return job


@transaction.atomic
def add_steps(*, job: Job, steps: Sequence[tuple[str, int]], beside: Collection[str] = ()) -> None:
    """Plan a job that has no steps yet; a second planner finds it done.

    Each step waits for those before it, unless its name is in `beside`: then it is done side by
    side with the one before.
    """
    Job.objects.select_for_update().get(pk=job.pk)
    if job.steps.exists():
        return
    rows, position = [], -1
    for name, shards in steps:
        position += name not in beside
        rows += [
            JobStep(job=job, position=position, name=name, shard=shard) for shard in range(shards)
        ]
    JobStep.objects.bulk_create(rows)
    Job.objects.filter(pk=job.pk).update(total=len(rows))


@transaction.atomic
def claim(job_id: int, worker: str | None = None) -> JobStep | None:
    """Take the next step that nobody has, or None: all are done, held, or wait for others."""
    worker = worker or worker_name()
    found = _claim(job_id, worker)
    if found is None and _let_go_of_the_dead(job_id):
        found = _claim(job_id, worker)
    if found is None:
        return None
    step = JobStep.objects.select_related("job").get(pk=found)
    if step.fence > MOST_CLAIMS:
        fail_job(job_id, f"{step}: given up after {MOST_CLAIMS} claims")
        return None
    Job.objects.filter(pk=job_id).update(phase=step.name)
    Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, started_at=timezone.now()
    )
    return step


def _claim(job_id: int, worker: str) -> int | None:
    values = {"owner": worker, "lease": LEASE, "most": 2 * LEASE, "job": job_id}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        row = cursor.fetchone()
    return row and row[0]


def _let_go_of_the_dead(job_id: int) -> bool:
    """End the leases of this machine's processes that are gone, without waiting for the time."""
    here = socket.gethostname() + ":"
    held = JobStep.objects.filter(job=job_id, state=JobStep.State.RUNNING, owner__startswith=here)
    freed = 0
    for step in held:
        if not _lives(step.owner):
            same_claim = JobStep.objects.filter(pk=step.pk, fence=step.fence)
            freed += same_claim.update(lease_until=None)
    return bool(freed)


def _lives(owner: str) -> bool:
    pid = owner.rpartition(":")[2]
    return pid.isdigit() and is_alive(int(pid))


def is_held(job_id: int, *, but: str = "") -> bool:
    """Whether a living worker (other than `but`) has a step of the job."""
    _let_go_of_the_dead(job_id)
    held = JobStep.objects.filter(job=job_id, state=JobStep.State.RUNNING)
    return held.filter(lease_until__gt=timezone.now()).exclude(owner=but).exists()


def renew(step: JobStep) -> bool:
    """Prolong the claim; False when somebody else has taken over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_jobstep SET lease_until = clock_timestamp() + %s"
            " WHERE id = %s AND fence = %s AND state = 'running'",
            [LEASE, step.pk, step.fence],
        )
        return cursor.rowcount == 1


def finish(step: JobStep, *, rows: int, seconds: float) -> None:
    """Mark the step done, in the transaction of its writes; refused when the claim has passed."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("finish belongs to the step's transaction")
    mine = JobStep.objects.filter(pk=step.pk, fence=step.fence, state=JobStep.State.RUNNING)
    if not mine.update(state=JobStep.State.DONE, rows=rows, seconds=seconds, lease_until=None):
        raise StaleClaim(str(step))
    # The lock on the job's row makes steps that finish at once see each other.
    Job.objects.filter(pk=step.job_id).update(done=F("done") + 1)
    if not JobStep.objects.filter(job=step.job_id).exclude(state=JobStep.State.DONE).exists():
        Job.objects.filter(pk=step.job_id).update(
            state=Job.State.DONE, phase="", error="", finished_at=timezone.now()
        )


@transaction.atomic
def give_back(step: JobStep, error: str, *, counts: bool) -> None:
    """Let others have a step that broke off; a few failures that count fail the job."""
    mine = JobStep.objects.filter(pk=step.pk, fence=step.fence, state=JobStep.State.RUNNING)
    pause = timezone.now() + PAUSE_AFTER_FAILURE if counts else None
    if not mine.update(
        state=JobStep.State.WAITING, failures=F("failures") + int(counts), lease_until=pause
    ):
        return
    Job.objects.filter(pk=step.job_id).update(error=error)
    step.refresh_from_db(fields=["failures"])
    if step.failures >= MOST_FAILURES:
        fail_job(step.job_id, error)


def fail_job(job_id: int, error: str) -> None:
    Job.objects.filter(pk=job_id).update(
        state=Job.State.FAILED, error=error, finished_at=timezone.now()
    )


@transaction.atomic
def reopen(job: Job) -> None:
    """Let a failed job go on where it stopped."""
    JobStep.objects.filter(job=job).exclude(state=JobStep.State.DONE).update(
        state=JobStep.State.WAITING, lease_until=None, failures=0, fence=F("fence") + 1
    )
    Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.RUNNING, error="", finished_at=None
    )


class Hold:
    """Keeps a claim alive while its step runs, and records how it failed if it did.

    Used as `with Hold(step):`; the failure goes on to the caller.
    """

    def __init__(self, step: JobStep):
        self.step = step
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"hold-{step.pk}", daemon=True)

    def __enter__(self) -> "Hold":
        self.began = time.monotonic()
        self._thread.start()
        return self

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)

    def _renew(self) -> None:
        try:
            while not self._over.wait(RENEW_SECONDS):
                try:
                    if not renew(self.step):
                        return
                except (DatabaseError, InterfaceError):
                    # The server may be restarting; the lease says how long there is to try.
                    connection.close()
        finally:
            connection.close()

    def __exit__(self, kind, error, trace) -> None:
        self._over.set()
        self._thread.join()
        if error is None or isinstance(error, StaleClaim):
            return
        # A lost connection, a deadlock or a person's Ctrl-C says nothing against the step.
        counts = isinstance(error, Exception) and not isinstance(error, CONNECTION_FAULTS)
        text = "".join(traceback.format_exception_only(error)).strip()[:2000]
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        with contextlib.suppress(*CONNECTION_FAULTS):
            give_back(self.step, text, counts=counts)


def _due_ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"most": 2 * LEASE})
        return [row[0] for row in cursor.fetchall()]


def due_jobs() -> list[Job]:
    """Open jobs with a step that could be claimed, or with none planned yet."""
    return list(Job.objects.filter(pk__in=_due_ids()).order_by("pk"))


def has_due(job_id: int) -> bool:
    """Whether somebody else could help with the job now."""
    return job_id in _due_ids()


def ring(job: Job) -> bool:
    """Tell the workers that a job has work; False when the doorbell (Redis) is out of order."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        app.send_task(DOORBELLS[job.kind], args=[job.pk], retry=False)
    except BrokerUnreachable:
        _silent_until = time.monotonic() + SILENT_SECONDS
        return False
    return True


def sweep() -> int:
    """Ring for every open job with work that nobody does, whatever Redis has forgotten."""
    open_jobs = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    for job_id in open_jobs.values_list("pk", flat=True):
        _let_go_of_the_dead(job_id)
    return sum(ring(job) for job in due_jobs())
