"""A sweeper as a process of its own, slow enough to be killed in the middle of a case."""

import datetime as dt
import time
from unittest import mock

import django

django.setup()

from complaints.services import mails, sweep  # noqa: E402 -- needs the settings


def run(now: str, pause: float) -> None:
    """Sweep once; each breach takes a moment between its mail and the end of its transaction."""
    real = mails.report_breach

    def slowly(*given):
        real(*given)
        time.sleep(pause)

    with mock.patch.object(mails, "report_breach", slowly):
        sweep.wake_due(now=dt.datetime.fromisoformat(now))
