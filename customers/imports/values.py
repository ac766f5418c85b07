"""Dates and numbers as people and programs write them.

A text is read under every convention that fits it: `01/02/2011` is one date as day, month, year
and another as month, day, year; `1,234` is a thousand where the point marks decimals. The column
as a whole decides (see conventions.py). Nothing here knows a database.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
DATE_ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
POINT, COMMA = "point", "comma"
NUMBER_STYLES = (POINT, COMMA)

# A day as spreadsheets count them, from 1927 on, with the time as its fraction.
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.(\d+))?")
_SERIAL_BEGINS = dt.date(1899, 12, 30)
_CLOCK = re.compile(
    r"[T\s,](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?"
    r"\s*(?:(Z|UTC)|([+-]\d{2}):?(\d{2}))?$"
)
_TIME = (
    r"(?:(?:T|\s+|,\s*)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年\s*(\d{1,2})月\s*(\d{1,2})日?)" + _TIME
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})" + _TIME)
_NUMERIC = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})" + _TIME)
_DAY_NAMED = re.compile(r"(\d{1,2})[-/. ]*([A-Za-z]{3,9})\.?[-/., ]*(\d{4}|\d{2})" + _TIME)
_MONTH_NAMED = re.compile(r"([A-Za-z]{3,9})\.?[-/. ]*(\d{1,2})[-/., ]+(\d{4}|\d{2})" + _TIME)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_MARK = r"(?:RMB|CNY|GBP|USD|EUR|[£$€¥元])"
_MARKS = re.compile(rf"^{_MARK}\s*|\s*{_MARK}$", re.IGNORECASE)
_PLAIN = re.compile(r"\d+")
_EXPONENT = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_GROUPED = r"[1-9]\d{0,2}(?:%s\d{3})+"
_STYLES = {
    POINT: (re.compile(rf"(?:\d+|{_GROUPED % ','}|{_GROUPED % '[ ’]'})?(?:\.\d*)?"), ",", "."),
    COMMA: (re.compile(rf"(?:\d+|{_GROUPED % '[.]'}|{_GROUPED % '[ ’]'})?(?:,\d*)?"), ".", ","),
}
_LONGEST = 60


def read_date(text: str) -> dict[str, dt.date]:
    """The date under each order that fits; empty when it is none. Plain ones fit all orders."""
    text = unicodedata.normalize("NFKC", text).strip()
    if len(text) > _LONGEST:
        return {}
    if found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, month_zh, day_zh = found.groups()
        return _certain(year, month or month_zh, day or day_zh)
    if found := _SERIAL.fullmatch(text):
        day = _SERIAL_BEGINS + dt.timedelta(days=int(found.group(1)))
        return dict.fromkeys(DATE_ORDERS, day)
    if found := _COMPACT.fullmatch(text):
        return _certain(*found.groups())
    if found := _NUMERIC.fullmatch(text):
        first, _, second, third = found.groups()
        return _doubtful(first, second, third)
    if found := _DAY_NAMED.fullmatch(text):
        day, month, year = found.groups()
        return _certain(_full_year(year), _month(month), day)
    if found := _MONTH_NAMED.fullmatch(text):
        month, day, year = found.groups()
        return _certain(_full_year(year), _month(month), day)
    return {}


def read_time(text: str) -> str | None:
    """The time beside a date, as ISO text with its zone where one is given.

    Empty when there is none, None when it is no time of a day.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if found := _SERIAL.fullmatch(text):
        seconds = round(Decimal(f"0.{found.group(2) or 0}") * 86_400)
        return dt.time(*_clock(min(seconds, 86_399))).isoformat() if seconds else ""
    found = _CLOCK.search(text)
    if not found:
        return ""
    hour, minute, second, half, utc, zone, minutes = found.groups()
    hours = int(hour)
    if half and not 1 <= hours <= 12:
        return None
    if half:
        hours = hours % 12 + 12 * (half in "pP")
    if hours > 23 or int(minute) > 59 or int(second or 0) > 59:
        return None
    offset = "+00:00" if utc else f"{zone}:{minutes}" if zone else ""
    return f"{hours:02}:{minute}:{second or '00'}{offset}"


def _clock(seconds: int) -> tuple[int, int, int]:
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def _certain(year, month, day) -> dict[str, dt.date]:
    found = _date(year, month, day)
    return dict.fromkeys(DATE_ORDERS, found) if found else {}


def _doubtful(first: str, second: str, third: str) -> dict[str, dt.date]:
    year = _full_year(third)
    readings = {DAY_FIRST: _date(year, second, first), MONTH_FIRST: _date(year, first, second)}
    if len(third) == 2 and len(first) == 2:
        readings[YEAR_FIRST] = _date(_full_year(first), second, third)
    return {order: date for order, date in readings.items() if date}


def _date(year, month, day) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    """Two digits mean 1969 to 2068, as in POSIX."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= 69 else 2000)


def _month(name: str) -> int:
    """The month's number; 0, which is none, when the name fits no month."""
    name = name.lower()
    if name in _LONG:
        return _LONG.index(name) + 1
    short = "sep" if name == "sept" else name
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def read_number(text: str) -> dict[str, Decimal]:
    """The number under each decimal mark that fits; empty when it is none."""
    text = unicodedata.normalize("NFKC", text).strip()
    if len(text) > _LONGEST:
        return {}
    text, negative = _without_sign(text.replace("\N{MINUS SIGN}", "-").replace("'", "’"))
    if not text.replace("’", "").isascii() or not any(map(str.isdigit, text)):
        return {}
    if _PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text):
        return dict.fromkeys(NUMBER_STYLES, _signed(text, negative))
    readings = {}
    for style, (pattern, thousands, decimals) in _STYLES.items():
        if pattern.fullmatch(text):
            digits = text.replace(thousands, "").replace(" ", "").replace("’", "")
            readings[style] = _signed(digits.replace(decimals, "."), negative)
    return readings


def _signed(digits: str, negative: bool) -> Decimal:
    number = Decimal(digits)
    return -number if negative else number


def _without_sign(text: str) -> tuple[str, bool]:
    """Sign, currency mark and the accountant's brackets off: `(£1.50)`, `-1.50`, `1.50-`."""
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    for _ in range(2):
        text = _MARKS.sub("", text).strip()
        if text[:1] in {"-", "+"} and not negative:
            text, negative = text[1:].strip(), text[0] == "-"
        elif text.endswith("-") and not negative:
            text, negative = text[:-1].strip(), True
    return text, negative
