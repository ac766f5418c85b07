"""Rescues, losses, reviews and improvement actions on their way into the tables."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.demo import leaving
from crm.demo import leaving_words as words
from crm.demo.draws import midnight
from customers.models import Competitor
from lifecycle.models import Loss, LossReview, LostMark, Rescue, WinBack
from satisfaction.models import ImprovementAction

YEAR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Desk:
    """Ids by ordinal, tiers, who manages, the improvement actions, and what day it is."""

    customers: pd.Series
    owners: dict[int, int]
    tiers: pd.Series
    rivals: list[int]
    actions: list[ImprovementAction]
    today: dt.date

    def of(self, ordinal: int) -> int:
        return int(self.customers[ordinal])


def add(seed: int, made, ids: pd.Series, tiers: pd.Series, today: dt.date) -> None:
    """All of it as it stands at the beginning of the day; the night goes on from there."""
    users = dict(User.objects.values_list("username", "pk"))
    owners = {
        ordinal: users[name] for ordinal, name in made.customers["owner"].items() if name in users
    }
    rivals = list(Competitor.objects.order_by("pk").values_list("pk", flat=True))
    desk = Desk(ids, owners, tiers, rivals, _add_actions(today), today)
    found = leaving.silences(made, today)
    _add_rescues(desk, leaving.rescues(seed, found, today))
    _add_losses(desk, list(leaving.losses(seed, found, today)))


def _add_actions(today: dt.date) -> list[ImprovementAction]:
    """In the language of the manager who has them to do."""
    managers = list(User.objects.filter(role=Role.MANAGER).order_by("pk"))
    rows = []
    for place, (measure, what, aim, days, result) in enumerate(words.ACTIONS):
        who = managers[place % len(managers)]
        tongue = 0 if who.language.startswith("zh") else 1
        done = bool(result)
        due = today + dt.timedelta(days=days)
        rows.append(
            ImprovementAction(
                what=what[tongue],
                measure=measure,
                owner=who,
                due_on=due,
                aim=aim[tongue],
                state="done" if done else "open",
                result=result.split(" / ")[tongue] if done else "",
                made_by=who,
                closed_at=midnight(due) if done else None,
            )
        )
    return ImprovementAction.objects.bulk_create(rows)


def _add_rescues(desk: Desk, rows) -> None:
    made = []
    for row in rows:
        values = dict(row)
        ordinal = values.pop("ordinal")
        by = desk.owners[ordinal]
        calm = values["state"] == "no_danger"
        made.append(
            Rescue(
                customer_id=desk.of(ordinal),
                opened_by_id=by,
                tier=desk.tiers.get(ordinal) or "C",
                horizon_days=leaving.H,
                closed_by_id=by if calm else None,
                calm_until=values["closed_on"] + dt.timedelta(days=leaving.H) if calm else None,
                **values,
            )
        )
    rows = Rescue.objects.bulk_create(made)
    for rescue in rows:
        rescue.opened_at = midnight(rescue.opened_on)
    Rescue.objects.bulk_update(rows, ["opened_at"])


def _add_losses(desk: Desk, rows: list[dict]) -> None:
    marks = iter(_add_marks(desk, [row for row in rows if row["marked"]]))
    found = Loss.objects.bulk_create(
        Loss(
            customer_id=desk.of(row["ordinal"]),
            on=row["on"],
            by_us=row["by_us"],
            mark=next(marks) if row["marked"] else None,
            last_purchase=row["last_purchase"],
            value_lost=row["value_lost"],
            expected=row["value_lost"],
            is_reviewed=bool(row["learned"]),
            closed_on=row["returned"],
            closed_as="returned" if row["returned"] else "",
        )
        for row in rows
    )
    both = list(zip(found, rows, strict=True))
    _add_reviews(desk, [pair for pair in both if pair[1]["learned"]])
    WinBack.objects.bulk_create(
        _attempt(desk, loss, row) for loss, row in both if row["tried"] and not row["by_us"]
    )


def _add_marks(desk: Desk, rows: list[dict]) -> list[LostMark]:
    return LostMark.objects.bulk_create(
        LostMark(
            customer_id=desk.of(row["ordinal"]),
            on=row["on"],
            by_us=row["by_us"],
            reason=row["reason"],
            why=row["marked"],
            marked_by_id=desk.owners[row["ordinal"]],
            taken_back_at=midnight(row["returned"]) if row["returned"] else None,
        )
        for row in rows
    )


def _add_reviews(desk: Desk, pairs: list[tuple[Loss, dict]]) -> None:
    reviews = LossReview.objects.bulk_create(
        LossReview(
            loss=loss,
            on=row["reviewed"],
            reason=row["reason"],
            competitor_id=None if row["rival"] is None else desk.rivals[row["rival"]],
            how=row["how"],
            asked_by_id=None if row["how"] == "not" else desk.owners[row["ordinal"]],
            learned=row["learned"],
            by_us=row["by_us"],
            made_by_id=desk.owners[row["ordinal"]],
        )
        for loss, row in pairs
    )
    links = LossReview.actions.through
    links.objects.bulk_create(
        links(lossreview=review, improvementaction=desk.actions[row["action"]])
        for review, (_loss, row) in zip(reviews, pairs, strict=True)
        if row["action"] is not None
    )


def _attempt(desk: Desk, loss: Loss, row: dict) -> WinBack:
    """Won by the purchase after it; failed where a year went by without one."""
    on, back = row["tried"], row["returned"]
    state, settled = WinBack.State.OPEN, None
    if back and back <= on + YEAR:
        state, settled = WinBack.State.WON, back
    elif on + YEAR < desk.today - dt.timedelta(days=1):
        state, settled = WinBack.State.FAILED, on + YEAR
    by = desk.owners[row["ordinal"]]
    return WinBack(loss=loss, on=on, by_id=by, chance=0.1, state=state, settled_on=settled)
