"""Clocks derived from events, by hand."""

import datetime as dt
import zoneinfo
from typing import ClassVar

import pytest

from complaints.clockwork import FAR
from complaints.models.cases import NEVER_DUE
from complaints.replay import Event, ImpossibleError, replay
from complaints.states import Action, State
from complaints.tests.slow_clocks import FROM_THE_START
from complaints.worktime import WorkTime
from crm.platform.calendars import END_OF_DAY, Week

LONDON = zoneinfo.ZoneInfo("Europe/London")
OFFICE = Week(LONDON, {day: [(dt.time(9), dt.time(17))] for day in range(5)})
MONDAY = dt.datetime(2026, 1, 12, tzinfo=dt.UTC)
SEVERITIES, TIERS = ["minor", "moderate", "major", "critical"], ["A", "B", "C"]


def minutes_for(tier: str, severity: str) -> dict[str, int]:
    """Multiples of four, so that three quarters are whole minutes."""
    place = SEVERITIES.index(severity)
    half = 2 if tier == "A" else 1
    first = {"A": 60, "B": 120, "C": 240}[tier]
    return {
        "acknowledge": 60,
        "first_response": first,
        "next_response": first // 3 * 2,
        "resolution": 4 * [1000, 400, 120, 40][place] // (4 * half),
    }


def targets(tier: str, severity: str) -> dict[str, int]:
    return {kind: value // 4 * 4 for kind, value in minutes_for(tier, severity).items()}


def halved(tier: str, severity: str) -> dict[str, int]:
    """By other terms."""
    return {kind: value // 8 * 4 for kind, value in minutes_for(tier, severity).items()}


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


WORD = ("reply", at(0, 14), {}, "customer")


def test_a_customers_word_after_the_first_response_wants_another():
    case = played(("reply", at(0, 10)), WORD)
    clock = case.clocks["next_response"]
    assert (clock.state, clock.since, clock.target) == ("running", at(0, 14), 160)
    assert (clock.due_at, clock.warn_at) == (at(0, 16, 40), at(0, 16))
    # More words do not begin it anew.
    again = played(("reply", at(0, 10)), WORD, ("reply", at(0, 15), {}, "customer"))
    assert again.clocks["next_response"].due_at == at(0, 16, 40)


def test_words_before_the_first_response_are_that_clocks_matter():
    assert "next_response" not in played(WORD).clocks


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (("reply", at(0, 15)), "met"),
        (("reply", at(0, 15), {}, "system"), "running"),
        (("comment", at(0, 15)), "running"),
        (("withdraw", at(0, 15)), "ended"),
    ],
)
def test_the_next_response_too_is_a_persons_word_to_the_customer(step, state):
    clock = played(("reply", at(0, 10)), WORD, step).clocks["next_response"]
    assert (clock.state, clock.turn) == (state, 1)


def test_each_word_that_wants_an_answer_is_a_turn_of_its_own():
    case = played(
        ("reply", at(0, 10)),
        WORD,
        ("reply", at(1, 9, 30)),
        ("reply", at(1, 10), {}, "customer"),
        ("reply", at(1, 11)),
    )
    late, in_time = sorted(
        (one for one in case.readings if one.kind == "next_response"), key=lambda one: one.turn
    )
    assert (late.turn, late.minutes, late.breached_at) == (1, 210, at(0, 16, 40))
    assert (in_time.turn, in_time.minutes, in_time.breached_at) == (2, 60, None)
    assert case.clocks["next_response"] == in_time


def test_a_customer_who_has_the_case_opened_again_waits_for_a_response():
    steps = [*RESOLVED, ("close", at(7, 12)), ("reopen", at(8, 9), {}, "customer")]
    assert played(*steps).clocks["next_response"].since == at(8, 9)
    # Of a colleague who opens it the customer has heard.
    assert "next_response" not in played(*steps[:-1], ("reopen", at(8, 9))).clocks


def test_other_terms_count_from_the_start_and_a_breach_stays_a_breach():
    always = WorkTime(Week(LONDON, {day: [(dt.time(0), END_OF_DAY)] for day in range(7)}))
    steps = [
        Event("log", at(0, 9), data={"values": {"severity": "moderate", "tier": "C"}}),
        Event("change", at(0, 13), data={"values": {"terms": 2}}),
    ]
    rules = {"received_at": at(0, 9), "targets": targets, "work": WorkTime(OFFICE)}
    case = replay(steps, **rules, others=lambda pk: (halved, always))
    clock = case.clocks["resolution"]
    # 200 minutes by day and night: late since before anybody gave it these terms.
    assert (clock.target, clock.due_at, clock.breached_at) == (200, at(0, 12, 20), at(0, 12, 20))
    assert clock.minutes_at(at(1, 10)) == 25 * 60
    assert case.clocks["acknowledge"].breached_at == at(0, 10)  # by those it had
    # Late by the terms it had, and late it stays by those that give it longer.
    rules["work"], steps[1] = always, Event("change", at(0, 19), data=steps[1].data)
    late = replay(steps, **rules, others=lambda pk: (targets, WorkTime(OFFICE)))
    clock = late.clocks["resolution"]
    assert (clock.due_at, clock.breached_at) == (at(0, 15, 40), at(0, 15, 40))


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
    for kind in FROM_THE_START:
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
