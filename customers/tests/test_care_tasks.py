"""The tasks that care makes, and runs of it: again, killed, two at once."""

import threading

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from customers.care import owed_soon, summary
from customers.models import (
    CareDue,
    CareRule,
    Task,
)
from customers.services import care, care_tasks_sql
from customers.services.care import MOST_A_DAY, MOST_DEMANDS, keep_up, settle
from customers.tests.owed import TODAY, customer, days, due_of, noon, rows, rule, states, talk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_ready_rules")]


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
        if statement is care_tasks_sql.MAKE:
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
