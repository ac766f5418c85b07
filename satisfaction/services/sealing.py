"""Half-finished and finished answers from which nothing may lead to a person, sealed.

A draft's place and key are both derived from the token of its link (HMAC, as HKDF expands), which
is stored nowhere: of the token the database knows another hash. A ballot's key is derived from the
installation's secret, which the database does not know. AES-256-GCM says when something was
changed; unlike Fernet's, its tokens tell no time. What is sealed is filled up to the room that the
longest answers to all questions would take, so that its length does not tell how much was written:
who sees by whose link a ballot came must not know it again by its length.
"""

import hmac
import json
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from satisfaction.models import Question, QuestionKind, SealedDraft
from satisfaction.questionnaire import LONGEST_TEXT, Value

logger = logging.getLogger(__name__)
NONCE = 12  # bytes, as GCM wants them
FULL = 2_048  # rooms are multiples of it
# Beside the answers: page, language, group.
AROUND = 200
# A letter of three bytes, as Chinese ones are; those of four and marks that JSON must escape may
# fill a second room.
WIDE = "\u5ba2"
SPENT = b""  # of a public link: this browser has answered


@dataclass(frozen=True)
class Draft:
    """What was filled in so far."""

    page: int = 1
    language: str = ""
    values: dict[str, Value] = field(default_factory=dict)


def room_for(questions: Iterable[Question]) -> int:
    """Bytes that the fullest answers to these questions take, in whole multiples of `FULL`."""
    fullest = len(_written({question.code: _fullest(question) for question in questions}))
    return -(-(fullest + AROUND) // FULL) * FULL


def _fullest(question: Question) -> Value:
    if question.kind == QuestionKind.TEXT:
        return WIDE * LONGEST_TEXT
    if question.kind == QuestionKind.SEVERAL:
        return question.possible_values
    return max(question.possible_values, key=lambda value: len(str(value)))


def _written(content: dict) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


@sensitive_variables()
def seal(key: bytes, content: dict, wave: int, room: int) -> bytes:
    """Readable by the key alone, and as of this wave alone; as long as its `room`."""
    text = _written(content)
    nonce = secrets.token_bytes(NONCE)
    filled = text.ljust(-(-len(text) // room) * room)
    return nonce + AESGCM(key).encrypt(nonce, filled, _about(wave))


@sensitive_variables()
def unseal(keys: Sequence[bytes], sealed: bytes, wave: int) -> dict | None:
    """The content; None where none of the keys fits."""
    sealed = bytes(sealed)
    for key in keys:
        try:
            text = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _about(wave))
        except InvalidTag:
            continue
        return json.loads(text)
    return None


def _about(wave: int) -> bytes:
    return f"wave {wave}".encode()


@sensitive_variables()
def place_of(token: str) -> str:
    """Where the draft of a link lies; it is not the hash by which the link is found."""
    return hmac.digest(token.encode(), b"survey draft: place", "sha256").hex()


@sensitive_variables()
def _key_of(token: str) -> bytes:
    return hmac.digest(token.encode(), b"survey draft: key", "sha256")


def ballot_keys() -> list[bytes]:
    """The newest first: a secret may be changed while ballots wait."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.digest(one.encode(), b"survey ballots", "sha256") for one in known]


@sensitive_variables()
def read_draft(wave: int, token: str) -> Draft | None:
    """None where nothing was filled in."""
    row = SealedDraft.objects.filter(place=place_of(token), wave=wave).first()
    return _opened(row, token) if row and not is_spent(row) else None


def is_spent(row: SealedDraft) -> bool:
    return bytes(row.sealed) == SPENT


@sensitive_variables()
def lock_draft(wave: int, token: str, room: int) -> tuple[SealedDraft, Draft]:
    """The row of the draft, made where there is none; who comes second waits for the first."""
    empty = seal(_key_of(token), {}, wave, room)
    made = SealedDraft(wave_id=wave, place=place_of(token), sealed=empty)
    SealedDraft.objects.bulk_create([made], ignore_conflicts=True)
    row = SealedDraft.objects.select_for_update().get(place=made.place)
    return row, Draft() if is_spent(row) else _opened(row, token)


@sensitive_variables()
def keep_draft(row: SealedDraft, token: str, draft: Draft, room: int) -> None:
    content = {"page": draft.page, "language": draft.language, "values": draft.values}
    row.sealed = seal(_key_of(token), content, row.wave_id, room)
    row.save(update_fields=["sealed"])


def forget_draft(token: str) -> None:
    SealedDraft.objects.filter(place=place_of(token)).delete()


@sensitive_variables()
def _opened(row: SealedDraft, token: str) -> Draft:
    content = unseal([_key_of(token)], row.sealed, row.wave_id)
    if content is None:
        logger.warning("A draft of wave %s was changed and is left out.", row.wave_id)
    return Draft(**(content or {}))
