"""Days that no plan can mean, in forms that plan: refused beside their field."""

import pytest

from crm.accounts.tests.factories import ManagerFactory
from crm.views.calendar import DayForm
from satisfaction.forms.interviews import AttemptForm
from satisfaction.forms.waves import WaveForm

pytestmark = pytest.mark.django_db
NO_YEARS = ("0001-01-01", "1899-12-31", "9999-12-31")
SAID = ["This year can't be meant."]


@pytest.mark.parametrize("day", NO_YEARS)
@pytest.mark.parametrize("name", ["opens_on", "closes_on"])
def test_a_wave_opens_and_closes_in_years_that_can_be_meant(name, day):
    """Planned again each year, one until 9999 would run out of the calendar."""
    good = {"opens_on": "2026-01-05", "closes_on": "2036-01-05"}
    form = WaveForm({**good, name: day}, user=ManagerFactory())
    assert form.errors[name] == SAID
    assert not set(good) & set(WaveForm(good, user=ManagerFactory()).errors)


@pytest.mark.parametrize("day", NO_YEARS)
def test_an_attempt_at_an_interview_is_of_a_day_that_can_be_meant(day):
    good = {"attempt-way": "phone", "attempt-is_reached": "no", "attempt-on": "2026-01-05"}
    assert AttemptForm(good).is_valid()
    assert AttemptForm({**good, "attempt-on": day}).errors["on"]
    assert AttemptForm({**good, "attempt-again_on": day}).errors["again_on"]


@pytest.mark.parametrize("day", NO_YEARS)
def test_an_exceptional_day_of_business_hours_too(day):
    good = {"first": "2027-01-01", "last": "2027-01-02", "name": "New year", "hours": ""}
    assert DayForm(good).is_valid()
    for name in ("first", "last"):
        assert DayForm({**good, name: day}).errors[name] == SAID
