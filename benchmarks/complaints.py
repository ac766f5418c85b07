"""Half a million cases, one in 25 open: the minute's sweep, the queue and the page of a case.

    .venv/bin/python benchmarks/complaints.py --cases 500000 --customers 100000

The database is made beside the trial's and dropped afterwards (--keep keeps it, --reuse measures a
kept one). Times are of the wall, on a machine that should do nothing else.
"""

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_bench_complaints"
REQUESTS, WARMING_UP = 200, 5
ROUNDS = 3
DAY = 600  # minutes
# Before anything of the filled cases was due.
EARLY = dt.timedelta(days=20)
# Every fifth customer is of tier A, and each is worth something.
STANDING = """
    UPDATE customers_standing SET lifetime_value = 1000 + customer_id %% 90000,
        tier = CASE customer_id %% 5 WHEN 0 THEN 'A' WHEN 1 THEN 'B' ELSE 'C' END,
        computed_on = current_date
"""


def main() -> None:
    arguments = parse()
    from benchmarks import database
    from crm import embedded

    os.environ.update(embedded.ensure("dev"))
    owner = os.environ["DATABASE_OWNER_URL"]
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[name] = os.environ[name].rpartition("/")[0] + f"/{NAME}"
    os.environ |= {"INSECURE_LOCAL": "1", "TEST_DATABASE_NAME": NAME}
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    if not arguments.reuse:
        database.make(owner, NAME)
    try:
        run(arguments)
    finally:
        if not (arguments.keep or arguments.reuse):
            database.drop(owner, NAME)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=500_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--keep", action="store_true", help="do not drop the database")
    parser.add_argument("--reuse", action="store_true", help="measure a kept database")
    return parser.parse_args()


def run(arguments) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    if not arguments.reuse:
        fill(arguments)
    print_sweeps()
    print_pages()
    print_terms()
    connections.close_all()


def fill(arguments) -> None:
    from benchmarks import fill as customers
    from benchmarks.fill_service import fill_cases
    from benchmarks.run import analyze
    from complaints.models import Case
    from complaints.services.clocks import rederive
    from crm.accounts.models import User

    today = dt.date.today()
    say("customers", lambda: customers.fill(arguments.customers, 2 * arguments.customers, today))
    execute(STANDING)
    service = User.objects.get(username="service").pk
    say("cases, events, clocks", lambda: fill_cases(arguments.cases, service))
    analyze()
    early = now() - EARLY
    say("open cases derived from their events", lambda: rederive(Case.objects.open(), early))
    analyze()


def say(what: str, work: Callable) -> None:
    start = time.perf_counter()
    work()
    print(f"{what}: {time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)


def execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, [])


def now() -> dt.datetime:
    from django.utils import timezone

    return timezone.now()


def print_sweeps() -> None:
    """Each moment is chosen so that as many cases are due as wanted."""
    from django.urls import reverse

    from complaints.models import Case
    from complaints.services.sweep import wake_due
    from crm.platform.models import OutboxMessage

    reverse("complaints:queue")  # a worker has read the addresses long before
    waking = Case.objects.filter(wake_at__isnull=False)
    print(f"\n{Case.objects.count():,} cases, {Case.objects.open().count():,} open\n")
    print_day(waking)
    print("| all at once | cases woken | mails | ms, the middle of three |")
    print("|---|--:|--:|--:|")
    for wanted in (0, 200, 1_000):
        rounds = []
        for _round in range(ROUNDS):
            due = waking.order_by("wake_at").values_list("wake_at", flat=True)
            last = min(wanted, due.count()) - 1
            moment = due[last] if wanted else due[0] - dt.timedelta(seconds=1)
            mails = OutboxMessage.objects.count()
            start = time.perf_counter()
            woken = wake_due(now=moment)
            spent = 1000 * (time.perf_counter() - start)
            rounds.append((spent, woken, OutboxMessage.objects.count() - mails))
        spent, woken, mails = sorted(rounds)[ROUNDS // 2]
        print(f"| {wanted or 'nothing'} due | {woken:,} | {mails:,} | {spent:.0f} |", flush=True)


def print_day(waking) -> None:
    """The sweep of each minute of ten hours from the first case that is due."""
    from complaints.services.sweep import wake_due

    start = waking.order_by("wake_at").values_list("wake_at", flat=True)[0]
    woken, spent = [], []
    for minute in range(DAY):
        moment = start + dt.timedelta(minutes=minute)
        began = time.perf_counter()
        woken.append(wake_due(now=moment))
        spent.append(1000 * (time.perf_counter() - began))
    print("| a minute of ten hours | cases woken | ms |\n|---|--:|--:|")
    for name, place in (("the middle", 0.5), ("95 of 100", 0.95), ("the fullest", 1.0)):
        at = min(int(place * DAY), DAY - 1)
        print(f"| {name} | {sorted(woken)[at]:,} | {sorted(spent)[at]:.0f} |", flush=True)
    print()


def print_terms() -> None:
    """What a manager waits for who wants to know what other deadlines would change."""
    from complaints.models import Policy
    from complaints.services import term_changes
    from crm.accounts.models import User

    Policy.objects.update(acknowledge=100)
    manager = User.objects.get(username="manager")
    change = term_changes.compare(by=manager)
    print("\n| deadlines of open cases | seconds |\n|---|--:|")
    print(f"| compared | {work_through(change.comparing_id):.1f} |", flush=True)
    change = term_changes.give(change=change, by=manager)
    print(f"| given | {work_through(change.giving_id):.1f} |", flush=True)


def work_through(job: int) -> float:
    from complaints.services import term_changes

    start = time.perf_counter()
    while term_changes.work(job):
        pass
    return time.perf_counter() - start


def addresses() -> Iterator[tuple[str, str, list[str]]]:
    """Who asks, what the page is called, and the addresses asked in turn."""
    from django.urls import reverse

    from complaints.models import Case

    queue = reverse("complaints:queue")
    for who in ("service", "am3-1", "manager"):
        yield who, "queue, all open", [f"{queue}?tab=all"]
        yield who, "queue, as it opens", [queue]
    yield "manager", "queue, major complaints of tier A", [f"{queue}?tab=all&severity=major&tier=A"]
    pks = Case.objects.open().order_by("-received_at").values_list("pk", flat=True)[:REQUESTS]
    yield "service", "case", [reverse("complaints:case", args=[pk]) for pk in pks]
    yield "service", "why a case is overdue", [reverse("complaints:why", args=[pk]) for pk in pks]


def print_pages() -> None:
    print("\n| page | as | queries | HTML, kB | median ms | 95 % ms |")
    print("|---|---|--:|--:|--:|--:|")
    for who, name, asked in addresses():
        seconds, queries, size = ask(who, asked)
        middle, most = statistics.median(seconds), seconds[int(0.95 * len(seconds))]
        figures = f"{queries} | {size / 1000:.0f} | {1000 * middle:.1f} | {1000 * most:.1f}"
        print(f"| {name} | {who} | {figures} |", flush=True)


def ask(who: str, asked: list[str]) -> tuple[list[float], int, int]:
    """Sorted seconds of the requests, the most queries and bytes of one."""
    from django.db import connection
    from django.test import Client

    from benchmarks.run import Counter
    from crm.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=who))
    seconds, queries, size = [], 0, 0
    for number in range(WARMING_UP + REQUESTS):
        counter = Counter()
        with connection.execute_wrapper(counter):
            start = time.perf_counter()
            response = client.get(asked[number % len(asked)])
            spent = time.perf_counter() - start
        assert response.status_code == 200, (asked[number % len(asked)], response.status_code)
        if number >= WARMING_UP:
            seconds.append(spent)
            queries, size = max(queries, counter.queries), max(size, len(response.content))
    return sorted(seconds), queries, size


if __name__ == "__main__":
    main()
