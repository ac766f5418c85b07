"""A slow model of a case's clocks: walk the minutes, and count those that count.

It shares nothing with `complaints.replay` and `complaints.worktime` but the names of states and
actions; what is open is read off the clock on the wall.
"""

import datetime as dt
from dataclasses import dataclass, field

from crm.platform.tests.test_calendars import open_minutes

MINUTE = dt.timedelta(minutes=1)
KINDS = ("acknowledge", "first_response", "resolution")


@dataclass
class SlowClock:
    target: int = 0
    counted: list[dt.datetime] = field(default_factory=list)  # the minutes that counted
    set_aside: list[dt.datetime] = field(default_factory=list)  # while merged: perhaps
    runs: bool = True
    aside: bool = False
    ended: str = ""
    stopped_at: dt.datetime | None = None
    ran_until: dt.datetime | None = None
    aside_until: dt.datetime | None = None
    breached_at: dt.datetime | None = None

    def reached(self, minutes: list[dt.datetime], share: float = 1.0) -> dt.datetime | None:
        place = int(self.target * share)
        return minutes[place - 1] + MINUTE if len(minutes) >= place else None

    def look(self) -> None:
        due = self.reached(self.counted) if self.target else None
        if self.breached_at is None and due and self.ran_until and due < self.ran_until:
            self.breached_at = due

    def pass_minute(self, minute: dt.datetime, is_open: bool) -> None:
        if self.aside:
            self.aside_until = minute + MINUTE
            if is_open:
                self.set_aside.append(minute)
        elif self.runs and not self.ended:
            self.ran_until = minute + MINUTE
            if is_open:
                self.counted.append(minute)
        self.look()

    def stop(self, how: str, at: dt.datetime) -> None:
        if not self.ended:
            self.ended, self.stopped_at = how, at


class SlowCase:
    """Plays (minute, action, changes) and tells how the clocks stand at a moment."""

    def __init__(self, week, targets, received_at: dt.datetime):
        self.targets, self.received_at = targets, received_at
        self.week = week
        self.state, self.before_merge = "", ""
        self.severity = self.tier = ""
        self.clocks = {kind: SlowClock() for kind in KINDS}

    def walk(self, events: list, now: dt.datetime, horizon: dt.datetime) -> None:
        self.open = open_minutes(self.week, self.received_at, horizon)
        is_open, waiting = set(self.open), list(events)
        minute = self.received_at
        while True:
            while waiting and waiting[0].at <= minute:
                self.happen(waiting.pop(0))
            if minute >= now:
                break
            for clock in self.clocks.values():
                clock.pass_minute(minute, minute in is_open)
            minute += MINUTE

    def happen(self, event) -> None:
        changes = event.data.get("values", {})
        self.severity = changes.get("severity", self.severity)
        self.tier = changes.get("tier", self.tier)
        for kind, clock in self.clocks.items():
            if not clock.ended:
                clock.target = self.targets(self.tier, self.severity)[kind]
                clock.look()
        getattr(self, f"on_{event.action}", lambda event: None)(event)

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
        self.clocks["first_response"].stop("met", event.at)

    def on_close(self, event):
        self.state = "closed"

    def on_reopen(self, event):
        self.state = "investigating"
        clock = self.clocks["resolution"]
        clock.ended, clock.stopped_at, clock.runs = "", None, True
        clock.target = self.target_of(clock)
        clock.look()

    def on_reply(self, event):
        if event.actor == "user":
            self.clocks["first_response"].stop("met", event.at)

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
        for clock in self.clocks.values():
            if clock.ended == "ended":
                clock.ended, clock.stopped_at = "", None
                clock.target = self.target_of(clock)
                clock.look()
            if clock.aside:
                clock.counted += clock.set_aside
                clock.ran_until = clock.aside_until or clock.ran_until
            clock.aside, clock.set_aside, clock.aside_until = False, [], None
            clock.look()

    def target_of(self, clock: SlowClock) -> int:
        kind = next(kind for kind, other in self.clocks.items() if other is clock)
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
        return clock.reached(clock.counted + [m for m in self.open if m >= on_from], share)


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
