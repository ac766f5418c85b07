"""The portfolio matrix: nine cells of attractiveness and relationship, a strategy for each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crm.platform.models import Installation
from crm.platform.words import listed
from lifecycle.pictures import within_cell

if TYPE_CHECKING:
    from lifecycle.models import Assessment

LOWEST, HIGHEST = 1.0, 5.0
UP = ("low", "medium", "high")
ACROSS = ("poor", "average", "good")
UP_WORDS = {
    "low": _("low attractiveness"),
    "medium": _("medium attractiveness"),
    "high": _("high attractiveness"),
}
ACROSS_WORDS = {
    "poor": _("poor relationship"),
    "average": _("average relationship"),
    "good": _("good relationship"),
}
EXIT, MINIMAL, SELECTIVE = _("Exit"), _("Minimal upkeep"), _("Selective upkeep")
SELECTIVE_DEFENCE, DEFEND = _("Selective defence"), _("Defend and keep")
DEVELOP, DEVELOP_AND_DEFEND = _("Develop"), _("Develop and defend")
# In each row from a poor relationship to a good one.
STRATEGIES = {
    "low": (EXIT, MINIMAL, SELECTIVE_DEFENCE),
    "medium": (MINIMAL, SELECTIVE, DEFEND),
    "high": (DEVELOP, DEVELOP, DEVELOP_AND_DEFEND),
}


@dataclass(frozen=True)
class Cell:
    """One of the nine, by the third of each axis."""

    up: str
    across: str

    @property
    def key(self) -> str:
        return f"{self.up}-{self.across}"

    @property
    def strategy(self) -> str:
        return str(STRATEGIES[self.up][ACROSS.index(self.across)])

    @property
    def words(self) -> str:
        return listed((UP_WORDS[self.up], ACROSS_WORDS[self.across]))


# As they are read: the most attractive on top, the poorest relationship on the left.
CELLS = tuple(Cell(up, across) for up in reversed(UP) for across in ACROSS)
BY_KEY = {cell.key: cell for cell in CELLS}


@dataclass(frozen=True)
class Cuts:
    """Where an axis is cut: below the first is the lowest third, from the second the highest."""

    up: tuple[float, float]
    across: tuple[float, float]

    @classmethod
    def of(cls, installation: Installation) -> "Cuts":
        return cls(
            (float(installation.attractive_to), float(installation.attractive_from)),
            (float(installation.good_to), float(installation.good_from)),
        )

    def bounds(self, cell: Cell) -> tuple[tuple, tuple]:
        """From and below of both axes; None where a cell reaches to the end."""
        return _third(self.up, UP.index(cell.up)), _third(self.across, ACROSS.index(cell.across))


def _third(cuts: tuple[float, float], place: int) -> tuple[float | None, float | None]:
    return ((None, cuts[0]), cuts, (cuts[1], None))[place]


def _place(value: float, cuts: tuple[float, float]) -> int:
    if value >= cuts[1]:
        return 2
    return int(value >= cuts[0])


def cell_at(up: float, across: float, cuts: Cuts) -> Cell:
    return Cell(UP[_place(up, cuts.up)], ACROSS[_place(across, cuts.across)])


def place(assessment: "Assessment | None", cuts: Cuts | None = None) -> Cell | None:
    """The cell of a customer by its newest assessment; None where it has no place yet."""
    if assessment is None or assessment.up is None or assessment.across is None:
        return None
    cuts = cuts or Cuts.of(Installation.cached())
    return cell_at(assessment.up, assessment.across, cuts)


def share_along(value: float, cuts: tuple[float, float]) -> float:
    """How far along an axis a mark stands, 0 to 1, where all three thirds are drawn equally wide.

    So a cell is as easy to read and to hit whatever the cuts are.
    """
    third = _place(value, cuts)
    low, high = ((LOWEST, cuts[0]), cuts, (cuts[1], HIGHEST))[third]
    within = (value - low) / (high - low) if high > low else 0.5
    return within_cell(third, len(UP), within)
