"""What the night's learning step takes, part by part: seconds and the memory of the process."""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

PEAK, CURRENT = "VmHWM:", "VmRSS:"


def print_learning() -> None:
    from complaints.models import CountedMonth, ImprovementProposal
    from complaints.services import learning, proposals
    from lifecycle.models import ComplaintStudy
    from lifecycle.services import chain, complaint_studies

    today = dt.date.today()
    first, second = today - dt.timedelta(days=1), today
    for model in (*learning.CELLS, ImprovementProposal, ComplaintStudy):
        model.objects.all().delete()
    print(
        "\n| learning | night | rows | seconds | of the processor | rows a second of it |", end=""
    )
    print(" MB more at most |\n|---|---|--:|--:|--:|--:|--:|")
    for name, work in (
        ("what changed is counted", learning.record),
        ("improvements are proposed", proposals.propose),
        ("iceberg, value at stake, recovery proof", complaint_studies.record),
        ("links of the service-profit chain", chain.record),
    ):
        for which, as_of in (("first", first), ("second", second)):
            rows, seconds, busy, more = measured(work, as_of)
            figures = f"{rows:,} | {seconds:.1f} | {busy:.1f} | {rows / busy:,.0f} | {more}"
            print(f"| {name} | {which} | {figures} |", flush=True)
    print(f"\n{CountedMonth.objects.count()} months, {cells()}")


def measured(work: Callable, as_of: dt.date) -> tuple[int, float, float, int]:
    """Within a transaction that has the night's room to sort and join in.

    Without helpers of the database, so that what it takes of the processor is known: its own time
    and ours, on the machine that it runs on.
    """
    from django.db import connection, transaction

    Path("/proc/self/clear_refs").write_text("5")  # the peak starts from here
    before, start = memory_kb(CURRENT), time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'")
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        busy = time.process_time() + database_seconds()
        rows = work(as_of)
        busy = time.process_time() + database_seconds() - busy
    more = round((memory_kb(PEAK) - before) / 1024)
    return rows, time.perf_counter() - start, busy, more


def database_seconds() -> float:
    """What the database's process of this connection has had of the processor."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found = Path(f"/proc/{cursor.fetchone()[0]}/schedstat").read_text()
    return int(found.split()[0]) / 1e9


def memory_kb(what: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def cells() -> str:
    from complaints.services.learning import CELLS

    counts = (f"{model.objects.count():,} {model._meta.verbose_name}s" for model in CELLS)
    return ", ".join(counts)
