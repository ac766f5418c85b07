"""Tables drawn at random, with what each of their rows means: for tests of the import.

A value is drawn first, then one of the ways in which people and programs write it. Dates with
numbers alone keep to the order of the table, numbers to its decimal mark.
"""

import csv
import datetime as dt
import gzip
import io
from dataclasses import dataclass, field

from hypothesis import strategies as st

from crm.platform.cells import GUARD, as_written

WIDE = str.maketrans("0123456789.,-/", "０１２３４５６７８９．，－／")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
NO_DATES = ("soon", "2024-02-30", "31/31/2024", "2024-13-01", "0", "1/2/3/4", "１２", "2999-01-01")
NO_NUMBERS = ("NaN", "inf", "-Infinity", "1e400", "5%", "1.2.3", "0x10", "--1", "½", "9" * 30, "-")
# What a text is made of: what separates, quotes, breaks, computes and looks like a number.
LETTERS = "abcXYZ0123 ,;\t\n\"'=+-@.|汉字公司éß"
# A Western letter in GB18030 is no Chinese text.
CHINESE_LETTERS = LETTERS.replace("é", "").replace("ß", "")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030")


@dataclass
class Drawn:
    """A table as bytes, and what it means."""

    content: bytes
    dates: str
    # Line of the file -> field -> value, of good rows; the lines of wrong ones.
    good: dict[int, dict]
    wrong: set[int] = field(default_factory=set)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A field of the kind: the headers that mean it, and how its cells are drawn.

    `cells(draw, style)` gives (value, text); the value None says that the text is wrong.
    """

    name: str
    headers: tuple[str, ...]
    cells: object


@dataclass(frozen=True)
class Style:
    order: str  # of dates
    mark: str  # of decimals
    letters: str


def texts(draw, style: Style, most: int = 30):
    """A text without blanks at its ends; never empty."""
    text = draw(st.text(style.letters, min_size=1, max_size=most)).strip()
    if text.startswith(GUARD):  # it may be the mark that our own files set
        return as_written(text).strip() or "x", text if as_written(text).strip() else "x"
    value = text or "x"
    return value, draw(st.sampled_from([value, f"  {value} ", value]))


def dates(draw, style: Style, latest: dt.date = dt.date(2026, 1, 1)):
    if draw(st.integers(0, 9)) == 0:
        return None, draw(st.sampled_from(NO_DATES))
    day = draw(st.dates(dt.date(1930, 1, 1), latest))
    first = {"dmy": (day.day, day.month), "mdy": (day.month, day.day)}
    ways = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
        str((day - dt.date(1899, 12, 30)).days),
        f"{day.isoformat()} 08:26:00",
        f"{day.isoformat()}T23:59:59Z",
    ]
    if style.order in first:
        one, two = first[style.order]
        ways += [f"{one:02}/{two:02}/{day.year}", f"{one}.{two}.{day.year}"]
    text = draw(st.sampled_from(ways))
    return day, text.translate(WIDE) if draw(st.integers(0, 7)) == 0 else text


def numbers(draw, style: Style, places: int = 4):
    if draw(st.integers(0, 9)) == 0:
        return None, draw(st.sampled_from(NO_NUMBERS))
    value = draw(st.decimals(-(10**9), 10**9, places=draw(st.integers(0, places)), allow_nan=False))
    sign, plain = "-" if value < 0 else "", f"{abs(value):f}"
    grouped = f"{abs(value):,f}"
    ways = [plain, grouped, grouped.replace(",", " "), grouped.replace(",", "'")]
    text = draw(st.sampled_from(ways))
    if style.mark == "comma":
        text = text.translate(str.maketrans(",.", ".,"))
    text = draw(st.sampled_from([text, text, f"€{text}", f"{text} EUR", f"¥ {text}"]))
    if sign:
        text = draw(st.sampled_from([f"-{text}", f"({text})", f"{text}-", f"\N{MINUS SIGN}{text}"]))
    return value, text.translate(WIDE) if draw(st.integers(0, 7)) == 0 else text


def always(text: str):
    """Cells that are all the same."""

    def cells(draw, style: Style):
        return text, text

    return cells


def words(choices: dict[str, tuple[str, ...]]):
    """Cells of a field with choices: value -> how it may be written."""

    def cells(draw, style: Style):
        if draw(st.integers(0, 9)) == 0:
            return None, draw(st.sampled_from(["pigeon", "??", "12", "不知道"]))
        value = draw(st.sampled_from(sorted(choices)))
        word = draw(st.sampled_from(choices[value]))
        return value, draw(st.sampled_from([word, word.upper(), f" {word.title()} "]))

    return cells


def line_of(cells, **written) -> str:
    found = io.StringIO()
    csv.writer(found, **written).writerow(cells)
    return found.getvalue()


@st.composite
def tables(draw, columns: tuple[Column, ...], key: str):
    """A table of these columns in any order, with others between them. `key` counts the rows."""
    encoding = draw(st.sampled_from(ENCODINGS))
    style = Style(
        order=draw(st.sampled_from(["dmy", "mdy", "ymd"])),
        mark=draw(st.sampled_from(["point", "comma"])),
        letters=CHINESE_LETTERS if encoding == "gb18030" else LETTERS,
    )
    others = draw(st.lists(st.sampled_from(["zz 1", "zz 2", "杂项"]), unique=True, max_size=2))
    order = draw(st.permutations([*(column.name for column in columns), *others]))
    by_name = {column.name: column for column in columns}
    named = {name: draw(st.sampled_from(column.headers)) for name, column in by_name.items()}
    written = {
        "delimiter": draw(st.sampled_from(",;\t")),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    }
    text = line_of([named.get(name, name) for name in order], **written)
    drawn = Drawn(b"", style.order, {}, headers=named)
    for number in range(draw(st.integers(1, 12))):
        text += draw(st.sampled_from(["", "", "", written["lineterminator"]]))
        at, pairs = text.count("\n") + 1, {key: (f"R{number}", f"R{number}")}
        for name in order:
            if name != key:
                column = by_name.get(name)
                pairs[name] = column.cells(draw, style) if column else texts(draw, style)
        cells = [pairs[name][1] for name in order]
        is_ragged = draw(st.integers(0, 15)) == 0
        text += line_of([*cells, "more"] if is_ragged else cells, **written)
        if is_ragged or any(pairs[name][0] is None for name in by_name):
            drawn.wrong.add(at)
        else:
            drawn.good[at] = {name: pairs[name][0] for name in by_name}
    content = text.encode(encoding)
    drawn.content = gzip.compress(content) if draw(st.integers(0, 5)) == 0 else content
    return drawn
