"""Kill -9 in the middle of the night: afterwards the rows are those of an undisturbed run."""

import contextlib
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from kombu import Connection

from crm import nightly
from crm.celery import app
from crm.platform import jobs
from crm.platform.models import Job
from crm.tests.nightly.companies import LAST_DAY, make_company, night, results
from lifecycle.models import NightlyRun
from lifecycle.services import runs

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = LAST_DAY - dt.timedelta(days=1)
SHARD_SIZE = 6
PATIENCE = 120
SWEEP_SECONDS = 5
# Other tests check the system: here each process would load all pages for it, which takes longer
# than the night.
NIGHT = ("manage.py", "nightly", "--skip-checks", "--as-of", LAST_DAY.isoformat())


def environment(**others) -> dict[str, str]:
    """That of a process of the installation that works on this test's database."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{quote(at['PASSWORD'], safe='')}@{at['HOST']}:{at['PORT']}"
    return os.environ | {"DATABASE_URL": f"{url}/{at['NAME']}"} | others


def start(*command: str, **others) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment(**others),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process: subprocess.Popen) -> None:
    """The process and all that it started, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def planned() -> Job:
    """The night's job, cut into many steps, with nothing done yet."""
    run = runs.request(as_of=LAST_DAY).run
    nightly.plan(run, SHARD_SIZE)
    return Job.objects.get(pk=run.job_id)


def wait_until(condition) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, "nothing happens any more"
        time.sleep(0.01)


def has_gone_on(job: Job, done: int):
    def condition():
        job.refresh_from_db()
        return job.done >= min(done, job.total) or not job.is_open

    return condition


@pytest.fixture
def undisturbed():
    """The rows of a night computed in peace; the database stands before that night again."""
    make_company(40)
    night(BEFORE)
    before = results()
    night(LAST_DAY, shard_size=SHARD_SIZE)
    expected = results()
    night(BEFORE, rebuild=True)
    assert results() == before
    return expected


def disturb_commands(kills: int, seed: int) -> None:
    """Start the command again and again, each time killed a little later."""
    chance = random.Random(seed)
    job = planned()
    for kill_number in range(kills):
        process = start(*NIGHT)
        wait_until(has_gone_on(job, (kill_number + 1) * job.total // (kills + 1)))
        time.sleep(chance.uniform(0, 0.05))
        kill(process)


def finish_by_command() -> None:
    process = start(*NIGHT)
    assert process.wait(PATIENCE) == 0


def test_a_command_killed_twice_leaves_the_same_rows(undisturbed):
    disturb_commands(2, seed=1)
    finish_by_command()
    assert results() == undisturbed


@pytest.mark.soak
def test_a_command_killed_twenty_times_leaves_the_same_rows(undisturbed):
    disturb_commands(20, seed=2)
    finish_by_command()
    assert results() == undisturbed


def break_connections() -> None:
    """As a restart of PostgreSQL does: every connection but this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
            " current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def test_a_command_whose_connections_break_goes_on_by_itself(undisturbed):
    job = planned()
    process = start(*NIGHT)
    for part in range(1, 5):
        wait_until(has_gone_on(job, part * job.total // 5))
        break_connections()
    assert process.wait(PATIENCE) == 0
    assert results() == undisturbed


class Workers:
    """Celery workers on a queue of this test's own, and the bell that they hear."""

    def __init__(self, monkeypatch):
        self.prefix = f"test-{uuid.uuid4().hex}-"
        self.options = {**app.conf.broker_transport_options, "global_keyprefix": self.prefix}
        monkeypatch.setattr(jobs, "ring", self.ring)

    def ring(self, job: Job) -> bool:
        with Connection(settings.CELERY_BROKER_URL, transport_options=self.options) as bell:
            app.send_task(jobs.DOORBELLS[job.kind], args=[job.pk], connection=bell)
        return True

    def start(self) -> subprocess.Popen:
        return start(
            *("-m", "celery", "-A", "crm", "worker", "--concurrency", "2"),
            *("--without-mingle", "--without-gossip", "--loglevel", "ERROR"),
            CELERY_QUEUE_PREFIX=self.prefix,
            CELERY_SKIP_CHECKS="1",
        )

    def wait_until(self, job: Job, done: int) -> None:
        """While the sweep goes on, which finds what a kill has left as soon as its lease is over:
        the database may notice only seconds later that the one who worked is gone.
        """
        has_gone_on_now, swept = has_gone_on(job, done), [0.0]

        def condition():
            if time.monotonic() > swept[0] + SWEEP_SECONDS:
                jobs.sweep()
                swept[0] = time.monotonic()
            return has_gone_on_now()

        wait_until(condition)

    def see_through(self, job: Job, *, kills: int) -> None:
        """Kill the workers' tree a few times; the sweep rings for what was lost."""
        process = self.start()
        try:
            for kill_number in range(kills):
                self.wait_until(job, (kill_number + 1) * job.total // (kills + 1))
                kill(process)
                process = self.start()
            self.wait_until(job, job.total)
        finally:
            kill(process)


def test_workers_killed_twice_leave_the_same_rows(undisturbed, monkeypatch):
    Workers(monkeypatch).see_through(planned(), kills=2)
    assert NightlyRun.objects.get(as_of=LAST_DAY).job.state == Job.State.DONE
    assert results() == undisturbed


@pytest.mark.soak
def test_workers_killed_twenty_times_leave_the_same_rows(undisturbed, monkeypatch):
    Workers(monkeypatch).see_through(planned(), kills=20)
    assert results() == undisturbed


@pytest.mark.parametrize("helpers", [2, pytest.param(4, marks=pytest.mark.soak)])
def test_any_number_of_commands_and_workers_at_once_gives_the_same_rows(undisturbed, helpers):
    job = planned()
    helping = [
        start("-c", f"from crm.tests.nightly import helper; helper.work_on({job.pk})")
        for _ in range(helpers)
    ]
    for process in helping:
        assert process.wait(PATIENCE) == 0
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert results() == undisturbed
