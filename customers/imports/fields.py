"""What a kind of import is made of: its fields, their types and the headers that mean them."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from customers.imports.refusals import Refused

# Columns of a file of wrong rows, beside the original ones.
ORIGINAL_LINE = ("original line", "原始行号")
REASON = ("reason", "原因")


@dataclass(frozen=True)
class Text:
    """A text of at most so many characters; longer ones are wrong, or cut where that does no harm.

    What only helps to create is cut: a long product name is no reason to leave a sale out.
    """

    most: int
    cut: bool = False


@dataclass(frozen=True)
class Number:
    """A decimal number as its column stores it."""

    digits: int
    places: int


@dataclass(frozen=True)
class Date:
    """A calendar date; the time of a time stamp is left out.

    `timed`: what has a time keeps it, as ISO text in the value's word. `past`: days to come are
    wrong.
    """

    timed: bool = False
    past: bool = False


@dataclass(frozen=True)
class Word:
    """A text that a reader turns into what is stored; ValueError says that it can't be."""

    read: Callable[[str], str]
    flaw: str


@dataclass(frozen=True)
class Field:
    """A field that a column can be matched to. `headers`, between commas, mean it too."""

    name: str
    label: str
    type: Text | Number | Date | Word
    headers: str = ""
    required: bool = False
    help: str = ""

    @property
    def names(self) -> list[str]:
        """What a column may be called, folded; the field's own name first."""
        return [folded(name) for name in (self.name, *self.headers.split(",")) if name]


@dataclass
class Counts:
    """What an import does, row by row; removed lines of an invoice count as changed."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
    customers_created: int = 0


@dataclass(frozen=True)
class Order:
    """What a person asks to import. `mapping`: field -> column; an empty column means none."""

    kind: str
    path: str
    source: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    create_customers: bool = False
    dates: str = ""


@dataclass(frozen=True)
class Preview:
    """SQL that shows a plan on the check page, read before anything is written.

    Its parameters are the job's (`Staged.params`) and `shown`, an array of row numbers. What is
    before and after are texts as a person writes them (the number of a parent, the user name of an
    owner), null or empty where there is nothing; pairs that are equal are left out.
    """

    verdicts: str  # (row_no, verdict) of each good row: new, changed or same
    differences: str  # (row_no, name of the field, before, after) of the rows in %(shown)s
    # (id of our row, name of the field, before) of at most 20 rows of ours that the import removes
    # and for which no row of the file stands; empty where a kind removes nothing.
    removals: str = ""
    # field -> stored word -> what people call it
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Kind(Protocol):
    """A kind of import: one module with its fields, a plan and the writing of it."""

    name: str
    fields: Sequence[Field]
    wrong_rows: str  # SQL: (row_no, flaw) of each wrong row, in the file's order
    preview: Preview

    def check_columns(self, mapped: frozenset[str]) -> None:
        """Refuse a file that lacks a column without which no row can be right."""

    def plan(self, job) -> Counts:
        """Compare the staged rows with the tables, in temporary tables; change nothing."""

    def write(self, job) -> None:
        """Do what was planned, through `traces.insert` and `traces.watch`: it may be undone.

        Rows that are only derived from others (search, sums, standing) are not written down.
        """

    def derive(self, job) -> None:
        """Renew the list's rows and the search last: the night waits for who writes them."""


def folded(header: str) -> str:
    """A header without case, spaces, underscores, dots and width of characters."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return "".join(character for character in text if character.isalnum())


def propose(fields: Sequence[Field], headers: Sequence[str]) -> dict[str, str]:
    """The column that each field's own name or another known header finds; first come."""
    columns: dict[str, str] = {}
    for header in headers:
        columns.setdefault(folded(header), header)
    proposed: dict[str, str] = {}
    taken: set[str] = set()
    for one in fields:
        for name in one.names:
            column = columns.get(name)
            if column and column not in taken:
                proposed[one.name] = column
                taken.add(column)
                break
    return proposed


def match(
    fields: Sequence[Field], headers: Sequence[str], given: Mapping[str, str]
) -> dict[str, str]:
    """The columns as given, the others as proposed; a column serves one field."""
    names = {one.name for one in fields}
    for name, column in given.items():
        if name not in names:
            raise Refused("unknown_field", field=name, fields=", ".join(sorted(names)))
        if column and column not in headers:
            raise Refused("unknown_column", column=column)
    wanted = {name: column for name, column in given.items() if column}
    used = set(wanted.values())
    for column in used:
        if list(wanted.values()).count(column) > 1:
            raise Refused("column_shared", column=column)
    open_fields = [one for one in fields if one.name not in given]
    free = [header for header in headers if header not in used]
    matched = {**propose(open_fields, free), **wanted}
    for column in matched.values():
        if list(headers).count(column) > 1:
            raise Refused("column_twice", column=column)
    return matched


def require(fields: Sequence[Field], mapped: frozenset[str]) -> None:
    """Refuse when a field that every row needs has no column."""
    for one in fields:
        if one.required and one.name not in mapped:
            raise Refused("missing_column", field=one.name)


def find_column(headers: Sequence[str], names: tuple[str, ...]) -> int | None:
    """Where a column of a file of wrong rows stands, in either language."""
    known = {folded(name) for name in names}
    for index, header in enumerate(headers):
        if folded(header) in known:
            return index
    return None
