"""What became of the mails of waves: addresses that are dead, and customers who never answer."""

from django.db import connection, transaction
from django.utils import timezone

from crm.platform.bounces import BOUNCED as CAME_BACK
from satisfaction.invitation_reads import LEAST_SILENT, SILENT_FOR
from satisfaction.models import Invitation, SilentAccount
from satisfaction.services.sending import CAUSE

# The kinds of errors that are about an address and not about the mail server: refused at each try
# over more than a day, none that a mail can name, or reported back to the mailbox as dead.
DEAD = ["SMTPRecipientsRefused", "ValueError", CAME_BACK]

BOUNCED = """
UPDATE satisfaction_invitation invitation SET state = 'bounced'
FROM platform_outboxmessage mail
WHERE mail.state = 'failed' AND mail.error = ANY(%(dead)s)
    AND mail.cause LIKE %(cause)s
    AND invitation.id = split_part(mail.cause, ':', 2)::bigint AND invitation.state = 'sent'
"""
KEEP_SILENT = """
INSERT INTO satisfaction_silentaccount (customer_id, waves)
SELECT customer_id, waves FROM ({asked}) asked (customer_id, waves)
"""


def mark_bounced() -> int:
    """Invitations whose mail could not be delivered are marked; returns how many.

    Who has begun to answer holds a link that worked, whatever became of a reminder.
    """
    with connection.cursor() as cursor:
        cursor.execute(BOUNCED, {"dead": DEAD, "cause": f"{CAUSE}%"})
        return cursor.rowcount


@transaction.atomic
def refresh_silent() -> int:
    """Look up anew who was asked and never answers; returns how many customers."""
    found = Invitation.objects.silent(timezone.now() - SILENT_FOR, LEAST_SILENT)
    asked, params = found.values("customer", "waves").query.sql_with_params()
    with connection.cursor() as cursor:
        # Two workers do it one after the other; pages read on meanwhile.
        cursor.execute("LOCK TABLE satisfaction_silentaccount IN SHARE ROW EXCLUSIVE MODE")
        SilentAccount.objects.all().delete()
        cursor.execute(KEEP_SILENT.replace("{asked}", asked), params)
        return cursor.rowcount
