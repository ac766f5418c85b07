"""One import from the file to the tables: the same for the command and the page.

All of it is one transaction. The file's rows go through COPY into temporary tables, SQL compares
them with ours, and the writing follows at the end; a check stops before it and rolls back. Whoever
is killed on the way has written nothing.
"""

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg2.errors import LockNotAvailable

from crm.platform.acting import acting
from crm.platform.models import Installation
from customers.imports import preview, traces, wrong_rows
from customers.imports.fields import Counts, Kind, Order, match
from customers.imports.kinds import KINDS
from customers.imports.reading import MEGABYTE, open_table
from customers.imports.refusals import Refused
from customers.imports.staging import Rows, Staged, stage
from customers.models import ImportRun, Source

# Dealings and customers that came without naming a source: their keys are our own numbers.
OWN_SOURCE = "own"
SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")
# One import writes at a time: two that make the same customers wait for each other.
LOCK_IMPORTS = "SELECT pg_advisory_xact_lock(7130001)"
ATTEMPTS = 3
# A packed upload may grow this much.
UNPACKED = 10

SESSION = """
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off;
-- The work of a client that was killed stops soon, and its locks go.
SET LOCAL client_connection_check_interval = '2s'
"""

Report = Callable[[str, float], None]


@dataclass
class Result:
    """What an import did, or would do."""

    order: Order
    counts: Counts
    columns: dict[str, str]
    source_id: int
    wrong_rows_file: Path | None = None
    first_wrong: dict = field(default_factory=dict)
    seconds: float = 0.0
    traced: dict[str, dict] = field(default_factory=dict)
    preview: dict = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 all rows good, 1 some wrong, 2 nothing written since all are wrong."""
        if not self.counts.wrong:
            return 0
        return 2 if self.counts.wrong == self.counts.rows else 1


@dataclass
class RowsResult:
    """What an import of rows in memory did."""

    counts: Counts
    # (number of the row, beginning at 1; codes of its flaws such as "missing:date")
    wrong: list[tuple[int, list[str]]]


@dataclass
class RowsInMemory:
    """A table that somebody sent, not as a file; its lines are numbered from 1."""

    headers: list[str]
    given: Sequence[Sequence[str]]
    bytes_read: int = 0

    @property
    def size(self) -> int:
        return max(len(self.given), 1)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        for line, cells in enumerate(self.given, start=1):
            self.bytes_read = line
            yield line, list(cells)


def silent(phase: str, share: float) -> None:
    """Progress that nobody watches."""


def imports_folder() -> Path:
    """Where uploads, what is unpacked of them and files of wrong rows lie; never served."""
    folder = settings.MEDIA_ROOT / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def table_of(path: Path, *, upload: bool = False):
    """The file as a table; uploads keep to the installation's limit."""
    limit = Installation.get().upload_megabytes * MEGABYTE if upload else None
    return open_table(
        path, imports_folder(), most_bytes=limit, most_unpacked=limit and limit * UNPACKED
    )


def run(
    order: Order,
    *,
    commit: bool,
    upload: bool = False,
    report: Report = silent,
    import_run: ImportRun | None = None,
    finish: Callable[[Result], None] | None = None,
) -> Result:
    """Import a file, or only check it; `finish` is called in the transaction of a commit.

    What a commit does is written down for its undo where it belongs to a run; a new one is saved
    in the same transaction.
    """
    began = time.monotonic()
    kind = _kind_of(order)
    with table_of(Path(order.path), upload=upload) as table, contextlib.ExitStack() as undo:
        columns = match(kind.fields, table.headers, order.mapping)
        kind.check_columns(frozenset(columns))
        with transaction.atomic():
            staged = _begin(order, table, columns, report)
            if commit and import_run is not None:
                staged.run_id = _run_of(import_run, staged)
            counts = _do(staged, commit)
            result = Result(
                order, counts, columns, staged.source_id, traced=staged.traced, preview=staged.shown
            )
            if result.counts.wrong:
                _keep_wrong_rows(staged, result, undo)
            result.seconds = round(time.monotonic() - began, 2)
            if not commit:
                transaction.set_rollback(True)
            elif finish:
                finish(result)
        undo.pop_all()
    return result


def run_rows(
    order: Order,
    headers: list[str],
    rows: Sequence[Sequence[str]],
    *,
    by,
    wait_seconds: float = 5,
) -> RowsResult:
    """Import rows that came without a file: the good ones are in when this returns.

    Refused("busy") where another import writes for longer than one waits. Nothing is kept of it
    but what history says that `by` did: it is no import of the list, and can't be undone.
    """
    table = RowsInMemory(headers, rows)
    _refuse_unwritable(table)
    kind = _kind_of(order)
    columns = match(kind.fields, headers, order.mapping)
    kind.check_columns(frozenset(columns))
    with transaction.atomic(), acting(by):
        _lock_within(wait_seconds)
        staged = _begin(order, table, columns, silent)
        staged.is_shown = staged.is_marked = False
        counts = _do(staged, commit=True)
        with connection.cursor() as cursor:
            cursor.execute(kind.wrong_rows)
            wrong = [(row_no, flaws.split()) for row_no, flaws in cursor.fetchall()]
    return RowsResult(counts, wrong)


def _refuse_unwritable(table: RowsInMemory) -> None:
    """What no database takes as a text: a zero byte, and half of a character."""
    for line, cells in table.rows():
        for cell in cells:
            if "\0" in cell or any("\ud800" <= character <= "\udfff" for character in cell):
                raise Refused("control_character", line=line)


def _lock_within(seconds: float) -> None:
    """Be the one who writes; Refused("busy") where somebody else is, for longer than this."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds * 1000:.0f}"])
            cursor.execute(LOCK_IMPORTS)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Refused("busy") from None
        raise


def _begin(order: Order, table: Rows, columns: dict[str, str], report: Report) -> Staged:
    source = Source.objects.get_or_create(code=order.source or OWN_SOURCE)[0]
    is_own, today = source.code == OWN_SOURCE, Installation.get().today()
    return Staged(_kind_of(order), order, table, columns, source.pk, is_own, today, report)


def _run_of(import_run: ImportRun, staged: Staged) -> int:
    if import_run.pk is None:
        import_run.source_id = staged.source_id
        import_run.save()
    return import_run.pk


def _kind_of(order: Order) -> Kind:
    if order.kind not in KINDS:
        raise Refused("unknown_kind", kind=order.kind)
    if order.source and not SLUG.fullmatch(order.source):
        raise Refused("unknown_source", source=order.source)
    return KINDS[order.kind]


def lock_imports() -> None:
    """Wait until nobody else imports or undoes an import, till the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_IMPORTS)


def _do(staged: Staged, commit: bool) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(SESSION)
    stage(staged)
    if commit:
        staged.report("waiting", 0)
        lock_imports()
    for _attempt in range(ATTEMPTS):
        # A person may make a customer of the same number meanwhile: then all is compared anew.
        staged.traced.clear()
        with contextlib.suppress(IntegrityError), transaction.atomic():
            staged.report("comparing", 0)
            counts = staged.kind.plan(staged)
            staged.shown = preview.read(staged) if staged.is_shown else {}
            if commit:
                staged.report("writing", 0)
                staged.kind.write(staged)
                traces.close(staged)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                staged.kind.derive(staged)
            return counts
    raise Refused("busy")


def _keep_wrong_rows(staged: Staged, result: Result, undo: contextlib.ExitStack) -> None:
    """Write the file of wrong rows; it goes again if the import breaks off."""
    staged.report("finishing", 0)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(staged.order.path).name.split(".")[0])[:60]
    target = imports_folder() / f"{stem}-wrong-rows-{secrets.token_hex(8)}.csv"
    undo.callback(target.unlink, missing_ok=True)
    target.touch(mode=0o600)
    rows = wrong_rows.write_file(staged, target)
    result.wrong_rows_file = target
    result.first_wrong = {"headers": wrong_rows.shown_headers(staged), "rows": rows}
