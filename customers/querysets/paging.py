"""Keyset paging: a page costs the same at any depth, in both directions.

Rows are compared as pairs, `(column, id) > (x, y)`, which PostgreSQL answers from the index of
both alone, however many rows share the same x.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils import timezone

PAGE_SIZE = 50
LONGEST_CURSOR = 1_500
MOST_ID = 2**63 - 1


class Pair(Func):
    """A row value of two columns."""

    function = "ROW"
    output_field = BooleanField()  # never read: pairs are only compared


@dataclass(frozen=True)
class Order:
    """A column that is never null, then the id, both in the same direction."""

    column: str
    descending: bool = False
    field: Field | None = None  # of an annotation, which no model describes


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: beyond this row, forwards or backwards, and that row's position."""

    value: Any
    pk: int
    backwards: bool
    position: int

    def encode(self) -> str:
        content = json.dumps([str(self.value), self.pk, int(self.backwards), self.position])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Page:
    """Rows in reading order, the cursors to both sides (empty: nothing there), the position."""

    rows: list
    newer: str
    older: str
    first: int

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def read_cursor(text: str, field) -> Cursor | None:
    """The cursor of an address; None for none, and for one that somebody made up."""
    if not text or len(text) > LONGEST_CURSOR:
        return None
    try:
        content = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        value, pk, backwards, position = json.loads(content)
        if not (isinstance(pk, int) and isinstance(position, int) and isinstance(value, str)):
            return None
        known = field.clean(value, None)
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None
    if "\0" in value or not 0 < pk <= MOST_ID or not 0 < position <= MOST_ID:
        return None
    if hasattr(known, "utcoffset") and timezone.is_naive(known):
        return None
    return Cursor(known, pk, bool(backwards), position)


def keyset_page(queryset: QuerySet, order: Order, text: str = "", size: int = PAGE_SIZE) -> Page:
    """The page that the cursor of an address asks for; the first one without or with a bad one."""
    field = order.field or queryset.model._meta.get_field(order.column)
    cursor = read_cursor(text, field)
    backwards = bool(cursor and cursor.backwards)
    descending = order.descending != backwards
    sign = "-" if descending else ""
    rows = queryset.order_by(f"{sign}{order.column}", f"{sign}pk")
    if cursor:
        compare = LessThan if descending else GreaterThan
        here = Pair(F(order.column), F("pk"))
        rows = rows.filter(
            compare(here, Pair(Value(cursor.value, output_field=field), Value(cursor.pk)))
        )
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        if not more:  # the beginning is reached: the first page, full
            return keyset_page(queryset, order, "", size)
        found.reverse()
        first = max(cursor.position - len(found), 1)
        return _page(found, order, first, has_newer=True, has_older=True)
    first = cursor.position + 1 if cursor else 1
    return _page(found, order, first, has_newer=bool(cursor), has_older=more)


def _page(rows: list, order: Order, first: int, *, has_newer: bool, has_older: bool) -> Page:
    newer = older = ""
    if rows and has_newer:
        newer = Cursor(getattr(rows[0], order.column), rows[0].pk, True, first).encode()
    if rows and has_older:
        last = first + len(rows) - 1
        older = Cursor(getattr(rows[-1], order.column), rows[-1].pk, False, last).encode()
    return Page(rows, newer, older, first)
