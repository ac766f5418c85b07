"""Imports for tests: a table as text goes the way of a file, to be undone where that is asked."""

from dataclasses import asdict
from pathlib import Path

from crm.accounts.tests.factories import ManagerFactory
from customers.imports import Order, Result, run
from customers.imports.undo import undo
from customers.models import ImportRun


def imported(path: Path, table: str | bytes, *, commit: bool = True, **order) -> Result:
    """Import the table (or check it) as the file `path`; keywords are those of an order."""
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    return run(Order(path=str(path), **order), commit=commit)


def imported_to_undo(path: Path, table: str, **order) -> ImportRun:
    """Import the table as one that stands in the list of imports."""
    path.write_text(table)
    import_run = ImportRun(kind=order["kind"], file_name=path.name, state=ImportRun.State.DONE)

    def finish(result: Result) -> None:
        values = {"traced": result.traced, **asdict(result.counts)}
        ImportRun.objects.filter(pk=import_run.pk).update(**values)

    run(Order(path=str(path), **order), commit=True, import_run=import_run, finish=finish)
    return import_run


def take_back(import_run: ImportRun) -> None:
    undo(import_run_id=import_run.pk, by=ManagerFactory())
