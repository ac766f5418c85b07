"""The manager's day: the base against the month before, what waits, the largest risks."""

import datetime as dt
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Case, Clock, ClockKind, Kind
from complaints.querysets import OneOf
from crm.platform.models import Installation
from crm.platform.words import percent, share
from crm.today import parts, short
from crm.today.lists import Ask, Panel, columns, lines_of, panel
from crm.today.short_cases import APPROVALS
from customers.models import Standing
from lifecycle import outcomes
from lifecycle.backtest_words import Sentence, verdict
from lifecycle.models import BacktestResult, BaseCell, Rescue, StageChange, TierChange
from satisfaction.models import Audience, GroupKind, SatisfactionTarget, Wave
from satisfaction.services.results import results_of, trend_of
from satisfaction.views import words
from satisfaction.views.charts import comparison
from satisfaction.views.scores import against_targets

WAVES = 10
MOST_FLOWS = 6
MOST_MISSED = 3
MONTH = dt.timedelta(days=30)
LISTS = (
    *(short.HANDOVERS, short.HANDOVERS_OF_ALL, short.HELP_OF_ME, short.PROMISES),
    *(short.PLANS_OF_ALL, short.NOMINATIONS_OF_ALL),
    *(short.TIER_OVERRIDES, short.STAGE_OVERRIDES, APPROVALS, short.IMPROVEMENTS),
)


def page(user) -> dict:
    """The figures first, then what asks for somebody."""
    ask = Ask(user, Installation.cached().today())
    cells = BaseCell.objects.visible_to(user)
    dates = cells.month_ends(months=2)
    as_of = dates[-1] if dates else None
    trend = cells.trend(dates) if dates else []
    teams = list(cells.at(as_of).by("team__name"))
    figures = _complaint_figures(user) | _rescue_figures(user, as_of)
    found = parts.in_one_query(user, **figures, **columns(ask, LISTS))
    lines = lines_of(found, ask, LISTS)
    to_do = parts.to_do(ask, lines["promises"])
    backtest = BacktestResult.objects.first()
    return {
        "complaints": _against_target(found),
        "satisfaction": _satisfaction(user),
        **parts.at_risk(user, Standing.objects.visible_to(user)),
        "save_rate": _save_rate(found),
        **to_do,
        "today": ask.today,
        "first": parts.tidy([to_do["appointments"], _waiting(lines), to_do["todo"]]),
        "mind": parts.tidy([_key_accounts(lines), _improvement(lines)]),
        "standing_date": as_of,
        "stale": as_of is not None and ask.today - as_of > dt.timedelta(days=1),
        "customers": sum(row["sum_customers"] for row in teams),
        "equity": Change.of(trend, "sum_equity"),
        "at_stake": Change.of(trend, "sum_value_at_risk"),
        "revenue": Change.of(trend, "sum_revenue_12m"),
        "teams": teams,
        **_flows(user, as_of),
        "backtest": backtest,
        "verdict": _verdict(backtest),
    }


def _waiting(lines: dict) -> Panel:
    """What waits for this manager, and handovers of which others do not say yes or no."""
    asked = (
        APPROVALS,
        *(short.HANDOVERS, short.HELP_OF_ME, short.HANDOVERS_OF_ALL),
        *(short.TIER_OVERRIDES, short.STAGE_OVERRIDES),
    )
    return panel("answers", _("Waiting for an answer"), asked, lines)


def _key_accounts(lines: dict) -> Panel:
    return panel("key", _("Key accounts"), (short.NOMINATIONS_OF_ALL, short.PLANS_OF_ALL), lines)


def _improvement(lines: dict) -> Panel:
    """What is changed so that fewer are unhappy: late actions, then those that most hangs on."""
    return panel("improvement", _("Improvement actions"), (short.IMPROVEMENTS,), lines)


def _verdict(found: BacktestResult | None) -> list[Sentence]:
    return verdict(found.result, Installation.cached().currency) if found else []


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


def _complaint_figures(user) -> dict:
    """Complaints: open, past a deadline, resolved within target lately, and the value behind."""
    waiting = Case.objects.visible_to(user).open().complaints()
    met = Clock.objects.visible_to(user).met_since(timezone.now() - MONTH)
    met = met.filter(kind=ClockKind.RESOLUTION, case__kind=Kind.COMPLAINT)
    in_time = Count("pk", filter=Q(breached_at__isnull=True))
    # Looked up one by one: joined, the value of every customer would be read.
    ids = ArraySubquery(waiting.filter(customer__isnull=False).order_by().values("customer"))
    behind = Standing.objects.visible_to(user).filter(OneOf(F("customer"), ids))
    return {
        "open": parts.one(waiting, Count("pk")),
        "overdue": parts.one(waiting.late(), Count("pk")),
        "resolved": parts.one(met, JSONObject(all=Count("pk"), in_time=in_time)),
        "value": parts.one(behind, Sum("lifetime_value", default=0)),
    }


def _rescue_figures(user, as_of: dt.date | None) -> dict:
    """Customers worked on for as long as the risk looks ahead, and how many of them were saved."""
    rows = Rescue.objects.visible_to(user)
    rows = outcomes.ripe(rows, as_of) if as_of else rows.none()
    saved = rows.filter(state=Rescue.State.SAVED)
    return {"worked": parts.one(rows, Count("pk")), "saved": parts.one(saved, Count("pk"))}


def _save_rate(found: dict) -> dict:
    """With its n; nothing where nobody was worked on for so long."""
    saved, n = found["saved"], found["worked"]
    return {"saved": saved, "n": n, "words": percent(share(saved, n))} if n else {}


def _against_target(found: dict) -> dict:
    resolved = found["resolved"] or {"all": 0, "in_time": 0}
    return {
        **{name: found[name] for name in ("open", "overdue", "value")},
        "resolved": resolved["all"],
        "resolved_in_time": resolved["in_time"],
        "in_time": percent(share(resolved["in_time"], resolved["all"])),
    }


def _satisfaction(user) -> dict:
    """The newest finished wave against the one before, and how many answer the running one."""
    sent = Wave.objects.visible_to(user).exclude(state=Wave.State.PLANNED)
    # What all customers are asked, and not our staff, nor somebody about one event.
    sent = sent.filter(occasion=Wave.Occasion.PLAN)
    sent = sent.exclude(version__instrument__audience=Audience.STAFF)
    sent = sent.select_related("version__instrument").annotate(targets=ArraySubquery(_holding()))
    waves = list(sent[:WAVES])
    running = next((wave for wave in waves if wave.state == Wave.State.OPEN), None)
    closed = trend_of([wave for wave in waves if wave.state == Wave.State.CLOSED])[-2:]
    shown = list({wave.pk: wave for wave in (*closed, running) if wave}.values())
    if not shown:
        return {}
    groups = results_of(user, shown, kinds=(GroupKind.TIER,)).groups
    found = {"running": running, "running_group": running and groups.of(running)}
    if closed:
        now = groups.of(closed[-1])
        before = groups.of(closed[0]) if len(closed) > 1 else None
        found |= {"wave": closed[-1], "group": now}
        for measure in ("index", "nps"):
            found[measure] = _moved(now, before, measure)
        found["targets"] = _targets(closed[-1], groups)
    return found


def _holding() -> QuerySet:
    """The targets that held at a wave's end; read with the waves, which spares a query."""
    rows = SatisfactionTarget.objects.filter(from_on__lte=OuterRef("closes_on"))
    rows = rows.order_by("measure", "tier", "-from_on").distinct("measure", "tier")
    return rows.values(json=JSONObject(tier="tier", measure="measure", value="value"))


def _targets(wave: Wave, groups) -> dict:
    """How many targets of the wave's time are surely met, and which are surely missed."""
    targets = [
        SatisfactionTarget(**{**row, "value": Decimal(str(row["value"]))}) for row in wave.targets
    ]
    rows = against_targets(targets, wave, groups)
    missed = [row for row in rows if row["tone"] == "bad"]
    met = sum(row["tone"] == "good" for row in rows)
    return {"n": len(rows), "met": met, "missed": missed[:MOST_MISSED]} if rows else {}


def _moved(now, before, measure: str) -> dict | None:
    """A measure in words, and how it moved since the wave before: chance is no news."""
    value = getattr(now, measure).value
    if value is None:
        return None
    moved = words.change(comparison(now, before, measure)) if before else {}
    return {"value": words.score(value), "moved": moved}


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
