"""Tasks: the list by when they are due, new ones without doubles, closing and opening again."""

import datetime as dt
import threading

import pytest
from django.db import connections

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from customers.models import Task
from customers.services.tasks import create_task
from customers.tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db

LIST = "/customers/tasks/"


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def close_url(task) -> str:
    return f"/customers/tasks/{task.pk}/close/"


def titles(response) -> dict[str, list[str]]:
    return {g["key"]: [t.title for t in g["tasks"]] for g in response.context["groups"]}


def test_my_tasks_stand_under_when_they_are_due(client, amy, customer, monkeypatch):
    wednesday = dt.date(2026, 3, 4)
    monkeypatch.setattr(Installation, "today", lambda self: wednesday)
    for title, days in (("late", -3), ("now", 0), ("sunday", 4), ("monday", 5)):
        TaskFactory(customer=customer, title=title, due_on=wednesday + dt.timedelta(days=days))
    TaskFactory(customer=customer, assignee=AccountManagerFactory(team=amy.team), title="hers")
    client.force_login(amy)
    response = client.get(LIST)
    assert titles(response) == {
        "overdue": ["late"],
        "today": ["now"],
        "week": ["sunday"],
        "later": ["monday"],
    }
    assert "3 days late" in response.text


def test_on_a_sunday_tomorrow_is_later(client, amy, customer, monkeypatch):
    sunday = dt.date(2026, 3, 8)
    monkeypatch.setattr(Installation, "today", lambda self: sunday)
    TaskFactory(customer=customer, title="tomorrow", due_on=dt.date(2026, 3, 9))
    client.force_login(amy)
    assert titles(client.get(LIST)) == {"later": ["tomorrow"]}


def test_leads_see_their_teams_tasks_and_managers_everybodys(client, amy, customer):
    TaskFactory(customer=customer, title="amy's")
    TaskFactory(title="elsewhere")
    mate = AccountManagerFactory(team=amy.team)
    lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
    for user, expected in (
        (mate, []),
        (lead, ["amy's"]),
        (ManagerFactory(), ["amy's", "elsewhere"]),
    ):
        client.force_login(user)
        groups = titles(client.get(LIST, {"whose": "team"}))
        assert sorted(groups.get("overdue", [])) == expected


def test_a_long_list_of_tasks_has_pages(client, amy, customer):
    TaskFactory.create_batch(45, customer=customer)
    client.force_login(amy)
    first = client.get(LIST)
    second = client.get(LIST + first.context["older_url"])
    assert len(titles(first)["overdue"]) == 30
    assert len(titles(second)["overdue"]) == 15
    assert client.get(LIST, {"page": "nonsense"}).status_code == 200


def test_a_task_is_added_and_can_be_taken_back(client, amy, customer):
    client.force_login(amy)
    url = f"/customers/{customer.pk}/tasks/new/"
    page = client.get(url)
    assert page.context["form"]["assignee"].value() == amy.pk
    data = {"title": "Call back", "due_on": "2030-01-05", "assignee": amy.pk}
    response = client.post(url, data, follow=True)
    task = Task.objects.get()
    assert (task.created_by, task.assignee, task.customer) == (amy, amy, customer)
    (message,) = response.context["messages"]
    undo = message.extra_tags.removeprefix("undo:")
    assert client.post(undo).url == f"/customers/{customer.pk}/"
    task.refresh_from_db()
    assert task.state == Task.State.DROPPED


def test_the_same_task_added_twice_is_one(client, amy, customer):
    client.force_login(amy)
    data = {"title": "Call back", "due_on": "2030-01-05", "assignee": amy.pk}
    for _ in range(2):
        client.post(f"/customers/{customer.pk}/tasks/new/", data)
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"due_on": "soon"}, "due_on"),
        ({"due_on": ""}, "due_on"),
        ({"assignee": ""}, "assignee"),
        ({"assignee": "0"}, "assignee"),
    ],
)
def test_a_wrong_task_is_not_added(client, amy, customer, changes, field):
    client.force_login(amy)
    data = {"title": "Call back", "due_on": "2030-01-05", "assignee": amy.pk} | changes
    response = client.post(f"/customers/{customer.pk}/tasks/new/", data)
    assert field in response.context["form"].errors
    assert not Task.objects.exists()


def test_one_task_is_open_for_the_same_reason(amy, customer):
    first = create_task(
        customer=customer,
        by=amy,
        title="a",
        assignee=amy,
        due_on=dt.date(2030, 1, 1),
        origin="signal",
        reason="silent",
    )
    again = create_task(
        customer=customer,
        by=amy,
        title="b",
        assignee=amy,
        due_on=dt.date(2030, 2, 1),
        origin="signal",
        reason="silent",
    )
    assert again == first


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_time_make_one_task(amy, customer):
    def make():
        create_task(customer=customer, by=amy, title="a", assignee=amy, due_on=dt.date(2030, 1, 1))
        connections.close_all()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Task.objects.count() == 1


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_a_task_is_closed_and_opened_again_by_undo(client, amy, customer, state):
    task = TaskFactory(customer=customer)
    client.force_login(amy)
    data = {"state": state, "next": f"/customers/{customer.pk}/"}
    response = client.post(close_url(task), data)
    assert response.url == f"/customers/{customer.pk}/"
    task.refresh_from_db()
    assert (task.state, task.closed_at is None) == (state, False)
    page = client.get(LIST)
    (message,) = page.context["messages"]
    response = client.post(message.extra_tags.removeprefix("undo:"))
    assert response.url == f"/customers/{customer.pk}/"
    task.refresh_from_db()
    assert (task.state, task.closed_at) == ("open", None)


def test_a_task_is_not_opened_again_beside_another_for_the_same_reason(client, amy, customer):
    reason = {"customer": customer, "origin": "signal", "reason": "silent"}
    old = TaskFactory(**reason)
    client.force_login(amy)
    client.post(close_url(old))
    TaskFactory(**reason)
    response = client.post(close_url(old), {"state": "open"}, follow=True)
    old.refresh_from_db()
    assert old.state == "done"
    assert "open already" in response.text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_closing_never_leads_to_another_site(client, amy, customer, target):
    task = TaskFactory(customer=customer)
    client.force_login(amy)
    assert client.post(close_url(task), {"next": target}).url == LIST


def test_a_state_that_is_none_is_refused(client, amy, customer):
    task = TaskFactory(customer=customer)
    client.force_login(amy)
    assert client.post(close_url(task), {"state": "burnt"}).status_code == 400


def test_service_staff_close_their_own_tasks_only(client, amy, customer):
    service = ServiceFactory()
    mine, hers = TaskFactory(customer=customer, assignee=service), TaskFactory(customer=customer)
    client.force_login(service)
    assert client.post(close_url(mine)).status_code == 302
    assert client.post(close_url(hers)).status_code == 403


def test_a_task_from_a_signal_does_not_tell_service_staff(client, amy, customer):
    service = ServiceFactory()
    signal = TaskFactory(customer=customer, origin="signal", reason="silent", title="Silent for 90")
    assert signal not in Task.objects.visible_to(service)
    client.force_login(service)
    assert client.post(close_url(signal)).status_code == 404
    assert "Silent for 90" not in client.get(f"/customers/{customer.pk}/").text


def test_tasks_of_another_teams_customer_are_not_there(client, customer):
    task = TaskFactory(customer=customer)
    client.force_login(AccountManagerFactory())
    assert client.post(close_url(task)).status_code == 404
    assert client.get(f"/customers/{customer.pk}/tasks/new/").status_code == 404


def test_the_methods_of_tasks(client, amy, customer):
    task = TaskFactory(customer=customer)
    client.force_login(amy)
    assert client.get(close_url(task)).status_code == 405
    assert client.post(LIST).status_code == 405
    assert client.put(f"/customers/{customer.pk}/tasks/new/").status_code == 405
