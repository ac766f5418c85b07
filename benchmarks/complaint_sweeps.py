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
    print("\n| at once | cases woken | mails | events | ms, the longest of some rounds |")
    print("|---|--:|--:|--:|--:|")
    running = Case.objects.filter(wake_at__isnull=False).exclude(state="waiting_customer")
    waiting = Case.objects.filter(state="waiting_customer")
    due = list(running.order_by("wake_at").values_list("pk", "wake_at"))
    over = list(waiting.order_by("pk").values_list("pk", "waiting_until"))
    wake([(pk, None) for pk, _moment in due + over])
    print_at_once("due", iter(due), DEADLINES)
    print_at_once("waited long enough", iter(over), WAITS)
    start_again()


def print_day() -> None:
    """From the minute before the first case is due."""
    from complaints.models import Case
    from complaints.services.sweep import wake_due

    waking = Case.objects.filter(wake_at__isnull=False).order_by("wake_at")
    start = waking.values_list("wake_at", flat=True)[0] - dt.timedelta(minutes=1)
    rounds = []
    for minute in range(DAY):
        began = time.perf_counter()
        woken = wake_due(now=start + dt.timedelta(minutes=minute))
        rounds.append((1000 * (time.perf_counter() - began), woken))
    rounds.sort()
    print("| a minute of ten hours | cases woken | ms |\n|---|--:|--:|")
    for name, place in (("the middle", 0.5), ("95 of 100", 0.95), ("the longest", 1.0)):
        spent, woken = rounds[min(int(place * DAY), DAY - 1)]
        print(f"| {name} | {woken:,} | {spent:.0f} |", flush=True)


def print_at_once(what: str, cases: Iterator, sizes) -> None:
    """The others sleep meanwhile; as many rounds as there are cases for."""
    for size, times in sizes:
        rounds = [list(islice(cases, size)) for _round in range(times)]
        found = [sweep(some) for some in rounds if len(some) == size]
        if not found:
            break
        spent, woken, mails, events = max(found)
        print(f"| {size:,} {what} | {woken:,} | {mails:,} | {events:,} | {spent:.0f} |", flush=True)


def sweep(cases: list[tuple]) -> tuple[float, int, int, int]:
    """Milliseconds, and what they brought; afterwards these cases sleep as well."""
    from complaints.services.sweep import wake_due

    wake(cases)
    before = written()
    start = time.perf_counter()
    woken = wake_due(now=max(moment for _pk, moment in cases))
    spent = 1000 * (time.perf_counter() - start)
    mails, events = (now - then for now, then in zip(written(), before, strict=True))
    wake([(pk, None) for pk, _moment in cases])
    return spent, woken, mails, events


def wake(cases: list[tuple]) -> None:
    """When each is to be looked at."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(WAKE, [list(column) for column in zip(*cases, strict=True)])


def written() -> tuple[int, int]:
    from complaints.models import CaseEvent
    from crm.platform.models import OutboxMessage

    return OutboxMessage.objects.count(), CaseEvent.objects.count()
