"""The calendar's file as RFC 5545 wants it, read without the library that wrote it."""

import datetime as dt
import re

import icalendar
import pytest

from crm.accounts.tests.factories import AccountManagerFactory, TeamFactory
from crm.platform.models import Installation
from customers.models import Recurrence, Task
from customers.services.calendar_feed import make_address, withdraw_address
from customers.services.recurrences import make_due
from customers.tests.factories import CustomerFactory, RecurrenceFactory, TaskFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)
MOST_OCTETS = 75
MOMENT, DAY = re.compile(r"\d{8}T\d{6}Z"), re.compile(r"\d{8}")
# What a calendar and an event must say, and each of them once.
OF_CALENDAR, OF_EVENT = {"PRODID", "VERSION"}, {"UID", "DTSTAMP", "DTSTART", "SUMMARY"}
FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
HARD = (
    "Ends; begins, and a\\backslash",
    "看新泵，报价；再谈，" * 12,
    "表情 🏭🔧 " * 20,
    "é" * 80,
    "a,b;c\\n stays\\,",
    "Two lines\nof words",
    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT",
    "one\rtwo\x0bthree\x85four\u2028five\x07six",
)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(Installation, "today", lambda self: TODAY)


@pytest.fixture
def amy():
    return AccountManagerFactory(team=TeamFactory(), name="Amy 艾米", language="zh-hans")


@pytest.fixture
def customer(amy):
    return CustomerFactory(
        account_manager=amy, name="橡果有限公司", number="C7", address="北京路 1 号"
    )


def read(client, token: str) -> bytes:
    answer = client.get(f"/customers/calendar/feed/{token}.ics")
    assert answer.status_code == 200
    return answer.content


def unfolded(content: bytes) -> list[str]:
    """The content lines; each line of the file is whole characters of at most 75 octets."""
    assert content.endswith(b"\r\n")
    lines: list[str] = []
    for raw in content.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(raw) <= MOST_OCTETS
        line = raw.decode()  # fails where a character is cut in two
        assert not FORBIDDEN.search(line), line
        if line.startswith((" ", "\t")):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def words(value: str) -> str:
    """A text as it was before it was escaped; nothing that must be escaped stands bare."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), value
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def events(content: bytes) -> list[dict[str, tuple[str, str]]]:
    """Name -> (parameters, value) of each event, by the grammar alone."""
    stack, found, head = [], [], []
    for line in unfolded(content):
        match = re.fullmatch(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^;:"]*))*):(.*)', line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR", "VEVENT"]:
            assert name not in found[-1], f"{name} twice"
            found[-1][name] = parameters, value
        else:
            assert stack == ["VCALENDAR"]
            head.append(name)
    assert not stack
    assert set(head) >= OF_CALENDAR
    assert all(set(event) >= OF_EVENT for event in found)
    assert len({event["UID"] for event in found}) == len(found)
    return found


def test_every_line_is_of_the_standard_whatever_people_write(client, amy, customer):
    for place, text in enumerate(HARD):
        TaskFactory(
            customer=customer, title=text[:200], place=text[:200], due_on=TODAY, id=place + 1
        )
    content = read(client, make_address(user=amy))
    by_uid = {event["UID"][1]: event for event in events(content)}
    assert len(by_uid) == len(HARD)
    for place, text in enumerate(HARD[:6]):
        event = by_uid[f"task-{place + 1}@localhost"]
        assert words(event["SUMMARY"][1]) == f"{text[:200]} – 橡果有限公司"
        assert words(event["LOCATION"][1]) == text[:200]
    # The library reads the same out of it.
    parsed = {str(one["uid"]): one for one in icalendar.Calendar.from_ical(content).walk("VEVENT")}
    assert {uid: words(event["SUMMARY"][1]) for uid, event in by_uid.items()} == {
        uid: str(one["summary"]) for uid, one in parsed.items()
    }


def test_days_are_days_and_hours_are_moments_of_one_clock(client, amy, customer):
    installation = Installation.get()
    installation.time_zone = "Asia/Shanghai"
    installation.save()
    Installation.forget()
    TaskFactory(customer=customer, due_on=dt.date(2026, 3, 10), title="day")
    hour = {"starts_at": dt.time(0, 30), "minutes": 90}
    TaskFactory(customer=customer, due_on=dt.date(2026, 3, 10), title="hour", **hour)
    found = {words(e["SUMMARY"][1])[:3]: e for e in events(read(client, make_address(user=amy)))}
    day, moment = found["day"], found["hou"]
    assert (day["DTSTART"], day["DTEND"]) == (
        (";VALUE=DATE", "20260310"),
        (";VALUE=DATE", "20260311"),
    )
    # Half past midnight in Shanghai is the evening before by the world's clock.
    assert (moment["DTSTART"][1], moment["DTEND"][1]) == ("20260309T163000Z", "20260309T180000Z")
    for event in found.values():
        assert MOMENT.fullmatch(event["DTSTAMP"][1])
        is_day = "VALUE=DATE" in event["DTSTART"][0]
        assert (DAY if is_day else MOMENT).fullmatch(event["DTSTART"][1])
    Installation.forget()


def test_what_comes_again_stands_there_once_a_day_and_repeats_itself_nowhere(client, amy, customer):
    RecurrenceFactory(customer=customer, first_on=TODAY, unit=Recurrence.Unit.WEEK, title="再来")
    for _ in range(3):
        make_due()
    made = list(Task.objects.values_list("due_on", flat=True))
    found = events(read(client, make_address(user=amy)))
    assert made
    assert sorted(event["DTSTART"][1] for event in found) == sorted(f"{day:%Y%m%d}" for day in made)
    assert not any({"RRULE", "RDATE", "RECURRENCE-ID"} & set(event) for event in found)


def test_an_event_keeps_its_name_and_counts_its_changes(client, amy, customer):
    task = TaskFactory(customer=customer, due_on=TODAY)
    token = make_address(user=amy)
    (before,) = events(read(client, token))
    Task.objects.filter(pk=task.pk).update(due_on=TODAY + dt.timedelta(days=1), version=2)
    (after,) = events(read(client, token))
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"][1], after["SEQUENCE"][1]) == ("0", "1")
    assert after["DTSTART"] != before["DTSTART"]


def test_a_withdrawn_address_is_gone(client, amy, customer):
    token = make_address(user=amy)
    assert events(read(client, token)) == []
    withdraw_address(user=amy)
    assert client.get(f"/customers/calendar/feed/{token}.ics").status_code == 404
