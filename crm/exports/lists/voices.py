"""What is heard beside surveys, and what came of unhappy answers."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import Column, Type
from crm.exports.lists.parts import moment, of_customer
from crm.exports.table import Asked, Table, with_worth
from satisfaction.forms.feedback import FeedbackFilter
from satisfaction.models import Feedback, Loop
from satisfaction.services.closed_loop import low_scores_of
from satisfaction.views.loops import ORDERS, loops_of, shown_of


def _feedback(asked: Asked) -> QuerySet:
    form = FeedbackFilter(asked.parameters)
    rows = Feedback.objects.visible_to(asked.user).matching(form.criteria)
    return rows.with_row().order_by("-said_on", "-pk")


def _loops(asked: Asked) -> QuerySet:
    shown, outcome = shown_of(asked.parameters)
    order = ORDERS[shown]
    way = "-" if order.descending else ""
    rows = loops_of(asked.user, shown, outcome).with_row()
    return rows.order_by(f"{way}{order.column}", f"{way}pk")


def _add_scores(asked: Asked, rows: list[Loop]) -> None:
    scores = low_scores_of(loop.response for loop in rows)
    for loop in rows:
        loop.scores = ", ".join(scores[loop.response_id])


TABLES = (
    Table(
        key="feedback",
        page="satisfaction:feedback",
        title=_("Feedback"),
        rows=_feedback,
        columns=(
            Column("source", _("source")),
            Column("said_on", _("said on"), type=Type.DATE),
            *of_customer(),
            Column("contact", _("who said it"), "contact.name"),
            Column("words", _("what was said")),
            Column("tone", _("tone")),
            Column("dimension", _("measure")),
            Column("touchpoint", _("touchpoint")),
            Column("origin", _("agency or origin")),
            Column("link", _("link")),
            Column("recorded_by", _("written down by"), "recorded_by.name"),
        ),
    ),
    Table(
        key="unhappy",
        page="satisfaction:loops",
        title=_("Unhappy answers"),
        rows=_loops,
        may=with_worth,
        prepare=_add_scores,
        columns=(
            *of_customer(),
            Column("contact", _("contact"), "response.contact.name"),
            Column("wave", _("wave"), "response.wave.name"),
            Column("scores", _("low scores")),
            Column("comment", _("comment"), "response.comment"),
            Column("who", _("who acts"), "task.assignee.name"),
            Column("due_on", _("due on"), type=Type.DATE),
            moment("acted_at", _("acted on")),
            Column("outcome", _("outcome")),
            moment("closed_at", _("closed on")),
        ),
    ),
)
