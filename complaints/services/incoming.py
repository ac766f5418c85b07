"""Mails of customers: read out of the mailbox one by one, each into its case or into a new one.

A mail is marked in the mailbox only after what it said is committed, and its identity is unique:
a crash in between neither loses it nor takes it twice. Logs say identities of rows and what was
done, never who wrote or what.
"""

import datetime as dt
import logging
import re
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import validate_email
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from complaints.mail import parsing, quotes
from complaints.mail.automatic import reason_of
from complaints.mail.mailbox import (
    IMAPClientError,
    LoginError,
    Mailbox,
    Waiting,
    open_mailbox,
)
from complaints.models import Actor, Case, Channel, IncomingMail, MailboxLook
from complaints.models.cases import TITLE_LENGTH
from complaints.replay import ImpossibleError
from complaints.services import follow_up, threads
from complaints.services.actions import Refused
from complaints.services.cases import log_case, title_of
from complaints.services.hearing import hear, keep_files
from complaints.services.matching import customer_of
from crm.platform import bounces, uploads

log = logging.getLogger(__name__)
READING = 7130021  # one worker reads at a time
OF_MAILS = uuid.UUID("0b8f3c0e-8d7e-4d2f-9f0a-6d1a4f1c2b90")
# So long somebody can see on the page of the mailbox what was ignored, and why.
KEPT_FOR = dt.timedelta(days=90)
# More than so many from one sender in an hour is a machine, whatever it says of itself.
MOST_OF_ONE = 20
HOUR = dt.timedelta(hours=1)
MOST_FILES = 20
LONGEST_SAID = 20_000
# A case is logged as received at the latest now, and not long ago.
LONGEST_ON_THE_WAY = dt.timedelta(days=365)

CHINESE = re.compile(r"[\u3400-\u9fff]{2}")

Outcome = IncomingMail.Outcome


def is_configured() -> bool:
    return bool(settings.IMAP_HOST)


def read_mailbox() -> int:
    """Take what waits in the mailbox; how many mails. 0 where somebody else is reading."""
    if not is_configured():
        return 0
    with _alone() as is_alone:
        if not is_alone:
            return 0
        count, trouble = 0, ""
        try:
            with open_mailbox() as mailbox:
                for waiting in mailbox.waiting():
                    count += _take_from(mailbox, waiting)
        except LoginError:
            trouble = MailboxLook.Trouble.SIGN_IN
        except ssl.SSLError:
            trouble = MailboxLook.Trouble.TLS
        except IMAPClientError:
            trouble = MailboxLook.Trouble.ANSWER
        except OSError:
            trouble = MailboxLook.Trouble.NOT_FOUND
        _note_look(trouble)
        return count


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else reads meanwhile; a killed worker's connection ends, and with it this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [READING])
        is_alone = cursor.fetchone()[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [READING])


def _note_look(trouble: str) -> None:
    now = timezone.now()
    values = {"looked_at": now, "trouble": trouble} | ({} if trouble else {"good_at": now})
    MailboxLook.objects.update_or_create(pk=1, defaults=values)
    if trouble:
        log.warning("mailbox could not be read: %s", trouble)


def _take_from(mailbox: Mailbox, waiting: Waiting) -> bool:
    """One mail; what fails on our side stays in the mailbox and is tried again in a minute."""
    content = mailbox.fetch(waiting)
    if content is None:
        return False
    try:
        row = take(content, waiting.arrived, is_cut=waiting.is_too_large)
    except (DatabaseError, ImpossibleError, Refused):
        log.exception("mail %s of the mailbox could not be taken", waiting.uid)
        return False
    is_left_over = waiting.is_too_large or row.outcome in (Outcome.NO_SENDER, Outcome.LOOP)
    mailbox.done(waiting, is_left_over=is_left_over)
    return True


@transaction.atomic
def take(content: bytes, arrived: dt.datetime, *, is_cut: bool = False) -> IncomingMail:
    """Do what a mail asks for; the row that says what was done. The same mail again: the same row.

    `is_cut` says that only its beginning was fetched, so that its files are left behind.
    """
    mail = parsing.read(content)
    if row := IncomingMail.objects.filter(identity=mail.identity).first():
        return row
    outcome = _outcome_unheard(mail)
    row = IncomingMail(identity=mail.identity, sender=_digest(mail.sender))
    if outcome:
        row.outcome = outcome
        row.save()
        if outcome == Outcome.BOUNCE:
            bounces.note(content)
    else:
        row = _heard(mail, row, arrived, is_cut)
    log.info("mail %s: %s, case %s", row.pk, row.outcome, row.case_id)
    return row


def tidy(*, now: dt.datetime | None = None) -> int:
    """Delete the rows of mails that went into no case and are long marked in the mailbox."""
    rows = IncomingMail.objects.outlived((now or timezone.now()) - KEPT_FOR)
    return rows.delete()[0]


def _outcome_unheard(mail: parsing.Mail) -> str:
    """Why no case hears of it; empty where one does."""
    ours = {settings.MAILBOX_ADDRESS.lower(), _bare(settings.DEFAULT_FROM_EMAIL)}
    if reason := reason_of(mail, ours):
        return Outcome(reason.value)
    if threads.is_ours(mail.identity):
        return Outcome.LOOP
    if not mail.sender:
        return Outcome.NO_SENDER
    before = IncomingMail.objects.filter(
        sender=_digest(mail.sender), read_at__gt=timezone.now() - HOUR
    )
    return Outcome.LOOP if before.count() >= MOST_OF_ONE else ""


def _bare(address: str) -> str:
    return address.rpartition("<")[2].strip("> ").lower()


def _digest(address: str) -> str:
    return salted_hmac("complaints.sender", address).hexdigest()[:32] if address else ""


def _heard(
    mail: parsing.Mail, row: IncomingMail, arrived: dt.datetime, is_cut: bool
) -> IncomingMail:
    """The words and files of a person, into the case that they belong to."""
    files, left_out = _files(mail, is_cut)
    said = quotes.said(mail.text)[:LONGEST_SAID].strip() or mail.subject or _("(without words)")
    data = {"left_out": left_out} if left_out else {}
    row.pk, row.text = _next_pk(), mail.text
    if quotes.tidy(mail.text) not in ("", said):
        data["mail_read"] = row.pk
    case = threads.case_of(mail)
    if case is not None:
        row.outcome = Outcome.REPLY
        row.case = hear(case=case, text=said, channel=Channel.EMAIL, files=files, data=data)
    else:
        row.outcome = Outcome.NEW_CASE
        row.case = _new_case(mail, said, data, arrived)
        row.case = keep_files(row.case, files)
    row.save(force_insert=True)
    if case is None:
        with translation.override(_language_of(said)):
            row.case = follow_up.acknowledge(row.case)
    return row


def _next_pk() -> int:
    """The row's number before the row is there: the event of the case names it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('complaints_incomingmail_id_seq')")
        return cursor.fetchone()[0]


def _language_of(text: str) -> str:
    """Who writes Chinese is answered in Chinese."""
    return "zh-hans" if CHINESE.search(text) else settings.LANGUAGE_CODE


def _new_case(mail: parsing.Mail, said: str, data: dict, arrived: dt.datetime) -> Case:
    customer, contact = customer_of(mail.sender)
    now = timezone.now()
    values = {
        "customer": customer,
        "contact": contact,
        "caller_name": "" if contact else mail.sender_name or mail.sender[:150],
        "caller_email": mail.sender if _can_be_answered(mail.sender) else "",
        "title": (mail.subject or title_of(said))[:TITLE_LENGTH],
        "description": said,
        "channel": Channel.EMAIL,
        "received_at": max(min(arrived, now), now - LONGEST_ON_THE_WAY),
    }
    submission = uuid.uuid5(OF_MAILS, mail.identity)
    return log_case(
        by=None, values=values, submission=submission, actor=Actor.CUSTOMER, data=data, now=now
    )


def _can_be_answered(address: str) -> bool:
    """Whether it is an address that mails can be sent to."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _files(mail: parsing.Mail, is_cut: bool) -> tuple[list[SimpleUploadedFile], list[str]]:
    """What may be kept, told by its content as any upload, and the names of the rest."""
    kept, left_out = [], [uploads.clean_name(name) for name in mail.left_out]
    for file in mail.files:
        upload = SimpleUploadedFile(uploads.clean_name(file.name), file.content)
        try:
            if is_cut or len(kept) >= MOST_FILES:
                raise ValidationError("")
            uploads.check(upload)
        except ValidationError:
            left_out.append(upload.name)
        else:
            kept.append(upload)
    return kept, left_out[:MOST_FILES]
