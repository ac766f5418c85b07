"""In which encoding a text file is: UTF-8, UTF-16 or GB18030, decided by its own bytes."""

import codecs
from collections.abc import Callable
from typing import BinaryIO

from customers.imports.refusals import Refused

CHUNK = 1 << 20
HEAD = 1 << 16
# Of the bytes above 127 of a Chinese text, nearly all come in pairs of the common characters.
COMMON_SHARE = 0.7


def detect(open_binary: Callable[[], BinaryIO]) -> tuple[str, int]:
    """The encoding of a text and its size in bytes; refuses what is no text."""
    with open_binary() as stream:
        head = stream.read(HEAD)
    if not head:
        raise Refused("empty")
    encoding = _by_mark(head) or _wide(head)
    if encoding:
        return encoding, _size(open_binary)
    if _has_control_characters(head):
        raise Refused("not_text")
    for candidate in ("utf-8", "gb18030"):
        size = _decodes(open_binary, candidate)
        if size is not None and (candidate == "utf-8" or _reads_as_chinese(open_binary)):
            return candidate, size
    raise Refused("encoding")


def _by_mark(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return ""


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: its commas, digits and line ends have zero bytes on one side."""
    zeros = head.count(0)
    if not zeros:
        return ""
    odd = head[1::2].count(0)
    if zeros < len(head) * 0.02 or 0.02 < odd / zeros < 0.98:
        raise Refused("not_text")
    return "utf-16-le" if odd * 2 > zeros else "utf-16-be"


def _has_control_characters(head: bytes) -> bool:
    odd = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 11, 12, 13, 26))
    return odd > len(head) * 0.001


def _size(open_binary) -> int:
    size = 0
    with open_binary() as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
    return size


def _decodes(open_binary, encoding: str) -> int | None:
    """The file's size in bytes when all of it decodes, else None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    size = 0
    with open_binary() as stream:
        try:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    return size


def _reads_as_chinese(open_binary) -> bool:
    """Whether the bytes above 127 look like GB18030 rather than like a Western code page."""
    common = others = 0
    with open_binary() as stream:
        while chunk := stream.read(CHUNK):
            text = chunk.decode("gb18030", errors="ignore")
            for character in filter(lambda c: ord(c) > 127, text):
                pair = character.encode("gb18030")
                # Four bytes, every other one a digit, stand for a rare character and nothing else.
                is_common = len(pair) == 4 or (pair[0] >= 0xA1 and pair[1] >= 0xA1)
                common, others = common + is_common, others + (not is_common)
            if common + others > 2_000:
                break
    return common >= (common + others) * COMMON_SHARE
