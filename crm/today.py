"""What each role's home page shows, in which order: a table of contents of "Today"."""

import datetime as dt

from django.db.models import CharField, Count, Subquery, Sum, Value
from django.utils import timezone

from complaints.deadlines import next_deadline
from complaints.models import Case, Clock, ClockKind, Kind
from complaints.querysets import COUNTED_UP_TO, CappedCount, CaseQuerySet
from complaints.views.queue import SEVERITY_TONES
from crm.accounts.models import User
from crm.platform.models import Installation
from crm.platform.words import percent, share, whole
from customers.models import Interaction, Standing, Task
from lifecycle.models import BacktestResult, BaseCell, Signal, StageChange, TierChange
from satisfaction.models import Wave
from satisfaction.services.closed_loop import response_of
from satisfaction.services.results import results_of, trend_of
from satisfaction.views import words
from satisfaction.views.charts import comparison

AT_RISK = 8
TASKS = 8
CHANGES = 5
CASES, MY_CUSTOMERS_CASES = 8, 5
DETRACTORS = UNASSIGNED = 5
WAVES = 10
MOST_FLOWS = 6
WEEK = dt.timedelta(days=7)
MONTH = dt.timedelta(days=30)


def account_manager(user) -> dict:
    """Complaints of own customers, those at risk, whom to call, tasks, what moved lately."""
    mine = Standing.objects.visible_to(user).filter(owner=user.pk)
    cells = BaseCell.objects.visible_to(user).filter(owner=user.pk)
    as_of = BaseCell.objects.visible_to(user).latest_date()
    return {
        **_cases(Case.objects.visible_to(user).of_customers_of(user), MY_CUSTOMERS_CASES),
        **_at_risk(user, mine),
        **_tasks(user, without=Task.Origin.SURVEY),
        "detractors": _detractors(user),
        "standing_date": as_of,
        "total": cells.at(as_of).totals(),
        "changes": _changes(user, as_of, {"customer__account_manager": user.pk}),
    }


def manager(user) -> dict:
    """The base against the month before, teams, the largest risks, how good the numbers are."""
    cells = BaseCell.objects.visible_to(user)
    as_of = cells.latest_date()
    trend = cells.trend(cells.month_ends(as_of, months=2)) if as_of else []
    teams = list(cells.at(as_of).by("team__name"))
    return {
        "complaints": _against_target(user),
        "satisfaction": _satisfaction(user),
        **_at_risk(user, Standing.objects.visible_to(user)),
        **_tasks(user),
        "standing_date": as_of,
        "stale": as_of is not None and Installation.cached().today() - as_of > dt.timedelta(days=1),
        "customers": sum(row["sum_customers"] for row in teams),
        "equity": Change.of(trend, "sum_lifetime_value"),
        "at_stake": Change.of(trend, "sum_value_at_risk"),
        "revenue": Change.of(trend, "sum_revenue_12m"),
        "teams": teams,
        **_flows(user, as_of),
        "backtest": BacktestResult.objects.first(),
    }


def service(user) -> dict:
    """Log a complaint at once; the queue; own tasks; whom one has just spoken to."""
    cases = Case.objects.visible_to(user)
    own = Interaction.objects.visible_to(user).filter(by=user.pk).select_related("customer")
    return {
        **_cases(cases),
        "counts": _counts(user, cases.open()),
        "unassigned": _unassigned(cases),
        **_tasks(user),
        "recent": list(own[:TASKS]),
    }


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


def _cases(cases: CaseQuerySet, most: int = CASES) -> dict:
    """The open ones by their next deadline, and whether there are more."""
    rows = list(cases.open().with_row().order_by("next_due_at", "pk")[: most + 1])
    now = timezone.now()
    for case in rows:
        case.deadline = next_deadline(case, now)
        case.tone = SEVERITY_TONES.get(case.severity, "")
    return {"cases": rows[:most], "more_cases": len(rows) > most}


def _unassigned(cases: CaseQuerySet) -> list[Case]:
    """What somebody has to take, by next deadline."""
    rows = cases.open().unassigned().select_related("customer").order_by("next_due_at", "pk")
    found = list(rows[:UNASSIGNED])
    for case in found:
        case.tone = SEVERITY_TONES.get(case.severity, "")
    return found


def _counts(user, is_open: CaseQuerySet) -> dict[str, str]:
    """How many open cases ask for what, up to a cap, in one query."""
    rows = {
        "overdue": is_open.late(),
        "unassigned": is_open.unassigned(),
        "mine": is_open.owned_by(user),
        "waiting": is_open.waiting(),
        "reopened": is_open.reopened(),
    }
    counted = {name: CappedCount(found.capped()) for name, found in rows.items()}
    return {
        name: f"{whole(COUNTED_UP_TO)}+" if count > COUNTED_UP_TO else whole(count)
        for name, count in _in_one_query(user, **counted).items()
    }


def _against_target(user) -> dict:
    """Complaints: open, past a deadline, resolved within target lately, and the value behind."""
    waiting = Case.objects.visible_to(user).open().complaints()
    met = Clock.objects.visible_to(user).met_since(timezone.now() - MONTH)
    met = met.filter(kind=ClockKind.RESOLUTION, case__kind=Kind.COMPLAINT)
    ids = waiting.filter(customer__isnull=False).values("customer")
    behind = Standing.objects.visible_to(user).filter(pk__in=ids)
    found = _in_one_query(
        user,
        open=_one(waiting, Count("pk")),
        overdue=_one(waiting.late(), Count("pk")),
        resolved=_one(met, Count("pk")),
        resolved_in_time=_one(met.filter(breached_at__isnull=True), Count("pk")),
        value=_one(behind, Sum("lifetime_value", default=0)),
    )
    found["in_time"] = percent(share(found["resolved_in_time"], found["resolved"]))
    return found


def _one(rows, figure) -> Subquery:
    """A figure over rows, as a column."""
    return Subquery(rows.order_by().values(_all=Value(1)).annotate(figure=figure).values("figure"))


def _in_one_query(user, **columns) -> dict:
    """Figures over different tables; where there are no rows the database says nothing: 0."""
    found = User.objects.filter(pk=user.pk).values(**columns).get()
    return {name: value or 0 for name, value in found.items()}


def _satisfaction(user) -> dict:
    """The newest finished wave against the one before, and how many answer the running one."""
    sent = Wave.objects.visible_to(user).exclude(state=Wave.State.PLANNED)
    waves = list(sent.select_related("version")[:WAVES])
    running = next((wave for wave in waves if wave.state == Wave.State.OPEN), None)
    closed = trend_of([wave for wave in waves if wave.state == Wave.State.CLOSED])[-2:]
    shown = list({wave.pk: wave for wave in (*closed, running) if wave}.values())
    if not shown:
        return {}
    groups = results_of(user, shown).groups
    found = {"running": running, "running_group": running and groups.of(running)}
    if closed:
        now = groups.of(closed[-1])
        before = groups.of(closed[0]) if len(closed) > 1 else None
        found |= {"wave": closed[-1], "group": now}
        for measure in ("index", "nps"):
            found[measure] = _moved(now, before, measure)
    return found


def _moved(now, before, measure: str) -> dict | None:
    """A measure in words, and how it moved since the wave before: chance is no news."""
    value = getattr(now, measure).value
    if value is None:
        return None
    moved = words.change(comparison(now, before, measure)) if before else {}
    return {"value": words.score(value), "moved": moved}


def _detractors(user) -> list[Task]:
    """Tasks to call somebody who was unhappy in a survey, each with the answers behind it."""
    tasks = Task.objects.visible_to(user).filter(
        assignee=user.pk, state=Task.State.OPEN, origin=Task.Origin.SURVEY
    )
    found = list(tasks.select_related("customer").order_by("due_on", "pk")[:DETRACTORS])
    for task in found:
        task.response_pk = response_of(task)
    return found


def _at_risk(user, standings) -> dict:
    at_risk = standings.at_risk()
    counted = CappedCount(at_risk.order_by().values("pk")[: COUNTED_UP_TO + 1])
    rows = list(at_risk.annotate(all_at_risk=counted)[:AT_RISK])
    signals = Signal.objects.visible_to(user).strongest_of([row.pk for row in rows])
    for row in rows:
        row.strongest = signals.get(row.pk)
    return {"at_risk": rows, "waiting": rows[0].all_at_risk - len(rows) if rows else 0}


def _tasks(user, without: str = "") -> dict:
    """Own ones that are due, but for those of an origin that stand elsewhere on the page."""
    today = Installation.cached().today()
    due = Task.objects.visible_to(user).filter(
        assignee=user.pk, state=Task.State.OPEN, due_on__lte=today + WEEK
    )
    if without:
        due = due.exclude(origin=without)
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


def _flows(user, as_of: dt.date | None) -> dict[str, list[dict]]:
    """How many went from where to where in the last 31 days, the largest flows first."""
    models = {"tier_flows": TierChange, "stage_flows": StageChange}
    if as_of is None:
        return {name: [] for name in models}
    since = as_of - dt.timedelta(days=31)
    tiers, stages = (
        model.objects.visible_to(user)
        .since(since)
        .annotate(of=Value(name, output_field=CharField()))
        .flows("of")
        for name, model in models.items()
    )
    flows = sorted(tiers.union(stages, all=True), key=lambda flow: -flow["customers"])
    found = {}
    for name, model in models.items():
        labels = dict(model._meta.get_field("after").choices)
        found[name] = [
            {**flow, "before_label": labels[flow["before"]], "after_label": labels[flow["after"]]}
            for flow in flows
            if flow["of"] == name
        ][:MOST_FLOWS]
    return found
