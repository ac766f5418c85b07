"""Reminders of tasks by mail: in the morning of their day, once, and of what still holds."""

import datetime as dt
import threading

import pytest
from django.db import connections
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.tests.factories import AccountManagerFactory, TeamFactory
from crm.platform.models import Installation, OutboxMessage
from customers.models import Task
from customers.services.reminders import remind_due
from customers.services.tasks import edit_task, set_task_state
from customers.tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Moves the time; begins on DAY at half past seven in Shanghai."""
    installation = Installation.get()
    installation.time_zone = "Asia/Shanghai"
    installation.save()
    Installation.forget()

    def set_to(hour: float, day: dt.date = DAY):
        midnight = dt.datetime.combine(day, dt.time.min, tzinfo=installation.zone)
        monkeypatch.setattr(timezone, "now", lambda: midnight + dt.timedelta(hours=hour))

    set_to(7.5)
    yield set_to
    Installation.forget()


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(), name="Amy", email="amy@example.com")


@pytest.fixture
def task(amy):
    customer = CustomerFactory(account_manager=amy, name="Acorn Ltd", number="C7")
    return TaskFactory(
        customer=customer,
        title="Show the new pump",
        kind="visit",
        due_on=DAY + dt.timedelta(days=2),
        starts_at=dt.time(14, 30),
        place="Gate 2",
        remind_on=DAY,
    )


def edit(task: Task, **values) -> Task:
    task.refresh_from_db()
    return edit_task(pk=task.pk, version=task.version, values=values)


def mails() -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.order_by("pk").values_list("recipient", "subject"))


def test_the_mail_comes_on_its_day_and_says_what_where_and_when(task):
    assert [remind_due(), remind_due()] == [1, 0]
    mail = OutboxMessage.objects.get()
    assert (mail.recipient, mail.subject) == (
        "amy@example.com",
        "Reminder: Show the new pump – Acorn Ltd",
    )
    for words in ("Dear Amy", "Visit: Show the new pump", "C7", "6 March 2026", "14:30", "Gate 2"):
        assert words in mail.body
    assert f"/customers/{task.customer_id}/" in mail.body


def test_it_waits_for_the_morning_of_the_installation(task, clock):
    clock(6.9)
    assert remind_due() == 0
    clock(23, DAY - dt.timedelta(days=1))
    assert remind_due() == 0
    clock(7)
    assert remind_due() == 1


def test_a_day_on_which_nobody_looked_is_caught_up(task, clock):
    clock(9, DAY + dt.timedelta(days=1))
    assert remind_due() == 1


def test_it_is_in_the_language_of_who_does_it(task, amy):
    User.objects.filter(pk=amy.pk).update(language="zh-hans")
    remind_due()
    assert "2026年3月6日" in OutboxMessage.objects.get().body


def test_nobody_is_reminded_of_what_is_closed_or_out_of_reach(task, amy):
    set_task_state(task=task, state="done")
    customer = CustomerFactory(account_manager=amy)
    for stranger in (
        AccountManagerFactory(),
        AccountManagerFactory(is_active=False, team=amy.team),
    ):
        TaskFactory(customer=customer, assignee=stranger, remind_on=DAY)
    remind_due()
    assert mails() == []


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_a_mail_that_waits_is_withdrawn_with_its_task_and_comes_back_with_it(task, state):
    remind_due()
    set_task_state(task=task, state=state)
    assert mails() == []
    set_task_state(task=task, state="open")
    assert remind_due() == 1


def test_a_mail_that_left_is_not_sent_again_when_the_task_is_opened_again(task):
    remind_due()
    OutboxMessage.objects.update(state="sent")
    set_task_state(task=task, state="done")
    set_task_state(task=task, state="open")
    assert remind_due() == 0


def test_a_task_that_moves_takes_its_waiting_mail_along(task):
    remind_due()
    edit(task, due_on=DAY + dt.timedelta(days=9), remind_on=DAY + dt.timedelta(days=8))
    assert mails() == []
    assert remind_due() == 0


def test_a_mail_that_waits_says_what_holds_now(task):
    remind_due()
    edit(task, title="Show the new valve")
    remind_due()
    assert mails() == [("amy@example.com", "Reminder: Show the new valve – Acorn Ltd")]


def test_other_changes_leave_the_mail_alone(task):
    remind_due()
    edit(task, notes="Bring the catalogue")
    assert remind_due() == 0
    assert len(mails()) == 1


def test_another_day_reminds_again_after_the_first_mail_left(task, clock):
    remind_due()
    OutboxMessage.objects.update(state="sent")
    edit(task, remind_on=DAY + dt.timedelta(days=1))
    clock(8, DAY + dt.timedelta(days=1))
    assert remind_due() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_mail_once(task):
    TaskFactory.create_batch(20, customer=task.customer, remind_on=DAY)
    found = []

    def work():
        found.append(remind_due())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == len(mails()) == 21
