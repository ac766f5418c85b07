"""The mails of a wave: invitations and reminders, each with a secret link of its own.

"Sent" is an invitation from the moment its mail lies in the outbox, in the same transaction; what
a mail server says later is the outbox's affair.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.platform import outbox
from crm.platform.bulk import copy_rows
from crm.platform.models import Installation
from crm.platform.models.texts import in_language
from crm.platform.secret_links import hash_of, new_token
from satisfaction.models import Invitation, Wave

BATCH = 2_000
MOST_MAILS = 3  # the invitation and two reminders
CAUSE = "survey:"
BETWEEN = dt.timedelta(days=5)
# Where the token goes; as long as one, and in no other word.
PLACE = "_" * 43

# Somebody who has left, or whose customer is no longer one, is not reminded, nor of how a complaint
# was handled that is open again. Whoever closes the wave at the same moment comes before it or
# after it, so that no mail is left behind.
REMIND = """
UPDATE satisfaction_invitation reminded
SET reminders = reminders + 1, reminded_at = %(now)s
WHERE id IN (
    SELECT invitation.id FROM satisfaction_invitation invitation
    JOIN satisfaction_wave wave ON wave.id = invitation.wave_id
    LEFT JOIN customers_customer customer ON customer.id = invitation.customer_id
    LEFT JOIN accounts_user member ON member.id = invitation.user_id
    LEFT JOIN customers_contact contact ON contact.id = invitation.contact_id
    WHERE wave.id = %(wave)s AND wave.state = 'open' AND wave.closes_on >= %(today)s
        AND invitation.state IN ('sent', 'opened', 'started') AND invitation.email <> ''
        AND invitation.reminders < wave.reminders
        AND coalesce(invitation.reminded_at, invitation.sent_at) <= %(before)s
        AND coalesce(customer.is_active, member.is_active) AND wave.channel = 'email'
        AND (contact.left_on IS NULL OR contact.left_on > %(today)s)
        AND NOT EXISTS (
            SELECT 1 FROM complaints_case about
            WHERE about.id = invitation.case_id AND about.ended_at IS NULL)
        AND NOT EXISTS (
            SELECT 1 FROM satisfaction_optout optout
            WHERE optout.email = lower(invitation.email))
    ORDER BY invitation.id LIMIT %(most)s FOR UPDATE OF invitation SKIP LOCKED FOR SHARE OF wave)
RETURNING id
"""


@dataclass(frozen=True)
class Letter:
    """The words of a wave's mail in one language, with places for name and links."""

    subject: str
    greeting: str
    body: str


def mail_links(*, wave: Wave, ids: Sequence[int], reminder: int = 0, before: int = 0) -> None:
    """New links for these invitations and the mails that carry them, in the caller's transaction.

    `reminder` is the number of the reminder, 0 for the invitation itself; `before` counts the
    mails of the same mailing that were put in already.
    """
    letters = {code: _letter(wave, code, reminder) for code, _name in settings.LANGUAGES}
    declining = _address("satisfaction:decline")
    people = Invitation.objects.filter(pk__in=ids).order_by("pk")
    now, links, mails = timezone.now(), [], []
    for pk, email, language, *names in people.values_list(
        "pk", "email", "language", "contact__name", "customer__name", "user__name"
    ):
        token = new_token()
        links.append((pk, hash_of(token), now))
        letter = letters[language]
        name = " ".join(next(filter(None, names)).split())
        body = letter.greeting.replace("NAME", name) + letter.body.replace(PLACE, token)
        no_more = declining.replace(PLACE, token)
        mails.append(outbox.Mail(_cause(pk, reminder), email, letter.subject, body, no_more))
    copy_rows("satisfaction_invitationlink", ("invitation_id", "token_hash", "created_at"), links)
    outbox.enqueue_many(mails, before=before)


def withdraw_mails(ids: Sequence[int]) -> None:
    """Mails of these invitations that wait still: a closed wave's would lead to a dead link."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        outbox.withdraw([_cause(pk, number) for pk in some for number in range(MOST_MAILS)])


def withdraw_mails_to(address: str) -> None:
    """Mails of any survey that wait for an address which wants no more of them."""
    outbox.withdraw_to(address, about=CAUSE)


def _cause(invitation: int, reminder: int) -> str:
    return f"{CAUSE}{invitation}:{reminder}"


def _letter(wave: Wave, language: str, reminder: int) -> Letter:
    with override(language):
        words = {
            "company": str(Installation.cached()),
            "introduction": in_language(wave.version.introduction, language),
            "answer": _address("satisfaction:answer"),
            "decline": _address("satisfaction:decline"),
            "day": date_format(wave.closes_on, "DATE_FORMAT"),
        }
        subject = _("How satisfied are you with %(company)s?")
        if wave.asks_staff:
            subject = _("How do you find working at %(company)s?")
        elif wave.occasion == Wave.Occasion.COMPLAINT:
            subject = _("How did %(company)s handle your complaint?")
        elif wave.occasion == Wave.Occasion.LOSS:
            subject = _("%(company)s asks: why did you leave?")
        subject = subject % words
        opening, promise = "%(introduction)s", []
        if wave.is_anonymous:
            promise.append(_("Nothing leads from your answers to you: they are anonymous."))
        if reminder:
            subject = _("Reminder: %(subject)s") % {"subject": subject}
            opening = _("A few days ago we asked you for your opinion. It still counts.")
            opening += "\n\n%(introduction)s"
        body = [
            opening,
            _("Your personal link, open until %(day)s:"),
            "%(answer)s",
            *promise,
            _("Thank you\n%(company)s"),
            _("If you want no more surveys from us:\n%(decline)s"),
        ]
        greeting = _("Dear %(name)s,") % {"name": "NAME"}
        return Letter(subject, f"{greeting}\n\n", "\n\n".join(body) % words + "\n")


def _address(name: str) -> str:
    """The address of a secret page from outside, with a place for the token."""
    return settings.SITE_URL + reverse(name, args=[PLACE])


def remind_due() -> int:
    """Remind who has not finished, where the plan says so; returns how many.

    Any number of workers may do it at once: each takes rows that no other holds.
    """
    today = Installation.cached().today()
    waves = Wave.objects.filter(state=Wave.State.OPEN, closes_on__gte=today, reminders__gt=0)
    reminded = 0
    for wave in waves.select_related("version__instrument"):
        while batch := _remind(wave, today, before=reminded):
            reminded += batch
    return reminded


@transaction.atomic
def _remind(wave: Wave, today: dt.date, before: int) -> int:
    now = timezone.now()
    values = {"wave": wave.pk, "now": now, "today": today, "before": now - BETWEEN, "most": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(REMIND, values)
        ids = [pk for (pk,) in cursor.fetchall()]
    by_number: dict[int, list[int]] = {}
    rows = Invitation.objects.filter(pk__in=ids).order_by("pk")
    for pk, number in rows.values_list("pk", "reminders"):
        by_number.setdefault(number, []).append(pk)
    for number, reminded in sorted(by_number.items()):
        mail_links(wave=wave, ids=reminded, reminder=number, before=before)
        before += len(reminded)
    return len(ids)
