"""Half a million cases, one in 25 open: queue, sweep, pages, learning and other deadlines.

    .venv/bin/python benchmarks/complaints.py --cases 500000 --customers 100000

The database is made beside the trial's and dropped afterwards (--keep keeps it, --reuse measures a
kept one; --parts names what to measure of it). Times are of the wall, on a machine that should do
nothing else.
"""

import argparse
import datetime as dt
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_bench_complaints"
PAGES = ("queue", "dashboard", "filters", "cases", "lessons")
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
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
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
    for part in arguments.parts:
        PARTS[part]()
    connections.close_all()


def fill(arguments) -> None:
    """Customers with ten invoice lines each, a night, their cases, and answers of one in one."""
    from benchmarks import fill as customers
    from benchmarks.fill_service import fill_cases, fill_waves
    from benchmarks.night import night
    from benchmarks.run import analyze
    from crm.accounts.models import User

    yesterday = dt.date.today() - dt.timedelta(days=1)
    of = arguments.customers
    say("customers", lambda: customers.fill(of, 10 * of, yesterday))
    analyze()
    say("a night", lambda: night(yesterday, rebuild=True))
    execute(STANDING)
    service = User.objects.get(username="service").pk
    say("cases, events, clocks", lambda: fill_cases(arguments.cases, service))
    say("responses", lambda: fill_waves(of))
    analyze()
    say("open cases derived from their events", start_again)
    analyze()


def start_again() -> None:
    """As if nothing had been due yet, so that a kept database gives the same again."""
    from django.utils import timezone

    from complaints.models import Case
    from complaints.services.clocks import rederive

    execute(
        "UPDATE complaints_clock SET warned_at = NULL, breached_at = NULL, reminders = 0,"
        " reminded_at = NULL WHERE case_id IN (SELECT id FROM complaints_case"
        " WHERE state IN ('new', 'acknowledged', 'investigating', 'waiting_customer', 'proposed'))"
    )
    execute("DELETE FROM platform_outboxmessage WHERE cause LIKE 'case-%%'")
    rederive(Case.objects.open().only("pk"), timezone.now() - EARLY)


def say(what: str, work: Callable) -> None:
    start = time.perf_counter()
    work()
    print(f"{what}: {time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)


def execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, [])


def sweep() -> None:
    from benchmarks.complaint_sweeps import print_sweeps

    print_sweeps(start_again)


def learning() -> None:
    from benchmarks.complaint_learning import print_learning

    print_learning()


def terms() -> None:
    """What a manager waits for who wants to know what other deadlines would change."""
    from complaints.models import Policy
    from complaints.services import term_changes
    from crm.accounts.models import User

    policy = Policy.objects.order_by("position").first()
    Policy.objects.update(acknowledge=policy.acknowledge + 20)
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


def pages_of(part: str) -> Callable[[], None]:
    def work() -> None:
        from benchmarks.complaint_pages import print_pages

        print_pages(part)

    return work


PARTS = {
    "sweep": sweep,
    # What has a bar of its own; every tab and filter; other pages with cases; learning.
    **{part: pages_of(part) for part in PAGES},
    "learning": learning,
    "terms": terms,
}

if __name__ == "__main__":
    main()
