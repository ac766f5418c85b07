"""Customers who leave: whom to call, what came of it, who was lost and why, who may come back."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import of_customer
from crm.exports.table import Asked, Table, with_worth
from customers.models import Standing
from lifecycle import worklist
from lifecycle.forms.leaving import LossesFilter
from lifecycle.models import Rescue
from lifecycle.views import lost
from lifecycle.views.lost import losses_of, shown_of, to_win_back
from lifecycle.views.worklist import settled
from satisfaction.views.improvement import ORDERS, actions_of, sort_of


def _at_risk(asked: Asked) -> QuerySet:
    rows, _shown, _owner = worklist.standings(asked.user, asked.parameters)
    return rows.select_related("owner")


def _add_steps(asked: Asked, rows: list[Standing]) -> None:
    for row in worklist.rows_of(asked.user, rows):
        row.standing.work = row


def _settled(asked: Asked) -> QuerySet:
    return settled(asked.user, asked.parameters.get("owner", "")).order_by("-closed_on", "-pk")


def _lost(asked: Asked) -> QuerySet:
    """Those that wait for a review, or the reviews, as the tab says."""
    shown = shown_of(asked.parameters)
    rows = losses_of(asked.user, shown, _asked_for(asked))
    if reason := lost.reason_of(asked.parameters):
        rows = rows.because_of(reason, lost.since_of(lost.span_of(asked.parameters)))
    return rows.order_by("-value_lost" if shown == "waiting" else "-on", "-pk")


def _columns_of_lost(asked: Asked) -> tuple[Column, ...]:
    return OF_REVIEWS if shown_of(asked.parameters) == "reviewed" else OF_LOSSES


def _asked_for(asked: Asked) -> dict[str, int]:
    """Account manager and team, as the page has them."""
    return LossesFilter(asked.parameters, user=asked.user).criteria


def _won_back(asked: Asked) -> QuerySet:
    return to_win_back(asked.user, _asked_for(asked)).order_by("-expected", "-pk")


def _actions(asked: Asked) -> QuerySet:
    order = ORDERS[sort_of(asked.user, asked.parameters)]
    rows = actions_of(asked.user, asked.parameters)[0]
    way = "-" if order.descending else ""
    return rows.select_related("wave_before", "wave_after").order_by(
        f"{way}{order.column}", f"{way}pk"
    )


def _reasons(row: Rescue) -> str:
    return ", ".join(row.reasons)


ACTIONS = (
    Column("what", _("what is done")),
    Column("measure", _("long-term measure")),
    Column("owner", _("who does it"), "owner.name"),
    Column("due_on", _("due on"), type=Type.DATE),
    Column("state", _("state")),
    Column("aim", _("what it should change")),
    Column("result", _("result")),
    Column("finding", _("what was found")),
    Column("cause", _("why it is so")),
    Column("gauge", _("verified by")),
    Column("wave_before", _("wave before"), "wave_before.name"),
    Column("wave_after", _("later wave"), "wave_after.name"),
    Column("verdict", _("verdict")),
    Column("affected", _("customers affected"), type=Type.COUNT),
)


def _columns_of_actions(asked: Asked) -> list[Column]:
    """What the customers affected are worth together is for managers."""
    label = _("value of the customers affected")
    value = [Column("affected_value", label, type=Type.MONEY)]
    return [*ACTIONS, *(value if asked.user.is_manager else [])]


OF_LOSSES = (
    *of_customer(),
    Column("owner", _("account manager"), "customer.account_manager.name"),
    Column("on", _("lost on"), type=Type.DATE),
    Column("kind", _("how far")),
    Column("last_purchase", _("last purchase"), type=Type.DATE),
    Column("value_lost", _("value lost"), type=Type.MONEY, worth=True),
)
OF_REVIEWS = (
    *of_customer("loss.customer"),
    Column("lost_on", _("lost on"), "loss.on", Type.DATE),
    Column("reason", _("reason")),
    Column("competitor", _("went to"), "competitor.name"),
    Column("kind", _("how far")),
    Column("by_us", _("ended by")),
    Column("how", _("how it was asked")),
    Column("asked_by", _("who asked"), "asked_by.name"),
    Column("learned", _("what we learned")),
    Column("value_lost", _("value lost"), "loss.value_lost", Type.MONEY, True),
    Column("actions", _("improvement actions"), "actions_count", Type.COUNT),
)
TABLES = (
    Table(
        key="worklist",
        page="value:worklist",
        title=_("Worklist"),
        rows=_at_risk,
        may=with_worth,
        prepare=_add_steps,
        columns=(
            Column("number", _("Customer number")),
            Column("customer", _("Customer name"), "name"),
            Column("tier", _("tier")),
            Column("owner", _("account manager"), "owner.name"),
            Column("step", _("suggested step"), "work.step.words"),
            Column("signal", _("signal"), "work.strongest.words", worth=True),
            Column("risk", _("risk"), type=Type.SHARE, worth=True),
            Column("at_risk", _("Value at risk"), "value_at_risk", Type.MONEY, True),
            Column("task", _("task"), "work.task.title"),
            Column("due_on", _("due on"), "work.task.due_on", Type.DATE),
            Column("rescue", _("worked on since"), "work.rescue.opened_on", Type.DATE),
        ),
    ),
    Table(
        key="rescues",
        page="value:rescues",
        title=_("What came of those worked on"),
        rows=_settled,
        may=with_worth,
        columns=(
            *of_customer(),
            Column("state", _("outcome")),
            Column("opened_on", _("opened on"), type=Type.DATE),
            Column("closed_on", _("closed on"), type=Type.DATE),
            Column("by", _("opened by"), "opened_by.name"),
            Column("bought_on", _("bought again on"), type=Type.DATE),
            Column("tier", _("tier")),
            Column("risk", _("risk"), type=Type.SHARE, worth=True),
            Column("at_risk", _("Value at risk"), "value_at_risk", Type.MONEY, True),
            Column("reasons", _("signals"), _reasons, worth=True),
            Column("note", _("note")),
        ),
    ),
    Table(
        key="lost-customers",
        page="value:lost",
        title=_("Lost customers"),
        rows=_lost,
        may=with_worth,
        columns=_columns_of_lost,
    ),
    Table(
        key="win-back",
        page="value:win_back",
        title=_("Win-back"),
        rows=_won_back,
        may=with_worth,
        columns=(
            *OF_LOSSES,
            Column("chance", _("chance of return"), type=Type.SHARE, worth=True),
            Column("expected", _("value × chance"), type=Type.MONEY, worth=True),
            Column("tried", _("being tried"), "is_tried"),
        ),
    ),
    Table(
        key="improvement",
        page="satisfaction:improvements",
        title=_("Improvement actions"),
        rows=_actions,
        may=with_worth,
        columns=_columns_of_actions,
    ),
)
