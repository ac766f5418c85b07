"""Which case a mail belongs to: our own identities in its headers, marks in address and subject.

What names a case is signed with the site's key, so that nobody writes into the case of somebody
else by guessing a number. A number alone counts where the sender is known to the case.
"""

import base64
import re
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from complaints.mail.parsing import Mail
from complaints.models import Case, IncomingMail

SALT = "complaints.threads"
SIGNED = 8  # letters and digits of a mark: 40 bits, each guess a mail
OWN = re.compile(r"^c(\d{1,18})\.(\d{1,9})\.([a-z2-7]{8})@", re.IGNORECASE)
PLUS = re.compile(r"\+c(\d{1,18})-([a-z2-7]{8})@", re.IGNORECASE)
MARK = re.compile(r"\bC(\d{1,18})-([A-Z2-7]{8})\b", re.IGNORECASE)
NUMBER = re.compile(r"\bC0*(\d{1,18})\b")


def mark_of(case: Case) -> str:
    """What subjects carry: the number as people know it, and a signature."""
    return f"{case.reference}-{_signature(case.pk).upper()}"


def headers_for(case: Case, seq: int, *, is_automatic: bool = False) -> dict[str, str]:
    """Headers of our mail about this event: it belongs to the thread, and answers find back."""
    domain = (settings.MAILBOX_ADDRESS or settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip(">")
    headers = {"Message-ID": f"<{_own(case.pk, seq, domain)}>"}
    thread = [f"<{_own(case.pk, 1, domain)}>"] if seq > 1 else []
    latest = case.mails.order_by("-pk").values_list("identity", flat=True).first()
    if latest and not latest.startswith("sha256:"):
        headers["In-Reply-To"] = f"<{latest}>"
        thread.append(f"<{latest}>")
    if thread:
        headers["References"] = " ".join(thread)
    if settings.MAILBOX_ADDRESS:
        headers["Reply-To"] = reply_address(case)
    if is_automatic:
        headers |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    return headers


def reply_address(case: Case) -> str:
    """Our mailbox; with the case in the address where its server takes such addresses."""
    name, _at, host = settings.MAILBOX_ADDRESS.rpartition("@")
    mark = f"+c{case.pk}-{_signature(case.pk)}" if settings.MAILBOX_PLUS else ""
    return f"{name}{mark}@{host}"


def case_of(mail: Mail) -> Case | None:
    """The case that the mail belongs to, the surest sign first; None for a new one."""
    for pk in [*_signed(mail), *_by_thread(mail), *_by_number(mail)]:
        if case := Case.objects.filter(pk=pk).first():
            return case
    return None


def is_ours(identity: str) -> bool:
    """Whether a message carries an identity that we gave."""
    found = OWN.match(identity)
    return bool(found) and _is_signed(int(found[1]), found[3])


def _signed(mail: Mail) -> Iterator[int]:
    for identity in mail.refers_to:
        if (found := OWN.match(identity)) and _is_signed(int(found[1]), found[3]):
            yield int(found[1])
    for address in mail.recipients:
        if (found := PLUS.search(address)) and _is_signed(int(found[1]), found[2]):
            yield int(found[1])
    for found in MARK.finditer(mail.subject):
        if _is_signed(int(found[1]), found[2]):
            yield int(found[1])


def _by_thread(mail: Mail) -> Iterable[int]:
    """Of a mail that refers to one that came in before, as when a customer writes twice.

    The sender has to be known to the case: identities of other people's mails are no secret.
    """
    rows = IncomingMail.objects.filter(identity__in=mail.refers_to, case__isnull=False)
    cases = Case.objects.filter(_knows(mail.sender), pk__in=rows.values("case"))
    return cases.order_by("-pk").values_list("pk", flat=True) if mail.refers_to else ()


def _by_number(mail: Mail) -> Iterable[int]:
    numbers = [int(found[1]) for found in NUMBER.finditer(mail.subject)][:5]
    if not numbers or not mail.sender:
        return ()
    cases = Case.objects.filter(_knows(mail.sender), pk__in=numbers)
    return cases.values_list("pk", flat=True)


def _knows(address: str) -> Q:
    return (
        Q(caller_email__iexact=address)
        | Q(contact__email__iexact=address)
        | Q(customer__email__iexact=address)
        | Q(customer__contacts__email__iexact=address)
    )


def _own(pk: int, seq: int, domain: str) -> str:
    return f"c{pk}.{seq}.{_signature(pk)}@{domain or 'perennial'}"


def _signature(pk: int, key: str | None = None) -> str:
    digest = salted_hmac(SALT, str(pk), secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest)[:SIGNED].decode().lower()


def _is_signed(pk: int, signature: str) -> bool:
    """Also by the keys that were in use before."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(_signature(pk, key), signature.lower()) for key in keys)
