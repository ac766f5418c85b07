"""The queue of complaints and requests, by its tabs and filters; corrective actions."""

import datetime as dt

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from complaints.models import Case
from complaints.models.cases import NEVER_DUE
from complaints.querysets import CaseQuerySet
from complaints.views.corrective import SHOWN, actions_of
from complaints.views.proposals import proposals_of, why
from complaints.views.queue import cases_of
from crm.exports.columns import Column, Type
from crm.exports.lists.parts import moment, of_customer
from crm.exports.table import Asked, Table


def _cases(asked: Asked) -> CaseQuerySet:
    rows, tab, _form = cases_of(asked.user, asked.parameters)
    sign = "-" if tab.order.descending else ""
    rows = rows.select_related("customer__standing", "owner", "category")
    return rows.order_by(f"{sign}{tab.order.column}", f"{sign}pk")


def _due(case: Case) -> dt.datetime | None:
    """When the nearest deadline is; nothing where no clock runs."""
    return None if case.next_due_at == NEVER_DUE else localtime(case.next_due_at)


def _changes(asked: Asked):
    rows, shown, _whose = actions_of(asked.user, asked.parameters)
    order = SHOWN[shown][1]
    return rows.order_by(f"{'-' if order.descending else ''}{order.column}", "pk")


def _proposals(asked: Asked):
    rows, _shown = proposals_of(asked.user, asked.parameters)
    return rows.order_by("-raised_on", "-pk")


TABLES = (
    Table(
        key="improvement-proposals",
        page="complaints:proposals",
        title=_("Improvement proposals"),
        rows=_proposals,
        columns=(
            Column("root_cause", _("root cause")),
            Column("kind", _("kind")),
            *of_customer(),
            Column("why", _("why now"), why),
            Column("complaints", _("complaints"), type=Type.COUNT),
            Column("raised_on", _("raised on"), type=Type.DATE),
            Column("state", _("state")),
            Column("owner", _("who does it"), "owner.name"),
            Column("due_on", _("due on"), type=Type.DATE),
            Column("reason", _("reason")),
        ),
    ),
    Table(
        key="corrective-actions",
        page="complaints:corrective",
        title=_("Corrective actions"),
        rows=_changes,
        columns=(
            Column("what", _("what is changed on our side")),
            Column("owner", _("who does it"), "owner.name"),
            Column("due_on", _("due on"), type=Type.DATE),
            Column("aim", _("done when")),
            Column("state", _("state")),
            Column("result", _("what was done")),
            Column("check_on", _("effect is checked on"), type=Type.DATE),
            Column("verdict", _("verdict")),
            Column("verdict_words", _("how it showed")),
            Column("checked_by", _("checked by"), "checked_by.name"),
            Column("case", _("case"), "case.reference"),
            Column("customer", _("customer"), "case.who"),
        ),
    ),
    Table(
        key="cases",
        page="complaints:queue",
        title=_("Complaints"),
        rows=_cases,
        columns=(
            Column("reference", _("case")),
            Column("kind", _("kind")),
            Column("title", _("title")),
            *of_customer(),
            Column("caller", _("name of the caller"), "caller_name"),
            Column("tier", _("tier")),
            Column(
                "value",
                _("Lifetime value"),
                "customer.standing.lifetime_value",
                Type.MONEY,
                worth=True,
            ),
            Column("band", _("Value band"), "customer.standing.value_band", worth=False),
            Column("category", _("category")),
            Column("severity", _("severity")),
            Column("state", _("state")),
            Column("owner", _("in charge"), "owner.name"),
            Column("channel", _("channel")),
            moment("received_at", _("received")),
            Column("due", _("next deadline"), _due, Type.MOMENT),
            Column("is_breached", _("deadline missed")),
            moment("ended_at", _("ended")),
            Column("description", _("what happened"), usual=False),
            Column("remedy", _("remedy"), usual=False),
            Column("reopened", _("times reopened"), type=Type.COUNT, usual=False),
        ),
    ),
)
