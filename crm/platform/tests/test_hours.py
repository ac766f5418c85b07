"""Business hours as people write them, and the public holidays that come with the program."""

import datetime as dt

import pytest
from django import forms

from crm.platform import holidays
from crm.platform.calendars import END_OF_DAY
from crm.platform.hours import HoursField, hours_text, parse_hours

NINE, NOON, HALF_ONE, SIX = dt.time(9), dt.time(12), dt.time(13, 30), dt.time(18)
SPLIT = [(NINE, NOON), (HALF_ONE, SIX)]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00–12:00, 13:30–18:00", SPLIT),
        ("13:30-18:00; 9-12", SPLIT),
        ("9.00 - 12.00/13.30 - 18.00", SPLIT),
        ("0900~1200、1330~1800", SPLIT),
        ("9:00至12:00,13:30到18:00", SPLIT),
        ("22:00-24:00", [(dt.time(22), END_OF_DAY)]),
        ("00:00-24:00", [(dt.time(0), END_OF_DAY)]),
        ("9-12, 12-18", [(NINE, NOON), (NOON, SIX)]),
        ("", []),
        (" , ", []),
    ],
)
def test_hours_are_read_in_many_ways(text, hours):
    assert parse_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("morning", "“morning” is not understood"),
        ("9-12 13-18", "is not understood"),
        ("12:00-9:00", "12:00-9:00 has to open before it closes."),
        ("9-9", "has to open before it closes"),
        ("9-25", "25:00 is no time of the day."),
        ("9:75-12", "9:75 is no time of the day."),
        ("24:00-24:00", "has to open before it closes"),
        ("9-12, 11:30-18", "09:00–12:00 and 11:30–18:00 overlap."),
        (",".join(["9-10"] * 25), "At most 24 intervals a day."),
    ],
)
def test_what_is_wrong_with_hours_is_said(text, problem):
    with pytest.raises(forms.ValidationError) as refused:
        parse_hours(text)
    assert problem in refused.value.messages[0]


def test_hours_are_written_as_they_are_read():
    text = "09:00–12:00, 13:30–24:00"
    assert hours_text(parse_hours(text)) == text
    assert hours_text(SPLIT[::-1]) == "09:00–12:00, 13:30–18:00"
    assert HoursField().prepare_value("as it was typed") == "as it was typed"


class TestPublicHolidays:
    def closed(self, region: str, year: int) -> list[dt.date]:
        days = holidays.published(region)
        return [day.date for day in days if day.date.year == year and not day.is_working_day]

    @pytest.mark.parametrize("region", holidays.REGIONS)
    def test_no_date_stands_twice_and_all_have_names_in_both_languages(self, region):
        days = holidays.published(region)
        dates = [day.date for day in days]
        assert dates == sorted(set(dates))
        assert all(day.name("en") and day.name("zh-hans") for day in days)

    def test_workdays_of_china_are_weekends_and_holidays_are_not_worked(self):
        days = holidays.published("china")
        assert len(self.closed("china", 2026)) == 33
        worked = [day.date for day in days if day.is_working_day]
        assert len(worked) == 6
        assert all(date.weekday() >= 5 and date.year == 2026 for date in worked)

    def test_of_a_year_that_china_has_not_arranged_only_the_days_of_the_law_stand(self):
        assert len(self.closed("china", 2027)) == 13
        assert {
            year: source.is_complete
            for source in holidays.sources("china")
            for year in source.years
        } == {2026: True, 2027: False}

    @pytest.mark.parametrize("region", holidays.REGIONS)
    def test_each_year_has_a_source_in_both_languages(self, region):
        found = holidays.sources(region)
        assert sorted(year for source in found for year in source.years) == holidays.years(region)
        assert all(source.name("en") != source.name("zh-hans") for source in found)

    @pytest.mark.parametrize(
        ("region", "count_2026", "count_2027"),
        # Scotland had one more in 2026, for the World Cup.
        [("england-and-wales", 8, 8), ("scotland", 10, 9), ("northern-ireland", 10, 10)],
    )
    def test_bank_holidays_fall_on_weekdays(self, region, count_2026, count_2027):
        dates = self.closed(region, 2026) + self.closed(region, 2027)
        assert len(self.closed(region, 2026)) == count_2026
        assert len(self.closed(region, 2027)) == count_2027
        assert all(date.weekday() < 5 for date in dates)

    def test_names_come_in_the_language_of_the_page(self):
        day = holidays.published("china")[0]
        names = [day.name(language) for language in ("zh-hans", "en", None)]
        assert names == ["元旦", "New Year", "New Year"]
