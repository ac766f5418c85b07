"""Mails that came back: what a server says of an address after it, or one before it, took a mail.

The report holds the headers of our mail (RFC 3464), and with them its identity, which names the
row of the outbox. Whoever forges one has our mail, and so the address that it went to.
"""

import re

from django.db import transaction

from crm.platform.models import OutboxMessage
from crm.platform.outbox import identity_of

BOUNCED = "Bounced"  # what stands as the kind of the error
OWN = re.compile(rb"<((\d{1,18})\.[0-9a-f]{40}@perennial)>")
MOST = 10
GIVEN_UP = re.compile(rb"^Action:[ \t]*failed\b", re.IGNORECASE | re.MULTILINE)
# No such mailbox, domain or route, or a mailbox switched off. A full one, or a mail that somebody
# takes for unwanted, says nothing of the address.
DEAD = re.compile(rb"^Status:[ \t]*5\.(?:1\.\d{1,3}|2\.1|4\.4)\b", re.IGNORECASE | re.MULTILINE)


@transaction.atomic
def note(report: bytes) -> int:
    """Mark the mails that a report says went to addresses that do not exist; how many."""
    if not (GIVEN_UP.search(report) and DEAD.search(report)):
        return 0
    named = dict.fromkeys(OWN.findall(report))
    count = 0
    for identity, pk in list(named)[:MOST]:
        rows = OutboxMessage.objects.select_for_update().filter(pk=int(pk))
        message = rows.filter(state=OutboxMessage.State.SENT).first()
        if message and identity_of(message) == identity.decode():
            message.state, message.error = OutboxMessage.State.FAILED, BOUNCED
            message.save(update_fields=["state", "error"])
            count += 1
    return count
