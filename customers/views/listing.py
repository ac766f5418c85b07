"""The list of customers."""

from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.accounts.models import Team, User
from crm.platform.models import Installation
from crm.platform.words import listed, named
from customers.forms import CustomerFilter, owners_of
from customers.models import Customer, ListPreference, SavedView, Standing, Tag
from customers.models.standing import NEVER, SignalKind
from customers.querysets.paging import Page
from customers.querysets.standing import COUNTED_UP_TO, StandingQuerySet
from customers.views.columns import Column, address, chosen_sort, headers, shown_columns

# Beside the risk there is room for a word.
SIGNALS = {
    SignalKind.SILENT: gettext_lazy("silent"),
    SignalKind.VOLUME_DOWN: gettext_lazy("volume down"),
    SignalKind.NO_CONTACT: gettext_lazy("no contact"),
    SignalKind.DECISION_MAKER_LEFT: gettext_lazy("decision maker left"),
    SignalKind.ONE_CONTACT: gettext_lazy("one contact only"),
    SignalKind.CARE_MISSED: gettext_lazy("care missed"),
    SignalKind.SPEAKS_OF_ENDING: gettext_lazy("speaks of ending"),
    SignalKind.COMPLAINT_OPEN: gettext_lazy("complaint open"),
    SignalKind.COMPLAINT_LATE: gettext_lazy("complaint late"),
    SignalKind.COMPLAINT_REPEATED: gettext_lazy("complaint repeated"),
    SignalKind.COMPLAINT_REOPENED: gettext_lazy("complaint reopened"),
    SignalKind.COMPLAINT_SILENCE: gettext_lazy("silent since complaint"),
    SignalKind.LOW_SCORE: gettext_lazy("low satisfaction"),
    SignalKind.SCORE_FALLING: gettext_lazy("satisfaction falling"),
    SignalKind.STOPPED_ANSWERING: gettext_lazy("answers no more"),
    SignalKind.FEWER_CATEGORIES: gettext_lazy("fewer categories"),
    SignalKind.SMALLER_ORDERS: gettext_lazy("smaller orders"),
    SignalKind.MORE_RETURNS: gettext_lazy("more returns"),
    SignalKind.MARGIN_DOWN: gettext_lazy("margin down"),
    SignalKind.PAYING_SLOWER: gettext_lazy("pays slower"),
    SignalKind.COMPETITOR: gettext_lazy("competitor"),
    SignalKind.SHARE_DOWN: gettext_lazy("share down"),
    SignalKind.BELOW_OTHERS: gettext_lazy("below others"),
}


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


def total_words(rows: int | None) -> str:
    """How many the filter finds, as a button says it."""
    if rows is None:
        return ""
    if rows > COUNTED_UP_TO:
        return _("more than %(total)s") % {"total": number_format(COUNTED_UP_TO)}
    return number_format(rows)


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


def in_words(user, query: str) -> list[str]:
    """What a saved filter keeps, a line each."""
    form = list_filter(user, QueryDict(query))
    owner = {"owner": form.whose} if form.whose else {}
    names = [*owner, *form.criteria]
    return [named(form.fields[name].label, form.words(name)) for name in names]


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
        names = listed(form.refused)
        messages.warning(request, _("Not understood and left out: %(names)s.") % {"names": names})


@require_safe
def customer_list(request):
    """Customers by filter and sort, a page at a time."""
    user = request.user
    people = list(User.objects.select_related("list_preference"))
    preference = preference_of(user, people)
    form = list_filter(user, request.GET, people)
    sort, descending, sort_refused = chosen_sort(request.GET.get("sort", ""), user, preference)
    _tell_refusals(request, form, sort_refused)
    rows = rows_of(user, form)
    page = rows.page(sort, descending, request.GET.get("page", ""))
    columns = shown_columns(user, preference)
    _add_words(page.rows, columns, {person.pk: str(person) for person in people}, form)
    passing = ("page", "more")
    kept = {name: value for name, value in request.GET.items() if name not in passing and value}
    views = saved_views(user, kept)
    total = _total(rows, page)
    context = {
        "form": form,
        "rows": page.rows,
        "headers": headers(columns, kept, sort, descending),
        "shown": {column.key: True for column in columns},
        "never": NEVER,
        "sort": request.GET.get("sort", ""),
        "chips": chips(form, kept),
        "views": views,
        "view": next((view for view in views if view.is_open), None),
        "query": as_query(kept, sort, descending),
        "summary": summary(page, total),
        "total": total_words(total),
        "first_url": address(kept) if page.newer else "",
        "newer_url": address(kept, page=page.newer) if page.newer else "",
        "older_url": address(kept, page=page.older) if page.older else "",
        "more_url": address(kept, more="1"),
        "mail_query": urlencode({n: value for n, value in kept.items() if n in form.fields}),
        "mine_url": address(kept, owner="me"),
        "all_url": address(kept, owner="all"),
        "standing_date": max((r.computed_on for r in page.rows if r.computed_on), default=None),
    }
    return render(request, "customers/customer_list.html", context)


def as_query(kept: Mapping[str, str], sort: str, descending: bool) -> str:
    """The filter as it is shown, with its sort: what is saved, and what mass work goes by."""
    shown = {name: value for name, value in kept.items() if name != "view"}
    return urlencode(shown | {"sort": f"-{sort}" if descending else sort})


def preference_of(user: User, people: list[User]) -> ListPreference | None:
    """What this person has chosen, found among all people without a question of its own."""
    own = next((person for person in people if person.pk == user.pk), user)
    return getattr(own, "list_preference", None)


def saved_views(user: User, kept: Mapping[str, str]) -> list[SavedView]:
    """One's own filters and those shared with the team; the one that is open knows it."""
    views = list(SavedView.objects.visible_to(user))
    for view in views:
        view.is_open = str(view.pk) == kept.get("view")
        view.is_own = view.user_id == user.pk
        view.url = f"?{view.query}&view={view.pk}" if view.query else f"?view={view.pk}"
    return views


def list_filter(user, parameters: QueryDict, people: list[User] | None = None) -> CustomerFilter:
    """The form of the filters with the choices of this person."""
    everybody = list(User.objects.all()) if people is None else people
    return CustomerFilter(
        parameters,
        user=user,
        people=owners_of(user, everybody),
        tags=Tag.objects.filter(is_active=True),
        teams=[t for t in Team.objects.all() if user.sees_all_customers or t.pk == user.team_id],
        choices=Standing.objects.choices(user),
    )


def rows_of(user, form: CustomerFilter) -> StandingQuerySet:
    """The customers that this person sees and the filters keep."""
    rows = Standing.objects.visible_to(user).owned_by(form.whose, user)
    return rows.matching(form.criteria, Installation.cached().today())


def tags_of(rows: list[Standing]) -> dict[int, str]:
    """The tags of each of these customers, in words."""
    pairs = Customer.tags.through.objects.filter(customer__in=[row.pk for row in rows])
    found = defaultdict(list)
    for customer, name in pairs.order_by("tag__name").values_list("customer", "tag__name"):
        found[customer].append(name)
    return {customer: listed(names) for customer, names in found.items()}


def _add_words(
    rows: list[Standing], columns: list[Column], names: dict[int, str], form: CustomerFilter
) -> None:
    """What stands beside a name and a risk, and the words of columns that hold ids."""
    shown = {column.key for column in columns}
    teams = dict(form.fields["team"].choices)
    says_owner = "owner" not in shown and form.whose != "me"
    tags = tags_of(rows) if "tags" in shown else {}
    for row in rows:
        row.signal_word = SIGNALS.get(row.signal, "")
        row.owner_name = names.get(row.owner_id, "")
        row.team_name = teams.get(str(row.team_id), "")
        row.tag_words = tags.get(row.pk, "")
        beside = [row.region, row.owner_name if says_owner else ""]
        row.where_and_whose = " · ".join(filter(None, beside))
