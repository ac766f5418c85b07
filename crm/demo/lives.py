"""The whole life of a case, drawn at once: from the call to the closing, with times that fit.

A life is a function of the seed and of who came when: what of it lies before a day is the history
of that day, and a later day goes on where it ended.

Planted: customers of South & West China, and those of Europe in August, are answered SLOW times
as slowly, which their satisfaction then shows (see `surveys`). And one cause rises in the weeks
before the company is made, as the theme in `cases.toml` says that has it.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crm.demo import seasons
from crm.demo.case_words import COMPLAINTS, REQUESTS, SEVERITIES, Words, pick, weighted
from crm.demo.draws import stream
from crm.demo.office import office
from crm.demo.places import EUROPE, SOUTH
from crm.demo.staff import PEOPLE

SLOW = 2.5
REQUESTS_SHARE = 0.15
CHANNELS = {
    "phone": 40, "email": 32, "form": 8, "visit": 8, "letter": 3, "social": 5, "third_party": 2,
}  # fmt: skip
# Working minutes until the resolution, at the middle of the draw; service targets are higher.
RESOLUTION = {"critical": 90, "major": 380, "moderate": 560, "minor": 1_000}
CLOSING, REOPENING = dt.timedelta(days=7), dt.timedelta(days=14)
AUTHORITY, LEAD_AUTHORITY = 500, 2_000
MANAGER = "helen.zhao"
LEADS = {person.team: person.username for person in PEOPLE if person.is_lead}
DUPLICATE = 1 << 16  # the bit of the variant of one that is merged into another
RISING = 100  # the variant of those who suffer from the cause that rises
PLACE = 8  # bits of the variant's number; above it, the place in `Held.since`


# Marks the submissions of cases of the demo company, so that later days find them again.
MARK = 0xDE40_CA5E
_LOW = (1 << 32) - 1


def submission(ordinal: int, day: int, variant: int) -> uuid.UUID:
    """The key of a case, from which it can be drawn again."""
    return uuid.UUID(int=MARK << 96 | int(variant) << 64 | int(ordinal) << 32 | int(day))


def origin(key: uuid.UUID) -> tuple[int, int, int] | None:
    """(ordinal, day, variant) of a key made here; None of other keys."""
    if key.int >> 96 != MARK:
        return None
    return key.int >> 32 & _LOW, key.int & _LOW, key.int >> 64 & _LOW


@dataclass(frozen=True)
class Held:
    """A variant of a life that rests before one action, since so many working days."""

    action: str
    since: tuple[int, ...]
    ask: str = ""  # what it waits for on the way


HELD = (
    Held("acknowledge", (0, 0, 0, 0, 1, 2)),
    Held("assess", (1, 1, 2, 3)),
    Held("propose", (0, 1, 2, 3, 7)),
    Held("go_on", (2, 4, 6), ask="ask_customer"),
    Held("go_on", (3, 5, 9), ask="ask_third"),
    Held("resolve", (1, 2, 6)),
    Held("close", (2, 3)),
)


@dataclass(frozen=True)
class Step:
    """An event: what happened, when, by whom (a user's name, or nobody's for other actors)."""

    action: str
    at: dt.datetime
    by: str = ""
    actor: str = "user"
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A case as it came in, and everything that becomes of it; names for ids."""

    key: uuid.UUID
    ordinal: int
    contact: int  # the row of one of the people, -1: none was noted
    kind: str
    title: str
    description: str
    channel: str
    received_at: dt.datetime
    category: str
    touchpoint: str
    severity: str
    product: str
    order_reference: str
    remedy_sought: str
    steps: tuple[Step, ...]


class Life:
    """Draws a life step by step; `row` says who came, with what, and how large they are."""

    def __init__(self, seed: int, row):
        self.row = row
        number = int(row.variant) << 64 | int(row.ordinal) << 32 | int(row.day)
        self.rng: np.random.Generator = stream(seed, "life", number)
        self.office = office(row.calendar)
        self.is_request = self.luck() < REQUESTS_SHARE and not row.variant
        self.is_rising = row.variant == RISING
        self.theme = self._theme()
        small, large = 2 + int(self.luck() * 5), 20 + 4 * int(self.luck() * 12)
        self.product = row.products[self.theme.goods]
        self.words = Words(row.calendar, self.product.spoken, row.order, small, large)
        self.severity = weighted(SEVERITIES, self.theme.severity, self.luck())
        self.channel = weighted(list(CHANNELS), list(CHANNELS.values()), self.luck())
        self.service = "xu.min" if row.calendar == seasons.CHINA else "grace.okoye"
        is_owners = row.owner and (self.channel == "visit" or self.luck() < 0.2)
        self.handler = row.owner if is_owners else self.service
        self.pace = self._pace()
        is_held = row.variant and not self.is_rising
        self.held = HELD[(row.variant & 0xFF) - 1] if is_held else None
        self.steps: list[Step] = []
        self.is_over = False

    def _theme(self):
        themes = REQUESTS if self.is_request else COMPLAINTS
        if self.is_rising:
            themes = [theme for theme in themes if theme.rising]
        return weighted(themes, [theme.weight for theme in themes], self.luck())

    def _pace(self) -> float:
        month = (dt.date(1970, 1, 1) + dt.timedelta(days=int(self.row.day))).month
        is_slow = self.row.team == SOUTH or (self.row.team == EUROPE and month == 8)
        return (SLOW if is_slow else 1.0) * (0.6 if self.row.worth > 0.8 else 1.0)

    def luck(self) -> float:
        return self.rng.random()

    def minutes(self, middle: float, spread: float = 0.8) -> float:
        """Working minutes around a middle, longer for slow teams; quick on the way to a rest."""
        if self.held:
            return 15 + 45 * self.luck()
        return max(1.0, middle * self.pace * np.exp(spread * self.rng.standard_normal()))

    def add(self, action: str, by: str = "", reason: str = "", actor: str = "user", **data) -> None:
        """The next step, at the position reached so far."""
        at = self.office.moment(self.at)
        self.steps.append(Step(action, at, by if actor == "user" else "", actor, reason, data))

    def wait(self, minutes: float) -> None:
        self.at += max(1, round(minutes))

    def rest(self, action: str) -> bool:
        """Whether this life rests before the action; then its time goes on a few days later."""
        if self.held is None or self.held.action != action:
            return False
        back = self.held.since[self.row.variant >> PLACE]
        days = back + (1 + self.luck() if action == "acknowledge" else 2 + 6 * self.luck())
        self.at = max(self.at + 1, self.begin + round(days * self.office.day))
        self.held = None
        return True

    def receive(self) -> dt.datetime:
        """The moment it came in; mails come at any time of the day."""
        early = self.channel in ("email", "form", "social") and self.luck() < 0.25
        minute = int(7 * 60 + 150 * self.luck()) if early else int(9 * 60 + 490 * self.luck())
        if self.held:
            # Whoever waits for the first word came shortly before closing.
            begin = 16 * 60 + 35 if self.held.action == "acknowledge" else 9 * 60
            minute = int(begin + 45 * self.luck())
        begin = self.office.position(self.row.day, 0)
        self.at = self.office.position(self.row.day, minute)
        if self.at - begin >= self.office.day:  # after hours: it is found the next morning
            self.at += int(30 * self.luck())
        self.begin = begin
        received = self.office.at(self.row.day, minute)
        self.wait(2 + 6 * self.luck() if self.channel in ("phone", "visit") else self.minutes(6))
        return received

    def log(self) -> None:
        values = {"severity": self.severity}
        self.add("log", self.handler if self.luck() < 0.5 else self.service, values=values)
        if self.luck() < 0.3:
            self.wait(2 + 20 * self.luck())
            self.comment()

    def comment(self) -> None:
        which = "comments_goods" if self.theme.is_of_goods else "comments"
        self.add("comment", self.service, self.words.said(which, self.luck()))

    def acknowledge(self) -> None:
        neglected = self.luck() < 0.05
        if not self.rest("acknowledge"):
            days = 0.4 + self.luck() if neglected and not self.held else 0
            self.wait(days * self.office.day + self.minutes(18))
        said = self.words.said("acknowledged", self.luck())
        # Some are taken in charge at once, others only when they are assessed.
        if self.luck() < 0.6 and not (self.held and self.held.action == "assess"):
            taken = {"values": {"owner": self.handler}, "was": {"owner": None}}
            self.add("assign", self.handler, **taken)
            self.wait(1)
        self.add("acknowledge", self.handler, told=said)
        if self.held and self.held.action == "assess":
            self.wait(20)
            self.add("reply", self.handler, told=self.words.said("replies", self.luck()))

    def assess(self) -> None:
        if not self.rest("assess"):
            self.wait(self.minutes(20))
        values = {
            "severity": self.severity,
            "category": self.theme.category,
            "owner": self.handler,
        }
        if self.theme.is_of_goods and not self.is_request:
            values["scope"] = self.words.said("scopes", self.luck() ** 3)
            values["immediate_action"] = self.words.said("actions", self.luck())
            values["is_safety"] = self.theme.safety
        self.add("assess", self.handler, values=values)
        if self.held or self.luck() < 0.9:
            self.wait(self.minutes(18))
            self.add("reply", self.handler, told=self.words.said("replies", self.luck()))

    def ask(self) -> None:
        """Something is needed from the customer or from somebody else before it can go on."""
        must = self.held.ask if self.held else ""
        if not must and (self.held or self.luck() > (0.12 if self.is_request else 0.36)):
            return
        action = must or ("ask_third" if self.luck() < 0.45 else "ask_customer")
        which, answers = ("third", "arrived") if action == "ask_third" else ("ask", "answered")
        which += "_goods" if self.theme.is_of_goods else ""
        waiting_for = self.words.said(which, self.luck())
        self.wait(self.minutes(40))
        asked = self.at
        days = (4.5 if action == "ask_third" else 2.0) * np.exp(0.6 * self.rng.standard_normal())
        if not self.rest("go_on"):
            self.wait(days * self.office.day)
        back, self.at = self.at, asked
        # Well after the answer comes: nobody goes on by the date before.
        until = self.office.moment(back) + dt.timedelta(days=2 + int(5 * self.luck()))
        self.add(action, self.handler, waiting_for=waiting_for, until=until.isoformat())
        self.at = back
        said = self.words.said(answers, self.luck())
        customers = action == "ask_customer" and self.luck() < 0.5
        self.add("go_on", self.handler, said, actor="customer" if customers else "user")

    def remedy(self) -> dict[str, Any]:
        if self.is_request:
            return {"approved_cost": None}
        low, high = self.theme.cost
        grade = 0.6 + 0.3 * SEVERITIES.index(self.severity)
        cost = (low + (high - low) * self.luck() ** 1.6) * self.row.size * grade
        usual = pick(self.theme.causes, self.luck())
        return {
            "root_cause": self.theme.rising if self.is_rising else usual,
            "root_cause_notes": self.words.theme(self.theme, "cause"),
            "remedy": pick(self.theme.remedies, self.luck()),
            "remedy_cost": str(round(cost / 5) * 5),
            "approved_cost": None,
        }

    def solve(self) -> None:
        """Found, proposed, agreed on, told."""
        middle = 60 if self.is_request else RESOLUTION[self.severity]
        stuck = 4.0 if self.luck() < 0.06 else 1.0
        # Some account managers begin and leave it to the service desk half-way.
        if self.handler != self.service and not self.row.variant and self.row.day % 2:
            self.add("assign", self.handler, values={"owner": self.service})
            self.handler = self.service
        if not self.rest("propose"):
            self.wait(stuck * self.minutes(0.8 * middle, 0.55))
        values = self.remedy()
        self.add("propose", self.handler, values=values)
        if self.luck() < 0.06 and not self.held and not self.is_request:
            self.wait(self.minutes(150))
            self.add("send_back", self.handler, self.words.said("sent_back", self.luck()))
            self.wait(self.minutes(300))
            self.add("propose", self.handler, values=values)
        resting = self.rest("resolve")
        cost = float(values.get("remedy_cost", 0))
        if cost > AUTHORITY:
            self.wait(self.minutes(90))
            by = MANAGER if cost > LEAD_AUTHORITY else LEADS[self.row.team]
            agreed = {"approved_cost": values["remedy_cost"]}
            self.add("approve", by, self.words.said("approved"), values=agreed)
        if not resting:
            self.wait(self.minutes(0.1 * middle))
        self.add("resolve", self.handler, told=self.words.theme(self.theme, "told"))

    def close(self) -> None:
        """The customer agrees within days, or a week passes."""
        resolved = self.steps[-1].at
        if self.rest("close") or self.luck() > 0.55:
            self.steps.append(Step("close", resolved + CLOSING, actor="system"))
            return
        self.wait((0.3 + 2.2 * self.luck()) * self.office.day)
        at = self.office.moment(self.at)
        if at < resolved + CLOSING - dt.timedelta(days=1):
            self.steps.append(Step("close", at, self.handler))
        else:
            self.steps.append(Step("close", resolved + CLOSING, actor="system"))

    def reopen(self) -> None:
        """It was not solved after all: told within a few days of the closing."""
        if self.is_request or self.row.variant or self.luck() > 0.05 * min(self.pace, 2):
            return
        resolved = next(step.at for step in reversed(self.steps) if step.action == "resolve")
        self.at = self.office.after(self.steps[-1].at)
        self.wait((0.5 + 3 * self.luck()) * self.office.day)
        if self.office.moment(self.at) > resolved + REOPENING:
            return
        self.add("reopen", self.service, self.words.said("reopened", self.luck()))
        self.solve()
        self.close()

    def leave(self) -> None:
        """Now and then the customer takes it back, or there is nothing to it."""
        luck = self.luck()
        if self.held or self.row.variant:
            return
        if luck < 0.05:
            self.wait(self.minutes(200))
            self.add("withdraw", self.handler, self.words.said("withdrawn", self.luck()))
            self.is_over = True
        elif luck < 0.075 and not self.is_request:
            self.wait(self.minutes(600))
            recourse = self.words.said("recourse")
            self.add("reject", MANAGER, self.words.said("rejected"), recourse=recourse)
            self.is_over = True


def live(seed: int, row) -> Case:
    """The life of one who came: `row` as `complaints` describes it."""
    life = Life(seed, row)
    received = life.receive()
    life.log()
    for part in (life.acknowledge, life.assess, life.ask, life.leave, life.solve, life.close):
        part()
        if life.is_over:
            break
    else:
        life.reopen()
    return Case(
        key=submission(row.ordinal, row.day, row.variant),
        ordinal=row.ordinal,
        contact=row.contact,
        kind="request" if life.is_request else "complaint",
        title=life.words.theme(life.theme, "title")[:120],
        description=life.words.theme(life.theme, "what", life.luck()),
        channel=life.channel,
        received_at=received,
        category=life.theme.category,
        touchpoint=life.theme.touchpoint,
        severity=life.severity,
        product=life.product.code,
        order_reference=row.order,
        remedy_sought="" if life.is_request else pick(life.theme.remedies, life.luck()),
        steps=tuple(life.steps),
    )


def duplicate_of(seed: int, case: Case, row) -> Case | None:
    """Told once more by another way while the first is in work, and merged into it."""
    rng = stream(seed, "twice", case.key.int & ((1 << 96) - 1))
    if case.kind == "request" or row.variant or rng.random() > 0.03:
        return None
    desk = office(row.calendar)
    logged = desk.after(case.steps[0].at) + int(desk.day * (0.2 + 0.6 * rng.random()))
    found = logged + 20 + int(70 * rng.random())
    solved = [step.at for step in case.steps if step.action in ("resolve", "withdraw", "reject")]
    if desk.moment(found) >= solved[0]:
        return None
    service = "xu.min" if row.calendar == seasons.CHINA else "grace.okoye"
    words = Words(row.calendar, "", row.order, 2, 20)
    reason, values = words.said("merged"), {"severity": case.severity}
    at = desk.moment(logged)
    return replace(
        case,
        key=submission(row.ordinal, row.day, row.variant | DUPLICATE),
        description=words.said("duplicate", what=case.description),
        channel="phone" if case.channel == "email" else "email",
        received_at=at - dt.timedelta(minutes=3),
        steps=(
            Step("log", at, service, data={"values": values}),
            Step("merge", desk.moment(found), service, reason=reason, data={"target": case.key}),
        ),
    )
