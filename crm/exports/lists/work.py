"""What is to be done: tasks, care owed, notices, handovers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm import handover
from crm.exports.columns import Column, Type
from crm.exports.lists.parts import customer_in_sight, moment, of_customer
from crm.exports.table import Asked, Table, with_worth
from crm.platform.words import listed, named
from customers import notices
from customers.models import CareDue, Handover, Notice
from customers.services import following
from customers.views.care import dues_of
from customers.views.tasks import tasks_of


def _tasks(asked: Asked):
    return tasks_of(asked.user, asked.parameters)[0].order_by("due_on", "pk")


def _owed(asked: Asked):
    return dues_of(asked.user, asked.parameters)[0].order_by("due_on", "pk")


def _care(asked: Asked):
    """All that the customer was owed, the newest first; the page has what is owed above it."""
    customer = customer_in_sight(asked)
    dues = CareDue.objects.visible_to(asked.user).filter(customer=customer)
    return dues.select_related("rule", "customer", "task__assignee").order_by("-starts_on", "-pk")


def _who_does_it(due: CareDue) -> str | None:
    return str(due.task.assignee) if due.task_id and due.task.is_open else None


def _notices(asked: Asked):
    mine = Notice.objects.visible_to(asked.user)
    shown = asked.parameters.get("show", "")
    if shown not in ("new", "all"):
        shown = "new" if following.unseen(asked.user) else "all"
    rows = mine.unseen() if shown == "new" else mine
    return rows.select_related("customer", "by").order_by("-at", "-pk")


def _say(asked: Asked, rows: list[Notice]) -> None:
    for entry in notices.entries(rows):
        entry.notice.what, entry.notice.said = entry.what, entry.text


def _handovers(asked: Asked):
    whose = asked.parameters.get("whose", "")
    tabs = ("mine", "given", "all") if asked.user.is_manager else ("mine", "given")
    rows = Handover.objects.visible_to(asked.user)
    rows = rows.whose(whose if whose in tabs else "mine", asked.user)
    return rows.select_related("by", "taker").order_by("-offered_at", "-pk")


def _moved(row: Handover) -> str:
    counts = ((label, row.counts.get(name)) for name, label in handover.LABELS.items())
    return listed(named(label, count) for label, count in counts if count)


TABLES = (
    Table(
        key="tasks",
        page="customers:tasks",
        title=_("Tasks"),
        rows=_tasks,
        columns=(
            Column("due_on", _("due on"), type=Type.DATE),
            Column("title", _("title")),
            Column("kind", _("kind")),
            *of_customer(),
            Column("assignee", _("assignee"), "assignee.name"),
            Column("starts_at", _("at"), lambda task: task.starts_at and f"{task.starts_at:%H:%M}"),
            Column("minutes", _("minutes"), type=Type.COUNT),
            Column("place", _("place")),
            Column("origin", _("origin")),
            Column("notes", _("notes")),
            moment("created_at", _("added"), usual=False),
        ),
    ),
    Table(
        key="care-owed",
        page="customers:care_dues",
        title=_("Care owed"),
        rows=_owed,
        columns=(
            Column("due_on", _("due on"), type=Type.DATE),
            *of_customer(),
            Column("tier", _("tier"), "rule.tier"),
            Column("rule", _("what is owed")),
            Column("assignee", _("assignee"), _who_does_it),
            Column("starts_on", _("since"), type=Type.DATE, usual=False),
        ),
    ),
    Table(
        key="care-of-customer",
        page="customers:care",
        title=_("Care"),
        rows=_care,
        columns=(
            *of_customer(),
            Column("rule", _("what is owed")),
            Column("starts_on", _("since"), type=Type.DATE),
            Column("due_on", _("due on"), type=Type.DATE),
            Column("state", _("state")),
            Column("settled_on", _("settled on"), type=Type.DATE),
            Column("assignee", _("assignee"), _who_does_it),
        ),
    ),
    Table(
        key="notices",
        page="customers:notices",
        title=_("Notices"),
        rows=_notices,
        prepare=_say,
        columns=(
            moment("at", _("time")),
            Column("what", _("what happened")),
            *of_customer(),
            Column("said", _("text")),
            Column("by", _("by"), "by.name"),
            moment("seen_at", _("seen")),
        ),
    ),
    Table(
        key="handovers",
        page="handovers",
        title=_("Handovers"),
        rows=_handovers,
        may=with_worth,
        columns=(
            moment("offered_at", pgettext_lazy("of a handover", "Offered")),
            Column("by", _("from"), "by.name"),
            Column("taker", _("to"), "taker.name"),
            Column("state", _("state")),
            Column("counts", _("what moved"), _moved),
            Column("note", _("note")),
        ),
    ),
)
