"""Nights of care over the demo company, held against what is owed by plain reckoning."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from crm import nightly
from crm.demo.load import load
from crm.platform import jobs
from crm.platform.models import Installation
from crm.tests import anew
from crm.tests.owed import Books, night, stored, told
from customers.models import CareDue, Standing
from customers.services.care import CARING, keep_up
from customers.tests.factories import ready_care_rules
from customers.tests.processes import exit_code, start, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
FEW = 240
NIGHT = "from customers.services.care import keep_up; keep_up()"
VISIT = "Quarterly visit 季度拜访"
MORNING = dt.datetime.now(dt.UTC)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def today(monkeypatch):
    """The company with its figures of yesterday; care has had no night yet."""
    monkeypatch.setattr(jobs, "ring", lambda job: False)
    ready_care_rules()
    today = Installation.get().today()
    load(today=today, customers=FEW)
    anew.analyze()
    with monkeypatch.context() as patch:
        patch.setitem(nightly.WORK, "care", lambda run, part: 0)
        call_command("nightly", as_of=today - dt.timedelta(days=1), stdout=io.StringIO())
    return today


def in_two_processes() -> None:
    """Both wait before the same door, which then opens."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [CARING])
        nights = [start("manage.py", "shell", "-c", NIGHT) for _ in range(2)]

        def both_wait() -> bool:
            assert all(one.poll() is None for one in nights), "a night ended early"
            cursor.execute(WAITING)
            return cursor.fetchone()[0] == 2

        wait_until(both_wait)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [CARING])
    assert [exit_code(one) for one in nights] == [0, 0]


def check(expected: tuple[dict, list]) -> None:
    """Each due and each task stands there exactly once, and none besides."""
    dues, tasks = expected
    found_dues, found_tasks = stored()
    assert told(found_dues) == told(dues)
    assert found_tasks == tasks
    reasons = [(customer, reason) for customer, reason, *_ in found_tasks]
    assert len(set(reasons)) == len(reasons)


def log_visit(client, due: CareDue) -> None:
    """As a person does it: the form of the customer, with no task named."""
    client.force_login(due.task.assignee)
    now = timezone.now().astimezone(Installation.get().zone)
    sent = {
        "kind": "visit",
        "direction": "out",
        "at": now.strftime("%Y-%m-%dT%H:%M"),
        "subject": VISIT,
        "next_assignee": due.task.assignee_id,
    }
    answer = client.post(reverse("customers:interaction_create", args=[due.customer_id]), sent)
    assert answer.status_code == 302, answer.context["form"].errors


def stands_on_page(client, due: CareDue, today: dt.date) -> None:
    """What was kept today, and what the rule asks for next."""
    page = client.get(reverse("customers:care", args=[due.customer_id]))
    assert VISIT in page.text
    assert due in page.context["page"].rows
    (row,) = [row for row in page.context["rows"] if row["rule"] == due.rule]
    assert row["last"] == today
    assert row["due"].due_on == today + dt.timedelta(days=due.rule.days)


def test_the_nights_owe_and_make_each_task_once_and_a_visit_clears_it(today, client, monkeypatch):
    def it_is(days: int) -> dt.date:
        """So many days later, for the whole application."""
        moment = MORNING + dt.timedelta(days=days)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return Installation.get().today()

    # The same day three times, the first two at once in processes of their own.
    expected = night(Books(today))
    tiers = dict(Standing.objects.values_list("pk", "tier"))
    assert {tiers[customer] for _rule, customer in expected[0]} == set("ABC")
    # Of tier C a sample is called, which may be empty in so small a company.
    assert {tiers[customer] for customer, *_ in expected[1]} >= set("AB")
    in_two_processes()
    check(expected)
    assert keep_up() == 0
    check(expected)

    # A visit clears what it keeps at once, and the night has nothing to add but new periods.
    assert it_is(0) == today
    due = owed_visit()
    log_visit(client, due)
    due.refresh_from_db()
    assert (due.state, due.settled_on, due.task.state) == ("kept", today, "done")
    assert due.interaction.subject == VISIT
    stands_on_page(client, due, today)

    # Later days twice each: what nobody did is missed, and goes on with the same task.
    for days in (1, 40):
        later = it_is(days)
        expected = night(Books(later))
        assert keep_up() > 0
        check(expected)
        assert keep_up() == 0
        check(expected)
    assert CareDue.objects.filter(state="missed", settled_on__gt=today).exists()


def owed_visit() -> CareDue:
    """One for which somebody has a task."""
    found = CareDue.objects.filter(state="owed", rule__action="visit", task__state="open")
    return found.select_related("task__assignee", "rule", "interaction").first()
