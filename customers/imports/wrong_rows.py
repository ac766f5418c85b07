"""The rows that could not be taken, with their reasons: for the person to mend and import again."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.imports.cells import harmless
from customers.imports.fields import ORIGINAL_LINE, REASON, Field, find_column
from customers.imports.staging import Staged

CHUNK = 5_000
SHOWN = 20
SHOWN_COLUMNS = 12
SHOWN_CHARACTERS = 80

FLAWS = {
    "cells": _("The row has more or fewer cells than the header."),
    "missing": _("%(field)s: is missing."),
    "too_long": _("%(field)s: is too long."),
    "too_large": _("%(field)s: the number is too large."),
    "bad_number": _("%(field)s: is no number, or a doubtful one."),
    "bad_date": _("%(field)s: is no date."),
    "date_range": _("%(field)s: lies before 1900 or more than a year ahead."),
    "date_future": _("%(field)s: this day has not come yet."),
    "period_order": _("%(field)s: lies before the period's start."),
    "unknown_customer": _("%(field)s: no customer has this key."),
    "unknown_user": _("%(field)s: no active user has this name or mail address."),
    "bad_choice": _("%(field)s: is none of the known words."),
    "bad_email": _("%(field)s: is no mail address."),
    "bad_website": _("%(field)s: is no web address."),
    "numbering": _(
        "%(field)s: the invoice is here with numbered lines, or without, the other way."
    ),
    "line_twice": _("The same line stands in the file before, with other values."),
    "key_twice": _("The same customer stands in the file before, with other values."),
    "twice": _("The same one stands in the file before, with other values."),
    "ambiguous": _("%(field)s: fits more than one; give the key, or more of what is known."),
    "other_customer": _("%(field)s: belongs to another customer here."),
    "erased": _("This contact's personal data were erased: it is not taken in again."),
    "to_itself": _("%(field)s: nobody is recommended to itself."),
    "removed": _("Somebody removed it here: it is not taken in again."),
    "unknown_entry": _("%(field)s: is no entry of the list; a manager can add it."),
    "negative": _("%(field)s: is negative."),
    "time_order": _("%(field)s: lies before what happened before it."),
    "times_fixed": _("%(field)s: is another than came before; what happened is not rewritten."),
    "state_times": _("%(field)s: does not fit the times: it is still open."),
    "state_back": _("%(field)s: the case is further on here; change it by hand."),
    "worked_on": _("Somebody has worked on the case here since: change it by hand."),
    "parent_cycle": _("%(field)s: the parents would form a circle."),
    "bad_original": _("The original line's number is missing."),
}


def describe(flaws: str, labels: dict[str, str]) -> str:
    """Reasons in the active language; `flaws` are codes such as `missing:date bad_email:email`."""
    texts = []
    for flaw in flaws.split():
        code, _colon, field = flaw.partition(":")
        texts.append(str(FLAWS[code] % {"field": labels.get(field, field)}))
    return " ".join(texts)


def labels_of(fields: tuple[Field, ...]) -> dict[str, str]:
    return {one.name: capfirst(str(one.label)) for one in fields}


def write_file(staged: Staged, target: Path) -> list[dict]:
    """Write the wrong rows as CSV; returns the first ones, for the page.

    The original line's number stands first and survives further rounds of mending.
    """
    table = staged.table
    original = staged.original_column
    left_out = {original, find_column(table.headers, REASON)}
    kept = [index for index in range(len(table.headers)) if index not in left_out]
    labels = labels_of(staged.kind.fields)
    chinese = (get_language() or "").startswith("zh")
    first: list[dict] = []
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        headers = [harmless(table.headers[index]) for index in kept]
        writer.writerow([ORIGINAL_LINE[chinese], *headers, REASON[chinese]])
        for line, cells, flaws in _wrong(staged):
            at = line if original is None else cells[original].strip() or line
            picked = [cells[index] for index in kept]
            extra = cells[len(table.headers) :]
            reason = describe(flaws, labels)
            writer.writerow([at, *map(harmless, picked), reason, *map(harmless, extra)])
            if len(first) < SHOWN:
                first.append(_shown(at, picked, flaws))
    return first


def _shown(line, cells: list[str], flaws: str) -> dict:
    shown = [cell[:SHOWN_CHARACTERS] for cell in cells[:SHOWN_COLUMNS]]
    return {"line": line, "cells": shown, "flaws": flaws}


def shown_headers(staged: Staged) -> list[str]:
    left_out = {staged.original_column, find_column(staged.table.headers, REASON)}
    kept = [name for index, name in enumerate(staged.table.headers) if index not in left_out]
    return [name[:SHOWN_CHARACTERS] for name in kept[:SHOWN_COLUMNS]]


def _wrong(staged: Staged) -> Iterator[tuple[int, list[str], str]]:
    """(line, cells, flaws) of each wrong row: the file is read a second time beside the table."""
    width = len(staged.table.headers)
    with connection.chunked_cursor() as cursor:
        cursor.execute(staged.kind.wrong_rows)
        flawed = iter(lambda: cursor.fetchmany(CHUNK), [])
        wrong = (row for rows in flawed for row in rows)
        wanted = next(wrong, None)
        for row_no, (line, cells) in enumerate(staged.table.rows(), start=1):
            if wanted is None:
                return
            if row_no == wanted[0]:
                yield line, cells + [""] * (width - len(cells)), wanted[1]
                wanted = next(wrong, None)
