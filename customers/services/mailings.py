"""News mailings: writing, sending once, and refusing further ones."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.accounts.audit import Action, audit
from crm.accounts.models import User
from crm.accounts.services import Refused
from crm.platform import outbox
from crm.platform.acting import acting
from crm.platform.bulk import copy_rows
from crm.platform.edits import NewerChange, save_version
from crm.platform.models import Installation
from crm.platform.models.texts import in_language
from crm.platform.secret_links import hash_of, new_token
from crm.platform.words import listed
from customers.mailing_choice import choose, contacts_of, filter_of
from customers.models import Contact, Interaction, Mailing, MailingRecipient
from customers.services import care

CAUSE = "news:"
BATCH = 2_000
# Where the token and the name go; no other word looks so.
PLACE, NAME = "_" * 43, "@" * 7
# A mailing that nothing has come of for so long is left alone.
PATIENCE = dt.timedelta(days=7)
SKIP = """
    INSERT INTO customers_mailingrecipient (mailing_id, customer_id, contact_id, skipped)
    SELECT %s, found.* FROM ({query}) AS found
"""
NEWS_COLUMNS = (
    *("customer_id", "kind", "direction", "at", "by_id", "subject", "notes", "outcome"),
    "created_at",
)


def create_mailing(*, by: User, values: Mapping[str, Any]) -> Mailing:
    return Mailing.objects.create(made_by=by, **values)


@transaction.atomic
def edit_mailing(*, pk: int, version: int, values: Mapping[str, Any]) -> Mailing:
    """Change a draft, unless somebody saved since (NewerChange) or it was sent (Refused)."""
    drafts = Mailing.objects.filter(state=Mailing.State.DRAFT)
    try:
        return save_version(drafts, pk, version, values)
    except Mailing.DoesNotExist:
        raise Refused(_("It was sent meanwhile: its text stands.")) from None


@transaction.atomic
def send_mailing(*, mailing: Mailing, by: User, version: int) -> bool:
    """Decide that it goes out; a worker does the rest within a minute. False when it was before.

    Refused, where nobody would get it or its filter is not understood any more; NewerChange,
    where it is not the text that this person looked at.
    """
    mailing = Mailing.objects.select_for_update(of=("self",)).get(pk=mailing.pk)
    if mailing.state != Mailing.State.DRAFT:
        return False
    if mailing.version != version:
        raise NewerChange(mailing)
    choice = choose(mailing)
    if choice.refused:
        words = {"names": listed(choice.refused)}
        raise Refused(_("Choose the customers anew: %(names)s can't be understood.") % words)
    if not choice.mails:
        raise Refused(_("Nobody would get it. Look at who gets none, and why."))
    mailing.state, mailing.sent_at = Mailing.State.SENT, timezone.now()
    mailing.version += 1
    mailing.save(update_fields=["state", "sent_at", "version"])
    audit(
        by, Action.MAILING_SENT, mailing, mails=choice.mails, skipped=sum(choice.skipped.values())
    )
    return True


def deliver_decided() -> int:
    """Put the mails of mailings that were decided into the outbox; returns how many mails."""
    since = timezone.now() - PATIENCE
    decided = Mailing.objects.filter(state=Mailing.State.SENT, sent_at__gt=since)
    waiting = decided.filter(recipients=None).order_by("sent_at", "pk")
    return sum(deliver(pk) for pk in list(waiting.values_list("pk", flat=True)))


def deliver(pk: int) -> int:
    """Recipients, links, mails and the customers' history stand in one transaction: all or none."""
    with acting(Mailing.objects.select_related("made_by").get(pk=pk).made_by):
        customers = _deliver(pk)
    for start in range(0, len(customers), BATCH):
        # What a killed worker leaves out here, the night makes up for.
        care.settle_many(sorted(customers)[start : start + BATCH])
    return MailingRecipient.objects.filter(mailing=pk, skipped="").count() if customers else 0


@transaction.atomic
def _deliver(pk: int) -> set[int]:
    """The customers that somebody gets a mail of; none when another worker was first."""
    mailing = Mailing.objects.select_related("made_by").select_for_update(of=("self",)).get(pk=pk)
    if mailing.state != Mailing.State.SENT or mailing.recipients.exists():
        return set()
    people = contacts_of(mailing, filter_of(mailing.made_by, mailing.criteria))
    columns = ("customer_id", "pk", "verdict")
    query, parameters = people.exclude(verdict="").values_list(*columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(SKIP.format(query=query), [pk, *parameters])
    speaks: dict[int, str] = {}
    rows = people.filter(verdict="").order_by("customer_id", "pk")
    rows = rows.values_list("customer_id", "pk", "email", "name", "speaks")
    for before, batch in _batches(list(rows)):
        _mail(mailing, batch, before)
        for customer, *_others, language in batch:
            speaks.setdefault(customer, language)
    _log(mailing, speaks)
    return set(speaks)


def _batches(rows: list[tuple]) -> Iterator[tuple[int, list[tuple]]]:
    for start in range(0, len(rows), BATCH):
        yield start, rows[start : start + BATCH]


def _mail(mailing: Mailing, people: list[tuple], before: int) -> None:
    """A recipient with a link of its own, and the mail that carries it, for each of them."""
    letters = {code: letter(mailing, code) for code, _name in settings.LANGUAGES}
    refusing = _refusing()
    recipients, mails = [], []
    for customer, contact, email, name, language in people:
        token = new_token()
        recipients.append((mailing.pk, customer, contact, "", hash_of(token)))
        subject, body = letters[language]
        body = body.replace(NAME, " ".join(name.split())).replace(PLACE, token)
        cause, no_more = f"{CAUSE}{mailing.pk}:{contact}", refusing.replace(PLACE, token)
        mails.append(outbox.Mail(cause, email, subject, body, no_more))
    columns = ("mailing_id", "customer_id", "contact_id", "skipped", "token_hash")
    copy_rows(MailingRecipient._meta.db_table, columns, recipients)
    outbox.enqueue_many(mails, before=before)


def _log(mailing: Mailing, speaks: Mapping[int, str]) -> None:
    """One line in the history of each customer, in the language of its mail."""
    at, kind, out = mailing.sent_at, Interaction.Kind.NEWS, Interaction.Direction.OUT
    rows = [
        (customer, kind, out, at, mailing.made_by_id, _subject(mailing, language), "", "", at)
        for customer, language in sorted(speaks.items())
    ]
    copy_rows(Interaction._meta.db_table, NEWS_COLUMNS, rows)


def _subject(mailing: Mailing, language: str) -> str:
    return (in_language(mailing.subjects, language) or mailing.name)[:200]


def letter(mailing: Mailing, language: str) -> tuple[str, str]:
    """Subject and text in a language, with places for the name and the token of the link."""
    with override(language):
        words = {
            "company": str(Installation.cached()),
            "refuse": _refusing(),
        }
        parts = [
            _("Dear %(name)s,") % {"name": NAME},
            in_language(mailing.bodies, language).replace("\r\n", "\n").strip(),
            words["company"],
            _("If you want no more news from us:\n%(refuse)s") % words,
        ]
    return _subject(mailing, language), "\n\n".join(parts) + "\n"


def withdraw_from(contact: Contact) -> int:
    """Take back news to the contact that has not left yet, whoever shares its address."""
    mailings = MailingRecipient.objects.filter(contact=contact).values_list("mailing", flat=True)
    return outbox.withdraw([f"{CAUSE}{mailing}:{contact.pk}" for mailing in mailings])


def _refusing() -> str:
    """The address at which somebody refuses further news, with a place for the token."""
    return settings.SITE_URL + reverse("customers:mailing_refuse", args=[PLACE])


def recipient_of(token: str) -> MailingRecipient | None:
    """Whom the link was given to. Any wrong token costs the same: one hash, one look-up."""
    found = MailingRecipient.objects.filter(token_hash=hash_of(token))
    return found.select_related("contact", "mailing").first()


@transaction.atomic
def refuse(recipient: MailingRecipient) -> None:
    """The address gets no more news: everybody who has it refuses, and what waits is withdrawn."""
    now = timezone.now()
    MailingRecipient.objects.filter(pk=recipient.pk, refused_at=None).update(refused_at=now)
    contact = recipient.contact
    if contact is None:
        return
    same = Q(pk=contact.pk)
    if contact.email:
        same |= Q(email__iexact=contact.email)
        outbox.withdraw_to(contact.email, about=CAUSE)
    refused = Contact.Consent.REFUSED
    people = Contact.objects.filter(same).exclude(consent=refused).order_by("pk")
    ids = list(people.select_for_update().values_list("pk", flat=True))
    Contact.objects.filter(pk__in=ids).update(
        consent=refused, consent_on=Installation.get().today(), version=F("version") + 1
    )
