"""Records about customers: of one customer, and across customers; competitors, clubs, plans."""

import datetime as dt
from functools import partial

from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import customer_in_sight, of_customer
from crm.exports.table import Asked, Table, with_worth
from crm.platform.models import Installation
from crm.platform.words import listed
from customers.models import (
    AccountPlan,
    Attendance,
    Club,
    ClubEvent,
    Competitor,
    CompetitorPresence,
    Membership,
)
from customers.querysets import Order
from customers.records import KINDS, RecordKind
from customers.records.columns import Column as Shown
from customers.records.columns import Shape
from customers.views.plans import plans_of
from customers.views.record_lists import HELP, OPPORTUNITIES, PROMISES, Across, rows_across

TYPES = {
    Shape.DATE: Type.DATE,
    Shape.DUE: Type.DATE,
    Shape.MONEY: Type.MONEY,
    Shape.COUNT: Type.COUNT,
    Shape.SHARE: Type.SHARE,
}


def _value(shown: Shown, record):
    """As it is kept: days of moments, shares of one and not of a hundred."""
    value = shown.value(record)
    if shown.shape is Shape.SHARE and value is not None:
        return value / 100
    return value.date() if isinstance(value, dt.datetime) else value


def _columns_of(kind: RecordKind) -> tuple[Column, ...]:
    """What the page shows of the kind, with the longer texts under its names."""
    shown = [
        Column(
            f"c{place}",
            one.label,
            partial(_value, one),
            TYPES.get(one.shape, Type.TEXT),
            True if one.worth else None,
        )
        for place, one in enumerate(kind.columns)
    ]
    field = kind.model._meta.get_field
    details = [Column(name, field(name).verbose_name) for name in kind.details]
    return (*of_customer(), *shown, *details)


def _kind(asked: Asked) -> RecordKind:
    kind = KINDS.get(asked.parameters.get("kind", ""))
    if kind is None or not kind.is_for(asked.user):
        raise Http404
    return kind


def _of_customer(asked: Asked) -> QuerySet:
    customer, kind = customer_in_sight(asked), _kind(asked)
    return _ordered(kind.read(asked.user).filter(customer=customer), kind.order)


def _ordered(rows: QuerySet, order: Order) -> QuerySet:
    sign = "-" if order.descending else ""
    return rows.order_by(f"{sign}{order.column}", f"{sign}pk")


def _across(spec: Across, asked: Asked) -> QuerySet:
    today = Installation.cached().today()
    rows, _whose, state = rows_across(asked.user, asked.parameters, spec, today)
    return _ordered(rows, spec.states[state].order)


def _across_table(key: str, page: str, spec: Across) -> Table:
    return Table(
        key=key,
        page=page,
        title=spec.kind.plural,
        rows=partial(_across, spec),
        columns=_columns_of(spec.kind),
        may=spec.kind.is_for,
    )


def _count(asked: Asked, rows: list[Competitor]) -> None:
    """At how many of the customers in sight each of them is."""
    seen = CompetitorPresence.objects.visible_to(asked.user)
    counts = seen.filter(competitor__in=[row.pk for row in rows]).by_competitor()
    found = {count["competitor"]: count for count in counts}
    for row in rows:
        row.counts = found.get(row.pk, {})


def _counted(name: str, label) -> Column:
    return Column(name, label, lambda row: row.counts.get(name, 0), Type.COUNT)


def _at_customers(asked: Asked) -> QuerySet:
    found, kind = get_object_or_404(Competitor, pk=asked.pk()), KINDS["competitor"]
    return _ordered(kind.read(asked.user).filter(competitor=found), kind.order)


def _plans(asked: Asked) -> QuerySet:
    plans, _shown = plans_of(asked.user, asked.parameters, Installation.cached().today())
    return plans.order_by("review_on", "pk")


def _clubs(asked: Asked) -> QuerySet:
    return Club.objects.prefetch_related("levels")


def _count_members(asked: Asked, clubs: list[Club]) -> None:
    members = Membership.objects.visible_to(asked.user)
    members = members.ending_after(Installation.cached().today()).order_by()
    counts = dict(members.values_list("club").annotate(members=Count("pk")))
    for club in clubs:
        club.counted = counts.get(club.pk, 0)
        club.level_names = listed(club.levels.all())


def _members(asked: Asked) -> QuerySet:
    found = get_object_or_404(Club, pk=asked.pk())
    rows = Membership.objects.visible_to(asked.user).filter(club=found)
    rows = rows.ending_after(Installation.cached().today())
    level = next(
        (one for one in found.levels.all() if str(one.pk) == asked.parameters.get("level")), None
    )
    rows = rows.filter(level=level) if level else rows
    return rows.select_related("customer", "level", "club").order_by("-since", "-pk")


def _attendance(asked: Asked) -> QuerySet:
    event = get_object_or_404(ClubEvent, pk=asked.pk())
    rows = Attendance.objects.visible_to(asked.user).filter(event=event)
    return rows.select_related("customer", "contact", "event__club").order_by("pk")


def _title_of_records(asked: Asked) -> str:
    return str(_kind(asked).plural)


TABLES = (
    _across_table("promises", "customers:promises", PROMISES),
    _across_table("opportunities", "customers:opportunities", OPPORTUNITIES),
    _across_table("help-requests", "customers:help_requests", HELP),
    Table(
        key="records-of-customer",
        page="customers:records",
        title=_title_of_records,
        rows=_of_customer,
        columns=lambda asked: _columns_of(_kind(asked)),
    ),
    Table(
        key="competitors",
        page="customers:competitors",
        title=_("Competitors"),
        rows=lambda asked: Competitor.objects.order_by("name", "pk"),
        prepare=_count,
        may=with_worth,
        columns=(
            Column("name", _("competitor")),
            Column("is_active", _("in use")),
            _counted("customers", _("At customers")),
            _counted("stronger", _("Stronger than we")),
            _counted("equal", _("As strong")),
            _counted("weaker", _("Weaker")),
            _counted("gaining", _("Gaining")),
            _counted("losing", _("Losing")),
        ),
    ),
    Table(
        key="competitor-at-customers",
        page="customers:competitor",
        title=_("Competitor at customers"),
        rows=_at_customers,
        may=with_worth,
        columns=_columns_of(KINDS["competitor"]),
    ),
    Table(
        key="account-plans",
        page="customers:plans",
        title=_("Account plans"),
        rows=_plans,
        may=with_worth,
        columns=(
            *of_customer(),
            Column("owner", _("account manager"), "customer.account_manager.name"),
            Column("review_on", _("next review on"), type=Type.DATE),
            Column("target", _("relationship we aim at")),
            Column("reached", _("objectives reached"), AccountPlan.count_reached, Type.COUNT),
            Column(
                "objectives", _("objectives"), lambda plan: len(plan.objectives.all()), Type.COUNT
            ),
            Column("actions", _("open actions"), AccountPlan.count_open_actions, Type.COUNT),
            Column("strengths", _("strengths"), usual=False),
            Column("weaknesses", _("weaknesses"), usual=False),
            Column(
                "opportunities", pgettext_lazy("of a SWOT analysis", "opportunities"), usual=False
            ),
            Column("threats", _("threats"), usual=False),
            Column("competition", _("competitors here"), usual=False),
            Column("position", _("our own position"), usual=False),
        ),
    ),
    Table(
        key="clubs",
        page="customers:clubs",
        title=_("Clubs"),
        rows=_clubs,
        prepare=_count_members,
        columns=(
            Column("club", _("club"), str),
            Column("levels", _("levels"), "level_names"),
            Column("members", _("members"), "counted", Type.COUNT),
        ),
    ),
    Table(
        key="club-members",
        page="customers:club",
        title=_("Members of the club"),
        rows=_members,
        columns=(
            Column("club", _("club")),
            *of_customer(),
            Column("level", _("level")),
            Column("since", _("since"), type=Type.DATE),
            Column("until", _("until"), type=Type.DATE),
        ),
    ),
    Table(
        key="club-attendance",
        page="customers:club_attendance",
        title=_("People at the event"),
        rows=_attendance,
        columns=(
            Column("event", _("event"), "event"),
            *of_customer(),
            Column("contact", pgettext_lazy("of a person", "name"), "contact.name"),
            Column("state", _("state")),
        ),
    ),
)
