"""Key-account work on its way into the tables."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta

from crm.accounts.models import User
from crm.accounts.roles import Role
from crm.demo import key_accounts
from crm.demo.draws import midnight, stream
from crm.demo.key_accounts import Nominated, Plan, Sheet
from customers.models import AccountPlan, Customer, PlanObjective, PlanReview, Task
from lifecycle.models import Assessment, Criterion, FitDecision, Nomination, NominationReview
from lifecycle.services.assessments import totals

YEAR = relativedelta(years=1)


@dataclass(frozen=True)
class Desk:
    """Ids by ordinal: of customers and of whoever works for them; and what day it is."""

    customers: pd.Series
    people: dict[int, int]
    manager: int
    today: dt.date

    def day(self, days: int) -> dt.date:
        return self.today + dt.timedelta(days=days)

    def of(self, ordinal: int) -> int:
        return int(self.customers[ordinal])

    def by(self, ordinal: int) -> int:
        return self.people.get(ordinal, self.manager)


def add(seed: int, made, ids: pd.Series, standing: pd.DataFrame, today: dt.date) -> None:
    """All of it as it stands at the beginning of the day. `standing` has tier, stage, margin.

    Standings are refreshed afterwards by the caller: some customers become key accounts.
    """
    users = dict(User.objects.values_list("username", "pk"))
    owners = made.customers["owner"]
    people = {ordinal: users[name] for ordinal, name in owners.items() if name in users}
    managers = User.objects.filter(role__in=[Role.MANAGER, Role.ADMINISTRATOR]).order_by("pk")
    desk = Desk(ids, people, managers.values_list("pk", flat=True)[0], today)
    customers, traits = made.customers, made.market.traits
    _add_plans(desk, key_accounts.plans(seed, customers, standing))
    _add_sheets(desk, seed, key_accounts.sheets(seed, customers, traits, standing))
    _add_nominations(desk, key_accounts.nominations(seed, customers, standing))
    FitDecision.objects.bulk_create(
        FitDecision(
            customer_id=desk.of(ordinal), pursue=pursue, why=why, on=desk.day(day),
            by_id=desk.by(ordinal),
        )
        for ordinal, pursue, why, day in key_accounts.fit_decisions(
            seed, customers, traits, standing
        )
    )  # fmt: skip


def _add_plans(desk: Desk, plans: list[Plan]) -> None:
    rows = AccountPlan.objects.bulk_create(
        AccountPlan(
            customer_id=desk.of(plan.ordinal),
            made_by_id=desk.by(plan.ordinal),
            target=plan.target,
            review_on=desk.day(plan.review if plan.closed is None else plan.closed),
            is_current=plan.closed is None,
            closed_at=None if plan.closed is None else midnight(desk.day(plan.closed)),
            **plan.texts,
        )
        for plan in plans
    )
    both = list(zip(rows, plans, strict=True))
    for row, plan in both:
        row.made_at = midnight(desk.day(plan.made))
    AccountPlan.objects.bulk_update(rows, ["made_at"])
    PlanObjective.objects.bulk_create(
        PlanObjective(plan=row, what=what, measure=measure, due_on=desk.day(due), state=state)
        for row, plan in both
        for what, measure, due, state in plan.objectives
    )
    PlanReview.objects.bulk_create(
        PlanReview(plan=row, on=desk.day(day), findings=findings, by_id=desk.by(plan.ordinal))
        for row, plan in both
        for day, findings in plan.reviews
    )
    Task.objects.bulk_create(
        Task(
            customer_id=row.customer_id, plan=row, title=title, origin=Task.Origin.PLAN,
            due_on=desk.day(due), assignee_id=desk.by(plan.ordinal),
            created_by_id=desk.by(plan.ordinal),
            state=Task.State.DONE if done else Task.State.OPEN,
            closed_at=midnight(desk.day(due)) if done else None,
        )
        for row, plan in both
        for title, due, done in plan.actions
    )  # fmt: skip


def _add_sheets(desk: Desk, seed: int, sheets: list[Sheet]) -> None:
    criteria = list(Criterion.objects.asked())
    rng = stream(seed, "marks")
    rows = []
    for sheet in sheets:
        answers = _answers(rng, criteria, sheet)
        rows.append(
            Assessment(
                customer_id=desk.of(sheet.ordinal),
                on=desk.day(sheet.day),
                by_id=desk.by(sheet.ordinal),
                answers={str(pk): list(answer) for pk, answer in answers.items()},
                remarks=sheet.remarks,
                is_newest=sheet.newest,
                **totals(criteria, answers),
            )
        )
    Assessment.objects.bulk_create(rows)


def _answers(
    rng: np.random.Generator, criteria: list[Criterion], sheet: Sheet
) -> dict[int, tuple[int, bool]]:
    """Marks about the level of their part; one in twelve questions is left open."""
    noise = rng.normal(0, 0.7, len(criteria))
    skipped = rng.random(len(criteria)) < 1 / 12
    answers = {}
    for criterion, error, is_open in zip(criteria, noise, skipped, strict=True):
        if criterion.computed == Criterion.Computed.VOLUME:
            reverse = criterion.part == Criterion.Part.BARGAINING
            answers[criterion.pk] = (6 - sheet.fifth if reverse else sheet.fifth, True)
        elif criterion.computed or not is_open:
            mark = min(max(round(sheet.levels[criterion.part] + error), 1), 5)
            answers[criterion.pk] = (mark, bool(criterion.computed))
    return answers


def _add_nominations(desk: Desk, nominated: list[Nominated]) -> None:
    rows = Nomination.objects.bulk_create(
        Nomination(
            customer_id=desk.of(one.ordinal),
            reason=one.reason,
            by_id=desk.manager,
            on=desk.day(one.day),
            review_on=desk.day(one.confirmed[-1][0] if one.confirmed else one.day) + YEAR,
            ended_on=None if one.ended is None else desk.day(one.ended),
            end_reason=one.end_reason,
        )
        for one in nominated
    )
    NominationReview.objects.bulk_create(
        NominationReview(nomination=row, on=desk.day(day), findings=findings, by_id=desk.manager)
        for row, one in zip(rows, nominated, strict=True)
        for day, findings in one.confirmed
    )
    running = [row.customer_id for row in rows if row.ended_on is None]
    Customer.objects.filter(pk__in=running).update(is_key_account=True)
