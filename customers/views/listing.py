"""The list of customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from crm.accounts.models import Team, User
from crm.platform.models import Installation
from customers.forms import CustomerFilter, owners_of
from customers.models import Standing
from customers.models.standing import SignalKind
from customers.querysets.paging import Page
from customers.querysets.standing import COUNTED_UP_TO, SORTS, StandingQuerySet


@dataclass(frozen=True)
class Column:
    """A column of the list; `sort` is its key in the address, empty where it has none."""

    label: str
    sort: str = ""
    numeric: bool = False
    worth: bool | None = None  # True: only with worth; False: only without


COLUMNS = (
    Column(pgettext_lazy("of a company", "Name"), "name"),
    Column(gettext_lazy("Number"), "number"),
    Column(gettext_lazy("Tier"), "tier"),
    Column(gettext_lazy("Stage")),
    Column(gettext_lazy("Value band"), worth=False),
    Column(gettext_lazy("Lifetime value"), "value", numeric=True, worth=True),
    Column(gettext_lazy("Value at risk"), "at_risk", numeric=True, worth=True),
    Column(gettext_lazy("Risk"), "risk", worth=True),
    Column(gettext_lazy("12-month revenue"), "revenue", numeric=True, worth=True),
    Column(gettext_lazy("Last purchase"), "purchase"),
    Column(gettext_lazy("Last contact"), "contact"),
)
# Beside the risk there is room for a word.
SIGNALS = {
    SignalKind.SILENT: gettext_lazy("silent"),
    SignalKind.VOLUME_DOWN: gettext_lazy("volume down"),
    SignalKind.COMPLAINT_OPEN: gettext_lazy("complaint open"),
    SignalKind.COMPLAINT_LATE: gettext_lazy("complaint late"),
    SignalKind.LOW_SCORE: gettext_lazy("low satisfaction"),
}
# These begin with the first letter, the others with the most.
FROM_THE_SMALLEST = {"name", "number", "tier"}


def address(parameters: Mapping[str, str], **changes: str) -> str:
    """The list with these filters, some changed; empty ones and the page are left out."""
    kept = {**parameters, **changes}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


def chosen_sort(asked: str, user) -> tuple[str, bool, bool]:
    """Key, descending, and whether the sort asked for was refused."""
    key = asked.removeprefix("-")
    if key in SORTS and (user.sees_worth or not SORTS[key].worth):
        return key, asked.startswith("-"), False
    usual = ("value", True) if user.sees_worth else ("name", False)
    return *usual, bool(asked)


def headers(user, parameters: Mapping[str, str], sort: str, descending: bool) -> list[dict]:
    """The columns that this person may see, each with where a click sorts."""
    shown = [column for column in COLUMNS if column.worth in (None, user.sees_worth)]
    return [
        {"column": column, **_sorting(column.sort, parameters, sort, descending)}
        for column in shown
    ]


def _sorting(key: str, parameters: Mapping[str, str], sort: str, descending: bool) -> dict:
    if not key:
        return {}
    turned = not descending if key == sort else key not in FROM_THE_SMALLEST
    direction = ("desc" if descending else "asc") if key == sort else ""
    return {"url": address(parameters, sort=f"-{key}" if turned else key), "direction": direction}


def summary(page: Page, rows: int | None) -> str:
    """Which of how many, counting no further than the cap."""
    span = {"first": number_format(page.first), "last": number_format(page.last)}
    if rows is None:
        return _("Customers %(first)s–%(last)s") % span
    if rows > COUNTED_UP_TO:
        span["total"] = number_format(COUNTED_UP_TO)
        return _("Customers %(first)s–%(last)s of more than %(total)s") % span
    span["total"] = number_format(rows)
    return _("Customers %(first)s–%(last)s of %(total)s") % span


def chips(form: CustomerFilter, parameters: Mapping[str, str]) -> list[dict]:
    """The filters that are set, each with the address without it."""
    return [
        {
            "label": form.fields[name].label,
            "words": form.words(name),
            "url": address(parameters, **{name: ""}),
        }
        for name in form.criteria
    ]


def _total(rows, page: Page) -> int | None:
    """A first page that is not full knows its total; else the database counts up to the cap."""
    if not page.rows:
        return None
    if page.first == 1 and not page.older:
        return len(page.rows)
    return rows.count_capped()


def _tell_refusals(request, form: CustomerFilter, sort_refused: bool) -> None:
    if form.forbidden or (sort_refused and not request.user.sees_worth):
        messages.warning(
            request, _("Your role does not show these figures, so the list ignores them.")
        )
    if form.refused:
        names = ", ".join(form.refused)
        messages.warning(request, _("Not understood and left out: %(names)s.") % {"names": names})


@require_safe
def customer_list(request):
    """Customers by filter and sort, a page at a time."""
    user, people = request.user, list(User.objects.all())
    form = list_filter(user, request.GET, people)
    sort, descending, sort_refused = chosen_sort(request.GET.get("sort", ""), user)
    _tell_refusals(request, form, sort_refused)
    rows = rows_of(user, form)
    page = rows.page(sort, descending, request.GET.get("page", ""))
    _add_words(page.rows, {person.pk: str(person) for person in people})
    kept = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "form": form,
        "rows": page.rows,
        "headers": headers(user, kept, sort, descending),
        "sort": request.GET.get("sort", ""),
        "chips": chips(form, kept),
        "summary": summary(page, _total(rows, page)),
        "first_url": address(kept) if page.newer else "",
        "newer_url": address(kept, page=page.newer) if page.newer else "",
        "older_url": address(kept, page=page.older) if page.older else "",
        "mine_url": address(kept, owner="me"),
        "all_url": address(kept, owner="all"),
        "standing_date": max((r.computed_on for r in page.rows if r.computed_on), default=None),
    }
    return render(request, "customers/customer_list.html", context)


def list_filter(user, parameters: QueryDict, people: list[User] | None = None) -> CustomerFilter:
    """The form of the filters with the choices of this person."""
    everybody = list(User.objects.all()) if people is None else people
    return CustomerFilter(
        parameters,
        user=user,
        people=owners_of(user, everybody),
        teams=[t for t in Team.objects.all() if user.sees_all_customers or t.pk == user.team_id],
        choices=Standing.objects.choices(user),
    )


def rows_of(user, form: CustomerFilter) -> StandingQuerySet:
    """The customers that this person sees and the filters keep."""
    rows = Standing.objects.visible_to(user).owned_by(form.whose, user)
    return rows.matching(form.criteria, Installation.cached().today())


def _add_words(rows: list[Standing], names: dict[int, str]) -> None:
    """What stands beside a name and a risk."""
    for row in rows:
        row.signal_word = SIGNALS.get(row.signal, "")
        row.where_and_whose = " · ".join(filter(None, [row.region, names.get(row.owner_id)]))
