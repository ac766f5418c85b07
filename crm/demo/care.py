"""Care in the demo company: a year of what its tiers were owed, kept and missed, and its mailings.

Contacts and visits were kept by the conversations that are told anyway; visits of the management,
reports, calls and the news that was sent are added here.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crm.accounts.models import User
from crm.demo import news, reviews
from crm.demo.bulk import copy_models, new_ids
from crm.demo.draws import coins, midnight
from crm.demo.records import INTERACTION_COLUMNS
from crm.platform.bulk import copy_rows
from crm.platform.models.texts import in_language
from customers.models import CareRule, Customer, Interaction, Task

YEAR = dt.timedelta(days=365)
DAY = dt.timedelta(days=1)
EXECUTIVE = "helen.zhao"
TALKED = ("visit", "call", "letter", "email", "meeting", "message")
KINDS = {"contact": TALKED, "visit": ("visit",), "executive": ("visit", "meeting")}
DUE_COLUMNS = (
    *("rule_id", "customer_id", "starts_on", "due_on", "state", "settled_on", "interaction_id"),
)
VISITS = ("Annual visit of our management", "管理层年度拜访")
HELD = {"report": 0.72, "call": 0.7}  # of what is owed, so much is kept
# So often somebody ticked the task off shortly before it was due, and logged nothing.
TICKED = {"contact": 0.5, "visit": 0.5}
STILL_OPEN, LATE = dt.timedelta(days=20), 0.12


@dataclass
class Rows:
    """What is written in the end, each kind by one COPY."""

    talks: list = field(default_factory=list)
    reports: list = field(default_factory=list)
    dues: list = field(default_factory=list)
    tasks: list = field(default_factory=list)


@dataclass(frozen=True)
class Turn:
    """One period of a rhythm: kept on a day by something, missed, or owed still (None, None)."""

    starts: dt.date
    due: dt.date
    kept: dt.date | None = None
    proof: object = None


def replay(events: Sequence[tuple], starts: dt.date, days: int, today: dt.date) -> list[Turn]:
    """The periods up to today, as the nights would have found them; events are (day, proof)."""
    turns, place = [], 0
    while True:
        due = starts + dt.timedelta(days=days - 1)
        while place < len(events) and events[place][0] < starts:
            place += 1
        if place < len(events) and events[place][0] <= due:
            turns.append(Turn(starts, due, *events[place]))
            starts = events[place][0] + DAY
        elif due >= today:
            return [*turns, Turn(starts, due)]
        else:
            turns.append(Turn(starts, due))
            starts = due + DAY


def add(seed: int, ids: pd.Series, tiers: pd.Series, today: dt.date) -> None:
    """A year of care for the active customers; `tiers` by ordinal."""
    customers = _customers(ids, tiers)
    since = today - YEAR
    CareRule.objects.update(since=since)
    rules: dict[str, list[CareRule]] = {}
    for rule in CareRule.objects.filter(is_active=True):
        rules.setdefault(rule.tier, []).append(rule)
    rows = Rows()
    executive = User.objects.get(username=EXECUTIVE)
    _visit(seed, rows, customers[customers["tier"] == "A"], executive, today)
    copy_rows("customers_interaction", ("id", *INTERACTION_COLUMNS), rows.talks)
    events = _events(customers, executive, since)
    for one in customers.itertuples():
        for rule in rules.get(one.tier, ()):
            if rule.action in (*KINDS, *HELD):
                _live(seed, rows, one, rule, events, today)
    copy_models(rows.reports)
    sent = news.add(seed, executive, today)
    _keep_news(rows, rules, customers, sent, today)
    copy_rows("customers_caredue", DUE_COLUMNS, rows.dues)
    copy_models(rows.tasks)


def _customers(ids: pd.Series, tiers: pd.Series) -> pd.DataFrame:
    """Active customers with an account manager: id, owner, whether Chinese, tier; by ordinal."""
    columns = ("pk", "account_manager", "name", "created_at")
    found = Customer.objects.filter(is_active=True, account_manager__isnull=False)
    frame = pd.DataFrame(found.values_list(*columns), columns=["pk", "owner", "name", "since"])
    ordinals = pd.Series(ids.index, index=ids.to_numpy())
    frame["ordinal"] = frame["pk"].map(ordinals)
    frame["tier"] = frame["ordinal"].map(tiers)
    return frame.dropna(subset=["ordinal", "tier"]).sort_values("ordinal")


def _visit(seed: int, rows: Rows, best: pd.DataFrame, executive: User, today: dt.date) -> None:
    """The management saw about half of the large customers in the year."""
    ordinals = best["ordinal"].to_numpy().astype(int)
    went, when = (coins(seed, part, ordinals) for part in ("executive", "executive day"))
    pks = iter(new_ids(Interaction, len(best)))
    for one, luck, place in zip(best.itertuples(), went, when, strict=True):
        day = today - dt.timedelta(days=int(2 + place * 340))
        day -= dt.timedelta(days=max(day.weekday() - 4, 0))
        if luck > 0.55 or day <= one.since.date():
            continue
        at = midnight(day) + dt.timedelta(hours=7 if one.name.isascii() else 2)
        rows.talks.append(
            (
                next(pks),
                one.pk,
                "visit",
                "out",
                at,
                executive.pk,
                None,
                _visit_words(one),
                "",
                "",
                at,
            )
        )


def _visit_words(one) -> str:
    return VISITS[not one.name.isascii()]


def _events(customers: pd.DataFrame, executive: User, since: dt.date) -> dict[tuple, list]:
    """What keeps which action at which customer: (day, interaction), in order."""
    talks = Interaction.objects.filter(at__gte=midnight(since), customer__in=customers["pk"])
    found: dict[tuple, list] = {}
    columns = ("pk", "customer", "kind", "by", "at")
    for pk, customer, kind, by, at in talks.order_by("at", "pk").values_list(*columns):
        for action, kinds in KINDS.items():
            if kind in kinds and (action != "executive" or by == executive.pk):
                found.setdefault((customer, action), []).append((at.date(), pk))
    return found


def _live(seed: int, rows: Rows, one, rule: CareRule, events: dict, today: dt.date) -> None:
    """The periods of one rule at one customer."""
    begins = max(today - YEAR, one.since.date())
    luck = float(coins(seed, "care begins", int(one.ordinal), rule.pk))
    if rule.action == "call":
        turns = _calls(seed, one, rule, begins, today)
    else:
        starts = begins - dt.timedelta(days=int(luck * rule.days))
        proofs = events.get((one.pk, rule.action), [])
        if rule.action == "report":
            proofs = _reports(seed, rows, one, rule, starts, today)
        elif rule.action in TICKED:
            ticks = _ticks(seed, one, rule, starts, today)
            proofs = sorted([*proofs, *ticks], key=lambda proof: proof[0])
        turns = replay(proofs, starts, rule.days, today)
    rows.dues += [_due(one.pk, rule, turn, today) for turn in turns if turn.due >= begins]
    late = [turn for turn in turns if turn.kept is None and turn.due < today]
    if late and today - late[-1].due < STILL_OPEN and turns[-1].kept is None and luck < LATE:
        rows.tasks.append(_late_task(one, rule, late[-1].due))


def _ticks(seed: int, one, rule: CareRule, starts: dt.date, today: dt.date) -> list[tuple]:
    """Days on which the task was ticked off, with nothing to show for it."""
    luck = coins(
        seed, "ticked", int(one.ordinal), rule.pk, np.arange(1, YEAR.days // rule.days + 2)
    )
    days = [
        starts + dt.timedelta(days=number * rule.days - 5) for number in range(1, len(luck) + 1)
    ]
    share = TICKED[rule.action]
    drawn = zip(days, luck, strict=True)
    return [(day, None) for day, chance in drawn if chance < share and day < today]


def _late_task(one, rule: CareRule, due: dt.date) -> Task:
    """What was missed lately and is to be made up for."""
    return Task(
        customer_id=one.pk,
        title=in_language(rule.names, "en" if one.name.isascii() else "zh-hans"),
        assignee_id=int(one.owner),
        kind={"visit": "visit", "contact": "call", "call": "call"}.get(rule.action, "todo"),
        due_on=due,
        origin=Task.Origin.CARE,
        reason=f"care:{rule.pk}",
        created_at=midnight(due - dt.timedelta(days=rule.ahead_days)),
    )


def _calls(seed: int, one, rule: CareRule, begins: dt.date, today: dt.date) -> list[Turn]:
    """A sample of each month, of the past ones only: the night draws this month's."""
    turns = []
    months = np.arange((today - rule.since).days // rule.days)
    luck = coins(seed, "sample", int(one.ordinal), months[:, None], np.array([0, 1]))
    for number, (drawn, kept) in enumerate(luck):
        starts = rule.since + dt.timedelta(days=number * rule.days)
        if drawn * 100 < rule.sample_percent and starts >= begins:
            due = starts + dt.timedelta(days=rule.days - 1)
            called = due - dt.timedelta(days=int(kept * 20))
            turns.append(Turn(starts, due, called if kept < HELD["call"] else None))
    return turns


def _reports(seed: int, rows: Rows, one, rule: CareRule, starts: dt.date, today: dt.date) -> list:
    """Business review reports that were given, a few days before they were due."""
    given, day = [], starts
    while (day := day + dt.timedelta(days=rule.days - 9)) < today:
        if float(coins(seed, "report", int(one.ordinal), day.toordinal())) > HELD["report"]:
            continue
        rows.reports.append(
            reviews.review(seed, customer=one.pk, name=one.name, owner=one.owner, day=day)
        )
        given.append((day, None))
    return given


def _due(customer: int, rule: CareRule, turn: Turn, today: dt.date) -> tuple:
    """The row, in the order of DUE_COLUMNS."""
    state, settled = ("kept", turn.kept) if turn.kept else ("missed", turn.due + DAY)
    if turn.kept is None and turn.due >= today:
        state, settled = "owed", None
    return rule.pk, customer, turn.starts, turn.due, state, settled, turn.proof


def _keep_news(
    rows: Rows, rules: dict, customers: pd.DataFrame, sent: dict[int, tuple], today: dt.date
) -> None:
    """The mailing kept what was owed; `sent`: day and interaction by customer."""
    for one in customers.itertuples():
        if one.pk not in sent:
            continue
        day, interaction = sent[one.pk]
        rule = next((rule for rule in rules.get(one.tier, ()) if rule.action == "news"), None)
        if rule:
            starts = day - dt.timedelta(days=rule.days - 10)
            turn = Turn(starts, starts + dt.timedelta(days=rule.days - 1), day, interaction)
            rows.dues.append(_due(one.pk, rule, turn, today))
