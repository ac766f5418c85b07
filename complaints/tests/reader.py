"""A reader of the mailbox as a process of its own, slow enough to be killed at any point."""

import time
from unittest import mock

import django

django.setup()

from complaints.mail.mailbox import Mailbox  # noqa: E402 -- needs the settings
from complaints.services import incoming  # noqa: E402


def run(pause: float) -> None:
    """Read once; it takes a moment before each commit, and between it and the marking."""
    slow = {"keep_files": (incoming, incoming.keep_files), "done": (Mailbox, Mailbox.done)}
    for name, (owner, real) in slow.items():
        mock.patch.object(owner, name, _slowly(real, pause)).start()
    incoming.read_mailbox()


def _slowly(real, pause: float):
    def slowly(*given, **named):
        time.sleep(pause)
        found = real(*given, **named)
        time.sleep(pause)
        return found

    return slowly
