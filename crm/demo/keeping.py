"""What the account managers of the demo company keep about their best customers.

Pure: the company and a day in, plain rows by kind out. Rows name customers by their ordinal,
contacts by their row, users by their user name and competitors and clubs by their place in the
lists of `keeping_words`.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crm.demo import keeping_words as words
from crm.demo import recommending, seasons, staff
from crm.demo.draws import stream
from crm.demo.model import Kind

# The shares of all customers, by what they buy, about whom so much is written down.
BEST, GOOD = 0.06, 0.14
FALLING = (Kind.SLOW_DECLINE, Kind.SUDDEN_DECLINE)
SERVICE = {seasons.CHINA: "xu.min", seasons.EUROPE: "grace.okoye"}

Rows = dict[str, list[dict]]


@dataclass
class Known:
    """A customer as its account manager knows it, with luck of its own."""

    ordinal: int
    calendar: int
    owner: str
    mates: list[str]
    people: list[int]
    falling: bool
    net: dict[int, float]  # by calendar year
    rng: np.random.Generator = field(repr=False)

    def pick(self, texts: Sequence) -> int:
        return int(self.rng.integers(len(texts)))

    def say(self, texts: Sequence[tuple]):
        """One of the texts, in the customer's language."""
        return texts[self.pick(texts)][self.calendar]

    def anyone(self) -> int:
        """One of its people, -1 where there is none."""
        return int(self.rng.choice(self.people)) if self.people else -1

    def days(self, least: int, most: int) -> dt.timedelta:
        return dt.timedelta(days=int(self.rng.integers(least, most)))


def kept(seed: int, made, today: dt.date) -> Rows:
    """All rows, by kind."""
    rows: Rows = defaultdict(list)
    for rank, known in enumerate(best_known(seed, made, today)):
        best = rank < BEST * len(made.customers)
        for kind, found in _of_customer(known, today, best):
            rows[kind].append({"ordinal": known.ordinal, **found})
    rows["referral"] += recommending.recommended(seed, made, rows["membership"], today)
    return rows


def best_known(seed: int, made, today: dt.date) -> Iterator[Known]:
    """The customers that buy most, with owner; the first one most of all."""
    lines = made.transactions
    years = lines["date"].dt.year
    recent = lines[lines["date"] > pd.Timestamp(today - dt.timedelta(days=365))]
    net = recent.groupby("ordinal")["amount"].sum().sort_values(ascending=False, kind="stable")
    owned = made.customers["owner"]
    net = net[net.index.isin(owned.index[owned != ""])]
    by_year = lines["amount"].groupby([lines["ordinal"], years]).sum()
    here = made.contacts[~made.contacts["left"]].groupby("ordinal")
    people = {ordinal: rows.index.tolist() for ordinal, rows in here}
    traits = made.market.traits
    for ordinal in net.index[: round(GOOD * len(made.customers))]:
        owner = owned[ordinal]
        yield Known(
            ordinal=int(ordinal),
            calendar=int(traits.at[ordinal, "calendar"]),
            owner=owner,
            mates=_mates(owner),
            people=people.get(ordinal, []),
            falling=traits.at[ordinal, "kind"] in FALLING,
            net=by_year[ordinal].to_dict(),
            rng=stream(seed, "keeping", int(ordinal)),
        )


def _mates(owner: str) -> list[str]:
    team = next(person.team for person in staff.PEOPLE if person.username == owner)
    return [person.username for person in staff.account_managers(team) if person.username != owner]


def _of_customer(known: Known, today: dt.date, best: bool) -> Iterator[tuple[str, dict]]:
    yield from _figures(known, today, best)
    yield from _promises(known, today, best)
    yield from _opportunities(known, today, best)
    yield from _rivals(known, today)
    yield from _gifts(known, today, best)
    if best:
        yield from _colleagues(known, today)
        yield "membership", _membership(known, today)


def _figures(known: Known, today: dt.date, best: bool) -> Iterator[tuple[str, dict]]:
    """Two years of its purchases, so that our share of them is known; and its credit."""
    share = known.rng.uniform(0.25, 0.85)
    before = None
    for year in (today.year - 2, today.year - 1):
        net = max(known.net.get(year, 0.0), 0.0)
        # Where we lose a customer, it buys on as before: from others.
        bought = before * 1.02 if known.falling and before else net / share
        if bought < 1_000:
            continue
        before = bought
        yield (
            "year-figure",
            {
                "year": year,
                "purchases": round(bought, -2),
                "turnover": round(bought * known.rng.uniform(9, 30), -3),
                "profit": round(bought * known.rng.uniform(0.4, 2.0), -3),
                "source": ("年度供应商大会", "Its yearly supplier meeting")[known.calendar],
                "known_on": dt.date(year + 1, 1, 10) + known.days(0, 20),
            },
        )
    for back in (0, 1) if best else (0,):
        yield (
            "credit",
            {
                "on": today - known.days(20 + 300 * back, 200 + 300 * back),
                "bank_rating": str(known.rng.choice(["AA", "A", "A", "BBB", "BB"])),
                "limit": round(sum(known.net.values()) / 8 + 5_000, -3),
                "term_days": int(known.rng.choice([14, 30, 30, 45, 60])),
                "payment": str(known.rng.choice(["punctual"] * 5 + ["early", "late", "late"])),
                "cash_flow": "",
            },
        )


def _promises(known: Known, today: dt.date, best: bool) -> Iterator[tuple[str, dict]]:
    """Most are kept; a few wait, and some of those are late."""
    for _number in range(int(known.rng.integers(1, 5 if best else 3))):
        due = today - dt.timedelta(days=int(known.rng.integers(-21, 240)))
        late = (today - due).days
        luck = known.rng.random()
        is_open = late < 0 or (late < 12 and luck < 0.4)
        state = "open" if is_open else "broken" if luck > 0.86 else "kept"
        proofs = words.PROOFS_BROKEN if state == "broken" else words.PROOFS_KEPT
        settled = min(due - known.days(0, 6), today - dt.timedelta(days=1))
        yield (
            "promise",
            {
                "what": known.say(words.PROMISES),
                "contact": known.anyone(),
                "owner": known.owner,
                "due_on": due,
                "made": min(due - known.days(7, 30), today - dt.timedelta(days=1)),
                "state": state,
                "settled_on": None if is_open else max(settled, due - dt.timedelta(days=6)),
                "proof": "" if is_open else known.say(proofs),
            },
        )


def _opportunities(known: Known, today: dt.date, best: bool) -> Iterator[tuple[str, dict]]:
    usual = sum(known.net.values()) / max(len(known.net), 1)
    for _number in range(2 if best else 1):
        if known.rng.random() < 0.25:
            continue
        stage = str(
            known.rng.choice(["idea", "talking", "offered", "negotiating", "won", "won", "lost"])
        )
        closed = today - known.days(3, 330) if stage in ("won", "lost") else None
        ahead = today + known.days(-10, 120) if known.rng.random() < 0.8 else None
        reasons = {"won": words.WON, "lost": words.LOST}.get(stage)
        rival = stage == "lost" or known.rng.random() < 0.3
        yield (
            "opportunity",
            {
                "need": known.say(words.NEEDS),
                "criteria": known.say(words.CRITERIA),
                "competitor": _rival(known) if rival else None,
                "amount": max(round(usual * known.rng.uniform(0.05, 0.5), -2), 500),
                "stage": stage,
                "expected_on": closed or ahead,
                "owner": known.owner,
                "reason": known.say(reasons) if reasons else "",
                "closed_on": closed,
            },
        )


def _rival(known: Known) -> int:
    """Some are met more often than others."""
    first = 0 if known.calendar == seasons.CHINA else words.CHINESE_COMPETITORS
    return first + int(known.rng.choice(4, p=[0.45, 0.25, 0.2, 0.1]))


def _rivals(known: Known, today: dt.date) -> Iterator[tuple[str, dict]]:
    for place in dict.fromkeys(_rival(known) for _ in range(int(known.rng.integers(1, 3)))):
        yield (
            "competitor",
            {
                "competitor": place,
                "strength": str(known.rng.choice(["weaker", "equal", "equal", "stronger"])),
                "share": round(float(known.rng.uniform(4, 32)), 1),
                "trend": "gaining"
                if known.falling
                else str(known.rng.choice(["steady", "steady", "losing", "gaining"])),
                "known_on": today - known.days(20, 500),
                "remarks": known.say(words.RIVAL_REMARKS),
            },
        )


def _gifts(known: Known, today: dt.date, best: bool) -> Iterator[tuple[str, dict]]:
    """What we brought it beside goods, and what it gave us beside money."""
    if known.rng.random() < (0.8 if best else 0.2):
        for back in range(int(known.rng.integers(1, 4))):
            yield (
                "benefit",
                {
                    "what": known.say(words.BENEFITS),
                    "amount": float(known.rng.integers(8, 240)) * 100,
                    "on": today - known.days(15 + 300 * back, 300 + 300 * back),
                    "contact": known.anyone(),
                    "proof": known.say(words.BENEFIT_PROOFS),
                },
            )
    if known.rng.random() < 0.4:
        place, luck, age = known.pick(words.IDEAS), known.rng.random(), known.days(4, 400)
        fresh = age.days < 20 or luck < 0.25
        state = "new" if fresh else str(known.rng.choice(["adopted", "answered", "declined"]))
        answer = {"adopted": 0, "declined": 1, "answered": 2}.get(state)
        yield (
            "idea",
            {
                "kind": words.IDEA_KINDS[place],
                "what": words.IDEAS[place][known.calendar],
                "contact": known.anyone(),
                "on": today - age,
                "state": state,
                "amount": float(known.rng.integers(5, 80)) * 100 if state == "adopted" else None,
                "answer": "" if answer is None else words.IDEA_ANSWERS[answer][known.calendar],
            },
        )


def _colleagues(known: Known, today: dt.date) -> Iterator[tuple[str, dict]]:
    """Who else works for it, and what they were asked for."""
    team = [SERVICE[known.calendar], str(known.rng.choice(known.mates))]
    for user, place in zip(team, (1, 0), strict=True):
        department, part = words.TEAM[place][known.calendar]
        yield "team", {"user": user, "department": department, "part": part}
    if known.rng.random() < 0.5:
        due = today - known.days(-8, 60)
        is_open = due > today - dt.timedelta(days=4)
        state = "open" if is_open else "declined" if known.rng.random() < 0.15 else "done"
        texts = words.HELP_REFUSALS if state == "declined" else words.HELP_ANSWERS
        thanked = state == "done" and known.rng.random() < 0.7
        yield (
            "help",
            {
                "what": known.say(words.HELP),
                "asked": team[known.pick(team)],
                "by": known.owner,
                "due_on": due,
                "state": state,
                "answer": "" if is_open else known.say(texts),
                "answered_on": None if is_open else due - dt.timedelta(days=1),
                "thanks": known.say(words.THANKS) if thanked else "",
            },
        )


def _membership(known: Known, today: dt.date) -> dict:
    ended = known.rng.random() < 0.05
    return {
        "club": known.calendar,
        "level": int(known.rng.random() < 0.6),
        "since": today - known.days(60, 900),
        "until": today - known.days(2, 50) if ended else None,
    }
