"""Business time against a slow model that walks minute by minute."""

import datetime as dt
import itertools
import json
import threading
import zoneinfo

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.platform.calendars import (
    END_OF_DAY,
    NeverOpenError,
    Week,
    add_business_minutes,
    business_minutes,
    default_calendar,
    working_intervals,
)
from crm.platform.models import BusinessCalendar, Installation

LONDON = zoneinfo.ZoneInfo("Europe/London")
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
MINUTE = dt.timedelta(minutes=1)
QUARTER = 15 * MINUTE
DAY_BEFORE = dt.date(2025, 12, 31)
OFFICE = [(dt.time(9), dt.time(12)), (dt.time(13), dt.time(17))]
# Zones that jump by an hour, by half an hour, at midnight, and not at all.
ZONES = ["Europe/London", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo", "Asia/Shanghai"]
# Around the nights in which one of them jumps, and an ordinary week.
STARTS = [
    dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 4, 4, 6, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 3, 6, tzinfo=dt.UTC),
    dt.datetime(2026, 4, 23, 12, tzinfo=dt.UTC),
    dt.datetime(2028, 2, 27, 12, tzinfo=dt.UTC),
]


def open_minutes(week: Week, start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """The slow model: walk the minutes and look at the clock on the wall.

    It is open from the first minute at which the clock of a date shows the opening time or later,
    till the first at which it shows the closing time or later, or the date is over. All times are
    on quarters of an hour, so it is enough to look up four times an hour.
    """
    found = []
    # From before the local date of the start, since what opened then may be open still.
    date, begun, over = None, set(), set()
    moment = (start - dt.timedelta(days=2)).replace(minute=0, second=0)
    while moment < end:
        wall = moment.astimezone(week.zone)
        if wall.date() != date:
            date, begun, over = wall.date(), set(), set()
        hours = week.hours_of(date)
        begun |= {span for span in hours if wall.time() >= span[0]}
        over |= {span for span in hours if span[1] != END_OF_DAY and wall.time() >= span[1]}
        if begun - over:
            quarter = (moment + number * MINUTE for number in range(15))
            found += [minute for minute in quarter if start <= minute < end]
        moment += QUARTER
    return found


times = st.builds(dt.time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
spans = st.tuples(times, st.one_of(times, st.just(END_OF_DAY))).filter(lambda s: s[0] < s[1])
days = st.lists(spans, max_size=3)


@st.composite
def weeks(draw) -> Week:
    weekdays = {weekday: draw(days) for weekday in range(7)}
    near = draw(st.sampled_from(STARTS)).date()
    dates = st.integers(-2, 5).map(lambda offset: near + dt.timedelta(days=offset))
    exceptions = draw(st.dictionaries(dates, days, max_size=3))
    return Week(zoneinfo.ZoneInfo(draw(st.sampled_from(ZONES))), weekdays, exceptions)


starts = st.builds(
    lambda start, minutes: start + minutes * MINUTE,
    st.sampled_from(STARTS),
    st.integers(0, 2 * 24 * 60),
)


@settings(max_examples=50, deadline=None)
@given(weeks(), starts, st.integers(0, 3 * 24 * 60))
def test_minutes_are_those_of_the_clock_on_the_wall(week, start, length):
    end = start + length * MINUTE
    assert business_minutes(week, start, end) == len(open_minutes(week, start, end))


@settings(max_examples=50, deadline=None)
@given(weeks(), starts, st.integers(1, 1500))
def test_a_deadline_is_the_moment_after_that_many_open_minutes(week, start, minutes):
    walked = open_minutes(week, start, start + dt.timedelta(days=5))
    if len(walked) < minutes:
        return
    assert add_business_minutes(week, start, minutes) == walked[minutes - 1] + MINUTE


@settings(max_examples=50, deadline=None)
@given(weeks(), starts, st.integers(0, 3 * 24 * 60))
def test_intervals_are_in_order_apart_and_within(week, start, length):
    end = start + length * MINUTE
    found = list(working_intervals(week, start, end))
    assert all(opens < closes for opens, closes in found)
    # Two days may touch at midnight; they never overlap.
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(found))
    assert all(start <= opens and closes <= end for opens, closes in found)


@settings(max_examples=100, deadline=None)
@given(weeks())
def test_a_week_comes_back_from_json_as_it_was(week):
    kept = week.to_dict()
    back = Week.from_dict(json.loads(json.dumps(kept)))
    assert back.to_dict() == kept
    dates = [start.date() + dt.timedelta(days=day) for start in STARTS for day in range(-3, 7)]
    assert all(back.intervals_of(date) == week.intervals_of(date) for date in dates)
    assert back.zone is week.zone


def test_calendars_that_open_alike_are_kept_alike():
    holiday, morning, afternoon = dt.date(2026, 1, 1), OFFICE[0], OFFICE[1]
    one = Week(LONDON, {1: [morning], 0: OFFICE}, {holiday: [], DAY_BEFORE: [afternoon, morning]})
    two = Week(LONDON, {0: OFFICE[::-1], 1: [morning], 6: []}, {DAY_BEFORE: OFFICE, holiday: []})
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert one.to_dict() == {
        "zone": "Europe/London",
        "weekdays": {
            "0": [["09:00:00", "12:00:00"], ["13:00:00", "17:00:00"]],
            "1": [["09:00:00", "12:00:00"]],
        },
        "exceptions": {
            "2025-12-31": [["09:00:00", "12:00:00"], ["13:00:00", "17:00:00"]],
            "2026-01-01": [],
        },
    }


def test_the_end_of_the_day_is_kept():
    week = Week(LONDON, {0: [(dt.time(0), END_OF_DAY)]})
    assert Week.from_dict(week.to_dict()) == week


class TestByHand:
    @pytest.fixture
    def office(self) -> Week:
        return Week(LONDON, dict.fromkeys(range(5), OFFICE))

    def at(self, *parts, zone=LONDON) -> dt.datetime:
        return dt.datetime(*parts, tzinfo=zone)

    def test_lunch_and_weekends_do_not_count(self, office):
        friday, monday = self.at(2026, 1, 9, 11), self.at(2026, 1, 12, 10)
        assert business_minutes(office, friday, monday) == 60 + 240 + 60

    def test_a_deadline_skips_the_weekend(self, office):
        due = add_business_minutes(office, self.at(2026, 1, 9, 16, 30), 60)
        assert due == self.at(2026, 1, 12, 9, 30)

    def test_a_deadline_at_closing_time_is_closing_time(self, office):
        due = add_business_minutes(office, self.at(2026, 1, 9, 16), 60)
        assert due == self.at(2026, 1, 9, 17)

    def test_a_holiday_a_half_day_and_an_extra_working_day(self, office):
        office.exceptions.update(
            {
                dt.date(2026, 1, 9): [],
                dt.date(2026, 1, 10): OFFICE,  # a Saturday
                dt.date(2026, 1, 12): [(dt.time(9), dt.time(12))],
            }
        )
        found = business_minutes(office, self.at(2026, 1, 9), self.at(2026, 1, 13))
        assert found == 420 + 180

    def test_a_day_and_night_calendar_counts_the_hour_that_is_lost_and_won(self):
        always = Week(LONDON, {key: [(dt.time(0), END_OF_DAY)] for key in range(7)})
        spring = business_minutes(always, self.at(2026, 3, 29), self.at(2026, 3, 30))
        autumn = business_minutes(always, self.at(2026, 10, 25), self.at(2026, 10, 26))
        assert (spring, autumn) == (23 * 60, 25 * 60)

    def test_office_hours_stay_on_the_clock_over_the_jump(self, office):
        due = add_business_minutes(office, self.at(2026, 3, 27, 16), 120)
        assert due == self.at(2026, 3, 30, 10)
        assert due.hour == 9  # in UTC: summer time has begun

    def test_hours_in_a_half_lost_night_lose_that_half(self):
        # 01:00 jumps to 02:00: of 00:30 to 01:30 only the first half happens.
        night = Week(LONDON, {6: [(dt.time(0, 30), dt.time(1, 30))]})
        assert business_minutes(night, self.at(2026, 3, 29), self.at(2026, 3, 30)) == 30

    def test_overlapping_hours_count_once(self):
        week = Week(SHANGHAI, {0: [(dt.time(9), dt.time(12)), (dt.time(11), dt.time(13))]})
        monday = self.at(2026, 1, 12, zone=SHANGHAI)
        assert business_minutes(week, monday, monday + dt.timedelta(days=1)) == 240

    def test_the_wrong_order_counts_nothing(self, office):
        assert business_minutes(office, self.at(2026, 1, 9, 16), self.at(2026, 1, 9, 10)) == 0

    def test_no_minutes_is_now(self, office):
        saturday = self.at(2026, 1, 10, 12)
        assert add_business_minutes(office, saturday, 0) == saturday

    def test_a_calendar_that_never_opens_says_so(self):
        with pytest.raises(NeverOpenError):
            add_business_minutes(Week(LONDON), self.at(2026, 1, 9), 1)


@pytest.mark.django_db
def test_the_rows_of_a_calendar_are_read(django_assert_num_queries):
    calendar = BusinessCalendar.objects.create(name="Office", time_zone="Asia/Shanghai")
    for weekday in range(5):
        for opens, closes in OFFICE:
            calendar.hours.create(weekday=weekday, opens=opens, closes=closes)
    calendar.days.create(date=dt.date(2026, 2, 17), name="春节")
    calendar.days.create(
        date=dt.date(2026, 2, 28), name="调休", opens=dt.time(9), closes=dt.time(17)
    )
    start = dt.datetime(2026, 2, 16, tzinfo=SHANGHAI)
    with django_assert_num_queries(2):
        found = business_minutes(calendar, start, start + dt.timedelta(days=14))
    assert found == 9 * 420 + 480


@pytest.mark.django_db
class TestTheDefaultCalendar:
    def hours(self, calendar) -> dict[int, list]:
        return Week.of(calendar).weekdays

    def test_it_is_made_at_first_use_in_the_zone_of_the_installation(
        self, django_assert_num_queries
    ):
        calendar = default_calendar()
        assert (calendar.name, calendar.time_zone) == ("Standard", "Europe/London")
        assert self.hours(calendar) == {day: [(dt.time(9), dt.time(17, 30))] for day in range(5)}
        with django_assert_num_queries(1):
            assert default_calendar() == calendar

    def test_in_china_it_has_a_noon_rest(self):
        Installation.get()
        Installation.objects.update(time_zone="Asia/Shanghai")
        calendar = default_calendar()
        assert calendar.time_zone == "Asia/Shanghai"
        noon = [(dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(18))]
        assert self.hours(calendar) == dict.fromkeys(range(5), noon)

    def test_a_calendar_of_that_name_becomes_the_default_as_it_is(self):
        mine = BusinessCalendar.objects.create(name="Standard", time_zone="Asia/Tokyo")
        mine.hours.create(weekday=6, opens=dt.time(10), closes=dt.time(11))
        calendar = default_calendar()
        assert (calendar, calendar.time_zone) == (mine, "Asia/Tokyo")
        assert self.hours(calendar) == {6: [(dt.time(10), dt.time(11))]}


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_make_one_default_calendar():
    together, made = threading.Barrier(2), []

    def make():
        together.wait()
        made.append(default_calendar().pk)
        connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert set(made) == {BusinessCalendar.objects.get().pk}
    assert BusinessCalendar.objects.get().hours.count() == 5
