"""The mailbox at the other end of IMAP: what waits in it, and marking what is done.

The connection is always encrypted, everything has a time-out, and a mail's size is known before it
is fetched.
"""

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

SECONDS = 30
# Of a larger mail only the beginning is fetched: its words stand there, its files stay behind.
LARGEST = 25 << 20
BEGINNING = 256 << 10
AT_A_TIME = 100

__all__ = ["IMAPClientError", "LoginError", "Mailbox", "Waiting", "open_mailbox"]


@dataclass(frozen=True)
class Waiting:
    """A mail that nobody has read yet; `arrived` is the server's word, which no sender can make."""

    uid: int
    size: int
    arrived: dt.datetime

    @property
    def is_too_large(self) -> bool:
        return self.size > LARGEST


class Mailbox:
    """The open folder of a signed-in connection."""

    def __init__(self, client: IMAPClient):
        self.client = client

    def waiting(self) -> list[Waiting]:
        """The longest waiting first, a hundred at a time."""
        uids = sorted(self.client.search(["UNSEEN", "UNDELETED"]))[:AT_A_TIME]
        if not uids:
            return []
        facts = self.client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        now = dt.datetime.now(dt.UTC)
        return [
            Waiting(uid, facts[uid][b"RFC822.SIZE"], facts[uid].get(b"INTERNALDATE") or now)
            for uid in uids
            if uid in facts and b"RFC822.SIZE" in facts[uid]
        ]

    def fetch(self, mail: Waiting) -> bytes | None:
        """The mail, or its beginning, without marking it; None where it is gone meanwhile."""
        part = f"BODY.PEEK[]<0.{BEGINNING}>" if mail.is_too_large else "BODY.PEEK[]"
        answer = self.client.fetch([mail.uid], [part]).get(mail.uid, {})
        found = (value for key, value in answer.items() if key.startswith(b"BODY[]"))
        return next(found, None)

    def done(self, mail: Waiting, *, is_left_over: bool = False) -> None:
        """Mark a mail whose words are stored; flagged where a person should look at it."""
        flags = [b"\\Seen", b"\\Flagged"] if is_left_over else [b"\\Seen"]
        self.client.add_flags([mail.uid], flags, silent=True)
        if settings.IMAP_DONE_FOLDER and not is_left_over:
            self._move(mail.uid)

    def _move(self, uid: int) -> None:
        if self.client.has_capability("MOVE"):
            self.client.move([uid], settings.IMAP_DONE_FOLDER)
            return
        self.client.copy([uid], settings.IMAP_DONE_FOLDER)
        self.client.delete_messages([uid], silent=True)
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge([uid])


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """The mailbox of the settings. Raises OSError, ssl.SSLError or IMAPClientError."""
    context = ssl.create_default_context(cafile=settings.IMAP_CA_FILE or None)
    is_tls = settings.IMAP_SECURITY == "tls"
    client = IMAPClient(
        settings.IMAP_HOST,
        settings.IMAP_PORT,
        ssl=is_tls,
        ssl_context=context if is_tls else None,
        timeout=SECONDS,
    )
    with client:  # which signs out, or hangs up where that fails
        client.normalise_times = False
        if not is_tls:
            client.starttls(context)
        client.login(settings.IMAP_USER, settings.IMAP_PASSWORD)
        client.select_folder(settings.IMAP_FOLDER)
        yield Mailbox(client)
