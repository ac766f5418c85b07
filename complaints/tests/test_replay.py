"""Clocks derived from events: by hand, and against a model that walks minute by minute."""

import datetime as dt
import zoneinfo
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints.models.cases import NEVER_DUE
from complaints.replay import FAR, Event, ImpossibleError, replay
from complaints.states import Action, State
from complaints.tests.slow_clocks import KINDS, MINUTE, SlowCase, legal_moves
from complaints.worktime import MINUTE as MICROSECONDS
from complaints.worktime import WorkTime
from crm.platform.calendars import Week, add_business_minutes, business_minutes
from crm.platform.tests.test_calendars import days

LONDON = zoneinfo.ZoneInfo("Europe/London")
OFFICE = Week(LONDON, {day: [(dt.time(9), dt.time(17))] for day in range(5)})
ZONES = ["Europe/London", "America/New_York", "Asia/Shanghai"]
# Friday noons before the clock jumps in London and New York, and an ordinary Wednesday.
STARTS = [
    dt.datetime(2026, 3, 27, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 23, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 30, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 7, 1, 6, tzinfo=dt.UTC),
]
MONDAY = dt.datetime(2026, 1, 12, tzinfo=dt.UTC)
SEVERITIES, TIERS = ["minor", "moderate", "major", "critical"], ["A", "B", "C"]
HORIZON = dt.timedelta(days=6)


def minutes_for(tier: str, severity: str) -> dict[str, int]:
    """Multiples of four, so that three quarters are whole minutes."""
    place = SEVERITIES.index(severity)
    half = 2 if tier == "A" else 1
    first = {"A": 60, "B": 120, "C": 240}[tier]
    return {
        "acknowledge": 60,
        "first_response": first,
        "resolution": 4 * [1000, 400, 120, 40][place] // (4 * half),
    }


def targets(tier: str, severity: str) -> dict[str, int]:
    return {kind: value // 4 * 4 for kind, value in minutes_for(tier, severity).items()}


# -- by hand: London, Monday to Friday from 9 to 17; moderate, tier C: 1 h, 4 h, 400 min


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Day 0 is a Monday in January, when London is on UTC."""
    return MONDAY + dt.timedelta(days=day, hours=hour, minutes=minute)


def played(*steps, received=None, severity="moderate", tier="C"):
    """Steps are (action, moment, [data, [actor]]) after a case logged on Monday at 9."""
    received = received or at(0, 9)
    logged = Event("log", received, data={"values": {"severity": severity, "tier": tier}})
    events = [logged]
    for action, moment, *more in steps:
        data = more[0] if more else {}
        events.append(Event(action, moment, more[1] if len(more) > 1 else "user", data))
    return replay(events, received_at=received, targets=targets, work=WorkTime(OFFICE))


def test_all_clocks_start_when_the_case_was_received():
    case = played(received=at(-1, 12))  # on a Sunday
    clocks = case.clocks
    assert {clock.state for clock in clocks.values()} == {"running"}
    assert clocks["acknowledge"].due_at == at(0, 10)
    assert clocks["acknowledge"].warn_at == at(0, 9, 45)
    assert clocks["first_response"].due_at == at(0, 13)
    assert clocks["resolution"].due_at == at(0, 15, 40)
    assert clocks["resolution"].minutes_at(at(0, 10)) == 60


def test_acknowledging_meets_its_clock_and_no_other():
    clocks = played(("acknowledge", at(0, 9, 30))).clocks
    assert (clocks["acknowledge"].state, clocks["acknowledge"].minutes) == ("met", 30)
    assert not clocks["acknowledge"].is_breached_at(at(9, 0))
    assert clocks["first_response"].state == clocks["resolution"].state == "running"


def test_what_is_met_too_late_is_breached_for_good():
    clock = played(("acknowledge", at(0, 10, 1))).clocks["acknowledge"]
    assert (clock.state, clock.minutes, clock.breached_at) == ("met", 61, at(0, 10))
    assert clock.is_breached_at(at(0, 10, 1))


def test_what_is_met_on_the_minute_is_in_time():
    assert played(("acknowledge", at(0, 10))).clocks["acknowledge"].breached_at is None


def test_what_runs_is_breached_when_its_time_is_over():
    clock = played().clocks["acknowledge"]
    assert not clock.is_breached_at(at(0, 9, 59))
    assert clock.is_breached_at(at(0, 10))


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (("reply", at(0, 10)), "met"),
        (("reply", at(0, 10), {}, "system"), "running"),
        (("reply", at(0, 10), {}, "customer"), "running"),
        (("comment", at(0, 10)), "running"),
        (("acknowledge", at(0, 10)), "running"),
    ],
)
def test_only_a_persons_word_to_the_customer_is_the_first_response(step, state):
    assert played(step).clocks["first_response"].state == state


RESOLVED = [
    ("acknowledge", at(0, 9, 10)),
    ("assess", at(0, 10)),
    ("propose", at(0, 11)),
    ("resolve", at(0, 12)),
]


def test_telling_the_resolution_is_a_first_response():
    case = played(*RESOLVED)
    assert case.clocks["first_response"].stopped_at == at(0, 12)
    assert case.clocks["resolution"].minutes == 180
    assert case.resolved_at == case.ended_at == at(0, 12)


def test_the_resolution_clock_alone_stands_while_the_case_waits():
    case = played(
        ("acknowledge", at(0, 9, 10)),
        ("assess", at(0, 10)),
        ("ask_customer", at(0, 11), {"until": at(3, 9).isoformat()}),
    )
    assert (case.state, case.waiting_until) == (State.WAITING_CUSTOMER, at(3, 9))
    clocks = case.clocks
    assert (clocks["resolution"].state, clocks["resolution"].minutes) == ("paused", 120)
    assert clocks["resolution"].due_at is None
    assert clocks["first_response"].due_at == at(0, 13)


def test_it_goes_on_with_what_it_had():
    case = played(
        ("acknowledge", at(0, 9, 10)),
        ("assess", at(0, 10)),
        ("ask_third", at(0, 11)),
        ("go_on", at(1, 9)),
    )
    # 120 minutes of 400 are used on Monday; the rest is 4 h 40 min from Tuesday at 9.
    assert case.clocks["resolution"].due_at == at(1, 13, 40)
    assert case.waiting_until is None
    assert [(s.state, s.is_counted, s.minutes) for s in case.stretches(at(1, 10))] == [
        ("new", True, 10),
        ("acknowledged", True, 50),
        ("investigating", True, 60),
        ("waiting_third", False, 360),
        ("investigating", True, 60),
    ]


def test_reopening_leaves_out_the_time_that_the_case_was_resolved():
    case = played(*RESOLVED, ("close", at(7, 12)), ("reopen", at(8, 9)))
    clock = case.clocks["resolution"]
    assert (case.state, case.reopened, case.resolved_at) == (State.INVESTIGATING, 1, None)
    assert clock.minutes_at(at(8, 10)) == 240
    assert clock.due_at == at(8, 12, 40)
    assert case.clocks["first_response"].state == "met"


@pytest.mark.parametrize("action", ["withdraw", "reject", "merge"])
def test_what_ends_a_case_ends_the_clocks_that_run(action):
    case = played(("acknowledge", at(0, 9, 10)), (action, at(0, 11), {"target": 7}))
    states = {kind: clock.state for kind, clock in case.clocks.items()}
    assert states == {"acknowledge": "met", "first_response": "ended", "resolution": "ended"}
    assert (case.ended_at, case.merged_into) == (at(0, 11), 7 if action == "merge" else None)
    assert case.clocks["resolution"].minutes == 120


def test_a_case_taken_apart_again_goes_on_as_if_it_had_never_been_merged():
    plain = played(("acknowledge", at(0, 9, 10)))
    case = played(
        ("acknowledge", at(0, 9, 10)), ("merge", at(0, 10), {"target": 7}), ("unmerge", at(0, 14))
    )
    assert (case.state, case.merged_into, case.ended_at) == (State.ACKNOWLEDGED, None, None)
    for kind in KINDS:
        assert case.clocks[kind].minutes_at(at(1, 9)) == plain.clocks[kind].minutes_at(at(1, 9))
        assert case.clocks[kind].due_at == plain.clocks[kind].due_at
    assert sum(s.minutes for s in case.stretches(at(1, 9)) if s.is_counted) == 480


def test_a_case_that_waited_waits_again_when_it_is_taken_apart():
    case = played(
        ("acknowledge", at(0, 9, 10)),
        ("assess", at(0, 10)),
        ("ask_third", at(0, 11), {"until": at(5, 9).isoformat()}),
        ("merge", at(0, 12), {"target": 7}),
        ("unmerge", at(0, 14)),
    )
    assert (case.state, case.waiting_until) == (State.WAITING_THIRD, at(5, 9))
    assert case.clocks["resolution"].minutes_at(at(1, 9)) == 120


def changed(moment, **values):
    return ("change", moment, {"values": values})


def test_a_graver_case_is_counted_from_the_start_by_its_new_target():
    case = played(changed(at(0, 12), severity="critical"))
    clock = case.clocks["resolution"]
    # 40 minutes were over at 9:40 already.
    assert (clock.target, clock.due_at, clock.breached_at) == (40, at(0, 9, 40), at(0, 9, 40))


def test_a_lighter_case_has_more_time_but_a_breach_stays_a_breach():
    case = played(changed(at(0, 12), severity="minor"), severity="critical")
    clock = case.clocks["resolution"]
    assert (clock.target, clock.due_at, clock.breached_at) == (1000, at(2, 9, 40), at(0, 9, 40))
    in_time = played(changed(at(0, 9, 30), severity="minor"), severity="critical")
    assert in_time.clocks["resolution"].breached_at is None


def test_what_was_met_in_time_is_not_late_by_a_later_tier():
    case = played(("reply", at(0, 12)), changed(at(0, 13), tier="A"))
    clocks = case.clocks
    assert (clocks["first_response"].target, clocks["first_response"].breached_at) == (240, None)
    assert clocks["resolution"].target == 200
    assert (case.values["tier"], case.values["severity"]) == ("A", "moderate")


def test_events_that_do_not_follow_are_no_history():
    with pytest.raises(ImpossibleError):
        played(("resolve", at(0, 10)))
    with pytest.raises(ImpossibleError):
        played(("acknowledge", at(0, 10)), ("comment", at(0, 9, 30)))


def test_a_calendar_that_never_opens_has_no_deadline():
    event = Event("log", at(0, 9), data={"values": {"severity": "minor", "tier": "C"}})
    empty = WorkTime(Week(LONDON))
    case = replay([event], received_at=at(0, 9), targets=targets, work=empty)
    assert case.clocks["resolution"].due_at == FAR == NEVER_DUE
    assert not case.clocks["resolution"].is_breached_at(at(5000, 9))


# -- against the slow models


@st.composite
def weeks(draw) -> tuple[Week, dt.datetime]:
    """A week with split shifts, holidays and half days, and a moment near its exceptions."""
    start = draw(st.sampled_from(STARTS)) + draw(st.integers(0, 3 * 24 * 60)) * MINUTE
    weekdays = {weekday: draw(days) for weekday in range(7)}
    dates = st.integers(-1, 6).map(lambda offset: start.date() + dt.timedelta(days=offset))
    exceptions = draw(st.dictionaries(dates, days, max_size=3))
    return Week(zoneinfo.ZoneInfo(draw(st.sampled_from(ZONES))), weekdays, exceptions), start


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
NOTED = [("change", "user"), ("reply", "user"), ("reply", "system"), ("comment", "user")]


@st.composite
def lives(draw) -> tuple[Week, dt.datetime, list[Event], dt.datetime]:
    """A calendar, when a case was received, what happened to it, and now; on whole minutes."""
    week, received = draw(weeks())
    gaps = st.one_of(st.integers(0, 60), st.integers(0, 900))
    first = {"severity": draw(st.sampled_from(SEVERITIES)), "tier": draw(st.sampled_from(TIERS))}
    moment = received + draw(st.integers(0, 90)) * MINUTE
    events = [Event("log", moment, data={"values": first})]
    state, before_merge = "new", ""
    for _ in range(draw(st.integers(0, 14))):
        moves = legal_moves(state)
        # Ways that go on are likelier than ends.
        ways = [*moves[:3], *moves, *NOTED]
        chosen = draw(st.sampled_from(ways))
        action, actor = chosen if isinstance(chosen, tuple) else (chosen, "user")
        moment += draw(gaps) * MINUTE
        data = {"values": draw(CHANGES)} if action == "change" else {}
        if action == "merge":
            data, before_merge = {"target": 1}, state
        events.append(Event(action, moment, actor, data))
        state = before_merge if action == "unmerge" else LEADS_TO.get(action, state)
    return week, received, events, moment + draw(gaps) * MINUTE


LEADS_TO = {
    **{"acknowledge": "acknowledged", "assess": "investigating", "propose": "proposed"},
    **{"ask_customer": "waiting_customer", "ask_third": "waiting_third"},
    **{"go_on": "investigating", "send_back": "investigating", "reopen": "investigating"},
    **{"resolve": "resolved", "close": "closed", "withdraw": "withdrawn"},
    **{"reject": "rejected", "merge": "merged"},
}


def compare(life) -> None:
    week, received, events, now = life
    horizon = now + HORIZON
    slow = SlowCase(week, targets, received)
    slow.walk(events, now, horizon)
    fast = replay(events, received_at=received, targets=targets, work=WorkTime(week))
    assert fast.state == slow.state
    for kind in KINDS:
        reading, clock = fast.clocks[kind], slow.clocks[kind]
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
    if fast.state in ("new", "acknowledged", "investigating", "proposed", *PAUSES):
        counted = sum(stretch.minutes for stretch in fast.stretches(now) if stretch.is_counted)
        assert counted == len(slow.clocks["resolution"].counted)


PAUSES = ("waiting_customer", "waiting_third")


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


class CountedWeek(Week):
    """Notes each date whose hours are looked up."""

    dates: ClassVar[list[dt.date]] = []

    def intervals_of(self, date: dt.date):
        self.dates.append(date)
        return super().intervals_of(date)


def test_many_cases_walk_through_the_calendar_no_more_often_than_a_few():
    """Days are summed up once for all, not once a case: that is what makes replaying fast."""
    logged = {"values": {"severity": "moderate", "tier": "B"}}

    def dates_read(cases: int) -> int:
        CountedWeek.dates.clear()
        work = WorkTime(CountedWeek(OFFICE.zone, OFFICE.weekdays))
        for number in range(cases):
            moment = at(-number % 900, 9)
            steps = [Event("log", moment, data=logged)]
            for hours, action in enumerate(
                [Action.ACKNOWLEDGE, Action.ASSESS, Action.ASK_THIRD, Action.GO_ON, Action.PROPOSE],
                3,
            ):
                steps.append(Event(action, moment + dt.timedelta(hours=hours)))
            assert replay(steps, received_at=moment, targets=targets, work=work).clocks
        return len(CountedWeek.dates)

    once = dates_read(900)
    assert once > 900  # it did look the days up
    assert dates_read(2_700) == once
