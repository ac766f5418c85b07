"""How far an import is, and whether it is to stop: over a connection of its own.

So pages see at once how far it is, and its transaction, which can't be looked into, hears at once
that somebody cancelled it.
"""

import contextlib
import threading
from collections.abc import Iterator

import psycopg2
from django.db import DatabaseError, InterfaceError, connection

from customers.models import ImportRun
from customers.models.imports import WORKING

EVERY_SECONDS = 1.0
# Phase -> where it begins and ends on the bar, in percent of a usual import's time.
PHASES = {
    "reading": (0, 25),
    "values": (25, 30),
    "waiting": (30, 30),
    "comparing": (30, 55),
    "writing": (55, 95),
    "finishing": (95, 99),
}


def percent(phase: str, share: float, phases=PHASES) -> int:
    begin, end = phases[phase]
    return int(begin + (end - begin) * min(max(share, 0.0), 1.0))


class Cancelled(Exception):  # noqa: N818 -- an outcome, no fault
    """Somebody stopped the import: nothing is written."""


class Progress:
    """`with Progress(run.pk) as progress:` shows on the run's row what `report` is told.

    A thread writes the row meanwhile; it never touches a run that is over. When the run is
    cancelled it breaks off what the import's connection is doing, again and again until the import
    is out of its transaction: `stopping` turns that into Cancelled.
    """

    def __init__(self, run_id: int):
        self._run_id = run_id
        self._news = ("reading", 0)
        self._over = threading.Event()
        self._at_work = threading.Lock()
        self._working = None  # the import's connection, while it may be broken off
        self.is_cancelled = False
        self._thread = threading.Thread(target=self._show, name=f"import-{run_id}", daemon=True)

    def __enter__(self) -> "Progress":
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._over.set()
        self._thread.join()

    def report(self, phase: str, share: float) -> None:
        self._news = (phase, percent(phase, share))
        if self.is_cancelled:
            raise Cancelled

    @contextlib.contextmanager
    def stopping(self) -> Iterator[None]:
        """What runs within can be stopped: Cancelled then, and its transaction is rolled back."""
        connection.ensure_connection()
        self._look()
        if self.is_cancelled:
            raise Cancelled
        self._working = connection.connection
        try:
            yield
        except DatabaseError:
            # The server says that the statement was cancelled, in one way or another.
            if self.is_cancelled:
                raise Cancelled from None
            raise
        finally:
            with self._at_work:
                self._working = None

    def _look(self) -> None:
        runs = ImportRun.objects.filter(pk=self._run_id, is_cancelled=True)
        self.is_cancelled = self.is_cancelled or runs.exists()

    def _break_off(self) -> None:
        # Locked, so that nothing but the import's own statements is broken off.
        with self._at_work, contextlib.suppress(psycopg2.Error):
            if self._working is not None:
                self._working.cancel()

    def _show(self) -> None:
        shown = None
        try:
            while True:
                news = self._news
                self._follow(None if news == shown else news)
                shown = news
                if self._over.wait(EVERY_SECONDS):
                    return
        finally:
            connection.close()

    def _follow(self, news: tuple[str, int] | None) -> None:
        try:
            if news:
                phase, at = news
                runs = ImportRun.objects.filter(pk=self._run_id, state__in=WORKING)
                runs.update(phase=phase, percent=at)
            self._look()
            if self.is_cancelled:
                self._break_off()
        except (DatabaseError, InterfaceError):
            # The server may be restarting; the import itself says what became of it.
            connection.close()
