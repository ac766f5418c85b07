"""No sequence of actions reaches an illegal state: by the service, and by the database itself."""

import datetime as dt
import itertools

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from complaints import rights
from complaints.models import Actor, Case, CaseEvent, Severity
from complaints.models.cases import NEVER_DUE
from complaints.replay import Replay
from complaints.services.actions import Refused, act, possible_actions
from complaints.services.clocks import Clocks, histories, play
from complaints.states import NOTES, OPEN, TRANSITIONS, Action, State, after
from complaints.tests.factories import CaseFactory, do
from complaints.tests.slow_clocks import legal_moves
from crm.accounts.tests.factories import AccountManagerFactory, ManagerFactory, ServiceFactory
from customers.tests.factories import CustomerFactory

MONDAY = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)
ANYBODY = ("manager", "service", "account manager", "outsider", "gone", "customer", "system")
TOLD = ("case_id", "seq", "action", "at", "reason", "data")  # of an event, for good
MOVES = [action for action in Action if action not in (*NOTES, Action.LOG)]


# -- the table itself


def test_the_table_allows_what_the_specification_lists_and_nothing_else():
    for state in State:
        moves = {action for action in MOVES if {s for s, _e in TRANSITIONS[action]} & {state}}
        assert moves == set(legal_moves(state))


def test_notes_leave_the_state_as_it_is_and_approval_concerns_proposals():
    for note, state in itertools.product(NOTES, State):
        expected = state if note != Action.APPROVE or state == State.PROPOSED else None
        assert after(note, state) == expected


# -- the service: any actions in any order


class Lives(RuleBasedStateMachine):
    """A person tries whatever comes to mind; the case follows only where the table leads.

    Each life is undone after it: what hundreds of them left would make each later one slower.
    """

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    @initialize(kind=st.sampled_from(["complaint", "request"]))
    def log(self, kind):
        self.staff, self.manager = ServiceFactory(), ManagerFactory()
        self.now = MONDAY
        hand, owner = AccountManagerFactory(), AccountManagerFactory()
        customer = CustomerFactory(account_manager=hand)
        self.case = CaseFactory(by=self.staff, now=self.now, kind=kind, customer=customer)
        self.other = CaseFactory(by=self.staff, now=self.now, customer=customer)
        self.shadow, self.before_merge, self.told = "new", "", set()
        users = (self.manager, self.staff, hand, owner, ServiceFactory(is_active=False))
        self.people = {
            **{who: (user, Actor.USER) for who, user in zip(ANYBODY, users, strict=False)},
            "customer": (None, Actor.CUSTOMER),
            "system": (None, Actor.SYSTEM),
        }

    @rule(action=st.sampled_from(MOVES), minutes=st.integers(0, 600))
    def move(self, action, minutes):
        self.now += dt.timedelta(minutes=minutes)
        legal = str(action) in legal_moves(self.shadow)
        if action == Action.REJECT and self.case.kind == "request":
            legal = False
        if action == Action.REOPEN and legal and self.is_long_resolved():
            legal = False
        given = {"data": {"target": self.other.pk}} if action == Action.MERGE else {}
        try:
            do(self.case, action, by=self.manager, now=self.now, **given)
        except Refused:
            assert not legal
        else:
            assert legal
            self.follow(action)

    def is_long_resolved(self) -> bool:
        case = Case.objects.get(pk=self.case.pk)
        return self.now > case.resolved_at + dt.timedelta(days=14)

    def follow(self, action):
        if action == Action.MERGE:
            self.before_merge = self.shadow
        ends = {end for start, end in TRANSITIONS[action] if start == self.shadow}
        self.shadow = self.before_merge if action == Action.UNMERGE else str(ends.pop())

    @rule(severity=st.sampled_from(Severity.values), minutes=st.integers(0, 600))
    def change(self, severity, minutes):
        self.now += dt.timedelta(minutes=minutes)
        values = {"severity": severity}
        act(case=self.case, action=Action.CHANGE, by=self.staff, values=values, now=self.now)

    @rule(note=st.sampled_from([Action.REPLY, Action.COMMENT, Action.ASSIGN]))
    def note(self, note):
        values = {"owner": self.manager} if note == Action.ASSIGN else {}
        do(self.case, note, by=self.staff, now=self.now, values=values)

    @rule()
    def a_clock_that_goes_wrong_does_not_turn_the_order(self):
        past = self.now - dt.timedelta(days=1)
        act(case=self.case, action=Action.COMMENT, by=self.staff, reason="late", now=past)

    @precondition(lambda self: self.case.kind == "complaint")
    @rule(action=st.sampled_from([Action.REJECT, Action.APPROVE]))
    def what_is_not_theirs_is_refused(self, action):
        count = CaseEvent.objects.count()
        stranger = ServiceFactory(is_active=False)
        with transaction.atomic():
            try:
                do(self.case, action, by=stranger, now=self.now)
            except PermissionDenied:
                pass
            else:
                raise AssertionError("done")
        assert CaseEvent.objects.count() == count

    @rule(
        action=st.sampled_from([action for action in Action if action != Action.LOG]),
        who=st.sampled_from(ANYBODY),
        minutes=st.integers(0, 600),
        is_bare=st.booleans(),
    )
    def anybody_tries_anything(self, action, who, minutes, is_bare):
        """With all that the action needs, or with nothing: it is done whole, or not at all."""
        self.now += dt.timedelta(minutes=minutes)
        by, actor = self.people[who]
        key = {Action.MERGE: "target", Action.LINK: "linked", Action.UNLINK: "linked"}.get(action)
        given = {"data": {key: self.other.pk}} if key and not is_bare else {}
        before, do_it = self.whole_story(), act if is_bare else do
        try:
            with transaction.atomic():
                do_it(case=self.case, action=action, by=by, actor=actor, now=self.now, **given)
        except (Refused, PermissionDenied):
            assert self.whole_story() == before
            return
        assert rights.may(by, action, self.case, actor)
        assert action in NOTES or str(action) in legal_moves(self.shadow)
        if action not in NOTES:
            self.follow(action)
        nothing_new = action in (Action.ASSIGN, Action.CHANGE) and self.whole_story() == before
        assert nothing_new or CaseEvent.objects.filter(case=self.case).last().action == action

    def whole_story(self) -> list[tuple]:
        """Of both cases."""
        events = CaseEvent.objects.filter(case__in=[self.case, self.other]).order_by("case", "seq")
        return list(events.values_list(*TOLD))

    @invariant()
    def everything_holds(self):
        """All is read once, with few queries: this is most of what a step takes."""
        pair = [self.case.pk, self.other.pk]
        events, clocks = histories(pair)
        self.assert_no_event_is_lost_or_changed([one for pk in sorted(pair) for one in events[pk]])
        cases = Case.objects.select_related("owner", "customer").in_bulk(pair)
        for pk, case in cases.items():
            played = play(case, events[pk])
            assert case.state == events[pk][-1].after
            assert_chain(events[pk])
            assert_row_is_what_the_events_say(case, events[pk], played, clocks[pk])
            assert_no_time_is_negative(played, clocks[pk], self.now)
        case = cases[self.case.pk]
        assert case.state == self.shadow
        offered = {str(action) for action in possible_actions(case, self.manager)} - set(NOTES)
        assert offered <= set(legal_moves(case.state))

    def assert_no_event_is_lost_or_changed(self, events: list[CaseEvent]) -> None:
        story = {str([getattr(event, name) for name in TOLD]) for event in events}
        assert self.told <= story
        self.told = story

    def teardown(self):
        """What the database checks at the end of a transaction, it checks now."""
        try:
            with connection.cursor() as cursor:
                for when in ("IMMEDIATE", "DEFERRED"):
                    cursor.execute(f"SET CONSTRAINTS ALL {when}")
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)


def assert_chain(events: list[CaseEvent]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for one, two in itertools.pairwise(events):
        assert (two.before, two.follows) == (one.after, one.seq)
        assert two.at >= one.at
        assert (two.before, two.after) in TRANSITIONS[Action(two.action)]


def assert_row_is_what_the_events_say(
    case: Case, events: list[CaseEvent], played: Replay, clocks: Clocks
) -> None:
    assert case.last_seq == len(played.path) == len(events)
    assert played.path == [event.after for event in events]
    for name in ("state", "resolved_at", "ended_at", "waiting_until", "reopened"):
        assert getattr(case, name) == getattr(played, name), name
    assert case.merged_into_id == played.merged_into
    assert (case.severity, case.tier) == (played.values["severity"], played.values["tier"])
    assert case.owner_id == played.values.get("owner")
    assert clocks.keys() == {(reading.kind, reading.turn) for reading in played.readings}
    for reading in played.readings:
        clock = clocks[reading.kind, reading.turn]
        for name in ("state", "target", "due_at", "warn_at", "stopped_at"):
            assert getattr(clock, name) == getattr(reading, name), (reading.kind, name)
        assert clock.breached_at or not reading.breached_at
    running = [clock.due_at for clock in clocks.values() if clock.state == "running"]
    assert case.next_due_at == min(running, default=NEVER_DUE)
    assert (case.state in OPEN) == (case.ended_at is None)


def assert_no_time_is_negative(played: Replay, clocks: Clocks, now: dt.datetime) -> None:
    assert all(part.minutes >= 0 for part in played.stretches(now))
    for clock in clocks.values():
        assert clock.minutes >= 0
        assert clock.due_at is None or clock.warn_at <= clock.due_at
    assert all(reading.minutes_at(now) >= 0 for reading in played.readings)


def lives(count: int, steps: int) -> settings:
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


class TestLives(Lives.TestCase, TestCase):
    settings = lives(8, 20)


@pytest.mark.soak
class TestManyLives(Lives.TestCase, TestCase):
    settings = lives(500, 40)


# -- the database: raw SQL of the application's role

pytestmark = pytest.mark.django_db
INSERT = """
    INSERT INTO complaints_caseevent
        (case_id, seq, follows, action, before, after, at, by_id, actor, reason, data)
    VALUES (%(case)s, %(seq)s, %(follows)s, %(action)s, %(before)s, %(after)s, now(), NULL,
        'system', '', '{}')
"""


def run(sql: str, values=None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def event(to, **values) -> dict:
    """A comment that would be all right, changed by the values."""
    right = {"case": to.pk, "seq": 2, "follows": 1, "action": "comment"}
    return right | {"before": "new", "after": "new"} | values


def test_the_database_lets_through_what_the_table_has_and_nothing_else():
    """The very check of the database, asked about each action between any two states.

    A state that there is not can't be reached: each event follows one in its own.
    """
    states = [*State.values]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'event_is_possible'"
        )
        check = cursor.fetchone()[0].removeprefix("CHECK ").replace("%", "%%")
        cursor.execute(
            "SELECT action, before, after FROM unnest(%s::varchar[]) AS action,"
            f" unnest(%s::varchar[]) AS before, unnest(%s::varchar[]) AS after WHERE {check}",
            [["dance", *Action.values], ["", *states], states],
        )
        found = set(cursor.fetchall())
    assert found == {
        (str(action), *pair) for action, pairs in TRANSITIONS.items() for pair in pairs
    }


def test_the_database_takes_an_event_that_follows():
    case = CaseFactory()
    run(INSERT, event(case))
    run(INSERT, event(case, seq=3, follows=2, action="acknowledge", after="acknowledged"))
    assert case.events.count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "resolve", "after": "resolved"},  # not in the table
        {"action": "assess", "before": "acknowledged", "after": "investigating"},  # is new
        {"seq": 3, "follows": 2},  # follows nothing
        {"seq": 3, "follows": 1},
        {"seq": 1, "follows": None, "action": "log", "before": ""},  # a second beginning
        {"seq": 2, "follows": None, "action": "log", "before": ""},
        {"case": 10**9},
    ],
)
def test_the_database_refuses_an_event_that_does_not_follow(wrong):
    case = CaseFactory()
    with pytest.raises(IntegrityError):
        run(INSERT, event(case, **wrong))
    assert case.events.count() == 1


def test_the_database_refuses_a_case_in_another_state_than_its_last_event():
    case = CaseFactory()
    for changes in ("state = 'acknowledged'", "last_seq = 2", "last_seq = 0"):
        with pytest.raises(IntegrityError):
            run(f"UPDATE complaints_case SET {changes} WHERE id = %(pk)s", {"pk": case.pk})
    with pytest.raises(IntegrityError):
        run(
            "UPDATE complaints_case SET state = 'closed', resolved_at = now(), ended_at = now()"
            " WHERE id = %(pk)s",
            {"pk": case.pk},
        )


def test_the_database_refuses_a_case_without_events():
    case = CaseFactory()
    copy = Case.objects.get(pk=case.pk)
    copy.pk = None
    with pytest.raises(IntegrityError):
        save_at_once(copy)


def save_at_once(case: Case) -> None:
    with transaction.atomic():
        case.save()
        run("SELECT 1")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE complaints_caseevent SET reason = 'nothing happened'",
        "DELETE FROM complaints_caseevent",
        "DELETE FROM complaints_caseevent WHERE seq > 1",
    ],
)
def test_the_applications_role_neither_changes_nor_deletes_events(sql):
    CaseFactory(state=State.ACKNOWLEDGED)
    with pytest.raises(DatabaseError, match="permission denied"):
        run(sql)


def test_an_event_of_a_person_names_the_person():
    case = CaseFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseEvent.objects.create(
            case=case,
            seq=2,
            follows=1,
            action=Action.COMMENT,
            before="new",
            after="new",
            at=MONDAY,
            actor=Actor.USER,
        )
