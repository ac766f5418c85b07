"""Fills a database, runs the nightly run and the pages, prints a table and writes JSON.

    make bench SIZE=100000 TRANSACTIONS=2000000

The database is made beside the trial's and dropped afterwards (ARGS=--keep keeps it). Pages are
asked one at a time through the whole of Django, a bare page of one 50-row table among them.
"""

import argparse
import contextlib
import datetime as dt
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
NAME = "perennial_bench"
ROUNDS = 40


def main() -> None:
    arguments = parse()
    from benchmarks import database
    from crm import embedded

    os.environ.update(embedded.ensure("dev"))
    os.environ["DATABASE_URL"] = on_bench(os.environ["DATABASE_URL"])
    owner = os.environ["DATABASE_OWNER_URL"]
    os.environ["DATABASE_OWNER_URL"] = on_bench(owner)
    os.environ["INSECURE_LOCAL"] = "1"
    os.environ["TEST_DATABASE_NAME"] = NAME  # keeps the cache apart
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    if not arguments.reuse:
        database.make(owner, NAME)
    report = measure(arguments)
    if not (arguments.keep or arguments.reuse):
        from django.db import connections

        connections.close_all()
        database.drop(owner, NAME)
    path = PROJECT / ".data" / f"bench-{arguments.size}.json"
    path.write_text(json.dumps(report, indent=1, default=str))
    print_tables(report)
    print(f"\nwritten to {path.relative_to(PROJECT)}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=2_000, help="customers")
    parser.add_argument("--transactions", type=int, default=None)
    parser.add_argument("--cases", type=int, default=None)
    parser.add_argument("--responses", type=int, default=None)
    parser.add_argument("--keep", action="store_true", help="do not drop the database")
    parser.add_argument("--reuse", action="store_true", help="measure a kept database")
    parser.add_argument("--new-rows", type=int, default=20_000, help="of the day after")
    parser.add_argument(
        "--nights", action="store_true", help="the nights alone: no cases, no pages"
    )
    parser.add_argument("--processes", type=int, default=2, help="that work on a night")
    parser.add_argument(
        "--lifetimes",
        metavar="PYTHON",
        nargs="?",
        const=sys.executable,
        help="do the same by `lifetimes`, in this Python or another that has it",
    )
    arguments = parser.parse_args()
    arguments.transactions = arguments.transactions or 20 * arguments.size
    arguments.cases = arguments.cases or arguments.size
    arguments.responses = arguments.responses or arguments.size
    return arguments


def on_bench(url: str) -> str:
    base, _, _name = url.rpartition("/")
    return f"{base}/{NAME}"


def measure(arguments) -> dict:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ROOT_URLCONF = "benchmarks.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("collectstatic", interactive=False, verbosity=0)
    until = dt.date.today() - dt.timedelta(days=1)
    call_command("migrate", verbosity=0)
    steps, nights = {}, {}
    if not arguments.reuse:
        fill_and_first_night(arguments, until, steps, nights)
    if arguments.nights or not arguments.reuse:
        day = next_day(arguments, last_night() or until)
        nights[f"nightly after {arguments.new_rows} new rows"] = nightly(arguments, day)
        nights["nightly, everything again"] = nightly(arguments, day, rebuild=True)
    steps |= {name: night["seconds"] for name, night in nights.items()}
    if not (arguments.reuse or arguments.nights):
        steps["minute's sweep, nothing due"] = timed(sweep)
        steps["minute's sweep, 1,000 cases due"] = timed(sweep, before=make_due)
        steps |= hand_over()
    return {
        "nights": nights,
        "comparison": comparison(arguments, until),
        "customers": arguments.size,
        "transactions": arguments.transactions,
        "cases": arguments.cases,
        "responses": arguments.responses,
        "steps": steps,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "pages": [] if arguments.nights else pages(),
    }


def fill_and_first_night(arguments, until: dt.date, steps: dict, nights: dict) -> None:
    steps["fill"] = timed(lambda: fill_customers(arguments, until))
    nights["nightly, everything"] = nightly(arguments, until, rebuild=True)
    if not arguments.nights:
        # After the first night, so that customers have their tiers.
        steps["fill cases and responses"] = timed(lambda: fill_service(arguments))
        steps["figures of the waves prepared"] = timed(refresh_figures)
        steps["figures of cases prepared"] = timed(prepare_figures_of_cases)


def comparison(arguments, until: dt.date) -> dict:
    from benchmarks.compare import compare

    return compare(until, arguments.lifetimes) if arguments.lifetimes else {}


def fill_customers(arguments, until: dt.date) -> None:
    from benchmarks.fill import fill
    from benchmarks.fill_key_accounts import fill_key_accounts, make_busiest
    from customers.services.derived import refresh_derived

    fill(arguments.size, arguments.transactions, until)
    refresh_derived([make_busiest()])
    fill_key_accounts()
    analyze()


def hand_over() -> dict[str, float]:
    from benchmarks import handover

    return handover.hand_over()


def analyze() -> None:
    """The filled tables, as autovacuum does after a while; only a table's owner may."""
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
        )
        cursor.execute(f"ANALYZE {cursor.fetchone()[0]}")


def fill_service(arguments) -> None:
    from benchmarks.fill_service import fill_cases, fill_waves
    from crm.accounts.models import User

    fill_cases(arguments.cases, User.objects.get(username="service").pk)
    fill_waves(arguments.responses)
    analyze()


def prepare_figures_of_cases() -> None:
    from complaints.services.figuring import prepare

    prepare()


def refresh_figures() -> None:
    from satisfaction.services.results import refresh_due

    refresh_due()


def sweep() -> None:
    from complaints.services.sweep import run

    run(limit=1_000, seconds=60)


def make_due() -> None:
    """The clocks of a thousand open cases have something to say now."""
    from django.utils import timezone

    from complaints.models import Case

    due = Case.objects.filter(wake_at__isnull=False).order_by("wake_at")[:1_000]
    Case.objects.filter(pk__in=due.values("pk")).update(wake_at=timezone.now())


def timed(work, before=None) -> float:
    if before:
        before()
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 1)


def nightly(arguments, as_of: dt.date, rebuild: bool = False) -> dict:
    from benchmarks.night import night

    return night(as_of, rebuild=rebuild, processes=arguments.processes)


def last_night() -> dt.date | None:
    """The date of the newest night of a kept database."""
    from lifecycle.models import NightlyRun

    return NightlyRun.objects.order_by("as_of").values_list("as_of", flat=True).last()


def next_day(arguments, until: dt.date) -> dt.date:
    """New invoices of the day after for the first customers."""
    from django.db import connection

    day = until + dt.timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH added AS (INSERT INTO customers_transaction (customer_id, source_id, reference,"
            " line, date, quantity, unit_price, amount)"
            " SELECT id, (SELECT min(id) FROM customers_source), %s || '-' || id, '1', %s,"
            " 1, 100, 100"
            " FROM customers_customer ORDER BY md5(id::text) LIMIT %s"
            " RETURNING customer_id, date)"
            " INSERT INTO customers_touchedcustomer (customer_id, since)"
            " SELECT customer_id, date FROM added",
            [f"N{day}", day, arguments.new_rows],
        )
    return day


def pages() -> list[dict]:
    from django.db import connection
    from django.test import Client

    from benchmarks.pages import addresses
    from crm.accounts.models import User

    found = []
    for who, name, address in addresses():
        client = Client()
        client.force_login(User.objects.get(username=who))
        counter = Counter()
        seconds = []
        for round_number in range(ROUNDS):
            with connection.execute_wrapper(counter) if round_number == 1 else NOTHING:
                start = time.perf_counter()
                response = client.get(address)
                seconds.append(time.perf_counter() - start)
            assert response.status_code == 200, (address, response.status_code)
        seconds = sorted(seconds[2:])
        found.append(
            {
                "page": name,
                "as": who,
                "queries": counter.queries,
                "bytes": len(response.content),
                "median_ms": round(1000 * statistics.median(seconds), 1),
                "p95_ms": round(1000 * seconds[int(0.95 * len(seconds))], 1),
            }
        )
    bare = found[0]["median_ms"]
    for row in found:
        row["times_bare"] = round(row["median_ms"] / bare, 1)
    return found


class Counter:
    """Counts statements that reach the database."""

    def __init__(self):
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


NOTHING = contextlib.nullcontext()


def print_tables(report: dict) -> None:
    from benchmarks.compare import print_comparison
    from benchmarks.night import print_night

    print(
        f"\n{report['customers']:,} customers, {report['transactions']:,} transactions,"
        f" {report['cases']:,} cases, {report['responses']:,} responses\n"
    )
    print("| step | seconds |\n|---|--:|")
    for name, seconds in report["steps"].items():
        print(f"| {name} | {seconds} |")
    print(f"| largest memory of the process, MB | {report['peak_mb']} |")
    for name, found in report["nights"].items():
        print_night(name, found)
    if report["comparison"]:
        print_comparison(report["comparison"])
    if not report["pages"]:
        return
    print("\n| page | as | queries | kB | median ms | 95 % ms | × bare |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for row in report["pages"]:
        figures = [row[key] for key in ("median_ms", "p95_ms", "times_bare")]
        cells = [row["page"], row["as"], row["queries"], round(row["bytes"] / 1000), *figures]
        print("| " + " | ".join(str(cell) for cell in cells) + " |")


if __name__ == "__main__":
    main()
