"""One's calendar by a secret address: made, read by programs, withdrawn."""

import datetime as dt
import logging

import icalendar
import pytest

from crm.accounts.models import AuditEntry, User
from crm.accounts.services import deactivate
from crm.accounts.tests.factories import (
    AccountManagerFactory,
    AdministratorFactory,
    ServiceFactory,
)
from crm.platform.models import Installation
from customers.models import CalendarFeed, Task
from customers.services.calendar_feed import make_address
from customers.tests.factories import CustomerFactory, TaskFactory
from customers.views import calendar_feed

pytestmark = pytest.mark.django_db

ADDRESS = "/customers/calendar/address/"
TODAY = dt.date(2026, 3, 4)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(Installation, "today", lambda self: TODAY)


@pytest.fixture
def customer(amy):
    facts = {"name": "Acorn Ltd", "number": "C7", "phone": "020 1", "address": "1 High St"}
    return CustomerFactory(account_manager=amy, **facts)


def url(token: str) -> str:
    return f"/customers/calendar/feed/{token}.ics"


def events(client, token: str) -> list[icalendar.Event]:
    response = client.get(url(token))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(response.content).walk("VEVENT"))


def test_the_address_is_shown_once_and_only_its_hash_is_kept(client, amy):
    client.force_login(amy)
    page = client.post(ADDRESS)
    address = page.context["address"]
    token = address.rpartition("/")[2].removesuffix(".ics")
    feed = CalendarFeed.objects.get(user=amy)
    assert token not in feed.token_hash
    assert len(token) == 43
    assert page.headers["Cache-Control"] == "no-store, private"
    assert token not in client.get("/customers/calendar/").text
    assert client.get(url(token)).status_code == 200


def test_a_new_address_makes_the_old_one_dead_and_withdrawing_both(client, amy):
    old, new = make_address(user=amy), make_address(user=amy)
    assert [client.get(url(token)).status_code for token in (old, new)] == [404, 200]
    client.force_login(amy)
    assert client.post(ADDRESS, {"action": "withdraw"}).url == "/customers/calendar/"
    client.logout()
    assert client.get(url(new)).status_code == 404
    logged = list(AuditEntry.objects.values_list("action", flat=True))
    assert logged.count("calendar_address.made") == 2
    assert logged.count("calendar_address.withdrawn") == 1
    assert new not in str(list(AuditEntry.objects.values()))


def test_a_visit_with_an_hour_stands_at_that_moment(client, amy, customer):
    installation = Installation.get()
    installation.time_zone = "Asia/Shanghai"
    installation.save()
    Installation.forget()
    task = TaskFactory(
        customer=customer,
        kind="visit",
        title="Show the pump; today, or later",
        due_on=dt.date(2026, 3, 10),
        starts_at=dt.time(14, 30),
        minutes=45,
        place="Gate 2",
        version=3,
    )
    (event,) = events(client, make_address(user=amy))
    assert event["uid"] == f"task-{task.pk}@localhost"
    assert event["summary"] == "Visit: Show the pump; today, or later – Acorn Ltd"
    assert event["location"] == "Gate 2"
    assert event["dtstart"].dt == dt.datetime(2026, 3, 10, 6, 30, tzinfo=dt.UTC)
    assert event["dtend"].dt - event["dtstart"].dt == dt.timedelta(minutes=45)
    assert event["sequence"] == 2
    Installation.forget()


def test_one_without_an_hour_is_a_whole_day_that_stays_free(client, amy, customer):
    TaskFactory(customer=customer, due_on=dt.date(2026, 3, 10), kind="meeting")
    (event,) = events(client, make_address(user=amy))
    assert event["dtstart"].dt == dt.date(2026, 3, 10)
    assert event["dtend"].dt == dt.date(2026, 3, 11)
    assert event["transp"] == "TRANSPARENT"
    assert event["location"] == "1 High St"


def test_hours_follow_the_clocks_over_the_change_of_summer_time(client, amy, customer):
    for day in (dt.date(2026, 3, 28), dt.date(2026, 3, 30)):
        TaskFactory(customer=customer, due_on=day, starts_at=dt.time(9), title=f"{day}")
    starts = [event["dtstart"].dt.hour for event in events(client, make_address(user=amy))]
    assert starts == [9, 8]


def test_it_holds_ones_own_open_tasks_of_the_time_around(client, amy, customer):
    mate = AccountManagerFactory(team=amy.team)
    for days in (-91, -90, 0, 365, 366):
        TaskFactory(customer=customer, title=f"{days}", due_on=TODAY + dt.timedelta(days=days))
    TaskFactory(customer=customer, title="hers", assignee=mate, due_on=TODAY)
    closed = {"state": "done", "closed_at": dt.datetime.now(dt.UTC)}
    TaskFactory(customer=customer, title="closed", due_on=TODAY, **closed)
    TaskFactory(customer=CustomerFactory(), assignee=amy, title="unseen", due_on=TODAY)
    found = [event["summary"] for event in events(client, make_address(user=amy))]
    assert found == ["-90 – Acorn Ltd", "0 – Acorn Ltd", "365 – Acorn Ltd"]


def test_it_says_who_and_where_to_read_on_and_neither_notes_nor_figures(client, amy, customer):
    TaskFactory(customer=customer, due_on=TODAY, notes="Worth 12,345 a year", title="Call")
    (event,) = events(client, make_address(user=amy))
    assert event["description"].split("\n") == [
        "Customer: Acorn Ltd (C7)",
        "Phone: 020 1",
        f"http://localhost:8000/customers/{customer.pk}/",
    ]
    assert "12,345" not in event.to_ical().decode()


def test_it_is_in_the_users_language_whoever_asks(client, amy, customer):
    User.objects.update(language="zh-hans")
    TaskFactory(customer=customer, due_on=TODAY, kind="visit", title="看新泵 " + "很" * 60)
    (event,) = events(client, make_address(user=amy))
    assert "看新泵" in event["summary"]
    assert not event["summary"].startswith("Visit")


def test_nothing_new_is_answered_with_nothing(client, amy, customer):
    token, task = make_address(user=amy), TaskFactory(customer=customer, due_on=TODAY)
    first = client.get(url(token))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    again = client.get(url(token), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Task.objects.filter(pk=task.pk).update(title="New words", version=2)
    changed = client.get(url(token), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_it_ends_with_the_users_access_and_does_not_come_back_with_it(client, amy):
    token = make_address(user=amy)
    deactivate(actor=AdministratorFactory(), user_id=amy.pk)
    assert client.get(url(token)).status_code == 404
    User.objects.filter(pk=amy.pk).update(is_active=True)
    assert client.get(url(token)).status_code == 404
    assert client.get(url(make_address(user=amy))).status_code == 200


def test_all_wrong_addresses_are_answered_alike(client, amy):
    gone = make_address(user=ServiceFactory(is_active=False))
    answers = set()
    for token in ("x" * 43, gone, "short", "y" * 900):
        response = client.get(url(token))
        answers.add((response.status_code, response.content, response.headers["Cache-Control"]))
    assert answers == {(404, b"Not Found\n", "private, no-cache")}


def test_too_many_questions_are_put_off(client, amy, monkeypatch):
    monkeypatch.setattr(calendar_feed, "VISITS", calendar_feed.Limit("t1", most=2, seconds=600))
    monkeypatch.setattr(calendar_feed, "MISSES", calendar_feed.Limit("t2", most=2, seconds=600))
    token = make_address(user=amy)
    assert [client.get(url(token)).status_code for _ in range(3)] == [200, 200, 429]
    wrong = "".join(reversed(token))
    assert [client.get(url(wrong)).status_code for _ in range(3)] == [404, 404, 429]


def test_reading_is_noted_and_nothing_of_the_token_reaches_a_log(client, amy, caplog):
    token = make_address(user=amy)
    (handler,) = [one for one in logging.getLogger().handlers if one.filters]
    lines = []
    handler.emit, emit = lambda record: lines.append(handler.format(record)), handler.emit
    try:
        client.get(url(token))
        client.get(url("secret-token"))
    finally:
        handler.emit = emit
    assert CalendarFeed.objects.get().read_at
    assert any("calendar/feed/[secret]" in line for line in lines)
    assert not any("secret-token" in line or token in line for line in lines)


def test_programs_only_read(client, amy):
    token = make_address(user=amy)
    assert client.post(url(token)).status_code == 405
    assert client.head(url(token)).status_code == 200
    client.force_login(amy)
    assert client.get(ADDRESS).status_code == 405
