"""Which order of dates and which decimal mark a file uses: its own values prove it."""

from collections.abc import Iterable
from dataclasses import dataclass

from customers.imports.refusals import Refused
from customers.imports.values import DATE_ORDERS, NUMBER_STYLES, read_date, read_number


@dataclass
class Evidence:
    """What the texts of a column say about its convention.

    `possible` are the conventions that fit every text that can be read at all; `doubtful` is a
    text that means different things under them.
    """

    possible: frozenset[str]
    doubtful: str = ""

    @property
    def proof(self) -> str:
        """The one convention that fits, if its rivals are disproved."""
        return next(iter(self.possible)) if len(self.possible) == 1 else ""


def weigh(texts: Iterable[str], read, conventions: tuple[str, ...]) -> Evidence:
    """Hold every text against every convention."""
    evidence = Evidence(frozenset(conventions))
    for text in texts:
        readings = read(text)
        if not readings:
            continue
        if evidence.possible.difference(readings):
            evidence.possible &= readings.keys()
        if not evidence.doubtful and len(set(readings.values())) > 1:
            evidence.doubtful = text
    return evidence


def weigh_dates(texts: Iterable[str]) -> Evidence:
    return weigh(texts, read_date, DATE_ORDERS)


def weigh_numbers(texts: Iterable[str]) -> Evidence:
    return weigh(texts, read_number, NUMBER_STYLES)


def settle_dates(columns: dict[str, tuple[str, Evidence]], wanted: str) -> dict[str, str]:
    """The order of each date field: its column's proof, else as asked, else other columns' proof.

    `columns`: field -> (column's name, evidence). Refused where a date stays doubtful.
    """
    proofs = {evidence.proof for _, evidence in columns.values() if evidence.proof}
    others = proofs.pop() if len(proofs) == 1 else ""
    return {
        field: evidence.proof or wanted or others or _undoubted(column, evidence)
        for field, (column, evidence) in columns.items()
    }


def _undoubted(column: str, evidence: Evidence) -> str:
    if evidence.doubtful:
        code = "dates_doubtful" if evidence.possible else "dates_mixed"
        raise Refused(code, example=evidence.doubtful, column=column)
    return ""


def settle_numbers(columns: dict[str, tuple[str, Evidence]]) -> str:
    """The decimal mark of the file, proved by any of its numbers; empty when it does not matter.

    Where numbers prove both marks, each is read by itself and the doubtful ones are wrong rows.
    """
    possible = frozenset(NUMBER_STYLES)
    for _, evidence in columns.values():
        possible &= evidence.possible
    if len(possible) == 1:
        return next(iter(possible))
    for column, evidence in columns.values():
        if possible and evidence.doubtful:
            raise Refused("numbers_doubtful", example=evidence.doubtful, column=column)
    return ""
