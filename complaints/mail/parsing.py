"""A mail from its bytes to plain values: who, what about, which words, which files.

Nothing that a mail can hold raises here: what is broken is read as far as it goes. The standard
library's newer policies parse each header as it is read, and raise on some of the broken ones that
come in; so the older one is used, and headers are decoded by our own `charsets`.
"""

import email
import email.policy
import email.utils
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from complaints.mail import charsets, html

IDENTITY = re.compile(r"<([^<>\s]{1,400})>")
LONGEST_IDENTITY = 250
LONGEST_TEXT = 200_000
LONGEST_PART = 1_000_000  # bytes of words that are looked at
MOST_PARTS = 200
DEEPEST = 20
# What is about the mail and not from the person: signatures, reports, what machines add.
NO_FILES = {
    *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
    *("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"),
}
# Pictures within the text that are smaller count visits, or are the dots of a signature.
SMALLEST_INLINE = 2_000
NEVER = {"application/ms-tnef", "application/vnd.ms-tnef"}


@dataclass(frozen=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """What came. Identities without their angle brackets, names of `headers` in lower case."""

    identity: str
    refers_to: tuple[str, ...]  # the nearest first
    sender_name: str
    sender: str  # address in lower case, empty where there is none
    recipients: tuple[str, ...]  # addresses in lower case, those of the delivery too
    subject: str
    text: str
    files: tuple[File, ...] = ()
    left_out: tuple[str, ...] = ()  # names of what can't be opened here
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/plain"
    report_type: str = ""


def read(content: bytes) -> Mail:
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    headers = _headers(message)
    name, address = _address(headers.get("from", ""))
    if not address:
        name, address = _address(headers.get("sender", "") or headers.get("reply-to", ""))
    parts = list(_parts(message))
    texts, files, left_out = _contents(parts)
    return Mail(
        identity=_identity(headers, content),
        refers_to=_refers_to(headers),
        sender_name=name,
        sender=address,
        recipients=_recipients(message),
        subject=headers.get("subject", "")[:500],
        text=texts[:LONGEST_TEXT],
        files=tuple(files),
        left_out=tuple(left_out),
        headers=headers,
        content_type=message.get_content_type(),
        report_type=_parameter(message, "report-type").lower(),
    )


def _raw(message: Message) -> Iterator[tuple[str, str]]:
    for name, value in message.raw_items():  # `items` would make objects of odd ones
        yield name.lower(), str(value)


def _headers(message: Message) -> dict[str, str]:
    """The first of each, in plain words; identities and received lines stay as they are."""
    found: dict[str, str] = {}
    for name, value in _raw(message):
        if name not in found and name != "received":
            found[name] = charsets.decode_header(value)[:5_000]
    return found


def _address(value: str) -> tuple[str, str]:
    """Name and address; a name that is an address again says nothing."""
    found = email.utils.getaddresses([value.replace("\n", " ")])
    name, address = next(((name, one) for name, one in found if "@" in one), ("", ""))
    address = address.strip().lower()
    name = name.strip(" '\"")
    return ("" if "@" in name else name[:150]), address if len(address) <= 254 else ""


def _recipients(message: Message) -> tuple[str, ...]:
    wanted = {"to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"}
    values = [charsets.decode_header(value) for name, value in _raw(message) if name in wanted]
    addresses = (address.strip().lower() for _name, address in email.utils.getaddresses(values))
    return tuple(dict.fromkeys(address for address in addresses if "@" in address))[:100]


def _identity(headers: dict[str, str], content: bytes) -> str:
    """The message's own; of its content where it has none, so that it still comes once."""
    given = headers.get("message-id", "")
    found = IDENTITY.search(given)
    identity = found[1] if found else "".join(given.split()).strip("<>")
    if not identity:
        return "sha256:" + hashlib.sha256(content).hexdigest()
    if len(identity) > LONGEST_IDENTITY:
        return "sha256:" + hashlib.sha256(identity.encode()).hexdigest()
    return identity


def _refers_to(headers: dict[str, str]) -> tuple[str, ...]:
    answered = IDENTITY.findall(headers.get("in-reply-to", ""))
    thread = IDENTITY.findall(headers.get("references", ""))[::-1]
    return tuple(dict.fromkeys([*answered, *thread]))[:50]


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """The leaves in reading order; a mail within the mail is one leaf."""
    if message.get_content_type() == "multipart/alternative":
        chosen = _chosen(message)
        if chosen is not None and depth < DEEPEST:
            yield from _parts(chosen, depth + 1)
        return
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload()[:MOST_PARTS]:
            if depth < DEEPEST:
                yield from _parts(part, depth + 1)
        return
    yield message


def _chosen(message: Message) -> Message | None:
    """Of several forms of the same: plain words where there are any, else the last we can read."""
    forms = message.get_payload() if message.is_multipart() else []
    plain = [one for one in forms if one.get_content_type() == "text/plain"]
    if plain and _text(plain[0]).strip():
        # Pictures and files hang on the other form; they count all the same.
        return _together(plain[0], [one for one in forms if one is not plain[0]])
    readable = [one for one in forms if one.get_content_maintype() in ("text", "multipart")]
    return readable[-1] if readable else None


def _together(plain: Message, others: list[Message]) -> Message:
    mixed = Message(email.policy.compat32)
    mixed["Content-Type"] = "multipart/mixed"
    mixed.attach(plain)
    for other in others:
        if other.get_content_maintype() == "multipart":
            for part in _parts(other):
                if part.get_content_maintype() != "text" or _file_name(part):
                    mixed.attach(part)
    return mixed


def _contents(parts: list[Message]) -> tuple[str, list[File], list[str]]:
    texts, files, left_out = [], [], []
    for part in parts[:MOST_PARTS]:
        kind, name = part.get_content_type(), _file_name(part)
        if _is_words(part, name):
            texts.append(_text(part))
        elif kind in NEVER or name.lower() == "winmail.dat":
            left_out.append(name or "winmail.dat")
        elif kind not in NO_FILES:
            content = _bytes(part)
            if content and not (_is_inline(part) and len(content) < SMALLEST_INLINE):
                files.append(File(name or _named_by(part), content))
    joined = "\n\n".join(text.strip("\n") for text in texts if text.strip())
    # PostgreSQL stores no NUL, and no half of a character.
    clean = joined.replace("\x00", "").encode("utf-8", "replace").decode()
    return clean, files, left_out


def _is_words(part: Message, name: str) -> bool:
    if part.get_content_type() not in ("text/plain", "text/html"):
        return False
    return not name and part.get_content_disposition() != "attachment"


def _is_inline(part: Message) -> bool:
    is_picture = part.get_content_maintype() == "image"
    return is_picture and bool(part.get("Content-ID")) | (
        part.get_content_disposition() == "inline"
    )


def _text(part: Message) -> str:
    text = charsets.decode(_cut(_bytes(part)), _parameter(part, "charset"))
    return html.text_of(text) if part.get_content_type() == "text/html" else text


def _cut(content: bytes) -> bytes:
    """At a line's end, so that no character is cut in two."""
    if len(content) <= LONGEST_PART:
        return content
    return content[: content.rfind(b"\n", 0, LONGEST_PART) + 1 or LONGEST_PART]


def _bytes(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822" or part.is_multipart():
        inner = part.get_payload()
        inner = inner[0] if isinstance(inner, list) and inner else inner
        return inner.as_bytes() if isinstance(inner, Message) else b""
    try:
        return part.get_payload(decode=True) or b""
    except (ValueError, LookupError, AssertionError):  # an encoding that is none
        return str(part.get_payload()).encode("utf-8", "surrogateescape")


def _parameter(part: Message, name: str, header: str = "content-type") -> str:
    """A parameter of a header, also one in pieces or with its own character set (RFC 2231)."""
    try:
        value = part.get_param(name, "", header)
    except (ValueError, LookupError, TypeError):
        return ""
    if isinstance(value, tuple):
        charset, _language, text = value
        return charsets.decode(str(text).encode("latin-1", "replace"), str(charset or ""))
    return charsets.decode_header(str(value or "")) if value else ""


def _file_name(part: Message) -> str:
    return _parameter(part, "filename", "content-disposition") or _parameter(part, "name")


def _named_by(part: Message) -> str:
    """A name for what has none, by what it says it is; a mail within the mail by its subject."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        inner = inner[0] if isinstance(inner, list) and inner else inner
        subject = inner.get("Subject", "") if isinstance(inner, Message) else ""
        return (charsets.decode_header(str(subject))[:100] or "mail") + ".eml"
    ending = re.sub(r"\W", "", part.get_content_subtype())[:10]
    return f"{part.get_content_maintype()}.{ending}"
