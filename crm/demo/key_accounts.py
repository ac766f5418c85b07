"""Key-account work of the demo company: plans, assessments, nominations, fit decisions.

Planted: those who grow or hold a contract are marked as good relationships, those in decline as
poor ones; large orders make a customer attractive, with noise. Nothing here depends on ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crm.demo import key_account_words as words
from crm.demo.draws import stream
from crm.demo.model import Kind

PLANS_EACH = 4  # an account manager's
ASSESSED, NOMINATED = 200, 9
# The part of what is asked, and the mark that a customer's story gives to the relationship.
RELATIONSHIP = {
    Kind.CONTRACT: 4.4,
    Kind.GROWING: 4.0,
    Kind.NATURAL: 3.2,
    Kind.EXPLORING: 2.4,
    Kind.SLOW_DECLINE: 2.1,
    Kind.SUDDEN_DECLINE: 1.9,
    Kind.SILENT: 1.7,
}
TARGETS = ("supplier", "preferred", "partner", "alliance")


@dataclass(frozen=True)
class Plan:
    """A plan with its parts; days count from today."""

    ordinal: int
    texts: dict[str, str]
    target: str
    made: int
    review: int
    closed: int | None = None
    objectives: list[tuple[str, str, int, str]] = field(default_factory=list)
    actions: list[tuple[str, int, bool]] = field(default_factory=list)
    reviews: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """An assessment: the level of each part, from which the marks are drawn."""

    ordinal: int
    day: int
    levels: dict[str, float]
    fifth: int  # of its purchase volume
    remarks: str
    newest: bool


@dataclass(frozen=True)
class Nominated:
    """A nomination, days from today."""

    ordinal: int
    reason: str
    day: int
    confirmed: tuple[tuple[int, str], ...] = ()
    ended: int | None = None
    end_reason: str = ""


class Teller:
    """Draws for one customer after the other, in its language."""

    def __init__(self, seed: int, label: str, customers: pd.DataFrame):
        self.rng = stream(seed, label)
        self.is_chinese = (customers["country"] == "CN").to_numpy()

    def say(self, ordinal: int, texts: Sequence[tuple[str, str]]) -> str:
        text = texts[int(self.rng.integers(len(texts)))][int(self.is_chinese[ordinal])]
        return text.replace("{n}", str(int(self.rng.integers(4, 12))))

    def days(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))


def best_of_owners(customers: pd.DataFrame, standing: pd.DataFrame, each: int) -> list[int]:
    """The most valuable customers of each account manager."""
    rows = standing.join(customers[["owner", "is_active"]])
    rows = rows[rows["is_active"] & (rows["owner"] != "")]
    return rows.sort_values("margin", ascending=False).groupby("owner").head(each).index.tolist()


def plans(seed: int, customers: pd.DataFrame, standing: pd.DataFrame) -> list[Plan]:
    """A current plan for the best of each account manager; some have an older one."""
    teller = Teller(seed, "plans", customers)
    found = []
    for place, ordinal in enumerate(best_of_owners(customers, standing, PLANS_EACH)):
        if place % 3 == 0:
            found.append(_plan(teller, ordinal, made=-teller.days(500, 700), closed=True))
        found.append(_plan(teller, ordinal, made=-teller.days(60, 300), late=place % 4 == 1))
    return found


def _plan(
    teller: Teller, ordinal: int, *, made: int, closed: bool = False, late: bool = False
) -> Plan:
    texts = {
        "strengths": teller.say(ordinal, words.STRENGTHS),
        "weaknesses": teller.say(ordinal, words.WEAKNESSES),
        "opportunities": teller.say(ordinal, words.OPPORTUNITIES),
        "threats": teller.say(ordinal, words.THREATS),
        "competition": teller.say(ordinal, words.COMPETITION),
        "position": teller.say(ordinal, words.POSITIONS),
    }
    ends = made + 364 if closed else None
    last = ends if ends is not None else -1
    reviewed = teller.days(made + 20, last) if closed or teller.rng.random() < 0.6 else None
    return Plan(
        ordinal=ordinal,
        texts=texts,
        target=TARGETS[teller.days(1, 3)],
        made=made,
        review=-teller.days(3, 40) if late else teller.days(14, 160),
        closed=ends,
        objectives=_objectives(teller, ordinal, made, closed),
        actions=[] if closed else _actions(teller, ordinal),
        reviews=[] if reviewed is None else [(reviewed, teller.say(ordinal, words.FINDINGS))],
    )


def _objectives(teller: Teller, ordinal: int, made: int, closed: bool) -> list[tuple]:
    chinese = int(teller.is_chinese[ordinal])
    chosen = teller.rng.permutation(len(words.OBJECTIVES))[: teller.days(2, 4)]
    found = []
    for place in chosen:
        texts = words.OBJECTIVES[place]
        due = made + teller.days(150, 400)
        over = closed or (due < 0 and teller.rng.random() < 0.7)
        state = ("reached" if teller.rng.random() < 0.65 else "missed") if over else "open"
        found.append((texts[chinese], texts[2 + chinese], due, state))
    return found


def _actions(teller: Teller, ordinal: int) -> list[tuple[str, int, bool]]:
    chinese = int(teller.is_chinese[ordinal])
    chosen = teller.rng.permutation(len(words.ACTIONS))[: teller.days(2, 4)]
    found = []
    for place in chosen:
        due = teller.days(-40, 60)
        # Of what was due most is done; a little is late.
        done = due < 0 and teller.rng.random() < 0.8
        found.append((words.ACTIONS[place][chinese], due, done))
    return found


def sheets(
    seed: int, customers: pd.DataFrame, traits: pd.DataFrame, standing: pd.DataFrame
) -> list[Sheet]:
    """Assessments of the largest, and of some small ones; every second was assessed before."""
    teller = Teller(seed, "assessments", customers)
    active = standing[customers["is_active"].reindex(standing.index)]
    by_margin = active.sort_values("margin", ascending=False).index
    few = teller.rng.permutation(by_margin[ASSESSED:])[: ASSESSED // 10]
    chosen = [*by_margin[: ASSESSED - len(few)], *few]
    fifths = np.ceil(active["margin"].rank(pct=True) * 5).clip(1, 5).astype(int)
    found = []
    for place, ordinal in enumerate(chosen):
        size = 0.5 - place / len(chosen)
        levels = _levels(teller, traits.loc[ordinal], size)
        remarks = teller.say(ordinal, words.REMARKS)
        common = {"ordinal": int(ordinal), "fifth": int(fifths[ordinal])}
        if place % 2 == 0:
            drift = teller.rng.normal(-0.2, 0.35)
            before = {part: level + drift for part, level in levels.items()}
            day = -teller.days(330, 420)
            found.append(Sheet(**common, day=day, levels=before, remarks="", newest=False))
        day = -teller.days(2, 300)
        found.append(Sheet(**common, day=day, levels=levels, remarks=remarks, newest=True))
    return found


def _levels(teller: Teller, traits: pd.Series, size: float) -> dict[str, float]:
    """The level of each part; `size` goes from 0.5 for the largest to -0.5."""
    noise = teller.rng.normal(0, 0.6, 5)
    relationship = RELATIONSHIP.get(traits["kind"], 2.6)
    return {
        "attractiveness": 2.5 + 1.6 * size + noise[0],
        "potential": 2.4 + size + noise[1],
        "relationship": relationship + noise[2],
        "bargaining": 3.0 - size + noise[3],
        "fit": 0.4 * relationship + 2.0 + noise[4],
    }


def nominations(seed: int, customers: pd.DataFrame, standing: pd.DataFrame) -> list[Nominated]:
    """Of tier B where there are any: two overdue, some confirmed, one dropped."""
    teller = Teller(seed, "nominations", customers)
    active = standing[customers["is_active"].reindex(standing.index)]
    others = active[active["tier"] == "B"]
    others = others if len(others) >= NOMINATED else active[active["tier"] != "A"]
    chosen = others.sort_values("margin", ascending=False).index[:NOMINATED]
    found = []
    for place, ordinal in enumerate(int(one) for one in chosen):
        reason = teller.say(ordinal, words.NOMINATED)
        if place in (1, 4):  # nobody looked at it when its year was over
            found.append(Nominated(ordinal, reason, -teller.days(370, 400)))
        elif place in (2, 5):
            confirmed = (-teller.days(40, 200), teller.say(ordinal, words.CONFIRMED))
            found.append(Nominated(ordinal, reason, -teller.days(420, 560), (confirmed,)))
        elif place == 7:
            why = teller.say(ordinal, words.DROPPED)
            day = -teller.days(400, 500)
            found.append(Nominated(ordinal, reason, day, ended=-30, end_reason=why))
        else:
            found.append(Nominated(ordinal, reason, -teller.days(20, 320)))
    return found


def fit_decisions(
    seed: int, customers: pd.DataFrame, traits: pd.DataFrame, standing: pd.DataFrame
) -> list[tuple[int, bool, str, int]]:
    """Ordinal, pursue, why and day: of every second customer in exploration."""
    teller = Teller(seed, "fit", customers)
    exploring = standing.index[standing["stage"] == "exploration"]
    found = []
    for ordinal in (int(one) for one in exploring):
        if teller.rng.random() < 0.5:
            pursue = bool(teller.rng.random() < 0.75)
            why = teller.say(ordinal, words.PURSUE if pursue else words.LEAVE)
            found.append((ordinal, pursue, why, -teller.days(1, 60)))
    return found
