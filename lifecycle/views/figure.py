"""A figure and the numbers of its formula, in words, as the page of explanations shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.formats import number_format


@dataclass(frozen=True)
class Number:
    """A number of a formula, in words."""

    name: str
    value: str
    meaning: str = ""
    url: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure, its formula and the numbers in it; `basis` says what it rests on."""

    key: str
    label: str
    value: str
    formula: str
    numbers: list[Number] = field(default_factory=list)
    text: str = ""
    rows_url: str = ""
    basis: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence] = ()  # a cell is text or {"text", "href"}


def worded(value, decimals: int = 0) -> str:
    """A number with so many decimals, grouped by locale."""
    return number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True)
