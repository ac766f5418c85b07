"""What kind a file is, told from its bytes: its name and what a browser said are not asked.

Signatures come from puremagic; where several kinds share one (zip, RIFF, text) the file's own
structure decides. Only the kinds of EXTENSIONS are known here: everything else is None.
"""

import codecs
import re
import zipfile
from email.parser import BytesHeaderParser
from typing import IO

import puremagic

OFFICE = "application/vnd.openxmlformats-officedocument."
TEXT, CSV, MAIL = "text/plain", "text/csv", "message/rfc822"
# The kinds that are taken, with the endings that fit them; the first is put behind another name.
EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    TEXT: (".txt", ".text", ".log", ".md"),
    CSV: (".csv", ".tsv", ".txt"),
    MAIL: (".eml",),
    f"{OFFICE}wordprocessingml.document": (".docx",),
    f"{OFFICE}spreadsheetml.sheet": (".xlsx",),
    f"{OFFICE}presentationml.presentation": (".pptx",),
    "audio/mpeg": (".mp3", ".mpga"),
    "audio/mp4": (".m4a", ".mp4"),
    "audio/wav": (".wav",),
}
# puremagic's endings for what a signature decides, and how such a file begins: some of its guesses
# rest on a piece of the signature only.
BY_SIGNATURE = {
    ".pdf": ("application/pdf", re.compile(rb"\s*%PDF-")),
    ".png": ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ".gif": ("image/gif", re.compile(rb"GIF8[79]a")),
    ".webp": ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ".wav": ("audio/wav", re.compile(rb"RIFF.{4}WAVE", re.DOTALL)),
    ".mp3": ("audio/mpeg", re.compile(rb"ID3[\x02-\x04]")),
}
OFFICE_PARTS = {
    "word/document.xml": f"{OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{OFFICE}presentationml.presentation",
}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
AUDIO_BRANDS = {b"M4A ", b"M4B "}
# Of these a phone's recording and a film may both be.
MEDIA_BRANDS = {b"isom", b"iso2", b"mp41", b"mp42", b"3gp4", b"3gp5"}
# A track's handler box: its kind stands eight bytes behind the box's name.
FILM_TRACK = re.compile(rb"hdlr.{8}vide", re.DOTALL)
SOUND_TRACK = re.compile(rb"hdlr.{8}soun", re.DOTALL)
# What a browser would read as a page, a picture with scripts, or feed to a program.
MARKUP = re.compile(
    r"^\s*<[a-z!?/]|<(?:!doctype|html|head|body|script|iframe|svg|object|embed)\b|^#!",
    re.IGNORECASE,
)
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
MAIL_HEADERS = {"date", "message-id", "received", "subject", "mime-version"}
HEAD, CHUNK = 8192, 65536


def content_type_of(file: IO[bytes]) -> str | None:
    """The kind of an open file, one of EXTENSIONS, or None; CSV is plain text here."""
    head = _start(file)
    found = _guesses(head)
    for ending, (content_type, beginning) in BY_SIGNATURE.items():
        if ending in found and beginning.match(head):
            return content_type
    if head[4:8] == b"ftyp":
        return _boxed(file, head)
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    if _is_frame(head):
        return "audio/mpeg"
    return _text(file, head)


def _start(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(HEAD)


def _guesses(head: bytes) -> set[str]:
    """The endings of all signatures that fit; puremagic's endings have their dot."""
    try:
        return {guess.extension for guess in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):  # nothing fits, or nothing is there
        return set()


def _is_frame(head: bytes) -> bool:
    """An MPEG layer III frame without a tag before it; puremagic knows only some."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and bitrate not in (0, 15) and rate != 3


def _boxed(file: IO[bytes], head: bytes) -> str | None:
    """The ISO media family: photographs of phones, recordings; films are not taken."""
    size = int.from_bytes(head[:4], "big")
    major = head[8:12]
    brands = {head[at : at + 4] for at in range(16, min(size, len(head)), 4)}
    if major in HEIC_BRANDS or (major in (b"mif1", b"msf1") and brands & HEIC_BRANDS):
        return "image/heic"
    if major in AUDIO_BRANDS | MEDIA_BRANDS:
        tracks = _tracks(file)
        if "sound" in tracks and "film" not in tracks:
            return "audio/mp4"
    return None


def _tracks(file: IO[bytes]) -> set[str]:
    found, last = set(), b""
    file.seek(0)
    while chunk := file.read(CHUNK):
        window = last + chunk
        found |= {"film"} if FILM_TRACK.search(window) else set()
        found |= {"sound"} if SOUND_TRACK.search(window) else set()
        last = window[-16:]
    return found


def _office(file: IO[bytes]) -> str | None:
    """A document of Word, Excel or PowerPoint without macros; other archives are not taken."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    # ValueError: a name out of its encoding; NotImplementedError: a version of zip to come.
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any("vbaProject" in name for name in names):
        return None
    kinds = [kind for part, kind in OFFICE_PARTS.items() if part in names]
    return kinds[0] if len(kinds) == 1 else None


def _text(file: IO[bytes], head: bytes) -> str | None:
    encoding = next((name for name in _encodings(head) if _is_text(file, name)), None)
    if encoding is None:
        return None
    if _is_mail(head):
        return MAIL
    beginning = codecs.getincrementaldecoder(encoding)().decode(head)
    return None if MARKUP.search(beginning) else TEXT


def _encodings(head: bytes) -> list[str]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return ["utf-8-sig", "gb18030"]


def _is_text(file: IO[bytes], encoding: str) -> bool:
    """Whether all of it decodes and nothing of it is a control character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            if CONTROL.search(decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mail(head: bytes) -> bool:
    """A saved e-mail: begins with headers, a sender among them and one that a note has not."""
    headers = BytesHeaderParser().parsebytes(head)
    names = {name.lower() for name in headers}
    return not headers.defects and "from" in names and bool(names & MAIL_HEADERS)
