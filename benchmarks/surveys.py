"""A wave of 50,000 invitations, and 200,000 answers to twenty questions.

    .venv/bin/python benchmarks/surveys.py --customers 100000 --invitations 50000

Selects, writes and queues a wave, reminds everybody in it and closes it; then sums filled waves
and asks their pages. The database is made beside the trial's and dropped afterwards (--keep keeps
it, --reuse measures a kept one). Times are of the wall, on a machine that should do nothing else.
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
NAME = "perennial_bench_surveys"
WARMING_UP = 2


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
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--invitations", type=int, default=50_000, help="of the wave that is sent")
    parser.add_argument("--responses", type=int, default=200_000, help="to each filled wave")
    parser.add_argument("--waves", type=int, default=2, help="filled ones; two make a trend")
    parser.add_argument("--requests", type=int, default=20, help="of each page")
    parser.add_argument("--plans", action="store_true", help="print how the selection is computed")
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
    print_sending(arguments)
    print_results()
    print_pages(arguments)
    connections.close_all()


def fill(arguments) -> None:
    from benchmarks import fill as customers
    from benchmarks import fill_surveys
    from benchmarks.complaints import STANDING, execute
    from benchmarks.run import analyze

    today = dt.date.today()
    say("customers", lambda: customers.fill(arguments.customers, arguments.customers, today))
    execute(STANDING)
    say("contacts", fill_surveys.fill_contacts)
    analyze()
    say("answers", lambda: fill_surveys.fill_waves(arguments.responses, arguments.waves))
    analyze()


def say(what: str, work: Callable) -> float:
    start = time.perf_counter()
    work()
    spent = time.perf_counter() - start
    print(f"{what}: {spent:.1f} s", file=sys.stderr, flush=True)
    return spent


def print_sending(arguments) -> None:
    """From the look at whom it asks to the last mail in the outbox; then reminders, and the end."""
    from django.urls import reverse
    from django.utils import timezone

    from crm.platform.models import OutboxMessage
    from satisfaction.models import Invitation, Wave
    from satisfaction.services import sending, waves
    from satisfaction.services.choosing import choose

    reverse("satisfaction:waves")  # a worker has read the addresses long before
    wave = plan(arguments)
    if arguments.plans:
        print_plan(wave)
    print("\n| wave | rows | seconds |\n|---|--:|--:|")
    line("looked whom it asks", lambda: choose(wave).asked)
    line("selected, written, queued", lambda: waves.open_wave(wave=wave, by=None).asked)
    mails = OutboxMessage.objects.filter(cause__startswith="survey:")
    assert mails.count() == wave.invitations.count()
    week_ago = timezone.now() - dt.timedelta(days=7)
    Invitation.objects.filter(wave=wave).update(sent_at=week_ago)
    line("all reminded", sending.remind_due)
    wave = Wave.objects.get(pk=wave.pk)
    line("closed, mails taken back", lambda: waves.close_wave(wave=wave, by=None))


def plan(arguments):
    from crm.platform.models import Installation
    from satisfaction.models import InstrumentVersion, Wave

    today = Installation.get().today()
    name = f"Sent {time.time():.0f}"
    # In a kept database they were asked before.
    Wave.objects.filter(name__startswith="Sent ").delete()
    return Wave.objects.create(
        name=name,
        version=InstrumentVersion.objects.get(instrument__code="bench"),
        sample_size=arguments.invitations,
        opens_on=today,
        closes_on=today + dt.timedelta(days=20),
        reminders=2,
    )


def print_plan(wave) -> None:
    from django.db import connection

    from satisfaction.services.choosing import PREVIEW, chosen_by, parameters

    statement = "EXPLAIN (ANALYZE, BUFFERS) " + chosen_by(wave) + PREVIEW
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters(wave), "names": 50})
        print("\n".join(row for (row,) in cursor.fetchall()))


def line(what: str, work: Callable) -> None:
    start = time.perf_counter()
    rows = work()
    print(f"| {what} | {rows:,} | {time.perf_counter() - start:.1f} |", flush=True)


def print_results() -> None:
    """What a worker prepares of each filled wave."""
    from satisfaction.models import Answer, Response, Wave
    from satisfaction.services import results

    print(f"\n{Response.objects.count():,} responses, {Answer.objects.count():,} answers\n")
    print("| figures prepared | rows | seconds |\n|---|--:|--:|")
    for wave in Wave.objects.filter(name__startswith="Filled").order_by("name"):
        line(wave.name, lambda wave=wave: results.refresh(wave))


def addresses() -> Iterator[tuple[str, str, str]]:
    """Who asks, what the page is called, and its address."""
    from django.urls import reverse

    from satisfaction.models import Wave

    filled = Wave.objects.filter(name__startswith="Filled").order_by("name")[0]
    of_wave = [filled.pk]
    for who in ("manager", "am3-1"):
        yield who, "dashboard", reverse("satisfaction:dashboard")
        yield who, "results of a wave", reverse("satisfaction:results", args=of_wave)
        yield who, "responses", reverse("satisfaction:responses")
        yield who, "responses with a word", reverse("satisfaction:responses") + "?q=sooner"
        yield who, "a wave", reverse("satisfaction:wave", args=of_wave)
        yield who, "its invitations", reverse("satisfaction:wave_invitations", args=of_wave)
        yield who, "asked, never answering", reverse("satisfaction:silent") + "?least=2"


def print_pages(arguments) -> None:
    print("\n| page | as | queries | HTML, kB | median ms | 95 % ms |")
    print("|---|---|--:|--:|--:|--:|")
    for who, name, address in addresses():
        seconds, queries, size = ask(who, address, arguments.requests)
        middle, most = statistics.median(seconds), seconds[int(0.95 * len(seconds))]
        figures = f"{queries} | {size / 1000:.0f} | {1000 * middle:.1f} | {1000 * most:.1f}"
        print(f"| {name} | {who} | {figures} |", flush=True)


def ask(who: str, address: str, requests: int) -> tuple[list[float], int, int]:
    """Sorted seconds of the requests, the most queries and bytes of one."""
    from django.db import connection
    from django.test import Client

    from benchmarks.run import Counter
    from crm.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=who))
    seconds, queries, size = [], 0, 0
    for number in range(WARMING_UP + requests):
        counter = Counter()
        with connection.execute_wrapper(counter):
            start = time.perf_counter()
            response = client.get(address)
            spent = time.perf_counter() - start
        assert response.status_code == 200, (address, response.status_code)
        if number >= WARMING_UP:
            seconds.append(spent)
            queries, size = max(queries, counter.queries), max(size, len(response.content))
    return sorted(seconds), queries, size


if __name__ == "__main__":
    main()
