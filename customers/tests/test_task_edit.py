"""Tasks with kind, hour, place and reminder: added, listed, edited by who is in charge."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.models import Installation
from customers.models import Task
from customers.services.tasks import TaskExistsError, create_task, edit_task
from customers.tests.factories import AccountPlanFactory, CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db

LIST = "/customers/tasks/"
TODAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(Installation, "today", lambda self: TODAY)


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy)


def url(task) -> str:
    return f"/customers/tasks/{task.pk}/edit/"


def data(amy, **changes) -> dict:
    return {
        "title": "Show the pump",
        "kind": "visit",
        "due_on": "2026-03-10",
        "starts_at": "14:30",
        "minutes": "45",
        "place": "Gate 2",
        "assignee": amy.pk,
        "remind_on": "2026-03-09",
        "notes": "",
    } | changes


def hidden(form) -> dict:
    return {name: form.initial[name] for name in ("version", "seen")}


def test_a_visit_has_its_hour_place_and_reminder(client, amy, customer):
    client.force_login(amy)
    client.post(f"/customers/{customer.pk}/tasks/new/", data(amy))
    task = Task.objects.get()
    assert (task.kind, task.starts_at, task.minutes) == ("visit", dt.time(14, 30), 45)
    assert (task.place, task.remind_on) == ("Gate 2", dt.date(2026, 3, 9))


def test_the_address_may_name_kind_and_day_of_a_new_task(client, amy, customer):
    client.force_login(amy)
    page = client.get(f"/customers/{customer.pk}/tasks/new/?kind=call&on=2026-03-20")
    form = page.context["form"]
    assert (form["kind"].value(), form["due_on"].value()) == ("call", "2026-03-20")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"starts_at": "25:00"}, "starts_at"),
        ({"starts_at": ""}, "starts_at"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "1441"}, "minutes"),
        ({"remind_on": "2026-03-11"}, "remind_on"),
        ({"remind_on": "2026-03-03"}, "remind_on"),
        ({"due_on": "0026-03-10"}, "due_on"),
        ({"due_on": "2226-03-10"}, "due_on"),
    ],
)
def test_what_makes_no_sense_is_not_added(client, amy, customer, changes, field):
    client.force_login(amy)
    response = client.post(f"/customers/{customer.pk}/tasks/new/", data(amy, **changes))
    assert field in response.context["form"].errors
    assert not Task.objects.exists()


def test_the_same_in_other_letters_is_the_same_and_another_hour_is_not(amy, customer):
    facts = {"customer": customer, "by": amy, "assignee": amy, "due_on": TODAY}
    first = create_task(title="Call  back", **facts)
    assert create_task(title="call back", **facts) == first
    assert create_task(title="call back", starts_at=dt.time(9), **facts) != first
    plan = AccountPlanFactory(customer=customer)
    assert create_task(title="Call back", plan=plan, origin="plan", **facts) != first


def test_the_list_takes_one_kind(client, amy, customer):
    for kind in Task.Kind.values:
        TaskFactory(customer=customer, kind=kind, title=f"a {kind}", due_on=TODAY)
    client.force_login(amy)
    page = client.get(LIST, {"kind": "call"})
    assert [task.title for group in page.context["groups"] for task in group["tasks"]] == ["a call"]
    assert len(client.get(LIST, {"kind": "party"}).context["groups"][0]["tasks"]) == 4


def test_a_planned_visit_leads_to_its_log_and_a_thing_to_do_does_not(client, amy, customer):
    visit = TaskFactory(customer=customer, kind="visit")
    client.force_login(amy)
    assert f"interactions/new/?task={visit.pk}&amp;kind=visit" in client.get(LIST).text
    Task.objects.update(kind="todo")
    assert "interactions/new/" not in client.get(LIST).text


def test_a_plans_action_shows_its_plan_to_those_who_see_worth(client, amy, customer):
    plan, service = AccountPlanFactory(customer=customer), ServiceFactory()
    for user in (amy, service):
        TaskFactory(customer=customer, assignee=user, plan=plan, origin="plan", title="Step one")
    for user, shows in ((amy, True), (service, False)):
        client.force_login(user)
        text = client.get(LIST).text
        assert "Step one" in text
        assert (f"/customers/{customer.pk}/plan/" in text) is shows
        assert ("account plan" in text) is shows


def test_only_who_is_in_charge_edits(client, amy, customer):
    service = ServiceFactory()
    task = TaskFactory(customer=customer, created_by=service)
    mate = AccountManagerFactory(team=amy.team)
    lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
    elsewhere = AccountManagerFactory(team=TeamFactory(), is_team_lead=True)
    expected = [
        *((user, 200) for user in (amy, service, lead, ManagerFactory())),
        *((user, 403) for user in (mate, ServiceFactory())),
        (elsewhere, 404),
    ]
    for user, status in expected:
        client.force_login(user)
        assert client.get(url(task)).status_code == status
        assert client.post(url(task)).status_code == status


def test_an_edit_keeps_what_the_form_showed(client, amy, customer):
    task = TaskFactory(customer=customer, starts_at=dt.time(9, 5), minutes=30, kind="call")
    client.force_login(amy)
    form = client.get(url(task)).context["form"]
    shown = {field.name: field.value() or "" for field in form.visible_fields()}
    assert shown["starts_at"] == "09:05"
    response = client.post(f"{url(task)}?next=/customers/calendar/", shown | hidden(form))
    assert response.url == "/customers/calendar/"
    task.refresh_from_db()
    assert (task.starts_at, task.minutes, task.version) == (dt.time(9, 5), 30, 2)


def test_two_people_edit_and_the_second_sees_both_and_loses_nothing(client, amy, customer):
    task = TaskFactory(customer=customer, starts_at=dt.time(9, 0), title="Show the pump")
    client.force_login(amy)
    form = client.get(url(task)).context["form"]
    base = {field.name: field.value() or "" for field in form.visible_fields()} | hidden(form)
    client.post(url(task), base | {"starts_at": "10:00", "title": "Show pumps"})
    response = client.post(url(task), base | {"place": "Hall 3", "title": "Show the valve"})
    assert response.status_code == 409
    form = response.context["form"]
    differences = {str(row.label): (row.theirs, row.mine) for row in form.differences}
    assert differences["Title"] == ("Show pumps", "Show the valve")
    assert differences["At"] == ("10:00", "09:00")
    values = {field.name: field.value() or "" for field in form.visible_fields()}
    assert (values["title"], values["place"], values["starts_at"]) == (
        "Show the valve",
        "Hall 3",
        "10:00",
    )
    assert client.post(url(task), values | hidden(form)).status_code == 302
    task.refresh_from_db()
    assert (task.title, task.place, task.starts_at) == ("Show the valve", "Hall 3", dt.time(10))


def test_a_closed_task_is_not_edited(client, amy, customer):
    task = TaskFactory(customer=customer)
    client.force_login(amy)
    form = client.get(url(task)).context["form"]
    client.post(f"/customers/tasks/{task.pk}/close/")
    assert client.get(url(task)).url == LIST
    assert client.post(url(task), data(amy) | hidden(form)).url == LIST
    task.refresh_from_db()
    assert task.title == "Call back"


def test_an_edit_makes_no_double(client, amy, customer):
    TaskFactory(customer=customer, title="Call back", due_on=dt.date(2026, 3, 10))
    other = TaskFactory(customer=customer, title="Call them", due_on=dt.date(2026, 3, 10))
    with pytest.raises(TaskExistsError):
        edit_task(pk=other.pk, version=1, values={"title": "call back"})
    client.force_login(amy)
    form = client.get(url(other)).context["form"]
    values = {field.name: field.value() or "" for field in form.visible_fields()} | hidden(form)
    response = client.post(url(other), values | {"title": "CALL BACK"})
    assert "already" in str(response.context["form"].non_field_errors())
    other.refresh_from_db()
    assert other.title == "Call them"


def test_who_has_a_task_keeps_it_though_no_longer_offered(client, amy, customer):
    gone = AccountManagerFactory(team=amy.team, is_active=False)
    task = TaskFactory(customer=customer, assignee=gone)
    client.force_login(ManagerFactory())
    form = client.get(url(task)).context["form"]
    assert gone in form.fields["assignee"].queryset
    new = client.get(f"/customers/{customer.pk}/tasks/new/").context["form"]
    assert gone not in new.fields["assignee"].queryset
