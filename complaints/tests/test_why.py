"""Why is this overdue? Each stretch with its reason, and their sum."""

import datetime as dt

import pytest
from django.urls import reverse

from complaints import why
from complaints.services.clocks import history
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import ServiceFactory
from crm.platform.calendars import default_calendar

pytestmark = pytest.mark.django_db
# London; the standard calendar is open from 9 to 17:30 on weekdays.
FRIDAY = dt.datetime(2026, 1, 9, 15, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def owner():
    return ServiceFactory()


def lines_of(case, kind: str, now: dt.datetime) -> list[tuple]:
    played = history(case)
    found = why.stretches(played.clocks[kind], played.timeline, now)
    return [(one.why, one.occasion and one.occasion.day, one.state, one.minutes) for one in found]


def test_evenings_weekends_holidays_and_half_days_are_told_apart(owner):
    days = default_calendar().days
    days.create(date=dt.date(2026, 1, 12), name="Stocktaking")
    days.create(date=dt.date(2026, 1, 13), name="Half day", opens=dt.time(9), closes=dt.time(12))
    case = CaseFactory(by=owner, now=FRIDAY)
    assert lines_of(case, "resolution", FRIDAY + 5 * DAY - 5 * HOUR) == [
        ("open", None, "", 150),
        ("closed", None, "", 0),
        ("closed", 12, "", 0),
        ("closed", 13, "", 0),
        ("open", 13, "", 180),
        ("closed", 13, "", 0),
        ("closed", None, "", 0),
        ("open", None, "", 60),
    ]


def test_waiting_and_the_time_resolved_stand_for_themselves(owner):
    monday = FRIDAY + 2 * DAY + 18 * HOUR
    case = CaseFactory(by=owner, owner=owner, now=monday, state=State.WAITING_CUSTOMER)
    case = do(case, Action.GO_ON, by=owner, now=monday + HOUR)
    case = do(case, Action.PROPOSE, by=owner, now=monday + HOUR)
    case = do(case, Action.RESOLVE, by=owner, now=monday + 2 * HOUR)
    do(case, Action.REOPEN, by=owner, now=monday + 3 * HOUR)
    assert lines_of(case, "resolution", monday + 4 * HOUR) == [
        ("open", None, "", 3),  # a minute an action of the factory
        ("standing", None, "waiting_customer", 0),
        ("open", None, "", 60),
        ("standing", None, "resolved", 0),
        ("open", None, "", 60),
    ]
    assert [line[0] for line in lines_of(case, "first_response", monday + 9 * HOUR)] == ["open"]


@pytest.fixture
def page(client, owner):
    client.force_login(owner)

    def get(case, **asked):
        return client.get(reverse("complaints:why", args=[case.pk]), asked)

    return get


def test_the_page_names_the_holiday_and_ends_with_the_clocks_sum(page, owner):
    long_ago = FRIDAY - 364 * DAY
    default_calendar().days.create(date=(long_ago + 3 * DAY).date(), name="Founder’s day")
    case = CaseFactory(by=owner, owner=owner, now=long_ago)
    answer = page(case, clock="acknowledge-1")
    text = answer.content.decode()
    assert "Founder’s day" in text
    assert "Why is this overdue?" in text
    assert 'aria-current="page">Acknowledge' in text
    total = answer.context["summary"].rpartition(" ")[2]
    last = page(case, clock="acknowledge-1", **{"from": total}).context
    assert last["lines"][-1]["sum"] == last["current"]["counted"]


def test_it_takes_few_queries_and_odd_addresses(page, owner, django_assert_max_num_queries):
    case = CaseFactory(by=owner, owner=owner)
    page(case)
    with django_assert_max_num_queries(9):
        assert page(case).status_code == 200
    for odd in ({"clock": "x"}, {"from": "-1"}, {"from": "9" * 30}):
        assert page(case, **odd).status_code == 200
