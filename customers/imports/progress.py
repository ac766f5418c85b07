"""How far an import is, written over a connection of its own so that pages see it at once."""

import threading

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


class Progress:
    """`with Progress(run.pk) as progress:` shows on the run's row what `report` is told.

    The importing transaction can't be looked into; a thread writes the row meanwhile. It never
    touches a run that is over.
    """

    def __init__(self, run_id: int):
        self._run_id = run_id
        self._news = ("reading", 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, name=f"import-{run_id}", daemon=True)

    def __enter__(self) -> "Progress":
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._over.set()
        self._thread.join()

    def report(self, phase: str, share: float) -> None:
        self._news = (phase, percent(phase, share))

    def _show(self) -> None:
        shown = None
        try:
            while True:
                if self._news != shown:
                    shown = self._news
                    self._write(*shown)
                if self._over.wait(EVERY_SECONDS):
                    return
        finally:
            connection.close()

    def _write(self, phase: str, at: int) -> None:
        try:
            ImportRun.objects.filter(pk=self._run_id, state__in=WORKING).update(
                phase=phase, percent=at
            )
        except (DatabaseError, InterfaceError):
            # The server may be restarting; the import itself says what became of it.
            connection.close()
