"""Mails leave through a table that is written in the same transaction as their cause."""

import datetime as dt
import hashlib
import re
import smtplib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.platform.erasing import MARK, Texts
from crm.platform.models import OutboxMessage

FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=1), dt.timedelta(hours=6)
MOST_ATTEMPTS = 12
# Sent at most by one look at the outbox, which comes each minute; a mailing fills no more than
# its share of that, so that an invitation or a new password never waits behind 50,000 surveys.
BATCH = 500
MAILING_A_MINUTE = 300
ROWS = 2_000
LONGEST_LINE = 250
# Far cheaper than objects of the model, of which a mailing has tens of thousands.
ADD = """
    INSERT INTO platform_outboxmessage (cause, recipient, subject, body, unsubscribe,
        next_attempt_at, created_at, state, attempts, error)
    SELECT v.*, %(now)s, 'pending', 0, ''
    FROM unnest(%(causes)s::text[], %(recipients)s::text[], %(subjects)s::text[],
        %(bodies)s::text[], %(unsubscribes)s::text[], %(due)s::timestamptz[]) AS v
    ON CONFLICT DO NOTHING
"""
# Nothing in it may end the header, or the brackets around an address there.
ADDRESS = re.compile(r"https?://[!#-;=?-~]{1,290}")


@dataclass(frozen=True)
class Mail:
    """One mail of many; the cause sends it once, however often it is put in.

    `unsubscribe` is the address at which a mail program asks, by one POST, for no more of these.
    """

    cause: str
    recipient: str
    subject: str
    body: str
    unsubscribe: str = ""

    def __post_init__(self):
        if self.unsubscribe and not ADDRESS.fullmatch(self.unsubscribe):
            raise ValueError("no address that a header can carry")  # which may be a secret


def enqueue(
    *,
    cause: str,
    recipient: str,
    subject: str,
    body: str,
    headers: Mapping[str, str] | None = None,
    html: str = "",
) -> bool:
    """Put a mail into the outbox, in the caller's transaction; False when its cause has one.

    It leaves after the commit, when a worker looks at the outbox the next time. `headers` are those
    of a thread, such as Message-ID, In-Reply-To and Reply-To. `html` says the same as the body, for
    programs that show tables.
    """
    _, is_new = OutboxMessage.objects.get_or_create(
        cause=cause,
        defaults={
            "recipient": recipient,
            "subject": _one_line(subject),
            "body": body,
            "html": html,
            "headers": {name: " ".join(value.split()) for name, value in (headers or {}).items()},
            "next_attempt_at": timezone.now(),
        },
    )
    return is_new


def enqueue_many(mails: Sequence[Mail], *, before: int = 0) -> None:
    """Put the mails of one mailing into the outbox, in the caller's transaction.

    They leave spread over time; `before` is how many of the same mailing were put in already.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        for start in range(0, len(mails), ROWS):
            part = mails[start : start + ROWS]
            pauses = [(before + start + place) // MAILING_A_MINUTE for place in range(len(part))]
            cursor.execute(
                ADD,
                {
                    "causes": [mail.cause for mail in part],
                    "recipients": [mail.recipient for mail in part],
                    "subjects": [_one_line(mail.subject) for mail in part],
                    "bodies": [mail.body for mail in part],
                    "unsubscribes": [mail.unsubscribe for mail in part],
                    "due": [now + dt.timedelta(minutes=pause) for pause in pauses],
                    "now": now,
                },
            )


def withdraw(causes: Sequence[str]) -> int:
    """Take back mails that have not left yet, such as those of a survey that is closed."""
    return _waiting().filter(cause__in=causes).delete()[0]


def withdraw_to(recipient: str, *, about: str) -> int:
    """Take back the mails to an address that have not left yet, of causes that begin so."""
    mails = _waiting().filter(cause__startswith=about, recipient__iexact=recipient)
    return mails.delete()[0]


def forget(addresses: Iterable[str], pattern: str) -> int:
    """Take a person out of all mails: those to the addresses go or lose theirs, others the words.

    `pattern` is what `crm.platform.erasing` looks for. Returns how many mails that changed.
    """
    to_person = Q()
    for address in addresses:
        to_person |= Q(recipient__iexact=address)
    count = 0
    if to_person:
        count += _waiting().filter(to_person).delete()[0]
        mails = OutboxMessage.objects.filter(to_person)
        count += mails.update(
            recipient="", subject=MARK, body="", html="", unsubscribe="", headers={}
        )
    return count + Texts(OutboxMessage.objects.all(), ["subject", "body", "html"]).erase(pattern)


def _waiting() -> QuerySet:
    return OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_LINE]


def send_due() -> int:
    """Send what is due, each in a transaction of its own; returns how many left."""
    sent = 0
    for _ in range(BATCH):
        outcome = _send_next()
        if outcome is None:
            break
        sent += outcome
    return sent


@transaction.atomic
def _send_next() -> bool | None:
    """Send one message; None when no other is due. Others skip it while it is being sent."""
    message = (
        OutboxMessage.objects.filter(
            state=OutboxMessage.State.PENDING, next_attempt_at__lte=timezone.now()
        )
        .select_for_update(skip_locked=True)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if message is None:
        return None
    message.attempts += 1
    try:
        _mail(message).send()
    except (smtplib.SMTPException, OSError) as error:
        _put_off(message, error)
        return False
    except ValueError as error:  # no address at all, or none that a mail can name
        _give_up(message, error)
        return False
    message.state, message.sent_at, message.error = OutboxMessage.State.SENT, timezone.now(), ""
    # Bodies carry secret links, of which nothing but a hash may stay.
    message.body = message.html = message.unsubscribe = ""
    message.save()
    return True


def identity_of(message: OutboxMessage) -> str:
    """The same each time: a mail sent again after a crash is known as the same one.

    It names the row, so that `crm.platform.bounces` finds the mail that came back.
    """
    digest = hashlib.sha256(message.cause.encode()).hexdigest()[:40]
    return f"{message.pk}.{digest}@perennial"


def _mail(message: OutboxMessage) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        message.subject,
        message.body,
        to=[message.recipient],
        headers={
            "Message-ID": f"<{identity_of(message)}>",
            **message.headers,
            **_unsubscribing(message.unsubscribe),
        },
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def _unsubscribing(address: str) -> dict[str, str]:
    """The button of mail programs; one click is enough where the address is safe (RFC 8058)."""
    if not address:
        return {}
    headers = {"List-Unsubscribe": f"<{address}>"}
    if address.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _put_off(message: OutboxMessage, error: Exception) -> None:
    """Try again later, each time after twice as long; give up in the end."""
    if message.attempts >= MOST_ATTEMPTS:
        _give_up(message, error)
        return
    message.error = _kind(error)
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    message.next_attempt_at = timezone.now() + pause
    message.save()


def _give_up(message: OutboxMessage, error: Exception) -> None:
    """Never try again, so that one mail that can't leave does not keep back all others."""
    message.error = _kind(error)
    message.state = OutboxMessage.State.FAILED
    message.body = message.html = message.unsubscribe = ""
    message.save()


def _kind(error: Exception) -> str:
    """The kind alone: a server's words may repeat the recipient."""
    return type(error).__name__
