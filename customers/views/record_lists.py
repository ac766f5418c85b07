"""Promises, opportunities and requests for help across customers, by whose they are and state."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import DateField, QuerySet
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from crm.accounts.access import only_with_worth
from crm.platform.models import Installation
from customers.models import Opportunity
from customers.querysets import Order, keyset_page
from customers.records import KINDS, RecordKind
from customers.records.figures import opportunity_figures, overdue_figures
from customers.views.records import PAGE_SIZE, back_here, table

YEAR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Choice:
    """One choice of a filter: its words, and the rows that it leaves of them at a date."""

    label: str
    rows: Callable[[QuerySet, object, dt.date], QuerySet]
    order: Order | None = None
    besides: str = ""  # the column that says the same in each of its rows


@dataclass(frozen=True)
class Across:
    """A list of one kind across customers."""

    kind: RecordKind
    whose: dict[str, Choice]
    states: dict[str, Choice]
    figures: Callable[[QuerySet, dt.date], list[dict]]
    empty: str  # what to do where there is none


def _state(label, *, order: Order, **values) -> Choice:
    return Choice(label, lambda rows, user, today: rows.filter(**values), order, "state")


def _closed(label, stage: str) -> Choice:
    """Those decided within a year: older ones stand on their customers' pages."""

    def rows(rows: QuerySet, user, today: dt.date) -> QuerySet:
        return rows.filter(stage=stage, closed_on__gt=today - YEAR)

    return Choice(label, rows, Order("closed_on", descending=True), "stage")


OF_OWNER = {
    "mine": Choice(
        gettext_lazy("Mine"), lambda rows, user, today: rows.filter(owner=user), besides="owner"
    ),
    "team": Choice(
        gettext_lazy("My team's"),
        lambda rows, user, today: rows.filter(owner__team=user.team_id),
    ),
    "all": Choice(gettext_lazy("All"), lambda rows, user, today: rows),
}
BY_DECISION = Order("decision_on", field=DateField())
SETTLED = Order("settled_on", descending=True)
DATED = {"settled_on__isnull": False}  # as the index of settled promises says

PROMISES = Across(
    kind=KINDS["promise"],
    whose=OF_OWNER,
    states={
        "open": _state(gettext_lazy("open"), order=Order("due_on"), state="open"),
        "kept": _state(gettext_lazy("kept"), order=SETTLED, state="kept", **DATED),
        "broken": _state(gettext_lazy("not kept"), order=SETTLED, state="broken", **DATED),
    },
    figures=overdue_figures,
    empty=gettext_lazy("Write down on a customer's card what you promised: it becomes a task."),
)
OPPORTUNITIES = Across(
    kind=KINDS["opportunity"],
    whose=OF_OWNER,
    states={
        "open": Choice(
            pgettext_lazy("opportunities", "open"),
            lambda rows, user, today: rows.open().by_expected_day(),
            BY_DECISION,
        ),
        **{
            stage.value: Choice(
                stage.label,
                lambda rows, user, today, stage=stage: rows.filter(stage=stage).by_expected_day(),
                BY_DECISION,
                "stage",
            )
            for stage in Opportunity.OPEN
        },
        "won": _closed(gettext_lazy("Won in the last 12 months"), Opportunity.Stage.WON),
        "lost": _closed(gettext_lazy("Lost in the last 12 months"), Opportunity.Stage.LOST),
    },
    figures=opportunity_figures,
    empty=gettext_lazy("Note on a customer's card what it may buy next, and when it decides."),
)
HELP = Across(
    kind=KINDS["help"],
    whose={
        "of_me": Choice(
            gettext_lazy("Asked of me"),
            lambda rows, user, today: rows.filter(asked=user),
            besides="asked",
        ),
        "by_me": Choice(
            gettext_lazy("Asked by me"), lambda rows, user, today: rows.filter(created_by=user)
        ),
    },
    states={
        "open": Choice(
            gettext_lazy("open"), lambda rows, user, today: rows.open(), Order("due_on")
        ),
        "answered": Choice(
            gettext_lazy("answered"),
            lambda rows, user, today: rows.answered(),
            Order("answered_at", descending=True),
        ),
    },
    figures=overdue_figures,
    empty=gettext_lazy("Ask a colleague for help from a customer's card, under account team."),
)


@require_safe
def promises(request):
    return _across(request, PROMISES)


@require_safe
@only_with_worth
def opportunities(request):
    return _across(request, OPPORTUNITIES)


@require_safe
def help_requests(request):
    return _across(request, HELP)


def _across(request, spec: Across):
    """The list that the address asks for; what it names and isn't there counts as the usual."""
    user, today = request.user, Installation.cached().today()
    rows, whose, state = rows_across(user, request.GET, spec, today)
    order, cursor = spec.states[state].order, request.GET.get("page", "")
    page = keyset_page(rows, order, cursor, PAGE_SIZE)
    kept = {"whose": whose, "state": state}
    besides = spec.whose[whose].besides, spec.states[state].besides
    context = {
        "kind": spec.kind,
        "empty": spec.empty,
        "whose": _options(spec.whose, whose),
        "states": _options(spec.states, state),
        "kept": kept,
        "figures": spec.figures(rows, today),
        "table": table(spec.kind, page.rows, user, today, besides=besides),
        "next_query": back_here(request),
        "newer_url": _address(kept, page.newer),
        "older_url": _address(kept, page.older),
        "summary": _("Rows %(first)d–%(last)d") % {"first": page.first, "last": page.last},
    }
    return render(request, "customers/record_across.html", context)


def rows_across(
    user, parameters: Mapping[str, str], spec: Across, today: dt.date
) -> tuple[QuerySet, str, str]:
    """The records that the address asks for, with the keys of whose they are and of their state."""
    usual = "all" if user.is_manager and "all" in spec.whose else next(iter(spec.whose))
    whose = _chosen(parameters, "whose", spec.whose, usual)
    state = _chosen(parameters, "state", spec.states, next(iter(spec.states)))
    rows = spec.whose[whose].rows(spec.kind.read(user), user, today)
    return spec.states[state].rows(rows, user, today), whose, state


def _chosen(
    parameters: Mapping[str, str], name: str, choices: dict[str, Choice], usual: str
) -> str:
    asked = parameters.get(name, "")
    return asked if asked in choices else usual


def _options(choices: dict[str, Choice], chosen: str) -> list[dict]:
    return [
        {"key": key, "label": choice.label, "is_chosen": key == chosen}
        for key, choice in choices.items()
    ]


def _address(kept: dict, cursor: str) -> str:
    return "?" + urlencode({**kept, "page": cursor}) if cursor else ""
