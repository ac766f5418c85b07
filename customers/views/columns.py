"""The columns of the list of customers: who sees which, which are chosen, where a click sorts."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import ListPreference
from customers.querysets.standing import SORTS


@dataclass(frozen=True)
class Column:
    """A column of the list; `sort` is its key in the address, empty where it has none."""

    key: str
    label: str
    sort: str = ""
    numeric: bool = False
    worth: bool | None = None  # True: only with worth; False: only without
    usual: bool = True  # shown to who has chosen nothing


COLUMNS = (
    Column("name", pgettext_lazy("of a company", "Name"), "name"),
    Column("number", _("Number"), "number"),
    Column("tier", _("Tier"), "tier"),
    Column("stage", _("Stage")),
    Column("band", _("Value band"), worth=False),
    Column("value", _("Lifetime value"), "value", numeric=True, worth=True),
    Column("at_risk", _("Value at risk"), "at_risk", numeric=True, worth=True),
    Column("risk", _("Risk"), "risk", worth=True),
    Column("revenue", _("12-month revenue"), "revenue", numeric=True, worth=True),
    Column("purchase", _("Last purchase"), "purchase"),
    Column("contact", _("Last contact"), "contact"),
    Column("contact_in", _("Last heard from them"), "contact_in", usual=False),
    Column("contact_out", _("Last turned to them"), "contact_out", usual=False),
    Column("owner", _("Account manager"), usual=False),
    Column("team", _("Team"), usual=False),
    Column("industry", _("Industry"), usual=False),
    Column("tags", _("Tags"), usual=False),
)
ALWAYS = "name"
# These begin with the first letter, the others with the most.
FROM_THE_SMALLEST = {"name", "number", "tier"}


def address(parameters: Mapping[str, str], **changes: str) -> str:
    """The list with these filters, some changed; empty ones and the page are left out."""
    kept = {**parameters, **changes}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def allowed_columns(user: User) -> list[Column]:
    """Those that this person may see at all."""
    return [column for column in COLUMNS if column.worth in (None, user.sees_worth)]


def shown_columns(user: User, preference: ListPreference | None) -> list[Column]:
    """The chosen ones of those, else the usual."""
    chosen = set(preference.columns) if preference else set()
    return [
        column
        for column in allowed_columns(user)
        if column.key == ALWAYS or (column.key in chosen if chosen else column.usual)
    ]


def allowed_sorts(user: User) -> list[str]:
    return [key for key, sort in SORTS.items() if user.sees_worth or not sort.worth]


def chosen_sort(
    asked: str, user: User, preference: ListPreference | None = None
) -> tuple[str, bool, bool]:
    """Key, descending, and whether the sort asked for was refused."""
    allowed = allowed_sorts(user)
    for wish in (asked, preference.sort if preference else ""):
        if wish.removeprefix("-") in allowed:
            is_refused = bool(asked) and wish != asked
            return wish.removeprefix("-"), wish.startswith("-"), is_refused
    usual = ("value", True) if user.sees_worth else ("name", False)
    return *usual, bool(asked)


def headers(
    columns: list[Column], parameters: Mapping[str, str], sort: str, descending: bool
) -> list[dict]:
    """The columns, each with where a click sorts."""
    return [
        {"column": column, **_sorting(column.sort, parameters, sort, descending)}
        for column in columns
    ]


def _sorting(key: str, parameters: Mapping[str, str], sort: str, descending: bool) -> dict:
    if not key:
        return {}
    turned = not descending if key == sort else key not in FROM_THE_SMALLEST
    direction = ("desc" if descending else "asc") if key == sort else ""
    return {"url": address(parameters, sort=f"-{key}" if turned else key), "direction": direction}
