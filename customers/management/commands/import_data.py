"""`manage.py import_data KIND FILE`: a file into the tables, or a check of it."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from crm.accounts.audit import Action, audit
from customers.imports import Counts, Order, Refused, Result, run
from customers.imports.kinds import KINDS
from customers.imports.values import DATE_ORDERS
from customers.models import ImportRun


class Command(BaseCommand):
    # They would load every page's modules, which an import doesn't need.
    requires_system_checks = ()
    help = (
        "Imports a file (CSV, XLSX, gzipped or not). Exit 0: all rows good; 1: some wrong, the"
        " good ones are in; 2: nothing written. docs/import.md has the fields."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="the system that the keys belong to")
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            metavar="field=Column",
            type=_pair,
            help="columns that are not found by their names; an empty column leaves a field out",
        )
        parser.add_argument("--create-customers", action="store_true")
        parser.add_argument("--dates", choices=DATE_ORDERS, default="")
        parser.add_argument("--check", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args, **options) -> None:
        order = Order(
            kind=options["kind"],
            path=str(options["file"]),
            source=options["source"],
            mapping=dict(options["map"]),
            create_customers=options["create_customers"],
            dates=options["dates"],
        )
        began = time.monotonic()
        import_run = _planned(order)
        progress = _Line(self.stderr) if sys.stderr.isatty() else None
        try:
            result = run(
                order,
                commit=not options["check"],
                import_run=import_run,
                finish=partial(_record, import_run),
                **({"report": progress.show} if progress else {}),
            )
        except Refused as refused:
            self.stderr.write(str(refused))
            if options["json"]:
                nothing = Result(order, Counts(), {}, 0, seconds=time.monotonic() - began)
                self.stdout.write(_as_json(nothing))
            sys.exit(2)
        self._print(result, options)
        sys.exit(result.exit_code)

    def _print(self, result: Result, options: dict) -> None:
        if options["json"]:
            self.stdout.write(_as_json(result))
            return
        counts = result.counts
        self.stdout.write(
            f"{counts.rows} rows: {counts.new} new, {counts.changed} changed, {counts.same} same,"
            f" {counts.wrong} wrong; {counts.customers_created} customers created"
            f" ({result.seconds:.1f} s)."
        )
        if options["check"]:
            self.stdout.write("Checked only: nothing was written.")
        if result.wrong_rows_file:
            self.stdout.write(f"The wrong rows, with reasons: {result.wrong_rows_file}")


class _Line:
    """Progress on one line of the terminal, at most a few times a second."""

    def __init__(self, stream):
        self._stream, self._shown = stream, 0.0

    def show(self, phase: str, share: float) -> None:
        if time.monotonic() - self._shown > 0.3:
            self._shown = time.monotonic()
            self._stream.write(f"\r{phase:<10} {share:4.0%}", ending="\r")


def _pair(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"“{text}” is not field=Column")
    return name.strip(), column.strip()


def _planned(order: Order) -> ImportRun:
    """The import in the list of imports; nobody sees it before its rows are in."""
    return ImportRun(
        kind=order.kind,
        file_name=Path(order.path).name[:200],
        state=ImportRun.State.DONE,
        date_order=order.dates,
        create_customers=order.create_customers,
    )


def _record(import_run: ImportRun, result: Result) -> None:
    """What was done, in the transaction of the rows."""
    figures = asdict(result.counts)
    audit(None, Action.IMPORT_COMMITTED, import_run.file_name, **figures)
    ImportRun.objects.filter(pk=import_run.pk).update(
        mapping=result.columns,
        wrong_rows_name=result.wrong_rows_file.name if result.wrong_rows_file else "",
        first_wrong=result.first_wrong,
        preview=result.preview,
        traced=result.traced,
        finished_at=timezone.now(),
        **figures,
    )


def _as_json(result: Result) -> str:
    file = result.wrong_rows_file
    return json.dumps(
        {
            "kind": result.order.kind,
            **asdict(result.counts),
            "wrong_rows_file": str(file) if file else None,
            "seconds": round(result.seconds, 2),
        }
    )
