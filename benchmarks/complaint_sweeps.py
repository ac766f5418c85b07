"""The minute's sweep: each minute of ten hours, and so many cases due at once."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from itertools import islice

DAY = 600  # minutes
# How many cases at once, how often: each case once, by its first deadline, or its end of waiting.
DEADLINES = ((100, 5), (1_000, 3), (5_000, 2))
WAITS = ((100, 3), (1_000, 3))
WAKE = """
    UPDATE complaints_case c SET wake_at = v.wake_at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS v (id, wake_at) WHERE c.id = v.id
"""


def print_sweeps(start_again: Callable) -> None:
    from django.urls import reverse

    from complaints.models import Case

    reverse("complaints:queue")  # a worker has read the addresses long before
    print(f"\n{Case.objects.count():,} cases, {Case.objects.open().count():,} open\n")
    start_again()
    print_day()
    start_again()
    print_head("\n| at once, the longest of some rounds", "mails", "events")
    running = Case.objects.filter(wake_at__isnull=False).exclude(state="waiting_customer")
    waiting = Case.objects.filter(state="waiting_customer")
    due = list(running.order_by("wake_at").values_list("pk", "wake_at"))
    over = list(waiting.order_by("pk").values_list("pk", "waiting_until"))
    wake([(pk, None) for pk, _moment in due + over])
    print_at_once("due", iter(due), DEADLINES)
    print_at_once("waited long enough", iter(over), WAITS)
    start_again()


def print_day() -> None:
    """From the minute before the first case is due: the minutes in the order of what they took."""
    from complaints.models import Case

    waking = Case.objects.filter(wake_at__isnull=False).order_by("wake_at")
    start = waking.values_list("wake_at", flat=True)[0] - dt.timedelta(minutes=1)
    minutes = sorted(sweep_minute(start + dt.timedelta(minutes=each)) for each in range(DAY))
    print_head("| a minute of ten hours")
    for name, place in (("the middle", 0.5), ("95 of 100", 0.95), ("the longest", 1.0)):
        print_minute(name, *minutes[min(int(place * DAY), DAY - 1)])


Minute = tuple[float, int, int, float]  # milliseconds, cases woken, runs, the longest of these


def print_head(name: str, *more: str) -> None:
    columns = [*more, "cases woken", "ms of all runs", "runs", "ms of the longest run"]
    print(" | ".join([name, *columns]), "|\n|---" + len(columns) * "|--:" + "|")


def print_minute(name: str, spent: float, woken: int, runs: int, longest: float) -> None:
    print(f"| {name} | {woken:,} | {spent:.0f} | {runs} | {longest:.0f} |", flush=True)


def sweep_minute(now: dt.datetime) -> Minute:
    """As a worker does it: a run after the other, until nothing is left."""
    from complaints.services.sweep import run

    spent, woken, last, is_over = [], 0, None, False
    while not is_over:
        began = time.perf_counter()
        found = run(now, after=last)
        spent.append(1000 * (time.perf_counter() - began))
        woken, last, is_over = woken + found.woken, found.last, found.last is None
    return sum(spent), woken, len(spent), max(spent)


def print_at_once(what: str, cases: Iterator, sizes) -> None:
    """The others sleep meanwhile; as many rounds as there are cases for."""
    for size, times in sizes:
        rounds = [list(islice(cases, size)) for _round in range(times)]
        found = [sweep(some) for some in rounds if len(some) == size]
        if not found:
            break
        minute, mails, events = max(found)
        print_minute(f"{size:,} {what} | {mails:,} | {events:,}", *minute)


def sweep(cases: list[tuple]) -> tuple[Minute, int, int]:
    """What it took, and what it brought; afterwards these cases sleep as well."""
    wake(cases)
    before = written()
    minute = sweep_minute(max(moment for _pk, moment in cases))
    mails, events = (now - then for now, then in zip(written(), before, strict=True))
    wake([(pk, None) for pk, _moment in cases])
    return minute, mails, events


def wake(cases: list[tuple]) -> None:
    """When each is to be looked at."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(WAKE, [list(column) for column in zip(*cases, strict=True)])


def written() -> tuple[int, int]:
    from complaints.models import CaseEvent
    from crm.platform.models import OutboxMessage

    return OutboxMessage.objects.count(), CaseEvent.objects.count()
