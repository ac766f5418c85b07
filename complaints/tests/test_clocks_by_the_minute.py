"""Clocks derived from events, against a model that walks minute by minute."""

import datetime as dt
import itertools
import zoneinfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import why
from complaints.replay import Event, replay
from complaints.tests.slow_clocks import MINUTE, OPEN, SlowCase, legal_moves
from complaints.tests.test_replay import SEVERITIES, TIERS, halved, targets
from complaints.worktime import MINUTE as MICROSECONDS
from complaints.worktime import WorkTime
from crm.platform.calendars import Week, add_business_minutes, business_minutes
from crm.platform.tests.test_calendars import days

HORIZON = dt.timedelta(days=6)
# Daylight saving north and south, by half an hour, at midnight, and none.
ZONES = {
    "Europe/London": [(2026, 3, 27), (2026, 10, 23)],
    "America/New_York": [(2026, 3, 6), (2026, 10, 30)],
    "Australia/Lord_Howe": [(2026, 4, 3), (2026, 10, 2)],
    "America/Santiago": [(2026, 4, 3), (2026, 9, 4)],
    "Africa/Cairo": [(2026, 4, 22), (2026, 10, 28)],
    "Asia/Shanghai": [(2026, 2, 13), (2026, 9, 30)],
}


@st.composite
def calendars(draw, near: dt.date | None = None) -> tuple[Week, dt.date]:
    """A week with split shifts, holidays, half days and workdays, and a date near its jump."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    near = near or dt.date(*draw(st.sampled_from(ZONES[zone])))
    weekdays = {weekday: draw(days) for weekday in range(7)}
    dates = st.integers(-1, 6).map(lambda offset: near + dt.timedelta(days=offset))
    exceptions = draw(st.dictionaries(dates, days, max_size=3))
    return Week(zoneinfo.ZoneInfo(zone), weekdays, exceptions), near


@st.composite
def weeks(draw) -> tuple[Week, dt.datetime]:
    """A calendar, and a moment near its exceptions."""
    week, near = draw(calendars())
    noon = dt.datetime.combine(near, dt.time(12), tzinfo=dt.UTC)
    return week, noon + draw(st.integers(0, 3 * 24 * 60)) * MINUTE


@settings(max_examples=100, deadline=None)
@given(weeks(), st.integers(0, 400 * 24 * 60), st.integers(1, 20_000))
def test_business_time_by_table_is_that_of_the_calendar(given_week, length, minutes):
    week, start = given_week
    work, end = WorkTime(week), start + length * MINUTE
    assert work.minutes(start, end) == business_minutes(week, start, end)
    # Whatever the table has covered before, and in whichever order it was asked.
    assert work.minutes(start - 800 * 24 * 60 * MINUTE, start) == business_minutes(
        week, start - 800 * 24 * 60 * MINUTE, start
    )
    if any(week.weekdays.values()):
        due = add_business_minutes(week, start, minutes)
        assert work.after(start, minutes * MICROSECONDS) == due


CHANGES = st.one_of(
    st.fixed_dictionaries({"severity": st.sampled_from(SEVERITIES)}),
    st.fixed_dictionaries({"tier": st.sampled_from(TIERS)}),
)
NOTED = [
    *(("change", "user"), ("terms", "user"), ("reply", "user"), ("reply", "system")),
    *(("reply", "customer"), ("reply", "customer"), ("comment", "user")),
]
# What customers do as well as colleagues.
BY_CUSTOMERS = ("go_on", "send_back", "reopen")


@st.composite
def lives(draw):
    """Two calendars, when a case was received, what happened to it, and now; on whole minutes."""
    week, received = draw(weeks())
    other, _near = draw(calendars(received.date()))
    gaps = st.one_of(st.integers(0, 60), st.integers(0, 900))
    first = {"severity": draw(st.sampled_from(SEVERITIES)), "tier": draw(st.sampled_from(TIERS))}
    moment = received + draw(st.integers(0, 90)) * MINUTE
    events = [Event("log", moment, data={"values": first})]
    state, before_merge, terms = "new", "", 0
    for _ in range(draw(st.integers(0, 14))):
        moves = legal_moves(state)
        # Ways that go on are likelier than ends.
        ways = [*moves[:3], *moves, *NOTED]
        chosen = draw(st.sampled_from(ways))
        action, actor = chosen if isinstance(chosen, tuple) else (chosen, "user")
        if action in BY_CUSTOMERS and draw(st.booleans()):
            actor = "customer"
        moment += draw(gaps) * MINUTE
        data = {"values": draw(CHANGES)} if action == "change" else {}
        if action == "merge":
            data, before_merge = {"target": 1}, state
        if action == "terms":
            action, terms = "change", 1 - terms
            data = {"values": {"terms": terms}}
        events.append(Event(action, moment, actor, data))
        state = before_merge if action == "unmerge" else LEADS_TO.get(action, state)
    rules = [(week, targets), (other, halved)]
    return rules, received, events, moment + draw(gaps) * MINUTE


LEADS_TO = {
    **{"acknowledge": "acknowledged", "assess": "investigating", "propose": "proposed"},
    **{"ask_customer": "waiting_customer", "ask_third": "waiting_third"},
    **{"go_on": "investigating", "send_back": "investigating", "reopen": "investigating"},
    **{"resolve": "resolved", "close": "closed", "withdraw": "withdrawn"},
    **{"reject": "rejected", "merge": "merged"},
}


def compare(life) -> None:
    rules, received, events, now = life
    horizon = now + HORIZON
    slow = SlowCase(rules, received)
    slow.walk(events, now, horizon)
    works = [WorkTime(week) for week, _targets in rules]
    fast = replay(
        events,
        received_at=received,
        targets=targets,
        work=works[0],
        others=lambda number: (rules[number][1], works[number]),
    )
    assert fast.state == slow.state
    assert sorted(fast.clocks) == sorted(slow.clocks)
    for reading in fast.clocks.values():
        check_clock(reading, slow, now, horizon)
        check_reasons(reading, slow, fast.timeline, now)
    # Turns of the next response that are over.
    earlier = [one for one in fast.readings if one.turn < turns_of(fast)]
    earlier = sorted((one for one in earlier if one.kind == "next_response"), key=turn_of)
    assert [one.minutes for one in earlier] == [len(turn.counted) for turn in slow.turns]
    assert [one.breached_at for one in earlier] == [turn.breached_at for turn in slow.turns]
    if fast.state in OPEN:
        counted = sum(stretch.minutes for stretch in fast.stretches(now) if stretch.is_counted)
        assert counted == len(slow.clocks["resolution"].counted)


def turn_of(reading) -> int:
    return reading.turn


def turns_of(fast) -> int:
    following = fast.clocks.get("next_response")
    return following.turn if following else 1


def check_clock(reading, slow: SlowCase, now: dt.datetime, horizon: dt.datetime) -> None:
    kind, clock = reading.kind, slow.clocks[reading.kind]
    assert reading.state == slow.standing(kind)
    assert reading.target == clock.target
    assert reading.minutes_at(now) == len(clock.counted)
    assert reading.stopped_at == clock.stopped_at
    due = slow.deadline(kind, now)
    assert within(reading.due_at, horizon) == due
    assert within(reading.warn_at, horizon) == slow.deadline(kind, now, 0.75)
    breached = clock.breached_at or (
        due if reading.state == "running" and due and due <= now else None
    )
    assert reading.is_breached_at(now) == bool(breached)
    if reading.breached_at:
        assert reading.breached_at == breached


def check_reasons(reading, slow: SlowCase, timeline, now: dt.datetime) -> None:
    """They follow each other without a gap, and what they count is what the clock shows."""
    found = why.stretches(reading, timeline, now)
    assert all(one.end == two.start for one, two in itertools.pairwise(found))
    if found:
        first = reading.spans[0][0]
        assert (found[0].start, found[-1].end) == (first, reading.stopped_at or now)
    assert sum(one.minutes for one in found) == len(slow.clocks[reading.kind].counted)


def within(moment: dt.datetime | None, horizon: dt.datetime) -> dt.datetime | None:
    """What the slow model can't know either is left out."""
    return moment if moment and moment <= horizon else None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lives())
def test_clocks_are_those_of_a_model_that_walks_minute_by_minute(life):
    compare(life)


@pytest.mark.soak
@settings(
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(lives())
def test_ten_thousand_lives_run_by_the_clock(life):
    compare(life)
