"""A wave of 50,000 invitations, and 200,000 answers to twenty questions.

    .venv/bin/python benchmarks/surveys.py --customers 100000 --invitations 50000

Selects, writes and queues a wave, reminds everybody in it and closes it; then sums filled waves
and asks their pages. The database is made beside the trial's and dropped afterwards (--keep keeps
it, --reuse measures a kept one). Times are of the wall, on a machine that should do nothing else.
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
NAME = "perennial_bench_surveys"
# One customer in seven costs more than it brings.
BELOW_COST = """
    UPDATE lifecycle_valuation SET cost_12m = margin_12m + 1 + customer_id %% 500
    WHERE customer_id %% 7 = 0
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
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--invitations", type=int, default=50_000, help="of the wave that is sent")
    parser.add_argument("--responses", type=int, default=200_000, help="to each filled wave")
    parser.add_argument("--waves", type=int, default=2, help="filled ones; two make a trend")
    parser.add_argument("--requests", type=int, default=40, help="of each page")
    parser.add_argument("--fill", action="store_true", help="nothing but a filled database")
    parser.add_argument("--pages", action="store_true", help="nothing but the pages")
    parser.add_argument("--only", default="", help="pages whose name has this in it")
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
    if arguments.fill:
        return
    if not arguments.pages:
        print_sending(arguments)
        print_results()
    from benchmarks import survey_pages

    say("prepared, as workers do all the time", prepare)
    survey_pages.print_pages(arguments.requests, arguments.only)
    connections.close_all()


def fill(arguments) -> None:
    from benchmarks import fill as customers
    from benchmarks import fill_surveys
    from benchmarks.complaints import STANDING, execute
    from benchmarks.fill_service import fill_cases
    from benchmarks.fill_voices import fill_staff, fill_voices
    from benchmarks.night import night
    from benchmarks.run import analyze
    from crm.accounts.models import User

    today = dt.date.today()
    say("customers", lambda: customers.fill(arguments.customers, arguments.customers, today))
    execute(STANDING)
    say("contacts", fill_surveys.fill_contacts)
    service = User.objects.get(username="service").pk
    say("cases", lambda: fill_cases(arguments.customers // 5, service))
    analyze()
    say("answers", lambda: fill_surveys.fill_waves(arguments.responses, arguments.waves))
    say("silent ones", fill_surveys.fill_silent)
    say("loops, feedback, actions, ratings", fill_voices)
    say("staff", fill_staff)
    analyze()
    say("a night", lambda: night(today))
    # The night makes most of these customers alike.
    execute(STANDING)
    execute(BELOW_COST)
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


def prepare() -> None:
    from satisfaction.services import celling, counting, followers, results

    counting.count_asked()
    counting.add_up_loops()
    celling.follow_moves()
    followers.refresh_silent()
    results.refresh_due()


def print_results() -> None:
    """What a worker prepares of each filled wave."""
    from satisfaction.models import Answer, Response, Wave
    from satisfaction.services import results

    print(f"\n{Response.objects.count():,} responses, {Answer.objects.count():,} answers\n")
    print("| figures prepared | rows | seconds |\n|---|--:|--:|")
    for wave in Wave.objects.filter(name__startswith="Filled").order_by("name"):
        line(wave.name, lambda wave=wave: results.refresh(wave))


if __name__ == "__main__":
    main()
