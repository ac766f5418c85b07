import datetime as dt
import os
import subprocess
import sys
import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from crm.platform import jobs
from crm.platform.models import Job, JobStep

STEPS = (("first", 1), ("middle", 3), ("last", 1))


@pytest.fixture
def job(db):
    return jobs.create_job(kind=Job.Kind.NIGHTLY, steps=STEPS)


def take(job, worker="w:1"):
    return jobs.claim(job.pk, worker)


def done(step, rows=1):
    with transaction.atomic():
        jobs.finish(step, rows=rows, seconds=0.5)


def pass_lease(step):
    JobStep.objects.filter(pk=step.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))


def test_steps_of_a_lower_position_are_done_first(job):
    first = take(job)
    assert first.name == "first"
    assert take(job, "w:2") is None
    done(first)
    middle = [take(job, f"w:{n}") for n in range(3)]
    assert [step.shard for step in middle] == [0, 1, 2]
    assert take(job, "w:9") is None
    for step in middle:
        done(step)
    assert take(job).name == "last"


def test_a_job_is_done_when_its_last_step_is(job):
    while step := take(job):
        done(step)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.phase) == ("done", 5, 5, "")
    assert job.started_at <= job.finished_at
    assert take(job) is None


def test_the_phase_tells_which_step_runs(job):
    take(job)
    job.refresh_from_db()
    assert (job.state, job.phase) == ("running", "first")


def test_a_step_whose_lease_has_passed_is_taken_over_and_the_old_owner_refused(job):
    old = take(job)
    pass_lease(old)
    new = take(job, "w:2")
    assert (new.pk, new.fence) == (old.pk, old.fence + 1)
    assert not jobs.renew(old)
    with pytest.raises(jobs.StaleClaim), transaction.atomic():
        jobs.finish(old, rows=1, seconds=1)
    done(new)
    with pytest.raises(jobs.StaleClaim), transaction.atomic():
        jobs.finish(new, rows=1, seconds=1)


def test_a_refused_owner_writes_nothing(job):
    old = take(job)
    pass_lease(old)
    take(job, "w:2")

    def write_as_ghost():
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(error="written by a ghost")
            jobs.finish(old, rows=1, seconds=1)

    with pytest.raises(jobs.StaleClaim):
        write_as_ghost()
    job.refresh_from_db()
    assert job.error == ""


def test_a_renewed_lease_is_not_taken_over(job):
    step = take(job)
    pass_lease(step)
    assert jobs.renew(step)
    assert take(job, "w:2") is None


def test_finish_outside_of_the_transaction_of_the_writes_is_an_error(transactional_db):
    job = jobs.create_job(kind=Job.Kind.NIGHTLY, steps=STEPS)
    with pytest.raises(transaction.TransactionManagementError):
        jobs.finish(take(job), rows=1, seconds=1)


def test_a_lease_written_before_the_clock_was_set_back_does_not_hold_for_hours(job):
    step = take(job)
    JobStep.objects.filter(pk=step.pk).update(lease_until=timezone.now() + dt.timedelta(hours=5))
    assert take(job, "w:2").pk == step.pk


def test_a_dead_process_of_this_machine_loses_its_step_at_once(job):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = jobs.worker_name().rpartition(":")[0]
    step = take(job, f"{host}:{gone.pid}")
    assert not jobs.is_held(job.pk)
    assert take(job, f"{host}:{os.getpid()}").pk == step.pk
    assert take(job) is None
    assert jobs.is_held(job.pk)
    assert not jobs.is_held(job.pk, but=jobs.worker_name())


def test_a_failing_step_is_tried_again_and_fails_the_job_after_a_few_times(job):
    for _ in range(jobs.MOST_FAILURES):
        JobStep.objects.filter(job=job).update(lease_until=None)
        with pytest.raises(ZeroDivisionError), jobs.Hold(take(job)):
            1 / 0  # noqa: B018
    job.refresh_from_db()
    assert job.state == "failed"
    assert "ZeroDivisionError" in job.error
    assert take(job) is None


def test_a_failed_step_rests_a_little(job):
    with pytest.raises(ZeroDivisionError), jobs.Hold(take(job)):
        1 / 0  # noqa: B018
    assert take(job) is None
    job.refresh_from_db()
    assert job.state == "running"


def test_a_lost_connection_is_no_failure_of_the_step(job):
    for _ in range(jobs.MOST_FAILURES + 1):
        with pytest.raises(OperationalError), jobs.Hold(take(job)):
            raise OperationalError("server closed the connection")
    job.refresh_from_db()
    assert job.state == "running"


def test_a_failed_job_can_go_on_where_it_stopped(job):
    done(take(job))
    jobs.fail_job(job.pk, "disk full")
    job.refresh_from_db()
    jobs.reopen(job)
    job.refresh_from_db()
    assert (job.state, job.error) == ("running", "")
    assert take(job).name == "middle"


def test_a_step_that_kills_its_worker_each_time_ends_the_job(job):
    JobStep.objects.filter(job=job, name="first").update(fence=jobs.MOST_CLAIMS)
    assert take(job) is None
    job.refresh_from_db()
    assert job.state == "failed"


def test_planning_twice_plans_once(db):
    job = jobs.create_job(kind=Job.Kind.NIGHTLY)
    assert [found.pk for found in jobs.due_jobs()] == [job.pk]
    jobs.add_steps(job=job, steps=STEPS)
    jobs.add_steps(job=job, steps=STEPS)
    job.refresh_from_db()
    assert job.total == job.steps.count() == 5


def test_steps_side_by_side_wait_for_the_same_and_not_for_each_other(db):
    job = jobs.create_job(kind=Job.Kind.NIGHTLY)
    steps = [("first", 1), ("left", 1), ("right", 1), ("last", 1)]
    jobs.add_steps(job=job, steps=steps, beside=["right"])
    done(take(job))
    left, right = take(job), take(job)
    assert (left.name, right.name, take(job)) == ("left", "right", None)
    done(right)
    assert take(job) is None
    done(left)
    assert take(job).name == "last"


def test_the_sweep_finds_what_is_waiting_or_lost_and_nothing_else(job):
    assert [found.pk for found in jobs.due_jobs()] == [job.pk]
    step = take(job)
    # The middle steps wait as well, but only for the first.
    JobStep.objects.filter(job=job).exclude(pk=step.pk).delete()
    assert jobs.due_jobs() == []
    pass_lease(step)
    assert [found.pk for found in jobs.due_jobs()] == [job.pk]
    done(take(job))
    assert jobs.due_jobs() == []


def test_without_redis_ringing_says_so(job, settings, monkeypatch):
    from kombu.exceptions import OperationalError as Unreachable

    def out_of_order(*args, **kwargs):
        raise Unreachable("connection refused")

    monkeypatch.setattr(jobs.app, "send_task", out_of_order)
    assert jobs.ring(job) is False


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_never_get_the_same_step():
    job = jobs.create_job(kind=Job.Kind.NIGHTLY, steps=(("only", 12),))
    taken, together = [], threading.Barrier(4)

    def work(name):
        together.wait()
        while step := jobs.claim(job.pk, name):
            taken.append(step.shard)
            done(step)
        connection.close()

    threads = [threading.Thread(target=work, args=(f"w:{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job.refresh_from_db()
    assert sorted(taken) == list(range(12))
    assert (job.state, job.done) == ("done", 12)


@pytest.mark.django_db(transaction=True)
def test_a_long_step_keeps_its_lease(monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_SECONDS", 0.05)
    monkeypatch.setattr(jobs, "LEASE", dt.timedelta(seconds=0.5))
    job = jobs.create_job(kind=Job.Kind.NIGHTLY, steps=(("only", 1),))
    with jobs.Hold(take(job)) as hold:
        threading.Event().wait(0.9)
        assert jobs.claim(job.pk, "w:2") is None
    assert hold.seconds >= 0.9
