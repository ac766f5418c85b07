"""A sweeper as a process of its own, slow enough to be killed in the middle of a batch."""

import datetime as dt
import time
from unittest import mock

import django

django.setup()

from complaints.services import alarms, sweep  # noqa: E402 -- needs the settings
from crm.platform import outbox  # noqa: E402


def run(now: str, pause: float, batch: int) -> None:
    """Sweep once; it takes a moment at each breach, and between its mails and the commit."""
    slow = {"breach": (alarms, alarms.breach), "enqueue_many": (outbox, outbox.enqueue_many)}
    with mock.patch.object(sweep, "BATCH", batch):
        for name, (module, real) in slow.items():
            mock.patch.object(module, name, _slowly(real, pause)).start()
        sweep.wake_due(now=dt.datetime.fromisoformat(now))


def _slowly(real, pause: float):
    def slowly(*given):
        found = real(*given)
        time.sleep(pause)
        return found

    return slowly
