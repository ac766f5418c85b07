"""Dots over equal cells, as percentages of a drawing of any size: text keeps its size on phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

SMALLEST, LARGEST = 4, 17  # pixels of a dot's radius
MARGIN = 0.06  # of a cell: dots keep away from lines, so that each is seen to be in its cell


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
    href: str


@dataclass(frozen=True)
class Picture:
    """Numbers are texts: they stand in attributes, where no locale may change them."""

    cells: list[dict]
    dots: list[dict]
    columns: Sequence[str]
    rows: Sequence[str]


def draw(
    cells: Sequence[dict], spots: Sequence[Spot], *, columns: Sequence[str], rows: Sequence[str]
) -> Picture:
    """`cells` row by row from above; `spots` the largest first, so that none hides a smaller."""
    width, height = 100 / len(columns), 100 / len(rows)
    drawn = [
        {
            **cell,
            "x": f"{place % len(columns) * width:.2f}",
            "y": f"{place // len(columns) * height:.2f}",
            "width": f"{width:.2f}",
            "height": f"{height:.2f}",
        }
        for place, cell in enumerate(cells)
    ]
    most = max((spot.size for spot in spots), default=0) or 1
    dots = [
        {
            "x": f"{100 * spot.across:.1f}",
            "y": f"{100 * (1 - spot.up):.1f}",
            "r": f"{SMALLEST + (LARGEST - SMALLEST) * sqrt(max(spot.size, 0) / most):.1f}",
            "is_right": spot.across > 0.5,  # its name stands to the left
            "name": spot.name,
            "href": spot.href,
        }
        for spot in spots
    ]
    return Picture(drawn, dots, columns, rows)
