"""Kill -9 in the middle of an import or its undo: nothing half done; the next one ends as usual."""

import random
import subprocess
import time

import pytest

from crm.accounts.tests.factories import ManagerFactory
from crm.platform import jobs
from customers.imports import background, uploads
from customers.models import (
    Customer,
    CustomerIdentity,
    HeldLine,
    ImportedRow,
    ImportRun,
    Product,
    Source,
    Standing,
    TouchedCustomer,
    Transaction,
)
from customers.tests.processes import exit_code, kill, start, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 20_000
WRITTEN = (Customer, CustomerIdentity, Transaction, Product, Standing, TouchedCustomer, HeldLine)
PHASES = ["", "reading", "values", "waiting", "comparing", "writing", "finishing"]
UNDO_PHASES = ["waiting", "comparing", "writing"]
UNDISTURBED: list[tuple[list[int], float]] = []  # found out once by each process of tests
WORKER = (
    "import django; django.setup();from customers.tasks import commit_import; commit_import({job})"
)


@pytest.fixture
def file(tmp_path, settings, monkeypatch):
    """20,000 lines of 5,000 invoices; every hundredth line is wrong."""
    settings.MEDIA_ROOT = tmp_path / "media"
    path = tmp_path / "sales.csv"
    monkeypatch.setattr(jobs, "ring", lambda job: True)
    days = ("2024-01-02", "never")
    rows = (
        f"C{n % 700},I{n // 4},{days[n % 100 == 7]},{n % 9},{n % 13}.5,P{n % 90}\n"
        for n in range(LINES)
    )
    path.write_text("customer,reference,date,quantity,unit_price,product\n" + "".join(rows))
    return path


def written() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def command(path) -> subprocess.Popen:
    options = ("--source", "erp", "--create-customers")
    return start("manage.py", "import_data", "transactions", str(path), *options)


def run_undisturbed(path) -> tuple[list[int], float]:
    """What is written in the end, and how long it takes: of the same lines each time."""
    if not UNDISTURBED:
        UNDISTURBED.append(_run_undisturbed(path))
    return UNDISTURBED[0]


def _run_undisturbed(path) -> tuple[list[int], float]:
    """The tables are empty again after it."""
    began = time.monotonic()
    assert exit_code(command(path)) == 1
    seconds = time.monotonic() - began
    expected = written()
    for model in (HeldLine, TouchedCustomer, Transaction, Standing, ImportRun, Product, Customer,
                  Source):  # fmt: skip
        model.objects.all().delete()
    assert written() == [0] * len(WRITTEN)
    return expected, seconds


def disturb_commands(path, kills: int, seed: int) -> None:
    expected, seconds = run_undisturbed(path)
    chance = random.Random(seed)
    survived = 0
    for _ in range(kills):
        process = command(path)
        time.sleep(seconds * chance.uniform(0.3, 0.98))
        kill(process)
        found = written()
        assert found in ([0] * len(WRITTEN), expected)
        survived += found == expected
        assert ImportRun.objects.count() == bool(survived)
        if survived:
            break
    assert exit_code(command(path)) == 1
    assert written()[:4] == expected[:4]


def disturb_workers(path, kills: int, seed: int) -> None:
    expected, _ = run_undisturbed(path)
    chance = random.Random(seed)
    import_run = upload(path)
    check(import_run)
    background.start(import_run=import_run, step=background.COMMIT, by=import_run.started_by)
    import_run.refresh_from_db()
    done = False
    for _ in range(kills):
        ImportRun.objects.update(phase="")
        process = start_worker(import_run)
        wait_until(stopped_or_at(chance.choice(PHASES[1:6]), import_run, process))
        kill(process)
        import_run.refresh_from_db()
        done = import_run.state == ImportRun.State.DONE
        assert written() == (expected if done else [0] * len(WRITTEN))
        assert done or is_due(import_run)
    assert exit_code(start_worker(import_run)) == 0
    import_run.refresh_from_db()
    assert (import_run.state, import_run.new) == ("done", LINES - LINES // 100)
    assert written() == expected
    assert not jobs.due_jobs()


def disturb_undos(path, kills: int, seed: int) -> None:
    """The worker that takes an import back dies again and again: all stays, then all goes."""
    assert exit_code(command(path)) == 1
    expected = written()
    chance = random.Random(seed)
    import_run = ImportRun.objects.get()
    background.start(import_run=import_run, step=background.UNDO, by=ManagerFactory())
    import_run.refresh_from_db()
    undone = False
    for _ in range(kills):
        ImportRun.objects.update(phase="")
        process = start_worker(import_run)
        wait_until(stopped_or_at(chance.choice(UNDO_PHASES), import_run, process))
        time.sleep(chance.uniform(0, 0.5))
        kill(process)
        import_run.refresh_from_db()
        undone = import_run.state == ImportRun.State.UNDONE
        assert written() == (left_after_undo() if undone else expected)
        assert ImportedRow.objects.exists() != undone
        assert undone or is_due(import_run)
    assert exit_code(start_worker(import_run)) == 0
    import_run.refresh_from_db()
    assert import_run.state == "undone"
    assert written() == left_after_undo()
    assert not jobs.due_jobs()


def left_after_undo() -> list[int]:
    """Nothing, of all that imports write."""
    return [0] * len(WRITTEN)


def upload(path) -> ImportRun:
    folder = uploads.imports_folder()
    (folder / "upload-1").write_bytes(path.read_bytes())
    return ImportRun.objects.create(
        kind="transactions",
        source=Source.objects.create(code="erp"),
        file_name="sales.csv",
        stored_name="upload-1",
        create_customers=True,
        started_by=ManagerFactory(),
    )


def check(import_run: ImportRun) -> None:
    background.start(import_run=import_run, step=background.CHECK, by=import_run.started_by)
    import_run.refresh_from_db()
    background.work(import_run.job_id)
    import_run.refresh_from_db()
    assert (import_run.state, import_run.wrong) == ("checked", LINES // 100)


def start_worker(import_run: ImportRun) -> subprocess.Popen:
    return start("-c", WORKER.format(job=import_run.job_id))


def stopped_or_at(phase: str, import_run: ImportRun, process: subprocess.Popen):
    """A condition: the import has come this far, or is over."""

    def condition() -> bool:
        import_run.refresh_from_db()
        return PHASES.index(import_run.phase) >= PHASES.index(phase) or process.poll() is not None

    return condition


def is_due(import_run: ImportRun) -> bool:
    """The sweeper finds it: a claim of a process that is gone counts as free on this machine."""
    jobs.is_held(import_run.job_id)
    return import_run.job_id in [job.pk for job in jobs.due_jobs()]


def test_a_command_killed_twice_leaves_all_or_nothing(file):
    disturb_commands(file, kills=2, seed=1)


def test_a_worker_killed_twice_leaves_nothing_until_the_next_one_does_it_all(file):
    disturb_workers(file, kills=2, seed=1)


def test_a_worker_that_undoes_killed_twice_leaves_all_until_the_next_one_takes_it_back(file):
    disturb_undos(file, kills=2, seed=1)


@pytest.mark.soak
def test_workers_that_undo_killed_twenty_times_leave_all_until_the_next_one(file):
    disturb_undos(file, kills=20, seed=3)


@pytest.mark.soak
def test_commands_killed_twenty_times_leave_all_or_nothing(file):
    for seed in range(4):
        disturb_commands(file, kills=5, seed=seed)
        for model in (HeldLine, TouchedCustomer, Transaction, Standing, ImportRun, Product,
                      Customer, Source):  # fmt: skip
            model.objects.all().delete()


@pytest.mark.soak
def test_workers_killed_twenty_times_leave_nothing_until_the_next_one_does_it_all(file):
    disturb_workers(file, kills=20, seed=2)
