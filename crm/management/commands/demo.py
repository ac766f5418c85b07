"""`manage.py demo`: the demo company moves in, and goes on buying."""

import datetime as dt
import io
import time

from django.core.management import BaseCommand, CommandError, call_command

from complaints.services import figuring
from crm.demo import staff
from crm.demo.advance import advance
from crm.demo.load import load
from crm.platform.models import Installation
from lifecycle.services import backtests
from satisfaction.services import results

MONTHS = 6


class Command(BaseCommand):
    help = "Loads the demo company into an empty database, or adds the days since its last one."

    def add_arguments(self, parser):
        parser.add_argument(
            "--advance", action="store_true", help="add the days since the last one and stop"
        )
        parser.add_argument(
            "--as-of",
            type=dt.date.fromisoformat,
            metavar="DATE",
            help="with --advance: up to this day, instead of yesterday",
        )
        parser.add_argument(
            "--months",
            type=int,
            default=MONTHS,
            help="month-ends before today for which figures are computed too (default: 6)",
        )

    def handle(self, *args, **options):
        if options["advance"]:
            self._advance(options["as_of"])
        elif options["as_of"]:
            raise CommandError("--as-of goes with --advance.")
        else:
            self._load(options["months"])

    def _advance(self, until: dt.date | None) -> None:
        if not Installation.get().is_demo:
            self.stdout.write("This installation is no demo company: nothing added.")
            return
        days = advance(
            until=until, tell=lambda day, lines: self.stdout.write(f"{day}: {lines} lines")
        )
        self.stdout.write(f"Days added: {days}.")

    def _load(self, months: int) -> None:
        began = time.monotonic()
        today = Installation.get().today()
        loaded = load(today=today)
        if loaded is None:
            self.stdout.write(
                "There are customers or users already: the demo company only moves into an empty"
                " database."
            )
            return
        self.stdout.write(
            f"The demo company: {loaded.users} users, {loaded.customers} customers,"
            f" {loaded.lines} invoice lines, {loaded.cases} cases, {loaded.responses} survey"
            f" responses: {time.monotonic() - began:.1f} s"
        )
        self.stdout.write(f"All its users have the password {staff.DEMO_PASSWORD}")
        for night in nights(today, months):
            self._compute(night)
        backtests.run_if_due()
        self._count()

    def _compute(self, night: dt.date) -> None:
        """One nightly run: its bar shows on the terminal, its table of steps would be too much."""
        began = time.monotonic()
        call_command("nightly", as_of=night, stdout=io.StringIO())
        self.stdout.write(f"Figures as of {night}: {time.monotonic() - began:.1f} s")

    def _count(self) -> None:
        """What workers count every two minutes, so that no page says at first that nothing is."""
        began = time.monotonic()
        results.refresh_due()
        figuring.prepare()
        seconds = time.monotonic() - began
        self.stdout.write(f"Figures of surveys and complaints: {seconds:.1f} s")


def nights(today: dt.date, months: int) -> list[dt.date]:
    """The last month-ends, so that trends and changes show from the start, then yesterday."""
    ends, first = [], today.replace(day=1)
    for _ in range(months):
        ends.append(first - dt.timedelta(days=1))
        first = ends[-1].replace(day=1)
    yesterday = today - dt.timedelta(days=1)
    return sorted({*ends, yesterday})
