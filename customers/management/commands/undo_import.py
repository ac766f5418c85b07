"""`manage.py undo_import ID`: takes a whole import back, or says what stands on it."""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.imports.undo import UndoRefused, undo
from customers.imports.undo_words import describe
from customers.models import ImportRun
from customers.models.imports import WORKING


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "Undoes an import: what it made goes, what it changed or removed is as before. Exit 0:"
        " undone, now or before; 2: nothing is changed, with the reasons."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the number of the import, as in its address")

    def handle(self, *args, **options) -> None:
        import_run = ImportRun.objects.filter(pk=options["id"]).first()
        if import_run is None:
            raise CommandError(f"There is no import {options['id']}.", returncode=2)
        if import_run.state in WORKING and not import_run.is_broken:
            raise CommandError(f"Import {import_run.pk} is under way.", returncode=2)
        try:
            is_new = undo(import_run_id=import_run.pk, by=None)
        except UndoRefused as refused:
            self.stderr.write("It can't be undone:")
            for reason in refused.reasons:
                self.stderr.write(f"- {describe(reason)}{_rows(reason)}")
            sys.exit(2)
        self.stdout.write("Undone." if is_new else "It was undone before.")


def _rows(reason: dict) -> str:
    """How many rows, and the first of them."""
    if not reason["count"]:
        return ""
    more = ", …" if reason["count"] > len(reason["rows"]) else ""
    return f" {reason['count']}: {', '.join(reason['rows'])}{more}"
