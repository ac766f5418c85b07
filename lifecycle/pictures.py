"""Dots over equal cells, as percentages of a drawing of any size: text keeps its size on phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from unicodedata import east_asian_width

# A drawing is reckoned on this canvas; a dot's radius is given in percent of its mean side,
# as SVG does, so that dots shrink with the drawing.
WIDTH, HEIGHT = 1100, 640
DIAGONAL = hypot(WIDTH, HEIGHT) / sqrt(2)
SMALLEST, LARGEST = 6, 20  # a dot's radius
MARGIN = 0.06  # of a cell: dots keep away from lines, so that each is seen to be in its cell
HEAD = 60  # above in each cell, for its words
GAP, ROUNDS = 2, 24
MOST_NAMED, LETTER, LINE, BESIDE = 12, 6.5, 16, 4


def within_cell(place: int, cells: int, share: float) -> float:
    """How far along an axis of equal cells a dot stands, `share` being its way through its cell."""
    return (place + MARGIN + (1 - 2 * MARGIN) * min(max(share, 0.0), 1.0)) / cells


@dataclass(frozen=True)
class Spot:
    """A dot: its place as shares of the width and of the height from below, and its weight."""

    across: float
    up: float
    size: float
    name: str
    worth: str
    href: str


@dataclass(frozen=True)
class Axis:
    """What an axis says, and the words of its parts as they are read."""

    name: str
    parts: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """Numbers are texts: they stand in attributes, where no locale may change them."""

    cells: list[dict]
    dots: list[dict]
    across: Axis
    up: Axis


@dataclass
class _Dot:
    spot: Spot
    x: float
    y: float
    r: float
    cell: tuple[int, int]
    is_named: bool = False

    name_left: bool = False  # its name stands to the left of it

    def name_box(self, left: bool) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the name on that side of the dot."""
        width = LETTER * sum(
            2 if east_asian_width(letter) in "WF" else 1 for letter in self.spot.name
        )
        near = self.x - self.r - BESIDE if left else self.x + self.r + BESIDE
        start, end = (near - width, near) if left else (near, near + width)
        return start, self.y - LINE / 2, end, self.y + LINE / 2


def draw(cells: Sequence[dict], spots: Sequence[Spot], *, across: Axis, up: Axis) -> Picture:
    """`cells` row by row from above; `spots` the largest first, so that none hides a smaller."""
    columns, rows = len(across.parts), len(up.parts)
    width, height = 100 / columns, 100 / rows
    drawn = [
        {
            **cell,
            "x": f"{place % columns * width:.2f}",
            "y": f"{place // columns * height:.2f}",
            "width": f"{width:.2f}",
            "height": f"{height:.2f}",
        }
        for place, cell in enumerate(cells)
    ]
    most = max((spot.size for spot in spots), default=0) or 1
    dots = [_placed(spot, columns, rows, most) for spot in spots]
    _part(dots, columns, rows)
    _name(dots, columns)
    return Picture(drawn, [_attributes(dot) for dot in dots], across, up)


def _placed(spot: Spot, columns: int, rows: int, most: float) -> _Dot:
    """Where a dot would stand alone: its cell's words above are left free."""
    row = min(int(spot.up * rows), rows - 1)
    column = min(int(spot.across * columns), columns - 1)
    way_up = spot.up * rows - row
    below = HEIGHT * (rows - row) / rows
    return _Dot(
        spot,
        x=WIDTH * spot.across,
        y=below - way_up * (HEIGHT / rows - HEAD),
        r=SMALLEST + (LARGEST - SMALLEST) * sqrt(max(spot.size, 0) / most),
        cell=(column, row),
    )


def _part(dots: list[_Dot], columns: int, rows: int) -> None:
    """Move apart the dots of a cell that would cover each other, each as little as it takes."""
    by_cell: dict[tuple[int, int], list[_Dot]] = {}
    for dot in dots:
        by_cell.setdefault(dot.cell, []).append(dot)
    for (column, row), together in by_cell.items():
        left, right = WIDTH * column / columns, WIDTH * (column + 1) / columns
        top, bottom = HEIGHT * (rows - row - 1) / rows + HEAD, HEIGHT * (rows - row) / rows
        for _round in range(ROUNDS):
            moved = _push(together)
            for dot in together:
                dot.x = min(max(dot.x, left + dot.r + GAP), right - dot.r - GAP)
                dot.y = min(max(dot.y, top + dot.r), bottom - dot.r - GAP)
            if not moved:
                break


def _push(dots: list[_Dot]) -> bool:
    moved = False
    for place, one in enumerate(dots):
        for other in dots[place + 1 :]:
            aside, down = other.x - one.x, other.y - one.y
            apart = hypot(aside, down)
            missing = one.r + other.r + GAP - apart
            if missing <= 0:
                continue
            moved = True
            if apart < 1:  # on the same spot: to the side, by turns
                aside, down, apart = (1, 0.5, 1) if place % 2 else (-1, 0.5, 1)
            step = missing / apart / 2
            one.x, one.y = one.x - aside * step, one.y - down * step
            other.x, other.y = other.x + aside * step, other.y + down * step
    return moved


def _name(dots: list[_Dot], columns: int) -> None:
    """Name the largest for good, where the name stays in its cell and covers nothing."""
    taken = [(dot.x - dot.r, dot.y - dot.r, dot.x + dot.r, dot.y + dot.r) for dot in dots]
    full = len(dots) + MOST_NAMED
    for dot in dots:
        dot.name_left = dot.x > WIDTH / 2
        for left in (dot.name_left, not dot.name_left):
            box = dot.name_box(left)
            cells = {int(side * columns // WIDTH) for side in (box[0], box[2])}
            free = cells == {dot.cell[0]} and not any(_meet(box, other) for other in taken)
            if free and len(taken) < full:
                dot.is_named, dot.name_left = True, left
                taken.append(box)
                break


def _meet(one, other) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _attributes(dot: _Dot) -> dict:
    beside = dot.r + BESIDE
    return {
        "x": f"{100 * dot.x / WIDTH:.1f}",
        "y": f"{100 * dot.y / HEIGHT:.1f}",
        "r": f"{100 * dot.r / DIAGONAL:.2f}",
        "dx": f"{-beside if dot.name_left else beside:.0f}",
        "kind": " ".join(
            word for word, holds in (("e", dot.name_left), ("n", dot.is_named)) if holds
        ),
        "name": dot.spot.name,
        "worth": dot.spot.worth,
        "href": dot.spot.href,
    }
