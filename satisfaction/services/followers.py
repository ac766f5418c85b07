"""What became of the mails of a wave: addresses that do not exist any more."""

from django.db import connection

from crm.platform.bounces import BOUNCED as CAME_BACK
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


def mark_bounced() -> int:
    """Invitations whose mail could not be delivered are marked; returns how many.

    Who has begun to answer holds a link that worked, whatever became of a reminder.
    """
    with connection.cursor() as cursor:
        cursor.execute(BOUNCED, {"dead": DEAD, "cause": f"{CAUSE}%"})
        return cursor.rowcount
