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
    print("\n| learning | night | rows | seconds | MB more at most |\n|---|---|--:|--:|--:|")
    for name, work in (
        ("what changed is counted", learning.record),
        ("improvements are proposed", proposals.propose),
        ("iceberg, value at stake, recovery proof", complaint_studies.record),
        ("links of the service-profit chain", chain.record),
    ):
        for which, as_of in (("first", first), ("second", second)):
            rows, seconds, more = measured(work, as_of)
            print(f"| {name} | {which} | {rows:,} | {seconds:.1f} | {more} |", flush=True)
    print(f"\n{CountedMonth.objects.count()} months, {cells()}")


def measured(work: Callable, as_of: dt.date) -> tuple[int, float, int]:
    """Within a transaction that has the night's room to sort and join in."""
    from django.db import connection, transaction

    Path("/proc/self/clear_refs").write_text("5")  # the peak starts from here
    before, start = memory_kb(CURRENT), time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'")
        rows = work(as_of)
    return rows, time.perf_counter() - start, round((memory_kb(PEAK) - before) / 1024)


def memory_kb(what: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def cells() -> str:
    from complaints.services.learning import CELLS

    counts = (f"{model.objects.count():,} {model._meta.verbose_name}s" for model in CELLS)
    return ", ".join(counts)
