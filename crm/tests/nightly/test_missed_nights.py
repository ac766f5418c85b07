"""Missed nights are caught up in order; none starts where dealings stopped."""

import datetime as dt

import pytest

from crm import nightly_tasks
from crm.platform.models import Job
from crm.tests.nightly.companies import LAST_DAY, make_company, night
from lifecycle.models import NightlyRun
from lifecycle.services import runs

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_the_first_night_ever_is_yesterday():
    assert runs.due_dates(LAST_DAY) == [LAST_DAY]


def test_missed_nights_are_caught_up_in_order(company):
    night(LAST_DAY - 3 * DAY)
    assert runs.due_dates(LAST_DAY) == [LAST_DAY - 2 * DAY, LAST_DAY - DAY, LAST_DAY]
    assert runs.due_dates(LAST_DAY - 3 * DAY) == []


def test_after_a_long_gap_only_month_ends_and_the_last_night(company):
    night(LAST_DAY - 400 * DAY)
    today = dt.date(2025, 11, 15)
    assert runs.due_dates(today) == [dt.date(2025, 9, 30), dt.date(2025, 10, 31), today]


def test_the_task_starts_them_one_after_the_other(company, rings, monkeypatch):
    night(LAST_DAY - 2 * DAY)
    monkeypatch.setattr(runs, "last_business_day", lambda: LAST_DAY)
    monkeypatch.setattr(
        nightly_tasks.start_nightly_if_due, "delay", nightly_tasks.start_nightly_if_due
    )
    rings.clear()
    nightly_tasks.start_nightly_if_due()
    while rings:
        nightly_tasks.work_step(rings.pop())
    done = NightlyRun.objects.filter(job__state="done").values_list("as_of", flat=True)
    assert list(done) == [LAST_DAY, LAST_DAY - DAY, LAST_DAY - 2 * DAY]


def test_when_the_supply_of_dealings_has_stopped_no_night_starts_by_itself(company, monkeypatch):
    monkeypatch.setattr(runs, "last_business_day", lambda: LAST_DAY + 90 * DAY)
    assert nightly_tasks.start_nightly_if_due() is None
    assert not NightlyRun.objects.exists()


def test_two_beats_start_one_night(company, monkeypatch):
    monkeypatch.setattr(runs, "last_business_day", lambda: LAST_DAY)
    nightly_tasks.start_nightly_if_due()
    nightly_tasks.start_nightly_if_due()
    assert NightlyRun.objects.count() == Job.objects.count() == 1


def test_before_the_first_dealings_no_night_starts_by_itself(db, monkeypatch):
    monkeypatch.setattr(runs, "last_business_day", lambda: LAST_DAY)
    assert nightly_tasks.start_nightly_if_due() is None
    assert not NightlyRun.objects.exists()


def test_an_empty_night_does_not_stand_in_the_way_of_imported_history(db):
    night(LAST_DAY + 300 * DAY)
    make_company(5)
    assert night().as_of == LAST_DAY
    assert NightlyRun.objects.count() == 1
