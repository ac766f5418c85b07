"""Care programmes: what is owed, kept and missed, and the tasks that it makes."""

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from customers.care import owed_soon, summary
from customers.models import (
    CareDue,
    CareRule,
    Club,
    DealingSummary,
    Interaction,
    Membership,
    ReviewReport,
    Standing,
    Task,
)
from customers.services import care, care_sql
from customers.services.care import MOST_A_DAY, MOST_DEMANDS, keep_up, settle
from customers.tests.factories import (
    ContactFactory,
    CustomerFactory,
    DealingDayFactory,
    InteractionFactory,
    StandingFactory,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 6, 15)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def without_ready_rules():
    CareRule.objects.all().delete()


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(), name="Amy")


def rule(action="visit", **fields) -> CareRule:
    usual = {"tier": "A", "days": 90, "ahead_days": 14, "since": TODAY}
    return CareRule.objects.create(action=action, names={"en": action}, **(usual | fields))


def customer(owner, tier="A", **fields):
    made = CustomerFactory(account_manager=owner)
    StandingFactory(customer=made, tier=tier, **fields)
    return made


def talk(customer, kind="visit", day=TODAY, **fields) -> Interaction:
    return InteractionFactory(customer=customer, kind=kind, at=noon(day), **fields)


def due_of(customer, **fields) -> CareDue:
    return CareDue.objects.get(customer=customer, **fields)


def states(customer) -> list[str]:
    return list(customer.care_dues.order_by("starts_on").values_list("state", flat=True))


def rows() -> list[tuple]:
    dues = CareDue.objects.order_by("rule", "customer", "starts_on")
    tasks = Task.objects.order_by("customer", "reason")
    return [
        *dues.values_list("rule", "customer", "starts_on", "due_on", "state", "settled_on"),
        *tasks.values_list("customer", "reason", "assignee", "due_on", "state"),
    ]


class TestOpening:
    def test_the_next_visit_is_owed_a_period_after_the_last_one(self, amy):
        rule()
        acorn = customer(amy)
        talk(acorn, day=TODAY - days(20))
        keep_up(TODAY)
        due = due_of(acorn)
        assert (due.state, due.starts_on, due.due_on) == (
            "owed",
            TODAY - days(19),
            TODAY + days(70),
        )

    def test_on_the_first_day_nothing_falls_due_at_once_and_all_is_spread(self, amy):
        rule()
        for _ in range(40):
            customer(amy)
        keep_up(TODAY)
        dates = sorted(CareDue.objects.values_list("due_on", flat=True))
        assert len(dates) == 40
        assert dates[0] >= TODAY + days(14)
        assert dates[-1] < TODAY + days(90)
        assert len(set(dates)) > 20

    def test_only_customers_of_the_tier_that_are_alive_are_owed_anything(self, amy):
        rule()
        customer(amy, tier="B")
        customer(amy, stage="ended")
        idle = customer(amy)
        Standing.objects.filter(customer=idle).update(is_active=False)
        keep_up(TODAY)
        assert not CareDue.objects.exists()

    def test_a_sample_is_the_same_however_often_it_is_drawn_and_another_next_month(self, amy):
        sampled = rule("call", sample_percent=20, days=30)
        for _ in range(100):
            customer(amy)
        keep_up(TODAY)
        first = set(CareDue.objects.values_list("customer", flat=True))
        keep_up(TODAY + days(1))
        assert set(CareDue.objects.values_list("customer", flat=True)) == first
        assert 8 <= len(first) <= 34
        assert set(CareDue.objects.values_list("starts_on", flat=True)) == {TODAY}
        keep_up(TODAY + days(30))
        next_month = CareDue.objects.filter(starts_on=TODAY + days(30), rule=sampled)
        assert set(next_month.values_list("customer", flat=True)) != first

    def test_news_is_owed_only_to_who_agreed_to_get_it(self, amy):
        rule("news")
        willing, unasked = customer(amy), customer(amy)
        contact = ContactFactory(customer=willing, email="a@acorn.example", consent="given")
        ContactFactory(customer=unasked, email="b@birch.example")
        keep_up(TODAY)
        assert [due.customer_id for due in CareDue.objects.all()] == [willing.pk]
        assert not Task.objects.exists()
        contact.consent = "refused"
        contact.save()
        keep_up(TODAY + days(1))
        assert states(willing) == ["void"]

    def test_changed_days_move_what_is_owed(self, amy):
        visits = rule()
        acorn, birch = customer(amy), customer(amy)
        talk(acorn, day=TODAY - days(20))
        talk(birch, day=TODAY - days(80))
        keep_up(TODAY)
        CareRule.objects.filter(pk=visits.pk).update(days=60)
        keep_up(TODAY)
        assert due_of(acorn).due_on == TODAY + days(40)
        assert TODAY + days(14) <= due_of(birch).due_on < TODAY + days(60)
        moved = rows()
        keep_up(TODAY)
        assert rows() == moved


class TestEvents:
    def bought(self, owner, *purchases: dt.date, **fields):
        made = customer(owner, last_purchase=max(purchases))
        for day in purchases:
            DealingDayFactory(customer=made, day=day)
        sums = {"gross": 1, "net": 1, "cost": 0, "known_net": 0, "sum_log_gaps": 0}
        DealingSummary.objects.create(
            customer=made,
            first_purchase=min(purchases),
            last_purchase=max(purchases),
            purchase_days=len(purchases),
            **sums,
        )
        return made

    def test_a_call_is_owed_after_the_first_purchase_but_not_of_old_customers(self, amy):
        rule("call", trigger="first", days=10)
        fresh = self.bought(amy, TODAY)
        self.bought(amy, TODAY - days(400), TODAY)
        keep_up(TODAY + days(1))
        due = CareDue.objects.get()
        assert (due.customer, due.starts_on, due.due_on) == (fresh, TODAY, TODAY + days(10))

    def test_each_delivery_asks_for_a_contact_unless_one_is_owed_already(self, amy):
        rule("contact", trigger="delivery", days=5, ahead_days=5)
        acorn = self.bought(amy, TODAY, TODAY + days(2))
        keep_up(TODAY + days(2))
        assert due_of(acorn).due_on == TODAY + days(5)
        talk(acorn, "call", day=TODAY + days(3))
        keep_up(TODAY + days(3))
        DealingDayFactory(customer=acorn, day=TODAY + days(4))
        keep_up(TODAY + days(4))
        assert states(acorn) == ["kept", "owed"]
        assert due_of(acorn, state="owed").starts_on == TODAY + days(4)

    def test_who_does_not_buy_again_is_called_and_who_does_is_not(self, amy):
        rule("call", trigger="no_second", days=30, ahead_days=7)
        silent = self.bought(amy, TODAY)
        self.bought(amy, TODAY, TODAY + days(3))
        keep_up(TODAY + days(30))
        assert not CareDue.objects.exists()
        keep_up(TODAY + days(31))
        assert due_of(silent).due_on == TODAY + days(37)
        assert Task.objects.get().customer == silent
        DealingSummary.objects.filter(customer=silent).update(purchase_days=2)
        keep_up(TODAY + days(32))
        assert states(silent) == ["void"]
        assert Task.objects.get().state == "dropped"


class TestKeeping:
    def test_a_visit_keeps_visit_and_contact_and_closes_their_tasks(self, amy):
        rule("visit", ahead_days=90), rule("contact", days=60, ahead_days=60)
        acorn = customer(amy)
        keep_up(TODAY)
        assert Task.objects.filter(state="open").count() == 2
        visit = talk(acorn, day=TODAY + days(1))
        assert settle(acorn.pk, TODAY + days(1)) == 2
        kept = CareDue.objects.filter(state="kept")
        assert {due.interaction_id for due in kept} == {visit.pk}
        assert set(Task.objects.values_list("state", flat=True)) == {"done"}
        owed = CareDue.objects.filter(state="owed")
        assert {due.starts_on for due in owed} == {TODAY + days(2)}
        assert {due.due_on for due in owed} == {TODAY + days(61), TODAY + days(91)}

    @pytest.mark.parametrize("kind", ["call", "email", "meeting", "news", "note"])
    def test_nothing_else_keeps_a_visit(self, amy, kind):
        rule("visit")
        acorn = customer(amy)
        keep_up(TODAY)
        talk(acorn, kind)
        assert settle(acorn.pk, TODAY) == 0

    def test_a_visit_by_an_executive_needs_a_manager(self, amy):
        rule("executive")
        acorn = customer(amy)
        keep_up(TODAY)
        visit = talk(acorn)
        assert settle(acorn.pk, TODAY) == 0
        visit.colleagues.add(ManagerFactory())
        assert settle(acorn.pk, TODAY) == 1

    def test_a_report_counts_on_the_day_it_is_given(self, amy):
        rule("report", days=182)
        acorn = customer(amy)
        keep_up(TODAY)
        report = ReviewReport.objects.create(
            customer=acorn, since=TODAY - days(180), until=TODAY, language="en", made_by=amy
        )
        assert settle(acorn.pk, TODAY + days(2)) == 0
        ReviewReport.objects.filter(pk=report.pk).update(given_on=TODAY + days(2))
        assert settle(acorn.pk, TODAY + days(2)) == 1
        assert due_of(acorn, state="owed").due_on == TODAY + days(184)

    def test_demands_are_kept_when_they_are_met_and_owed_only_where_they_are_not(self, amy):
        rule("club"), rule("representative")
        acorn = customer(amy)
        served = customer(amy)
        served.service_representative = ServiceFactory()
        served.save()
        keep_up(TODAY)
        assert list(served.care_dues.values_list("rule__action", flat=True)) == ["club"]
        club = Club.objects.create(names={"en": "Friends"})
        Membership.objects.create(customer=acorn, club=club, since=TODAY)
        keep_up(TODAY + days(1))
        assert due_of(acorn, rule__action="club").state == "kept"
        assert due_of(acorn, rule__action="representative").state == "owed"
        keep_up(TODAY + days(2))
        assert acorn.care_dues.filter(rule__action="club").count() == 1

    def test_a_complete_file_is_no_demand_any_more(self, amy):
        rule("file", tier="C", days=365)
        acorn = customer(amy, tier="C", name="Acorn")
        keep_up(TODAY)
        facts = {"phone": "1", "address": "High St", "region": "Wales", "industry": "Food"}
        for name, value in {**facts, "main_business": "Jam", "tax_number": "9"}.items():
            setattr(acorn, name, value)
        acorn.save()
        ContactFactory(customer=acorn, role="decision_maker")
        keep_up(TODAY + days(1))
        assert states(acorn) == ["kept"]

    def test_what_was_not_kept_is_missed_and_owed_for_the_next_period(self, amy):
        rule("contact", days=30)
        acorn = customer(amy)
        talk(acorn, "call", day=TODAY - days(10))
        keep_up(TODAY)
        keep_up(TODAY + days(20))
        assert states(acorn) == ["owed"]
        keep_up(TODAY + days(21))
        assert states(acorn) == ["missed", "owed"]
        assert due_of(acorn, state="owed").due_on == TODAY + days(50)

    def test_a_long_standstill_misses_one_period_not_many(self, amy):
        rule("contact", days=30)
        acorn = customer(amy)
        keep_up(TODAY)
        keep_up(TODAY + days(400))
        assert states(acorn) == ["missed", "owed"]
        assert due_of(acorn, state="owed").due_on >= TODAY + days(400)

    def test_a_changed_tier_voids_and_the_old_one_takes_up_again(self, amy):
        rule("visit", ahead_days=90)
        acorn = customer(amy)
        keep_up(TODAY)
        Standing.objects.update(tier="B")
        keep_up(TODAY + days(1))
        assert states(acorn) == ["void"]
        assert Task.objects.get().state == "dropped"
        Standing.objects.update(tier="A")
        keep_up(TODAY + days(2))
        assert states(acorn)[-1] == "owed"
        assert Task.objects.filter(state="open").count() == 1

    def test_a_retired_rule_is_owed_no_more(self, amy):
        retired = rule()
        acorn = customer(amy)
        keep_up(TODAY)
        CareRule.objects.filter(pk=retired.pk).update(is_active=False)
        keep_up(TODAY)
        assert states(acorn) == ["void"]


class TestTasks:
    def test_a_task_comes_ahead_of_its_day_and_once(self, amy):
        rule()
        acorn = customer(amy)
        talk(acorn, day=TODAY - days(70))
        keep_up(TODAY)
        assert not Task.objects.exists()
        for day in (6, 6, 7):
            keep_up(TODAY + days(day))
        task = Task.objects.get()
        assert (task.assignee, task.origin, task.kind, task.title) == (
            amy,
            "care",
            "visit",
            "visit",
        )
        assert task.due_on == TODAY + days(20)
        assert due_of(acorn).task == task

    def test_ticking_it_off_keeps_the_care_dropping_it_does_not_and_neither_makes_another(
        self, amy
    ):
        rule(ahead_days=90)
        done, dropped = customer(amy), customer(amy)
        keep_up(TODAY)
        for customer_, state in ((done, "done"), (dropped, "dropped")):
            Task.objects.filter(customer=customer_).update(
                state=state, closed_at=noon(TODAY + days(1))
            )
        keep_up(TODAY + days(1))
        assert (states(done), states(dropped)) == (["kept", "owed"], ["owed"])
        assert Task.objects.filter(customer=dropped).count() == 1

    def test_ticking_off_a_demand_does_not_meet_it(self, amy):
        rule("representative")
        acorn = customer(amy)
        keep_up(TODAY)
        Task.objects.update(state="done", closed_at=timezone.now())
        keep_up(TODAY + days(1))
        assert states(acorn) == ["owed"]
        assert Task.objects.count() == 1

    def test_a_missed_period_does_not_double_the_task(self, amy):
        rule("contact", days=20, ahead_days=19)
        acorn = customer(amy)
        keep_up(TODAY)
        keep_up(TODAY + days(25))
        task = Task.objects.get()
        assert task.state == "open"
        assert due_of(acorn, state="owed").task == task

    def test_nobody_inactive_gets_one(self, amy):
        rule("visit", ahead_days=90)
        lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
        customer(amy)
        amy.is_active = False
        amy.save()
        keep_up(TODAY)
        assert Task.objects.get().assignee == lead

    def test_the_rule_says_who_does_it(self, amy):
        manager, service = ManagerFactory(team=amy.team), ServiceFactory()
        rule("executive", who="executive", ahead_days=90)
        rule("call", who="service", ahead_days=90)
        served = customer(amy)
        served.service_representative = service
        served.save()
        keep_up(TODAY)
        assert set(Task.objects.values_list("kind", "assignee")) == {
            ("visit", manager.pk),
            ("call", service.pk),
        }

    def test_no_day_brings_more_than_a_person_can_bear_and_the_most_valuable_come_first(self, amy):
        rule("representative")
        rule("contact", days=60, ahead_days=59)
        valued = [customer(amy, lifetime_value=1_000 - n) for n in range(30)]
        for _ in range(2):
            keep_up(TODAY)
        demands = Task.objects.filter(kind="todo").values_list("customer", flat=True)
        assert set(demands) == {one.pk for one in valued[:MOST_DEMANDS]}
        assert Task.objects.filter(kind="call").count() == MOST_A_DAY

    def test_the_title_is_in_the_language_of_who_does_it(self, amy):
        amy.language = "zh-hans"
        amy.save()
        visits = rule(ahead_days=90)
        CareRule.objects.filter(pk=visits.pk).update(names={"en": "Visit", "zh-hans": "拜访"})
        customer(amy)
        keep_up(TODAY)
        assert Task.objects.get().title == "拜访"


def test_any_number_of_runs_leave_the_same_rows(amy):
    for action, more in (("visit", {}), ("contact", {"days": 30}), ("club", {}), ("file", {})):
        rule(action, **more)
    rule("call", sample_percent=30, days=30)
    for n in range(25):
        talk(customer(amy), ("visit", "call")[n % 2], day=TODAY - days(3 * n))
    keep_up(TODAY)
    once = rows()
    assert keep_up(TODAY) == 0
    assert rows() == once
    keep_up(TODAY + days(40))
    later = rows()
    assert keep_up(TODAY + days(40)) == 0
    assert rows() == later


def test_the_card_learns_what_is_next_and_how_much_was_kept(amy):
    visits = rule()
    acorn = customer(amy)
    for starts, state in ((200, "kept"), (110, "missed"), (500, "missed")):
        day = TODAY - days(starts)
        CareDue.objects.create(
            rule=visits,
            customer=acorn,
            starts_on=day,
            due_on=day + days(89),
            state=state,
            settled_on=day + days(90),
        )
    keep_up(TODAY)
    found = summary(acorn, TODAY)
    assert (found["kept"], found["missed"], found["settled"], found["rate"]) == (1, 1, 2, 0.5)
    assert [due.rule for due in found["next"]] == [visits]
    assert found["next"][0].days_late == (TODAY - found["next"][0].due_on).days
    assert [due.customer for due in owed_soon(amy, TODAY + days(70))] == [acorn]
    assert not owed_soon(AccountManagerFactory(), TODAY + days(70)).exists()


def test_a_worker_killed_halfway_leaves_nothing_and_the_next_one_does_it_all(amy, monkeypatch):
    rule("visit", ahead_days=90), rule("club")
    for _ in range(5):
        customer(amy)
    done = care._do

    def dying(cursor, statement, values):
        if statement is care_sql.MAKE:
            raise ConnectionError
        return done(cursor, statement, values)

    monkeypatch.setattr(care, "_do", dying)
    with pytest.raises(ConnectionError):
        keep_up(TODAY)
    assert rows() == []
    monkeypatch.setattr(care, "_do", done)
    keep_up(TODAY)
    assert CareDue.objects.count() == 10
    assert Task.objects.count() == 5 + MOST_DEMANDS


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_visit_at_the_same_moment_make_each_row_once(amy):
    CareRule.objects.all().delete()
    rule("visit", ahead_days=90), rule("contact", days=60, ahead_days=59)
    all_of_them = [customer(amy) for _ in range(8)]
    talk(all_of_them[0])
    failed = []

    def work(do):
        try:
            do(TODAY)
        except DatabaseError as error:
            failed.append(error)
        finally:
            connection.close()

    jobs = [keep_up, keep_up, lambda day: settle(all_of_them[0].pk, day)]
    threads = [threading.Thread(target=work, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keep_up(TODAY)
    assert not failed
    assert CareDue.objects.filter(state="owed").count() == 16
    reasons = Task.objects.values_list("customer", "reason")
    assert len(set(reasons)) == reasons.count()
