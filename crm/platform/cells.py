"""What a text needs so that a spreadsheet shows it as it is, and how that is taken off again.

Two things go wrong with texts in files that a spreadsheet opens. It may compute them: what begins
with = + - @, also behind spaces, tabs and line ends and in any width of letters. And from CSV it
may read them as numbers and dates, which takes the zeros of 00123, the last digits of a tax number
and makes a day of 3-1. One mark helps against both: an apostrophe in front, as people type it. It
can be seen, nothing computes it, and our own import takes it off. What else is in use does worse:
a tab or a space that nobody sees spoils the value silently, and ="00123" is itself a formula.
"""

import re
import unicodedata

SIGNS = ("=", "+", "-", "@")
GUARD = "'"
LONGEST_NUMBER = 400  # digits and marks; beyond it a spreadsheet keeps a text

# What can't be seen, and what spreadsheets skip in front.
_BLANK = re.compile(r"^[\s\x00-\x20\u200b-\u200f\u2060\ufeff]+")
# Only these can make anything but a text: most names have none of them.
_RISKY = re.compile(r"[\d=+@\-年月日号时時分秒午]|true|false", re.IGNORECASE)
# A whole number as every spreadsheet prints it: up to 15 digits, no zeros in front.
_PLAIN = re.compile(r"-?[1-9][0-9]{0,14}|0")
_MARK = r"(?:RMB|CNY|GBP|USD|EUR|[£$€¥元%])"
_NUMBER = re.compile(
    rf"[-+(]*\s*{_MARK}?\s*[-+]?(?:\d+(?:[.,'’ ]\d{{3}})*(?:[.,]\d*)?|[.,]\d+)"
    rf"(?:\s*E\s*[-+]?\d+\.?)?\s*[-+)]?\s*{_MARK}?\s*[-+)]?",
    re.IGNORECASE,
)
_PARTS = r"(?:\d{1,4}(?: ?[-/.:,] ?\d{1,4})+ ?[.:]?|\d{1,6} ?[-+]? ?:)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"\d{1,4}(?::\d{1,2})*(?:\.\d+)? ?[ap]\.?(?:m\.?)?"
_HAN = r"(?:(?:[\d一二三四五六七八九十〇零]+ ?[年月日号时時分秒]|[上下]午) ?)+\d*"
_PIECE = (
    rf"(?:{_PARTS}|\d{{1,4}}[-/., ]*{_MONTH}(?:[-/., ]*\d{{1,4}})?"
    rf"|{_MONTH}[-/., ]*\d{{1,4}}(?:[-/., ]+\d{{1,4}})?|{_CLOCK}|{_HAN})"
)
# A date, a time, both, or a fraction such as 1 1/2.
_MOMENT = re.compile(
    rf"-?(?:\d{{1,4}} )?{_PIECE}(?:[T, ]+(?:{_PIECE}|\d{{1,4}}))*Z?", re.IGNORECASE
)
_LONGEST_MOMENT = 60
# How telephone numbers are written: of digits and marks alone nothing can call anything.
_DIGITS = re.compile(r"\+?[\d\s().,/-]+")


def _seen(text: str) -> str:
    """As a spreadsheet takes it: letters of the usual width, without blanks around."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).rstrip()


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet may compute the text; numbers with a sign are no formulas."""
    seen = _seen(text[:LONGEST_NUMBER])
    return seen.startswith(SIGNS) and not _NUMBER.fullmatch(seen)


def is_misread(text: str) -> bool:
    """Whether a spreadsheet would make something of the text in CSV that prints differently."""
    if not _RISKY.search(text) or len(text) > LONGEST_NUMBER or _PLAIN.fullmatch(text):
        return False
    seen = _seen(text)
    if seen.startswith(SIGNS) or seen.upper() in ("TRUE", "FALSE") or _NUMBER.fullmatch(seen):
        return True
    return len(seen) <= _LONGEST_MOMENT and bool(_MOMENT.fullmatch(seen))


def _needs_guard(text: str) -> bool:
    return starts_formula(text) or is_misread(text)


def _looks_guarded(text: str) -> bool:
    """Begins with what `as_written` would take for our mark."""
    return text.startswith(GUARD) and _needs_guard(text.lstrip(GUARD))


def harmless(text: str) -> str:
    """The text so that a spreadsheet does not compute it; numbers and dates stay as they are."""
    return GUARD + text if starts_formula(text) or _looks_guarded(text) else text


def kept(text: str) -> str:
    """The text so that a spreadsheet that opens a CSV file shows exactly this."""
    return GUARD + text if _needs_guard(text) or _looks_guarded(text) else text


def in_workbook(text: str) -> str:
    """The text for a cell of a workbook, whose type says that it is one.

    What begins a formula is marked even so, since the next program may save the table as CSV; but
    for numbers of telephones, which compute to nothing but a number.
    """
    return text if _DIGITS.fullmatch(text) else harmless(text)


def as_written(text: str) -> str:
    """The text as it was before it was marked."""
    return text[1:] if _looks_guarded(text) else text
