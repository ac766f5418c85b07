"""The queue: open cases by their next deadline."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import truncatechars as cut
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from complaints.deadlines import next_deadline, short_moment
from complaints.forms.listing import CaseFilter
from complaints.forms.log import in_charge_of
from complaints.models import Case, Kind, Severity
from complaints.querysets import (
    COUNTED_UP_TO,
    PAGE_SIZE,
    CappedCount,
    CaseQuerySet,
    among_watched,
    of_own_customers,
    to_approve,
)
from complaints.references import is_key, number_in
from complaints.services.actions import Refused
from complaints.services.desk import assign_many, claim
from complaints.states import ENDED, PAUSING
from crm.accounts.models import User
from crm.platform.models import Installation
from crm.platform.words import listed
from customers.models.standing import ValueBand
from customers.querysets import Order, Page
from customers.views.shared import back

ENDED_FOR_DAYS = 30
MOST_PEOPLE = 60
WIDEST = 40  # of a title
BANDS = dict(ValueBand.choices)
LAST = "queue"  # where the session keeps tab and filters
SEVERITY_TONES = {Severity.CRITICAL: "tag-bad", Severity.MAJOR: "tag-warn"}
BY_DEADLINE = Order("next_due_at")
BY_END = Order("ended_at", descending=True)


@dataclass(frozen=True)
class Tab:
    """A part of the cases that somebody sees: open ones by a rule, or those that ended lately."""

    key: str
    label: str
    rule: Callable[[User], Q]
    order: Order = BY_DEADLINE
    is_counted: bool = True
    among_many: Callable[[User], Q] | None = None  # the rule, where many cases are asked for it

    def rows(self, cases: CaseQuerySet, user: User) -> CaseQuerySet:
        rows = cases.open() if self.order is BY_DEADLINE else cases
        return rows.filter(self.rule(user))


def _ended(_user: User) -> Q:
    since = timezone.now() - dt.timedelta(days=ENDED_FOR_DAYS)
    return Q(state__in=ENDED, ended_at__gte=since)


MINE = Tab("mine", gettext_lazy("Mine"), lambda user: Q(owner=user.pk))
OF_MY_CUSTOMERS = Tab(
    "customers",
    gettext_lazy("My customers'"),
    lambda user: Q(customer__account_manager=user.pk),
    among_many=of_own_customers,
)
OF_MY_TEAM = Tab("all", gettext_lazy("My team's"), lambda _user: Q())
ALL = Tab("all", gettext_lazy("All open"), lambda _user: Q())
# Of who sees everybody's, and is in a team.
OF_MY_COLLEAGUES = Tab(
    "team",
    gettext_lazy("My team's"),
    lambda user: Q(owner__in=User.objects.filter(team=user.team_id).order_by().values("pk")),
)
OTHERS = (
    Tab("unassigned", gettext_lazy("Unassigned"), lambda _user: Q(owner=None)),
    Tab("late", gettext_lazy("Overdue"), lambda _user: Q(is_breached=True)),
    Tab("approval", gettext_lazy("To approve"), lambda _user: to_approve(Installation.cached())),
    Tab("watched", gettext_lazy("Watched"), among_watched),
    Tab("waiting", gettext_lazy("Waiting"), lambda _user: Q(state__in=PAUSING)),
    Tab("ended", gettext_lazy("Ended lately"), _ended, BY_END, is_counted=False),
)


def tabs_of(user: User) -> list[Tab]:
    """The tabs of this person; the first but one is where the queue opens."""
    if user.sees_all_customers:
        return [MINE, ALL, *([OF_MY_COLLEAGUES] if user.team_id else []), *OTHERS]
    return [MINE, OF_MY_CUSTOMERS, OF_MY_TEAM, *OTHERS]


def address(parameters: Mapping[str, str], **changes: str) -> str:
    """The queue with these parameters, some changed; empty ones and the page are left out."""
    kept = {**parameters, **changes}
    return "?" + urlencode({name: value for name, value in kept.items() if value})


@require_safe
def queue(request):
    """Cases of a tab by filter, a page at a time."""
    user = request.user
    cases = Case.objects.visible_to(user)
    if wanted := request.GET.get("ref", "").strip():
        if case := _by_reference(cases, wanted):
            return redirect("complaints:case", case.pk)
        messages.warning(request, _("No case is called “%(ref)s”.") % {"ref": wanted[:40]})
    tabs = tabs_of(user)
    rows, tab, form = cases_of(user, _asked(request))
    if form.refused:
        names = listed(form.refused)
        messages.warning(request, _("Not understood and left out: %(names)s.") % {"names": names})
    page = rows.page(tab.order, request.GET.get("page", ""))
    _add_words(page.rows, timezone.now())
    kept = {"tab": tab.key, **form.criteria}
    _remember(request, kept if tab is not tabs[1] or form.criteria else {})
    counts = _counts(user, tabs)
    total = counts.get(tab.key) if not form.criteria else _total(rows, page)
    context = {
        "form": form,
        "rows": page.rows,
        "tab": tab,
        "is_ended": tab.order is BY_END,
        "tabs": [_tab(one, counts, form.criteria, tab) for one in tabs],
        "chips": _chips(form, kept),
        "clear_url": address({"tab": tab.key}),
        "summary": _summary(page, total),
        "people": [] if tab.order is BY_END else _people(user),
        "first_url": address(kept) if page.newer else "",
        "newer_url": address(kept, page=page.newer) if page.newer else "",
        "older_url": address(kept, page=page.older) if page.older else "",
    }
    return render(request, "complaints/queue.html", context)


def _asked(request) -> QueryDict:
    """What the address asks for; without a word, the tab and filters that were looked at last."""
    return request.GET or QueryDict(request.session.get(LAST, ""))


def _remember(request, kept: Mapping[str, str]) -> None:
    """Who comes back from a case, or tomorrow, finds the queue as it was."""
    place = urlencode(kept)
    if request.session.get(LAST, "") != place:
        request.session[LAST] = place


def _people(user: User) -> list[User]:
    """Whom several cases may be given to at once: those who see all customers, and oneself."""
    found = [each for each in in_charge_of(None, user)[:MOST_PEOPLE] if each != user]
    return [user, *found]


@require_POST
def assign(request):
    """Put oneself in charge of one case, or somebody of the ticked ones; back to the queue."""
    user = request.user
    if is_key(one := request.POST.get("one", "")):
        return claim_one(request, get_object_or_404(Case.objects.visible_to(user), pk=one))
    ticked = [int(pk) for pk in request.POST.getlist("case")[:PAGE_SIZE] if is_key(pk)]
    cases = list(Case.objects.visible_to(user).filter(pk__in=ticked).order_by("next_due_at", "pk"))
    chosen = request.POST.get("owner", "")
    people = User.objects.active().filter(pk=int(chosen) if is_key(chosen) else 0)
    owner = user if "take" in request.POST else people.first()
    if not cases or owner is None:
        messages.warning(request, _("Tick the cases first, and choose who is in charge."))
        return back(request, "complaints:queue")
    given, refusals = assign_many(cases=cases, by=user, owner=owner)
    if given:
        words = ngettext(
            "%(name)s is in charge of %(n)s case.", "%(name)s is in charge of %(n)s cases.", given
        )
        messages.success(request, words % {"name": owner, "n": number_format(given)})
    for refusal in refusals:
        messages.warning(request, refusal)
    return back(request, "complaints:queue")


def claim_one(request, found: Case):
    """From a row of the queue, or a list elsewhere: back to it."""
    try:
        claim(case=found, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("You are in charge of %(case)s.") % {"case": found.reference})
    return back(request, "complaints:case", found.pk)


def cases_of(user: User, parameters: QueryDict) -> tuple[CaseQuerySet, Tab, CaseFilter]:
    """The cases of the tab that the address names, by its filter."""
    tabs = tabs_of(user)
    tab = next((one for one in tabs if one.key == parameters.get("tab")), tabs[1])
    form = CaseFilter(parameters, ended=tab.order is BY_END)
    rows = tab.rows(Case.objects.visible_to(user), user)
    return rows.matching(form.criteria), tab, form


def _by_reference(cases: CaseQuerySet, text: str) -> Case | None:
    number = number_in(text)
    return cases.filter(pk=number).only("pk").first() if number else None


def _counts(user: User, tabs: list[Tab]) -> dict[str, int]:
    """How many each tab has, in one query: each up to the cap where somebody sees all customers.

    Finding the cases of few customers costs more than counting them: it is done once for all tabs.
    """
    counted, cases = [tab for tab in tabs if tab.is_counted], Case.objects.found_for(user)
    if user.sees_all_customers:
        columns = [CappedCount(tab.rows(cases, user).capped()) for tab in counted]
        found = User.objects.filter(pk=user.pk).values_list(*columns).get()
        return {tab.key: count for tab, count in zip(counted, found, strict=True)}
    rules = {tab.key: (tab.among_many or tab.rule)(user) for tab in counted}
    sums = {key: Count("pk", filter=rule or None) for key, rule in rules.items()}
    return cases.open().aggregate(**sums)


def _tab(tab: Tab, counts: dict[str, int], criteria: dict, current: Tab) -> dict:
    # A state that stands for open cases says nothing of ended ones.
    kept = {name: value for name, value in criteria.items() if name != "state"}
    count = counts.get(tab.key)
    return {
        "label": tab.label,
        "url": address(kept, tab=tab.key),
        "is_current": tab.key == current.key,
        "count": "" if count is None else _capped(count),
    }


def _capped(count: int) -> str:
    if count > COUNTED_UP_TO:
        return f"{number_format(COUNTED_UP_TO)}+"
    return number_format(count)


def _total(rows: CaseQuerySet, page: Page) -> int | None:
    """A first page that is not full knows its total; else the database counts up to the cap."""
    if page.first == 1 and not page.older:
        return len(page.rows)
    return rows.count_capped()


def _summary(page: Page, total: int | None) -> str:
    """Which of how many, counting no further than the cap."""
    span = {"first": number_format(page.first), "last": number_format(page.last)}
    if total is None:
        return _("Cases %(first)s–%(last)s") % span
    span["total"] = number_format(min(total, COUNTED_UP_TO))
    if total > COUNTED_UP_TO:
        return _("Cases %(first)s–%(last)s of more than %(total)s") % span
    return _("Cases %(first)s–%(last)s of %(total)s") % span


def _chips(form: CaseFilter, kept: dict[str, str]) -> list[dict]:
    """The filters that are set, each with the address without it."""
    return [
        {
            "label": form.fields[name].label,
            "words": form.words(name),
            "url": address(kept, **{name: ""}),
        }
        for name in form.criteria
    ]


def _add_words(rows: list[Case], now: dt.datetime) -> None:
    """What a row says of its case, put together once: templates are slower at it."""
    request, claim = _("Service request"), _("Claim %(reference)s")
    for case in rows:
        kind = request if case.kind == Kind.REQUEST else ""
        case.key = str(case.pk)
        case.url = reverse("complaints:case", args=[case.pk])
        case.shown = case.title if len(case.title) <= WIDEST else cut(case.title, WIDEST)
        case.about = " · ".join(filter(None, (case.reference, kind, str(case.category or ""))))
        case.claim = claim % {"reference": case.reference}
        case.deadline = next_deadline(case, now)
        case.received = short_moment(case.received_at)
        case.tone = SEVERITY_TONES.get(case.severity, "")
        # Not by the methods of the model, which make all choices anew each time.
        case.severity_words = Severity(case.severity).label
        case.band = BANDS.get(_band(case), "–")
        if case.customer_id:
            case.card_url = reverse("card", args=[case.customer_id])


def _band(case: Case) -> str:
    """Of the worth of its customer, where both are known."""
    standing = getattr(case.customer, "standing", None)
    return standing.value_band if standing else ""
