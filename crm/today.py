"""What each role's home page shows, in which order: a table of contents of "Today"."""

import datetime as dt

from crm.platform.models import Installation
from customers.models import Interaction, Standing, Task
from lifecycle.models import BacktestResult, BaseCell, NightlyRun, Signal, StageChange, TierChange
from lifecycle.views.shared import percent

AT_RISK = 8
TASKS = 8
CHANGES = 8
WEEK = dt.timedelta(days=7)


def account_manager(user) -> dict:
    """Own customers at risk, own tasks, what moved since last week."""
    mine = Standing.objects.visible_to(user).filter(owner=user.pk)
    cells = BaseCell.objects.visible_to(user).filter(owner=user.pk)
    as_of = BaseCell.objects.visible_to(user).latest_date()
    return {
        **_at_risk(user, mine),
        **_tasks(user),
        "standing_date": as_of,
        "total": cells.at(as_of).totals(),
        "changes": _changes(user, as_of, {"customer__account_manager": user.pk}),
    }


def manager(user) -> dict:
    """The base against the month before, teams, the largest risks, how good the numbers are."""
    cells = BaseCell.objects.visible_to(user)
    as_of = cells.latest_date()
    trend = cells.trend(cells.month_ends(as_of, months=2)) if as_of else []
    return {
        **_at_risk(user, Standing.objects.visible_to(user)),
        **_tasks(user),
        "standing_date": as_of,
        "stale": as_of is not None and Installation.cached().today() - as_of > dt.timedelta(days=1),
        "total": cells.at(as_of).totals(),
        "equity": Change.of(trend, "sum_lifetime_value"),
        "at_stake": Change.of(trend, "sum_value_at_risk"),
        "revenue": Change.of(trend, "sum_revenue_12m"),
        "teams": list(cells.at(as_of).by("team__name")),
        "tier_flows": _flows(TierChange, user, as_of),
        "stage_flows": _flows(StageChange, user, as_of),
        "backtest": BacktestResult.objects.first(),
        "run": NightlyRun.objects.select_related("job").first(),
    }


def service(user) -> dict:
    """Find the customer at once; own tasks; whom one has just spoken to."""
    own = Interaction.objects.visible_to(user).filter(by=user.pk).select_related("customer")
    return {**_tasks(user), "recent": list(own[:TASKS])}


class Change:
    """A sum over the base at each month's end: the newest, and the share it changed by."""

    def __init__(self, values: list[float]):
        self.values = values
        before, self.now = (values[-2], values[-1]) if len(values) > 1 else (0.0, sum(values))
        self.share = (self.now - before) / before if before else None

    @classmethod
    def of(cls, trend: list[dict], figure: str) -> "Change":
        return cls([float(row[figure]) for row in trend])

    @property
    def words(self) -> str:
        """With its sign; nothing where there is no month to compare with."""
        return (
            "" if self.share is None else f"{'+' if self.share > 0 else ''}{percent(self.share, 1)}"
        )

    @property
    def direction(self) -> str:
        if not self.share:
            return ""
        return "up" if self.share > 0 else "down"


def _at_risk(user, standings) -> dict:
    rows = list(standings.at_risk()[:AT_RISK])
    signals = Signal.objects.visible_to(user).strongest_of([row.pk for row in rows])
    for row in rows:
        row.strongest = signals.get(row.pk)
    waiting = standings.at_risk().count_capped() - len(rows) if len(rows) == AT_RISK else 0
    return {"at_risk": rows, "waiting": waiting}


def _tasks(user) -> dict:
    today = Installation.cached().today()
    due = Task.objects.visible_to(user).filter(
        assignee=user.pk, state=Task.State.OPEN, due_on__lte=today + WEEK
    )
    return {
        "today": today,
        "tasks": list(due.select_related("customer").order_by("due_on", "pk")[:TASKS]),
    }


def _changes(user, as_of: dt.date | None, whose: dict) -> list:
    """Changes of tier and stage since last week, newest first."""
    if as_of is None:
        return []
    found = [
        change
        for model in (TierChange, StageChange)
        for change in model.objects.visible_to(user)
        .since(as_of - WEEK)
        .filter(**whose)
        .newest(CHANGES)
    ]
    return sorted(found, key=lambda change: change.on, reverse=True)[:CHANGES]


def _flows(model, user, as_of: dt.date | None) -> list[dict]:
    """How many went from where to where in the last 31 days, the largest flows first."""
    if as_of is None:
        return []
    flows = model.objects.visible_to(user).since(as_of - dt.timedelta(days=31)).flows()
    labels = dict(model._meta.get_field("after").choices)
    return [
        {**flow, "before_label": labels[flow["before"]], "after_label": labels[flow["after"]]}
        for flow in sorted(flows, key=lambda flow: -flow["customers"])[:6]
    ]
