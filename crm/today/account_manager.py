"""The account manager's day: left what is to do today, right what to keep in mind."""

import datetime as dt
from collections.abc import Callable

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from complaints.models import Case
from crm.platform.models import Installation
from crm.today import parts, short
from crm.today.lists import Ask, Panel, ShortList, panel, read
from customers.models import Customer, Standing, Task
from lifecycle.models import BaseCell, StageChange, TierChange
from satisfaction.services.closed_loop import response_of

CASES = 4
DETRACTORS = 3
CHANGES = 4
LISTS = (
    *(short.HANDOVERS, short.HELP_OF_ME, short.PROMISES, short.CARE, short.DEPARTED),
    *(short.PLANS, short.NOMINATIONS, short.FITS, short.HELP_BY_ME),
)


def page(user) -> dict:
    """Who waits, what is due, who may leave; and what moved lately."""
    ask = Ask(user, Installation.cached().today())
    cells = BaseCell.objects.visible_to(user).filter(owner=user.pk)
    as_of = BaseCell.objects.visible_to(user).latest_date()
    moves = _moves(as_of)
    lines = read(ask, [*LISTS, *moves])
    mine = Standing.objects.visible_to(user).filter(owner=user.pk)
    total = cells.at(as_of).totals()
    to_do = parts.to_do(ask, lines["promises"], without=Task.Origin.SURVEY)
    waits = panel("answers", _("Waiting for your answer"), LISTS[:2], lines)
    return {
        **parts.cases(Case.objects.visible_to(user).of_customers_of(user), CASES),
        **parts.at_risk(user, mine),
        **to_do,
        "today": ask.today,
        "first": parts.tidy([to_do["appointments"], waits]),
        "due": parts.tidy([to_do["todo"]]),
        "mind": parts.tidy(_mind(lines)),
        "detractors": _detractors(ask),
        "standing_date": as_of,
        "total": total,
        # The night has counted them; before the first one somebody looks.
        "has_customers": bool(total["customers"]) or mine.exists(),
        "changes": _newest(lines, moves),
    }


def _mind(lines: dict) -> list[Panel]:
    return [
        panel("care", _("Care owed"), [short.CARE], lines, note=_("within 30 days")),
        panel("departed", _("Decision maker left"), [short.DEPARTED], lines),
        panel("key", _("Key accounts"), [short.PLANS, short.NOMINATIONS], lines),
        panel(
            "fits",
            _("Pursue them or not?"),
            [short.FITS],
            lines,
            note=_("in exploration, not decided"),
        ),
        panel("help", _("Help you asked for"), [short.HELP_BY_ME], lines, note=_("overdue")),
    ]


def _detractors(ask: Ask) -> list[Task]:
    """Tasks to call somebody who was unhappy in a survey, each with the answers behind it."""
    tasks = Task.objects.visible_to(ask.user).open()
    tasks = tasks.filter(assignee=ask.user.pk, origin=Task.Origin.SURVEY)
    found = list(tasks.select_related("customer").order_by("due_on", "pk")[:DETRACTORS])
    for task in found:
        task.seen_by(ask.user, ask.today).response_pk = response_of(task)
    return found


def _moves(as_of: dt.date | None) -> list[ShortList]:
    """Changes of tier and of stage of own customers since last week, the newest first."""
    models = (TierChange, StageChange) if as_of else ()
    return [
        ShortList(
            key=model._meta.model_name,
            rows=_of_mine(model, as_of),
            columns=short.OF_CUSTOMER | {name: F(name) for name in ("pk", "on", "before", "after")},
            line=_change(model),
            more="",
        )
        for model in models
    ]


def _of_mine(model, as_of: dt.date) -> Callable[[Ask], QuerySet]:
    def rows(ask: Ask) -> QuerySet:
        changes = model.objects.visible_to(ask.user).since(as_of - short.WEEK)
        changes = changes.filter(customer__account_manager=ask.user.pk)
        return changes.order_by("-on", "-pk")[:CHANGES]

    return rows


def _change(model) -> Callable[[dict, Ask], TierChange | StageChange]:
    """The row as its model, never saved: a template shows it as elsewhere."""

    def line(row: dict, ask: Ask):
        customer = Customer(pk=row["customer"], name=row["customer_name"])
        on = dt.date.fromisoformat(row["on"])
        steps = {"before": row["before"], "after": row["after"]}
        return model(pk=row["pk"], customer=customer, on=on, **steps)

    return line


def _newest(lines: dict, moves: list[ShortList]) -> list:
    found = [change for move in moves for change in lines[move.key]]
    return sorted(found, key=lambda change: change.on, reverse=True)[:CHANGES]
