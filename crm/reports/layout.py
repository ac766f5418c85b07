"""What a printed paper consists of: plain texts in the paper's language, and numbers to draw.

Each part names the template that shows it on a page; `crm.reports.pdf` draws the same parts.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import floor, log10
from typing import ClassVar

STRONG, PALE = "strong", "pale"


@dataclass(frozen=True)
class Figure:
    """One number that stands out, with what it is and what to make of it."""

    label: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Column:
    """Kinds: text, num (to the right), bar (a share from 0 to 1, drawn). Widths are relative."""

    label: str
    width: float = 1.0
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows of texts, and of shares in columns of bars; `rest` says what was left out."""

    template: ClassVar[str] = "reports/_table.html"
    columns: Sequence[Column]
    rows: Sequence[Sequence]
    total: Sequence[str] = ()
    title: str = ""
    rest: str = ""

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """Kind and text of each cell; of a bar its hundredths, which must not be localised."""
        return [
            [_cell(column.kind, value) for column, value in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    @property
    def totals(self) -> list[tuple[str, str]]:
        return [(column.kind, text) for column, text in zip(self.columns, self.total, strict=False)]


def is_share(kind: str, value: object) -> bool:
    """Whether a cell is drawn; text in a column of bars says why there is none."""
    return kind == "bar" and not isinstance(value, str)


def _cell(kind: str, value) -> tuple[str, str]:
    if is_share(kind, value):
        return kind, f"{100 * min(max(value, 0.0), 1.0):.1f}"
    return ("text" if kind == "bar" else kind), value


@dataclass(frozen=True)
class Facts:
    """Label and value, one a line, in two columns where there is room."""

    template: ClassVar[str] = "reports/_facts.html"
    rows: Sequence[tuple[str, str]]
    title: str = ""


@dataclass(frozen=True)
class Words:
    """A text, with its line breaks; `quiet` for what is not there."""

    template: ClassVar[str] = "reports/_words.html"
    text: str
    title: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Matrix:
    """Three rows of three cells, of which one is where the customer stands."""

    template: ClassVar[str] = "reports/_matrix.html"
    rows: Sequence[Sequence[str]]
    at: tuple[int, int]
    up: str
    across: str
    words: str


@dataclass(frozen=True)
class Bar:
    """A bar in a slot of the horizontal axis; several of a slot stand beside each other."""

    slot: int
    value: float
    tone: str = STRONG
    place: int = 0


@dataclass(frozen=True)
class Shape:
    """A drawn bar, in the units that the drawing was asked for, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Mark:
    """A text at a point: under a slot, over a bar, or at a line of the grid."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Drawing:
    bars: list[Shape]
    lines: list[Mark]
    slots: list[Mark]
    tops: list[Mark]
    zero: float
    left: float


@dataclass(frozen=True)
class Chart:
    """Bars over slots, such as months; `shown` are the texts over them, where there is room."""

    template: ClassVar[str] = "reports/_chart.html"
    labels: Sequence[str]
    bars: Sequence[Bar]
    unit: str
    places: int = 1
    shown: Sequence[str] = ()
    legend: Sequence[tuple[str, str]] = ()
    # For who can't see the picture: head and rows of what is drawn.
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    number: Callable[[float], str] = field(default=str, compare=False)

    def draw(self, width: float, height: float, left: float, line: float) -> Drawing:
        """Where all stands in a box; `left` is kept for the axis, `line` is the height of text."""
        values = [bar.value for bar in self.bars] or [0.0]
        steps = _steps(min([0.0, *values]), max([0.0, *values]))
        top, bottom = line * 1.4, height - line * 1.6
        scale = (bottom - top) / (steps[-1] - steps[0])

        def down(value: float) -> float:
            return bottom - (value - steps[0]) * scale

        slot = (width - left) / max(len(self.labels), 1)
        room = slot * 0.72
        bars = [
            Shape(
                x=left + bar.slot * slot + (slot - room) / 2 + bar.place * room / self.places,
                y=down(max(bar.value, 0.0)),
                width=room / self.places * (0.94 if self.places > 1 else 1.0),
                height=abs(bar.value) * scale,
                tone=bar.tone,
            )
            for bar in self.bars
        ]
        middles = [left + slot * (number + 0.5) for number in range(len(self.labels))]
        every = max(1, -(-len(self.labels) // 13))
        return Drawing(
            bars=[shape for shape in bars if shape.height > 0],
            lines=[Mark(left, down(step), self.number(step)) for step in steps],
            slots=[
                Mark(x, height - line * 0.35, text)
                for number, (x, text) in enumerate(zip(middles, self.labels, strict=True))
                if number % every == 0
            ],
            tops=[
                Mark(shape.x + shape.width / 2, min(shape.y, down(0.0)) - line * 0.35, text)
                for bar, shape in zip(self.bars, bars, strict=True)
                if bar.tone == STRONG and (text := self._text_over(bar))
            ],
            zero=down(0.0),
            left=left,
        )

    def _text_over(self, bar: Bar) -> str:
        return self.shown[bar.slot] if bar.slot < len(self.shown) else ""

    @property
    def picture(self) -> dict:
        """The drawing as texts for the attributes of an SVG, which must not be localised."""
        drawn = self.draw(*PICTURE, left=70.0, line=14.0)
        return {
            "box": f"0 0 {PICTURE[0]:.0f} {PICTURE[1]:.0f}",
            "right": f"{PICTURE[0]:.0f}",
            "left": f"{drawn.left:.0f}",
            "axis": f"{drawn.left - 8:.0f}",
            "zero": f"{drawn.zero:.1f}",
            "bars": [
                {
                    **{name: f"{getattr(bar, name):.1f}" for name in ("x", "y", "width", "height")},
                    "tone": bar.tone,
                }
                for bar in drawn.bars
            ],
            **{
                name: [
                    {"x": f"{mark.x:.1f}", "y": f"{mark.y:.1f}", "text": mark.text}
                    for mark in getattr(drawn, name)
                ]
                for name in ("lines", "slots", "tops")
            },
        }


PICTURE = (720.0, 230.0)


def _steps(low: float, high: float) -> list[float]:
    """Round marks of an axis that hold both ends and zero: three to five steps."""
    span = (high - low) or 1.0
    rough = span / 4
    power = 10 ** floor(log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * 0.999)
    first, last = floor(low / step + 1e-9), -floor(-high / step + 1e-9)
    return [step * number for number in range(int(first), int(max(last, first + 1)) + 1)]


@dataclass(frozen=True)
class Section:
    """A heading, what is to be seen below it in one sentence, and the parts."""

    title: str
    parts: Sequence
    finding: str = ""


@dataclass(frozen=True)
class Paper:
    """A whole paper, ready to be drawn."""

    language: str
    company: str
    title: str
    customer: str
    customer_line: str
    period: str
    made_on: dt.date
    made_words: str
    author: str
    sections: Sequence[Section]
    figures: Sequence[Figure] = ()
    mark: str = ""  # such as "internal"
    page_words: str = "%(page)s / %(pages)s"
    file_name: str = ""
    ascii_name: str = ""


def months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """The first day of each month that the two days and those between them fall into."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [months_after(first.replace(day=1), number) for number in range(count)]


def months_after(first: dt.date, months: int) -> dt.date:
    """The first day of a month, so many months later (or, if negative, earlier)."""
    number = first.year * 12 + first.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def change_between(now: float, before: float) -> float | None:
    """The relative change; None where there was nothing before."""
    return now / before - 1 if before > 0 else None
