"""One import from the file to the tables: the same for the command and the page.

All of it is one transaction. The file's rows go through COPY into temporary tables, SQL compares
them with ours, and the writing follows at the end; a check stops before it and rolls back. Whoever
is killed on the way has written nothing.
"""

import contextlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from crm.platform.models import Installation
from customers.imports import wrong_rows
from customers.imports.fields import Counts, Kind, Order, match
from customers.imports.kinds import KINDS
from customers.imports.reading import MEGABYTE, open_table
from customers.imports.refusals import Refused
from customers.imports.staging import Staged, stage
from customers.models import Source

# Dealings and customers that came without naming a source: their keys are our own numbers.
OWN_SOURCE = "own"
SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")
# One import writes at a time: two that make the same customers wait for each other.
LOCK = 7_130_001
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

    @property
    def exit_code(self) -> int:
        """0 all rows good, 1 some wrong, 2 nothing written since all are wrong."""
        if not self.counts.wrong:
            return 0
        return 2 if self.counts.wrong == self.counts.rows else 1


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
    finish: Callable[[Result], None] | None = None,
) -> Result:
    """Import a file, or only check it; `finish` is called in the transaction of a commit."""
    began = time.monotonic()
    kind = _kind_of(order)
    with table_of(Path(order.path), upload=upload) as table, contextlib.ExitStack() as undo:
        columns = match(kind.fields, table.headers, order.mapping)
        kind.check_columns(frozenset(columns))
        with transaction.atomic():
            source = Source.objects.get_or_create(code=order.source or OWN_SOURCE)[0]
            is_own, today = source.code == OWN_SOURCE, Installation.get().today()
            staged = Staged(kind, order, table, columns, source.pk, is_own, today, report)
            result = Result(order, _do(staged, commit), columns, source.pk)
            if result.counts.wrong:
                _keep_wrong_rows(staged, result, undo)
            result.seconds = round(time.monotonic() - began, 2)
            if not commit:
                transaction.set_rollback(True)
            elif finish:
                finish(result)
        undo.pop_all()
    return result


def _kind_of(order: Order) -> Kind:
    if order.kind not in KINDS:
        raise Refused("unknown_kind", kind=order.kind)
    if order.source and not SLUG.fullmatch(order.source):
        raise Refused("unknown_source", source=order.source)
    return KINDS[order.kind]


def _do(staged: Staged, commit: bool) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(SESSION)
    stage(staged)
    if commit:
        staged.report("waiting", 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    for _attempt in range(ATTEMPTS):
        # A person may make a customer of the same number meanwhile: then all is compared anew.
        with contextlib.suppress(IntegrityError), transaction.atomic():
            staged.report("comparing", 0)
            counts = staged.kind.plan(staged)
            if commit:
                staged.report("writing", 0)
                staged.kind.write(staged)
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
