"""Tasks that come again: made ahead, once, never in a pile."""

import datetime as dt
import threading

import pytest
from django.db import connections
from django.utils import timezone

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from customers.models import Recurrence, Task
from customers.services.recurrences import make_due
from customers.services.tasks import set_task_state
from customers.tests.factories import CustomerFactory, RecurrenceFactory

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = D(2026, 3, 4)  # a Wednesday


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Moves the business date; begins on TODAY."""
    now = {"today": TODAY}
    monkeypatch.setattr(Installation, "today", lambda self: now["today"])
    return lambda day: now.update(today=day)


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def due_days(**facts) -> list[D]:
    return list(Task.objects.filter(**facts).order_by("due_on").values_list("due_on", flat=True))


def close(day: D) -> None:
    """Whoever has the open task does it on that day."""
    task = Task.objects.get(state="open")
    set_task_state(task=task, state="done")
    at = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    Task.objects.filter(pk=task.pk).update(closed_at=at)


def data(amy, **changes) -> dict:
    return {
        "title": "Check the stock",
        "kind": "visit",
        "assignee": amy.pk,
        "every": 1,
        "unit": "month",
        "first_on": "2026-01-31",
    } | changes


def test_the_task_is_made_two_weeks_ahead_and_once(customer, clock):
    row = RecurrenceFactory(
        customer=customer, first_on=D(2026, 3, 20), kind="visit", notes="Hall 2"
    )
    assert make_due() == 0
    clock(D(2026, 3, 6))
    assert [make_due(), make_due()] == [1, 0]
    task = Task.objects.get()
    assert (task.due_on, task.kind, task.notes) == (D(2026, 3, 20), "visit", "Hall 2")
    assert (task.origin, task.recurrence, task.assignee) == ("recurring", row, row.assignee)
    row.refresh_from_db()
    assert row.next_on == D(2026, 4, 20)


def test_the_next_one_waits_until_the_last_is_closed(customer, clock):
    RecurrenceFactory(customer=customer, first_on=D(2026, 3, 10))
    make_due()
    clock(D(2026, 4, 5))
    assert make_due() == 0
    close(D(2026, 4, 5))
    make_due()
    assert due_days(state="open") == [D(2026, 4, 10)]


def test_work_done_late_counts_for_the_days_that_passed_meanwhile(customer, clock):
    RecurrenceFactory(customer=customer, first_on=D(2026, 3, 5), unit="week")
    make_due()
    clock(D(2026, 3, 20))
    close(D(2026, 3, 20))
    make_due()
    assert due_days(state="open") == [D(2026, 3, 26)]


def test_work_done_on_a_day_that_comes_again_counts_for_that_day(customer, clock):
    RecurrenceFactory(customer=customer, first_on=D(2026, 3, 5), unit="week")
    make_due()
    clock(D(2026, 3, 19))
    close(D(2026, 3, 19))
    assert make_due() == 1
    assert due_days(state="open") == [D(2026, 3, 26)]


def test_a_weekly_one_is_not_made_for_the_week_after_next(customer, clock):
    RecurrenceFactory(customer=customer, first_on=D(2026, 3, 5), unit="week")
    make_due()
    close(D(2026, 3, 4))
    assert make_due() == 0
    clock(D(2026, 3, 5))
    make_due()
    assert due_days(state="open") == [D(2026, 3, 12)]


def test_after_a_long_standstill_there_is_one_task_and_no_pile(customer, clock):
    row = RecurrenceFactory(customer=customer, first_on=D(2025, 1, 31))
    make_due()
    assert due_days() == [D(2026, 2, 28)]
    row.refresh_from_db()
    assert row.next_on == D(2026, 3, 31)


def test_it_ends_after_its_last_day(customer, clock):
    row = RecurrenceFactory(customer=customer, first_on=D(2026, 3, 10), until=D(2026, 4, 1))
    make_due()
    row.refresh_from_db()
    assert not row.is_active
    clock(D(2026, 5, 1))
    close(D(2026, 5, 1))
    assert make_due() == 0


def test_neither_ended_ones_nor_inactive_customers_make_tasks(customer):
    RecurrenceFactory(customer=customer, first_on=TODAY, is_active=False)
    RecurrenceFactory(customer=CustomerFactory(is_active=False), first_on=TODAY)
    assert make_due() == 0


def test_the_work_of_who_left_goes_to_the_account_manager(customer, amy):
    gone = AccountManagerFactory(team=amy.team, is_active=False)
    row = RecurrenceFactory(customer=customer, assignee=gone, first_on=TODAY)
    make_due()
    row.refresh_from_db()
    assert Task.objects.get().assignee == row.assignee == amy


def test_so_does_that_of_who_does_not_see_the_customer_any_more(customer, amy):
    RecurrenceFactory(customer=customer, assignee=AccountManagerFactory(), first_on=TODAY)
    make_due()
    assert Task.objects.get().assignee == amy


def test_without_an_account_manager_the_lead_has_it_or_else_a_manager(amy):
    manager, left = ManagerFactory(), AccountManagerFactory(is_active=False)
    lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
    led = CustomerFactory(account_manager=None, team=amy.team)
    other = CustomerFactory(account_manager=None, team=None)
    for one in (led, other):
        RecurrenceFactory(customer=one, assignee=left, first_on=TODAY)
    make_due()
    assert Task.objects.get(customer=led).assignee == lead
    assert Task.objects.get(customer=other).assignee == manager


@pytest.mark.django_db(transaction=True)
def test_several_workers_make_each_task_once(customer, clock):
    for number in range(30):
        RecurrenceFactory(
            customer=customer, title=f"{number}", first_on=TODAY, unit="week", every=2
        )
    clock(TODAY)

    def work():
        make_due()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Task.objects.count() == 30
    assert set(Recurrence.objects.values_list("next_on", flat=True)) == {D(2026, 3, 18)}


def test_many_are_made_with_a_fixed_number_of_questions(customer, django_assert_max_num_queries):
    RecurrenceFactory.create_batch(40, customer=customer, first_on=TODAY)
    Installation.cached()
    with django_assert_max_num_queries(16):
        assert make_due() == 40


def test_it_is_set_up_from_the_first_day_that_is_not_over(client, amy, customer):
    client.force_login(amy)
    url = f"/customers/{customer.pk}/recurring/new/"
    assert client.get(url).context["form"]["assignee"].value() == amy.pk
    for _ in range(2):
        assert client.post(url, data(amy)).url == f"/customers/{customer.pk}/"
    row = Recurrence.objects.get()
    assert (row.next_on, row.created_by) == (D(2026, 3, 31), amy)
    assert "every month" in client.get(url).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"every": "0"}, "every"),
        ({"every": "101"}, "every"),
        ({"unit": "day"}, "unit"),
        ({"first_on": "0001-01-01"}, "first_on"),
        ({"first_on": "9999-12-31"}, "first_on"),
        ({"until": "2026-01-01"}, "until"),
        ({"until": "2026-03-01"}, "until"),
        ({"title": " "}, "title"),
    ],
)
def test_what_makes_no_sense_is_not_set_up(client, amy, customer, changes, field):
    client.force_login(amy)
    response = client.post(f"/customers/{customer.pk}/recurring/new/", data(amy, **changes))
    assert field in response.context["form"].errors
    assert not Recurrence.objects.exists()


def test_a_changed_rhythm_leaves_the_open_task_and_goes_on_after_it(client, amy, customer):
    row = RecurrenceFactory(customer=customer, first_on=D(2026, 3, 10))
    make_due()
    client.force_login(amy)
    page = client.get(f"/customers/recurring/{row.pk}/edit/")
    changed = data(amy, first_on="2026-03-09", unit="week")
    changed |= {name: page.context["form"].initial[name] for name in ("version", "seen")}
    client.post(f"/customers/recurring/{row.pk}/edit/", changed)
    row.refresh_from_db()
    assert (row.unit, row.next_on) == ("week", D(2026, 3, 16))
    assert due_days() == [D(2026, 3, 10)]


def test_two_people_edit_it_and_nothing_typed_is_lost(client, amy, customer):
    row = RecurrenceFactory(customer=customer, first_on=D(2026, 3, 10))
    client.force_login(amy)
    url = f"/customers/recurring/{row.pk}/edit/"
    opened = client.get(url).context["form"]
    hidden = {name: opened.initial[name] for name in ("version", "seen")}
    base = data(amy, first_on="2026-03-10", kind="todo")
    client.post(url, base | hidden | {"title": "Count the stock"})
    response = client.post(url, base | hidden | {"notes": "Bring the list"})
    assert response.status_code == 409
    form = response.context["form"]
    assert form["title"].value() == "Count the stock"
    assert form["notes"].value() == "Bring the list"
    hidden = {name: form.initial[name] for name in ("version", "seen")}
    again = base | hidden | {"title": "Count the stock", "notes": "Bring the list"}
    assert client.post(url, again).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.notes) == ("Count the stock", "Bring the list")


def test_it_is_ended_and_that_is_taken_back(client, amy, customer, clock):
    row = RecurrenceFactory(customer=customer, first_on=D(2026, 3, 10))
    client.force_login(amy)
    client.post(f"/customers/recurring/{row.pk}/end/")
    row.refresh_from_db()
    assert not row.is_active
    assert client.get(f"/customers/recurring/{row.pk}/edit/").status_code == 302
    (message, _) = client.get("/customers/tasks/").context["messages"]
    clock(D(2026, 5, 1))
    client.post(message.extra_tags.removeprefix("undo:"))
    row.refresh_from_db()
    assert (row.is_active, row.next_on) == (True, D(2026, 5, 10))


def test_who_has_nothing_to_do_with_it_does_not_change_it(client, amy, customer):
    row = RecurrenceFactory(customer=customer)
    url, end = f"/customers/recurring/{row.pk}/edit/", f"/customers/recurring/{row.pk}/end/"
    mate = AccountManagerFactory(team=amy.team)
    lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
    expected = {mate: 403, ServiceFactory(): 403, AccountManagerFactory(): 404, lead: 200}
    for user, status in expected.items():
        client.force_login(user)
        assert client.get(url).status_code == status
        if status != 200:
            assert client.post(end).status_code == status
    row.refresh_from_db()
    assert row.is_active


def test_an_ended_one_is_not_brought_back_by_an_older_form(client, amy, customer):
    row = RecurrenceFactory(customer=customer, first_on=D(2026, 3, 10))
    client.force_login(amy)
    url = f"/customers/recurring/{row.pk}/edit/"
    form = client.get(url).context["form"]
    hidden = {name: form.initial[name] for name in ("version", "seen")}
    Recurrence.objects.update(is_active=False)
    client.post(url, data(amy, first_on="2026-03-10") | hidden)
    row.refresh_from_db()
    assert not row.is_active
    assert row.version == 1


def test_undoing_done_brings_no_second_open_task(customer, amy, client):
    RecurrenceFactory(customer=customer, first_on=TODAY, unit="week")
    make_due()
    first = Task.objects.get()
    set_task_state(task=first, state="done")
    Task.objects.update(closed_at=timezone.make_aware(dt.datetime(2026, 3, 4, 9)))
    make_due()
    client.force_login(amy)
    client.post(f"/customers/tasks/{first.pk}/close/", {"state": "open"})
    assert due_days(state="open") == [D(2026, 3, 11)]
