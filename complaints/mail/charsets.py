"""Texts of mails from their bytes, also where the named character set is wrong or missing.

Many programs in China name GB2312 and send GBK; others name nothing at all, or name ASCII and send
whatever the machine has. What can't be told apart is decided by how common its characters are.
"""

import binascii
import quopri
import re

# What is named, and what contains it.
WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "us-ascii": "ascii",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
}
# Names that fit any bytes, or that programs write when they know nothing.
SAYS_NOTHING = {"ascii", "cp1252", "unknown-8bit", "x-unknown", "default", "binary", ""}
ENOUGH = 5_000  # characters, to tell by
# Python knows more codecs, some of which are none of texts, or make halves of characters.
OF_TEXTS = re.compile(
    r"utf-?(?:8|16|16le|16be|32)|iso-?(?:8859|2022)-[\w-]+|gb18030|big5\w*|hz(?:-gb-2312)?|euc-?\w+"
    r"|shift-?jis|(?:windows|cp)-?\d{3,4}|koi8-\w|macintosh|mac-?\w+|tis-?620|ks-c-5601\w*"
)
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bqBQ])\?([^?]*)\?=")
BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")


def decode(content: bytes, charset: str = "") -> str:
    """The text of bytes in this character set, or in the one that they are really in."""
    named = charset.strip("\"' \t").lower().partition("*")[0].replace("_", "-")
    named = WIDER.get(named, named)
    if named not in SAYS_NOTHING and (text := _strictly(content, named)) is not None:
        return text
    if (text := _strictly(content, "utf-8")) is not None:
        return text.removeprefix("\ufeff")
    found = [text for name in ("gb18030", "big5hkscs") if (text := _strictly(content, name))]
    likely = max(found, key=_commonness, default="")
    if likely and (_commonness(likely) > 0.5 or named not in SAYS_NOTHING):
        return likely
    return content.decode("cp1252", "replace")


def _strictly(content: bytes, name: str) -> str | None:
    if not OF_TEXTS.fullmatch(name):
        return None
    try:
        return content.decode(name)
    except (LookupError, ValueError):  # no such name here, or the bytes are not in it
        return None


def _commonness(text: str) -> float:
    """Which share of the characters beyond ASCII is everyday Chinese, in either script."""
    beyond = [char for char in text[:ENOUGH] if char > "\x7f"]
    return sum(map(_is_common, beyond)) / len(beyond) if beyond else 0


def _is_common(char: str) -> bool:
    """Of the first level of GB2312 or of Big5, which hold what newspapers use; or punctuation."""
    if "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uff5e":
        return True
    simplified = char.encode("gb2312", "ignore")
    traditional = char.encode("big5", "ignore")
    first_level = b"\xb0" <= simplified[:1] <= b"\xd7" and len(simplified) == 2
    return first_level or (b"\xa4" <= traditional[:1] <= b"\xc6" and len(traditional) == 2)


def decode_header(raw: str) -> str:
    """A header in plain words: encoded words (RFC 2047), or bytes that nobody has encoded."""
    text = raw
    if not text.isascii():
        text = decode(raw.encode("utf-8", "surrogateescape"))
    text = BETWEEN_WORDS.sub(r"\1", text)
    words = _with_words(text).encode("utf-8", "replace").decode()
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())


def _with_words(text: str) -> str:
    """Neighbours in one character set are put together first: some cut a character in two."""
    parts, at = [], 0
    pending: tuple[str, bytes] | None = None
    for found in ENCODED_WORD.finditer(text):
        between = text[at : found.start()]
        charset, content = found[1].lower(), _content(found[2], found[3])
        if pending and not between and pending[0] == charset:
            pending = charset, pending[1] + content
        else:
            parts += [decode(pending[1], pending[0]) if pending else "", between]
            pending = charset, content
        at = found.end()
    parts += [decode(pending[1], pending[0]) if pending else "", text[at:]]
    return "".join(parts)


def _content(way: str, text: str) -> bytes:
    content = text.encode("utf-8", "surrogateescape")
    if way in "qQ":
        return quopri.decodestring(content, header=True)
    try:
        return binascii.a2b_base64(content + b"=" * (-len(content) % 4))
    except binascii.Error:
        return content
