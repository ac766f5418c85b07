"""The calendar of visits and tasks: month, week and day; mine, the team's, one person's."""

import datetime as dt

import pytest

from crm.accounts.tests.factories import (
    AccountManagerFactory,
    ManagerFactory,
    ServiceFactory,
    TeamFactory,
)
from crm.platform.calendars import default_calendar
from crm.platform.models import Installation
from customers import agenda
from customers.tests.factories import (
    CustomerFactory,
    InteractionFactory,
    RecurrenceFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db

URL = "/customers/calendar/"
D = dt.date
TODAY = D(2026, 11, 18)  # a Wednesday


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(Installation, "today", lambda self: TODAY)


@pytest.fixture
def customer(amy):
    return CustomerFactory(account_manager=amy, name="Acorn Ltd")


def days(response) -> dict[D, list[str]]:
    """The titles on each day that has any."""
    found = [day for week in response.context["weeks"] for day in week]
    return {day.date: [one.title for one in day.entries] for day in found if day.entries}


def ask(client, user, **asked):
    client.force_login(user)
    return client.get(URL, asked)


def test_a_month_is_whole_weeks_and_names_today(client, amy):
    page = ask(client, amy)
    weeks = page.context["weeks"]
    assert (weeks[0][0].date, weeks[-1][-1].date) == (D(2026, 10, 26), D(2026, 12, 6))
    assert page.text.count('aria-current="date"') == 1
    assert page.context["heading"] == "November 2026"
    assert '<th scope="col" abbr="Monday">' in page.text


@pytest.mark.parametrize(
    ("view", "day", "before", "after"),
    [
        ("month", "2026-01-31", "2025-12-01", "2026-02-01"),
        ("week", "2026-11-23", "2026-11-16", "2026-11-30"),
        ("day", "2026-03-01", "2026-02-28", "2026-03-02"),
    ],
)
def test_one_steps_to_what_was_before_and_comes_after(client, amy, view, day, before, after):
    page = ask(client, amy, view=view, **{"from": day})
    assert page.context["before_url"] == f"?view={view}&from={before}"
    assert page.context["after_url"] == f"?view={view}&from={after}"
    assert page.context["today_url"] == f"?view={view}&from=2026-11-18"


@pytest.mark.parametrize("asked", ["soon", "0001-01-01", "9999-12-31", "2026-13-01", "2026-11-18x"])
def test_a_day_that_is_none_is_today(client, amy, asked):
    for view in ("month", "week", "day", "century"):
        assert ask(client, amy, view=view, **{"from": asked}).context["from"] == "2026-11-18"


def test_tasks_talks_and_what_comes_again_stand_on_their_days(client, amy, customer):
    facts = {"customer": customer, "assignee": amy}
    TaskFactory(title="late", due_on=D(2026, 11, 3), **facts)
    TaskFactory(title="second", due_on=TODAY, starts_at=dt.time(14), kind="visit", **facts)
    TaskFactory(title="first", due_on=TODAY, starts_at=dt.time(9), **facts)
    TaskFactory(title="closed", state="done", closed_at=dt.datetime.now(dt.UTC), **facts)
    at = dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC)
    InteractionFactory(customer=customer, by=amy, kind="visit", subject="seen", at=at)
    InteractionFactory(customer=customer, by=amy, kind="call", subject="called", at=at)
    RecurrenceFactory(title="again", first_on=D(2026, 11, 20), unit="week", **facts)
    assert days(ask(client, amy)) == {
        D(2026, 11, 2): ["seen"],
        D(2026, 11, 3): ["late"],
        TODAY: ["first", "second"],
        D(2026, 11, 20): ["again"],
        D(2026, 11, 27): ["again"],
        D(2026, 12, 4): ["again"],
    }
    text = ask(client, amy).text
    assert "late: " in text
    assert "expected: " in text


def test_a_talk_stands_on_the_day_of_the_installations_clocks(client, amy, customer):
    installation = Installation.get()
    installation.time_zone = "Asia/Shanghai"
    installation.save()
    Installation.forget()
    at = dt.datetime(2026, 11, 1, 23, 30, tzinfo=dt.UTC)
    InteractionFactory(customer=customer, by=amy, kind="meeting", subject="early", at=at)
    assert days(ask(client, amy)) == {D(2026, 11, 2): ["early"]}
    assert "07:30" in ask(client, amy).text
    Installation.forget()


def test_a_full_day_shows_some_and_leads_to_all(client, amy, customer):
    for number in range(6):
        TaskFactory(customer=customer, title=f"task {number}", due_on=TODAY)
    page = ask(client, amy)
    assert len(days(page)[TODAY]) == 3
    assert "3 more" in page.text
    assert "?view=day&amp;from=2026-11-18" in page.text
    assert len(days(ask(client, amy, view="day"))[TODAY]) == 6
    TaskFactory(customer=customer, title="visit", due_on=TODAY, starts_at=dt.time(9))
    assert "visit" in days(ask(client, amy))[TODAY]
    assert len(days(ask(client, amy, view="week"))[TODAY]) == 7


def test_a_week_says_from_when_to_when_where_and_with_whom(client, amy, customer):
    facts = {"starts_at": dt.time(14, 30), "minutes": 45, "place": "Gate 2", "kind": "visit"}
    TaskFactory(customer=customer, due_on=TODAY, **facts)
    text = ask(client, amy, view="week").text
    for words in ("14:30–15:15", "Gate 2", "Visit", f"/customers/{customer.pk}/"):
        assert words in text


def test_holidays_and_days_with_own_hours_are_named(client, amy):
    calendar = default_calendar()
    calendar.days.create(date=D(2026, 11, 19), name="Founding day")
    calendar.days.create(date=D(2026, 11, 21), opens=dt.time(9), closes=dt.time(12))
    page = ask(client, amy)
    assert "Founding day" in page.text
    off = {day.date for week in page.context["weeks"] for day in week if day.is_off}
    assert D(2026, 11, 19) in off
    assert D(2026, 11, 21) not in off
    assert D(2026, 11, 22) in off


def test_leads_and_managers_look_at_their_people_and_others_at_themselves(client, amy, customer):
    mate = AccountManagerFactory(team=amy.team)
    lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
    stranger = AccountManagerFactory(team=TeamFactory())
    TaskFactory(customer=customer, title="amy's", due_on=TODAY)
    TaskFactory(customer=CustomerFactory(account_manager=stranger), title="else", due_on=TODAY)
    expected = [
        (mate, "team", []),
        (mate, str(amy.pk), []),
        (lead, "team", ["amy's"]),
        (lead, str(amy.pk), ["amy's"]),
        (lead, str(stranger.pk), []),
        (lead, "9" * 30, []),
        (ManagerFactory(), "team", ["amy's", "else"]),
        (ManagerFactory(), str(stranger.pk), ["else"]),
    ]
    for user, whose, titles in expected:
        assert sorted(days(ask(client, user, whose=whose)).get(TODAY, [])) == titles


def test_others_calendars_show_what_one_may_see_oneself(client, amy, customer):
    """A lead of service staff does not read what signals say."""
    team = amy.team
    lead = ServiceFactory(team=team, is_team_lead=True)
    TaskFactory(customer=customer, title="secret", due_on=TODAY, origin="signal", reason="silent")
    RecurrenceFactory(customer=CustomerFactory(), assignee=amy, title="elsewhere", first_on=TODAY)
    assert days(ask(client, lead, whose="team")) == {TODAY: ["elsewhere"]}
    assert days(ask(client, amy)) == {TODAY: ["secret"]}


def test_who_may_not_edit_a_task_is_led_to_the_card(client, amy, customer):
    task = TaskFactory(customer=customer, due_on=TODAY)
    service = ServiceFactory(team=amy.team, is_team_lead=True)
    other = TaskFactory(customer=CustomerFactory(), assignee=amy, due_on=TODAY)
    page = ask(client, service, whose="team")
    urls = {entry.url for week in page.context["weeks"] for day in week for entry in day.entries}
    assert f"/customers/tasks/{task.pk}/edit/" in urls
    assert f"/customers/{other.customer_id}/" in urls


def test_another_floor_adds_a_source(client, amy, customer, monkeypatch):
    def orders(user, start, end, whose):
        return [
            agenda.Entry(
                day=TODAY,
                kind="order",
                label="Order",
                title="expected order",
                customer_id=customer.pk,
                customer=customer.name,
                url="/",
                state=agenda.Entry.EXPECTED,
            )
        ]

    monkeypatch.setattr(agenda, "SOURCES", [*agenda.SOURCES, orders])
    assert days(ask(client, amy)) == {TODAY: ["expected order"]}


def test_a_calendar_asks_few_questions_and_weighs_little(
    client, amy, customer, django_assert_max_num_queries
):
    lead = AccountManagerFactory(team=amy.team, is_team_lead=True)
    for number in range(42):
        day = D(2026, 10, 26) + dt.timedelta(days=number)
        for at in range(6):
            TaskFactory(
                customer=CustomerFactory(account_manager=amy, name="Acorn Engineering Works Ltd"),
                due_on=day,
                kind="visit",
                starts_at=dt.time(9 + at),
                title="Show the new pump and agree on the stock",
            )
    for number in range(120):
        TaskFactory(customer=customer, due_on=TODAY, title=f"Call about open orders, part {number}")
    team_week = {"whose": "team", "view": "week"}
    for user, asked in (
        (amy, {}),
        (lead, {"whose": "team"}),
        (lead, team_week),
        (amy, {"view": "day"}),
    ):
        client.force_login(user)
        client.get(URL)
        Installation.forget()
        with django_assert_max_num_queries(9):
            page = client.get(URL, asked)
        assert len(page.content) < 40_000
