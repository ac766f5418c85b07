"""A slow model of a case's clocks: walk the minutes, and count those that count.

It shares nothing with `complaints.replay` and `complaints.worktime` but the names of states and
actions; what is open is read off the clock on the wall.
"""

import datetime as dt
from dataclasses import dataclass, field

from crm.platform.tests.test_calendars import open_minutes

MINUTE = dt.timedelta(minutes=1)
FROM_THE_START = ("acknowledge", "first_response", "resolution")
KINDS = (*FROM_THE_START, "next_response")
OPEN = ("new", "acknowledged", "investigating", "waiting_customer", "waiting_third", "proposed")
WORDS = ("reply", "go_on", "send_back", "reopen")


@dataclass
class SlowClock:
    target: int = 0
    is_open: set[dt.datetime] = field(default_factory=set)  # the minutes of business
    ran: list[dt.datetime] = field(default_factory=list)  # the minutes that it ran
    counted: list[dt.datetime] = field(default_factory=list)  # those of them that counted
    set_aside: list[dt.datetime] = field(default_factory=list)  # while merged: perhaps
    runs: bool = True
    aside: bool = False
    ended: str = ""
    stopped_at: dt.datetime | None = None
    breached_at: dt.datetime | None = None

    def reached(self, minutes: list[dt.datetime], share: float = 1.0) -> dt.datetime | None:
        place = int(self.target * share)
        return minutes[place - 1] + MINUTE if len(minutes) >= place else None

    def look(self) -> None:
        due = self.reached(self.counted) if self.target else None
        if self.breached_at is None and due and self.ran and due < self.ran[-1] + MINUTE:
            self.breached_at = due

    def pass_minute(self, minute: dt.datetime) -> None:
        if self.aside:
            self.set_aside.append(minute)
        elif self.runs and not self.ended:
            self.ran.append(minute)
            if minute in self.is_open:
                self.counted.append(minute)
                self.look()
            elif self.breached_at is None:
                self.look()

    def follow(self, target: int, is_open: set[dt.datetime]) -> None:
        """Another target, other hours: counted anew from the start."""
        if self.ended:
            return
        self.target = target
        if is_open is not self.is_open:
            self.is_open = is_open
            self.counted = [minute for minute in self.ran if minute in is_open]
        self.look()

    def stop(self, how: str, at: dt.datetime) -> None:
        if not self.ended:
            self.ended, self.stopped_at = how, at

    def begin_again(self, target: int, is_open: set[dt.datetime]) -> None:
        self.ended, self.stopped_at = "", None
        self.follow(target, is_open)


class SlowCase:
    """Plays (minute, action, changes) and tells how the clocks stand at a moment.

    `rules` are pairs of a calendar and a function of targets; an event may change to another one.
    """

    def __init__(self, rules, received_at: dt.datetime):
        self.rules, self.received_at = rules, received_at
        self.state, self.before_merge = "", ""
        self.severity = self.tier = ""
        self.clocks = {kind: SlowClock() for kind in FROM_THE_START}
        self.turns: list[SlowClock] = []  # of the next response, those that are over
        self.sets: dict[int, set] = {}

    def walk(self, events: list, now: dt.datetime, horizon: dt.datetime) -> None:
        self.horizon = horizon
        self.holds(0)
        for clock in self.clocks.values():
            clock.is_open = self.is_open
        waiting, minute = list(events), self.received_at
        while True:
            while waiting and waiting[0].at <= minute:
                self.happen(waiting.pop(0))
            if minute >= now:
                break
            for clock in self.clocks.values():
                clock.pass_minute(minute)
            minute += MINUTE

    def holds(self, number: int) -> None:
        """The rules by this number from now on."""
        week, self.targets = self.rules[number]
        if number not in self.sets:
            self.sets[number] = set(open_minutes(week, self.received_at, self.horizon))
        self.is_open = self.sets[number]

    def happen(self, event) -> None:
        changes = event.data.get("values", {})
        self.severity = changes.get("severity", self.severity)
        self.tier = changes.get("tier", self.tier)
        if "terms" in changes:
            self.holds(changes["terms"])
        for kind, clock in self.clocks.items():
            clock.follow(self.target_of(kind), self.is_open)
        getattr(self, f"on_{event.action}", lambda event: None)(event)
        if event.actor == "customer" and event.action in WORDS and self.state in OPEN:
            self.ask()

    def ask(self) -> None:
        """The customer said something: who was answered before waits for the next answer."""
        following = self.clocks.get("next_response")
        if self.clocks["first_response"].ended != "met" or (following and not following.ended):
            return
        if following:
            self.turns.append(following)
        self.clocks["next_response"] = SlowClock(
            target=self.target_of("next_response"), is_open=self.is_open
        )

    def answer(self, event) -> None:
        for kind in ("first_response", "next_response"):
            if kind in self.clocks:
                self.clocks[kind].stop("met", event.at)

    def on_log(self, event):
        self.state = "new"

    def on_acknowledge(self, event):
        self.state = "acknowledged"
        self.clocks["acknowledge"].stop("met", event.at)

    def on_assess(self, event):
        self.state = "investigating"

    def wait(self, event):
        self.state = "waiting_customer" if event.action == "ask_customer" else "waiting_third"
        self.clocks["resolution"].runs = False

    on_ask_customer = on_ask_third = wait

    def on_go_on(self, event):
        self.state = "investigating"
        self.clocks["resolution"].runs = True

    def on_propose(self, event):
        self.state = "proposed"

    def on_send_back(self, event):
        self.state = "investigating"

    def on_resolve(self, event):
        self.state = "resolved"
        self.clocks["resolution"].stop("met", event.at)
        self.answer(event)

    def on_close(self, event):
        self.state = "closed"

    def on_reopen(self, event):
        self.state = "investigating"
        clock = self.clocks["resolution"]
        clock.begin_again(self.target_of("resolution"), self.is_open)
        clock.runs = True

    def on_reply(self, event):
        if event.actor == "user":
            self.answer(event)

    def end(self, event):
        self.state = {"withdraw": "withdrawn", "reject": "rejected"}[event.action]
        for clock in self.clocks.values():
            clock.stop("ended", event.at)

    on_withdraw = on_reject = end

    def on_merge(self, event):
        self.before_merge, self.state = self.state, "merged"
        for clock in self.clocks.values():
            clock.aside = clock.runs and not clock.ended
            clock.stop("ended", event.at)

    def on_unmerge(self, event):
        self.state = self.before_merge
        for kind, clock in self.clocks.items():
            if clock.ended == "ended":
                clock.begin_again(self.target_of(kind), self.is_open)
            if clock.aside:
                clock.ran += clock.set_aside
                clock.counted += [m for m in clock.set_aside if m in clock.is_open]
            clock.aside, clock.set_aside = False, []
            clock.look()

    def target_of(self, kind: str) -> int:
        return self.targets(self.tier, self.severity)[kind]

    def standing(self, kind: str) -> str:
        clock = self.clocks[kind]
        return clock.ended or ("running" if clock.runs else "paused")

    def deadline(self, kind: str, now: dt.datetime, share: float = 1.0) -> dt.datetime | None:
        """When it was, is or would be up; None when it stands, or beyond the horizon."""
        clock = self.clocks[kind]
        if self.standing(kind) == "paused":
            return None
        done = clock.reached(clock.counted, share)
        if done is not None or not clock.runs:
            return done
        on_from = clock.stopped_at or now
        later = sorted(minute for minute in clock.is_open if minute >= on_from)
        return clock.reached(clock.counted + later, share)


def legal_moves(state: str) -> list[str]:
    """The actions that lead from a state, written down once more."""
    open_ends = ["withdraw", "reject", "merge"]
    return {
        "new": ["acknowledge", *open_ends],
        "acknowledged": ["assess", *open_ends],
        "investigating": ["ask_customer", "ask_third", "propose", *open_ends],
        "waiting_customer": ["go_on", *open_ends],
        "waiting_third": ["go_on", *open_ends],
        "proposed": ["resolve", "send_back", *open_ends],
        "resolved": ["close", "reopen"],
        "closed": ["reopen"],
        "merged": ["unmerge"],
    }.get(state, [])
