"""Taking lists out in tests: as a browser would, and read back."""

import csv
import io

from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from crm.exports.lists import TABLES
from crm.platform.cells import as_written
from crm.tests.world import World

# What stands in the path of a page, by the key of its list, where it is no single `pk`.
NAMES = {
    "records-of-customer": ("pk", "kind"),
    "portfolio-cell": ("up", "across"),
    "moved": ("kind", "before", "after"),
    "pattern": ("letter",),
    "cohort": ("year",),
    "overrides": ("kind",),
    "value-rows": ("dimension",),
}


def path_of(world: World, key: str) -> dict[str, object]:
    """The parameters that the path of the list's page has in this world."""
    args = world.args.get(TABLES[key].page, [])
    return dict(zip(NAMES.get(key, ("pk",)), args, strict=False))


def take(client: Client, key: str, parameters: dict | None = None, *, form: str = "csv"):
    """The answer to somebody who takes the list out, its content read to the end."""
    answer = client.get(reverse("export", args=[key]), {**(parameters or {}), "as": form})
    answer.body = answer.getvalue() if answer.streaming else answer.content
    return answer


def read_csv(body: bytes) -> list[list[str]]:
    """The lines of a CSV file as our own import reads them: without the marks of texts."""
    text = body.decode("utf-8-sig")
    return [list(map(as_written, row)) for row in csv.reader(io.StringIO(text, newline=""))]


def read_xlsx(body: bytes) -> list[list]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


def column(rows: list[list], heading: str) -> list:
    """What stands below a heading."""
    place = rows[0].index(heading)
    return [row[place] for row in rows[1:]]
