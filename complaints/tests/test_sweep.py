"""What happens by itself: warnings, breaches, reminders, the end of waiting, closing."""

import datetime as dt
import json

import pytest
from kombu.utils.json import dumps

from complaints import tasks
from complaints.models import Case, Clock, ClockKind
from complaints.services import sweep
from complaints.services.tiers import retier
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)
from crm.platform.models import OutboxMessage
from customers.models import Customer
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db
# London in January; the standard calendar is open from 9 to 17 or longer on weekdays.
MONDAY = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
RESOLUTION, ACKNOWLEDGE = ClockKind.RESOLUTION, ClockKind.ACKNOWLEDGE


@pytest.fixture
def owner():
    return ServiceFactory(name="Olga")


def causes() -> list[str]:
    found = OutboxMessage.objects.order_by("pk").values_list("cause", "recipient")
    return [f"{cause.rpartition(':')[0]} {recipient}" for cause, recipient in found]


def clock_of(case, kind) -> Clock:
    return Clock.objects.get(case=case, kind=kind)


def answered(owner, **more) -> Case:
    """Acknowledged and replied to: the resolution clock alone runs."""
    case = CaseFactory(owner=owner, by=owner, now=MONDAY, state=State.INVESTIGATING, **more)
    return do(case, Action.REPLY, by=owner, now=MONDAY + dt.timedelta(minutes=5))


def test_nothing_is_due_before_its_time(owner):
    case = answered(owner)
    clock = clock_of(case, RESOLUTION)
    assert case.wake_at == clock.warn_at
    assert sweep.wake_due(now=clock.warn_at - dt.timedelta(seconds=1)) == 0
    assert causes() == []


def test_a_warning_fires_once_at_three_quarters(owner):
    case = answered(owner)
    now = clock_of(case, RESOLUTION).warn_at
    assert sweep.wake_due(now=now) == 1
    assert sweep.wake_due(now=now + HOUR) == 0
    assert causes() == [f"case-warning:{case.pk}:resolution {owner.email}"]
    clock = clock_of(case, RESOLUTION)
    assert (clock.warned_at, clock.breached_at) == (now, None)
    case.refresh_from_db()
    assert (case.wake_at, case.is_breached) == (clock.due_at, False)


def test_a_breach_climbs_from_owner_to_lead_to_managers_an_hour_apart(owner):
    team = TeamFactory()
    lead = UserFactory(team=team, is_team_lead=True)
    UserFactory(team=team)
    manager = ManagerFactory()
    case = answered(owner, customer=CustomerFactory(team=team))
    due = clock_of(case, RESOLUTION).due_at
    for minutes in range(0, 400, 10):
        sweep.wake_due(now=due + dt.timedelta(minutes=minutes))
    assert causes() == [
        f"case-breach:{case.pk}:resolution:1 {owner.email}",
        f"case-breach:{case.pk}:resolution:2 {lead.email}",
        f"case-breach:{case.pk}:resolution:3 {manager.email}",
    ]
    clock = clock_of(case, RESOLUTION)
    assert (clock.breached_at, clock.reminders) == (due, 3)
    assert clock.reminded_at == due + 2 * HOUR
    case.refresh_from_db()
    assert (case.is_breached, case.wake_at, case.next_due_at) == (True, None, due)


def test_after_a_standstill_reminders_still_keep_an_hour_between_them(owner):
    case = answered(owner)
    late = clock_of(case, RESOLUTION).due_at + 30 * HOUR
    for minutes in range(0, 70, 5):
        sweep.wake_due(now=late + dt.timedelta(minutes=minutes))
    assert clock_of(case, RESOLUTION).reminders == 2
    assert [cause for cause in causes() if "warning" in cause] == []


def test_without_an_owner_all_active_service_staff_hear_of_it():
    people = [ServiceFactory(), ServiceFactory()]
    ServiceFactory(is_active=False)
    case = CaseFactory(by=people[0], now=MONDAY)
    sweep.wake_due(now=clock_of(case, ACKNOWLEDGE).warn_at)
    assert causes() == [f"case-warning:{case.pk}:acknowledge {who.email}" for who in people]


def test_an_owner_who_has_left_counts_as_none(owner):
    colleague = ServiceFactory()
    case = CaseFactory(owner=owner, by=owner, now=MONDAY)
    owner.is_active = False
    owner.save()
    sweep.wake_due(now=clock_of(case, ACKNOWLEDGE).warn_at)
    assert causes() == [f"case-warning:{case.pk}:acknowledge {colleague.email}"]


def test_an_owner_who_no_longer_sees_the_customer_is_told_nothing(owner):
    former, customer = AccountManagerFactory(), CustomerFactory()
    case = CaseFactory(owner=owner, by=owner, now=MONDAY, customer=customer)
    Customer.objects.filter(pk=customer.pk).update(account_manager=former)
    do(case, Action.ASSIGN, by=owner, now=MONDAY, values={"owner": former})
    Customer.objects.filter(pk=customer.pk).update(account_manager=None, team=None)
    sweep.wake_due(now=clock_of(case, ACKNOWLEDGE).warn_at)
    assert causes() == [f"case-warning:{case.pk}:acknowledge {owner.email}"]


def test_without_a_lead_the_managers_hear_of_it_earlier(owner):
    manager = ManagerFactory()
    case = answered(owner)
    due = clock_of(case, RESOLUTION).due_at
    sweep.wake_due(now=due)
    sweep.wake_due(now=due + HOUR)
    assert causes()[-1] == f"case-breach:{case.pk}:resolution:2 {manager.email}"


def test_mails_are_in_their_readers_language_and_name_the_case(owner):
    owner.language = "zh-hans"
    owner.save()
    reader = ServiceFactory(language="en")
    for who in (owner, reader):
        case = answered(who)
        sweep.wake_due(now=clock_of(case, RESOLUTION).due_at)
        mail = OutboxMessage.objects.get(recipient=who.email)
        assert case.reference in mail.subject
        assert f"/complaints/{case.pk}/" in mail.body
        assert case.customer.name in mail.body
    assert mail.subject.startswith("Deadline missed")


def test_waiting_ends_when_its_time_is_over(owner):
    case = CaseFactory(owner=owner, by=owner, now=MONDAY, state=State.WAITING_THIRD)
    do(case, Action.REPLY, by=owner, now=MONDAY + HOUR)
    until = Case.objects.get(pk=case.pk).waiting_until
    assert sweep.wake_due(now=until - dt.timedelta(minutes=1)) == 0
    assert sweep.wake_due(now=until) == 1
    case.refresh_from_db()
    event = case.events.last()
    assert (case.state, case.waiting_until) == (State.INVESTIGATING, None)
    assert (event.action, event.actor, event.by) == (Action.GO_ON, "system", None)
    assert clock_of(case, RESOLUTION).state == "running"


def test_a_resolved_case_closes_after_seven_days(owner):
    case = CaseFactory(owner=owner, by=owner, now=MONDAY, state=State.RESOLVED)
    closing = case.resolved_at + dt.timedelta(days=7)
    assert case.wake_at == closing
    assert sweep.wake_due(now=closing - dt.timedelta(minutes=1)) == 0
    assert sweep.wake_due(now=closing) == 1
    case.refresh_from_db()
    assert (case.state, case.ended_at, case.wake_at) == (State.CLOSED, closing, None)
    assert causes() == []


def test_a_clock_that_stands_rings_for_nobody(owner):
    case = answered(owner)
    later = MONDAY + dt.timedelta(days=60)
    data = {"until": (later + HOUR).isoformat()}
    do(case, Action.ASK_CUSTOMER, by=owner, now=MONDAY + HOUR, data=data)
    assert sweep.wake_due(now=later) == 0


def test_a_breach_known_before_it_was_told_is_told_when_the_clock_goes_on(owner):
    """The sweep stood still while the case became late and was then put to wait."""
    case = answered(owner)
    late = clock_of(case, RESOLUTION).due_at + HOUR
    do(case, Action.ASK_THIRD, by=owner, now=late)
    do(case, Action.GO_ON, by=owner, now=late + HOUR)
    sweep.wake_due(now=late + HOUR)
    assert causes() == [f"case-breach:{case.pk}:resolution:1 {owner.email}"]


def test_a_reopened_breach_is_not_told_anew(owner):
    ManagerFactory()
    case = answered(owner)
    due = clock_of(case, RESOLUTION).due_at
    for hours in range(4):
        sweep.wake_due(now=due + hours * HOUR)
    before = causes()
    case = do(case, Action.PROPOSE, by=owner, now=due + 5 * HOUR)
    case = do(case, Action.RESOLVE, by=owner, now=due + 5 * HOUR)
    assert clock_of(case, RESOLUTION).breached_at == due
    do(case, Action.REOPEN, by=owner, now=due + 30 * HOUR)
    sweep.wake_due(now=due + 40 * HOUR)
    assert causes() == before
    case.refresh_from_db()
    assert case.is_breached


def test_at_most_so_many_are_woken_at_a_time_the_longest_waiting_first(owner):
    early = CaseFactory(owner=owner, by=owner, now=MONDAY - 24 * HOUR)
    CaseFactory.create_batch(2, owner=owner, by=owner, now=MONDAY)
    now = MONDAY + 24 * HOUR
    first = sweep.run(now, limit=1)
    assert first == sweep.Run(1, (early.wake_at, early.pk))
    assert {cause.split(":")[1] for cause in causes()} == {str(early.pk)}
    assert sweep.run(now, after=first.last) == sweep.Run(2, None)
    assert sweep.wake_due(now=now) == 0


def test_one_case_that_can_not_be_woken_keeps_no_other_from_its_warning(owner, monkeypatch):
    broken = CaseFactory(owner=owner, by=owner, now=MONDAY - HOUR)
    fine = CaseFactory(owner=owner, by=owner, now=MONDAY)
    real = sweep.alarms.breach

    def breach(case, clock, people):
        if case.pk == broken.pk:
            raise sweep.Refused("not now")
        return real(case, clock, people)

    monkeypatch.setattr(sweep.alarms, "breach", breach)
    now = MONDAY + 24 * HOUR
    assert sweep.wake_due(now=now) == 1
    assert {cause.split(":")[1] for cause in causes()} == {str(fine.pk)}
    monkeypatch.undo()
    assert sweep.wake_due(now=now + dt.timedelta(minutes=1)) == 1
    assert str(broken.pk) in {cause.split(":")[1] for cause in causes()}


def test_many_cases_are_woken_with_few_queries(owner, django_assert_max_num_queries):
    team = TeamFactory()
    UserFactory(team=team, is_team_lead=True)
    manager = AccountManagerFactory(team=team)
    for who in (owner, manager):
        customer = CustomerFactory(account_manager=manager, team=team)
        CaseFactory.create_batch(6, owner=who, by=owner, customer=customer, now=MONDAY)
    now = MONDAY + 24 * HOUR
    with django_assert_max_num_queries(13):
        assert sweep.wake_due(now=now) == 12
    assert len(causes()) == 24  # acknowledgement and first response
    with django_assert_max_num_queries(13):
        assert sweep.wake_due(now=now + HOUR) == 12


def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next(owner, monkeypatch):
    cases = CaseFactory.create_batch(3, owner=owner, by=owner, now=MONDAY)
    monkeypatch.setattr(sweep, "BATCH", 1)
    now = MONDAY + 24 * HOUR
    found = sweep.run(now, seconds=0)
    assert found == sweep.Run(1, (cases[0].wake_at, cases[0].pk))
    found = sweep.run(now, after=found.last, seconds=0)
    assert found == sweep.Run(1, (cases[1].wake_at, cases[1].pk))
    assert sweep.run(now, after=found.last, seconds=0) == sweep.Run(1, None)


def test_what_a_run_leaves_is_begun_at_once_and_goes_on_behind_those_that_fail(owner, monkeypatch):
    """As beat and a worker do it; the broken one stays first in order, and keeps nobody waiting."""
    broken, *others = CaseFactory.create_batch(3, owner=owner, by=owner, now=MONDAY)
    real, rung, runs = sweep.alarms.breach, [None], []

    def breach(case, clock, people):
        if case.pk == broken.pk:
            raise sweep.Refused("not now")
        return real(case, clock, people)

    monkeypatch.setattr(sweep, "BATCH", 1)
    monkeypatch.setattr(sweep.alarms, "breach", breach)
    monkeypatch.setattr(sweep.run, "__kwdefaults__", sweep.run.__kwdefaults__ | {"seconds": 0})
    # The message goes through JSON, as the broker has it.
    monkeypatch.setattr(tasks.wake, "delay", lambda place: rung.append(json.loads(dumps(place))))
    while rung:
        runs.append(tasks.wake(rung.pop()))
    assert runs == [0, 1, 1]
    assert {cause.split(":")[1] for cause in causes()} == {str(case.pk) for case in others}


def test_each_turn_of_the_next_response_warns_and_is_told_for_itself(owner):
    case = answered(owner)
    for number in (1, 2):
        do(case, Action.REPLY, by=None, actor="customer", now=MONDAY + 24 * number * HOUR)
        clock = Clock.objects.get(case=case, kind=ClockKind.NEXT_RESPONSE, turn=number)
        sweep.wake_due(now=clock.warn_at)
        sweep.wake_due(now=clock.due_at)
        do(case, Action.REPLY, by=owner, now=clock.due_at + dt.timedelta(minutes=1))
    told = [cause for cause in causes() if "next_response" in cause]
    assert told == [
        f"case-warning:{case.pk}:next_response {owner.email}",
        f"case-breach:{case.pk}:next_response:1 {owner.email}",
        f"case-warning:{case.pk}:next_response-2 {owner.email}",
        f"case-breach:{case.pk}:next_response-2:1 {owner.email}",
    ]


# -- tiers


def test_open_cases_follow_their_customers_tier():
    case, ended = CaseFactory(now=MONDAY), CaseFactory(now=MONDAY, state=State.WITHDRAWN)
    for each in (case, ended):
        StandingFactory(customer=each.customer, tier="A")
    assert retier(now=MONDAY + HOUR) == 1
    case.refresh_from_db()
    ended.refresh_from_db()
    assert (case.tier, ended.tier) == ("A", "C")
    event = case.events.last()
    assert (event.action, event.actor) == (Action.CHANGE, "system")
    assert event.data == {"values": {"tier": "A"}, "was": {"tier": "C"}}
    assert clock_of(case, RESOLUTION).target == 20 * 60
    assert retier(now=MONDAY + HOUR) == 0


def test_a_tier_that_makes_a_case_late_wakes_the_sweep(owner):
    case = answered(owner)
    StandingFactory(customer=case.customer, tier="A")
    now = MONDAY + dt.timedelta(days=4)
    retier(now=now)
    case.refresh_from_db()
    assert case.wake_at <= now
    assert case.is_breached
    sweep.wake_due(now=now)
    assert causes() == [f"case-breach:{case.pk}:resolution:1 {owner.email}"]


def test_many_tiers_are_set_with_few_queries(django_assert_max_num_queries):
    for case in CaseFactory.create_batch(12, now=MONDAY):
        StandingFactory(customer=case.customer, tier="B")
    with django_assert_max_num_queries(24):
        assert retier(now=MONDAY) == 12
