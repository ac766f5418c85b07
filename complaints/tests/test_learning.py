"""What is counted at night, against sums done by hand."""

import datetime as dt

import pytest
from django.db.models import Sum

from complaints.analytics import times
from complaints.models import (
    Case,
    CountedMonth,
    CustomersOfMonth,
    Kind,
    LearningCell,
    Severity,
    TimeCell,
    WeekCell,
)
from complaints.services import learning
from complaints.services.learning import record
from complaints.states import Action, State
from complaints.tests.factories import CaseFactory, do
from crm.accounts.tests.factories import ServiceFactory
from crm.platform.models import Installation
from customers.models.standing import NEVER
from customers.tests.factories import CustomerFactory, StandingFactory

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)


def moment(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """In March 2026, by the installation's clock."""
    zone = Installation.cached().zone
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=zone)


@pytest.fixture
def sue():
    return ServiceFactory()


def complaint(by, day: int, hour: int = 10, state=State.NEW, **values) -> Case:
    return CaseFactory(by=by, now=moment(day, hour), state=state, **values)


def whole(**filters) -> dict:
    names = ("complaints", "solved", "reopened", "handled", "first_contact", "remedies")
    rows = LearningCell.objects.filter(**({"dimension": "all"} | filters))
    return rows.aggregate(**{name: Sum(name) for name in names}, cost=Sum("remedy_cost"))


def test_only_complaints_count_and_each_merged_one_with_its_target(sue):
    case = complaint(sue, 2)
    complaint(sue, 2, kind=Kind.REQUEST)
    complaint(sue, 2, 11, customer=case.customer, state=State.MERGED)  # into one more complaint
    assert record(MONDAY) == 2
    assert whole()["complaints"] == 2


def test_counts_are_kept_by_tier_region_team_and_product(sue, amy):
    customer = CustomerFactory(region="Bayern", account_manager=amy)
    complaint(sue, 2, customer=customer)
    complaint(sue, 3)
    record(dt.date(2026, 3, 3))
    cells = LearningCell.objects.exclude(dimension="team").values_list("dimension", "key")
    cells = cells.annotate(n=Sum("complaints"))
    assert {(dimension, key): n for dimension, key, n in cells} == {
        ("all", ""): 2,
        ("tier", "C"): 2,
        ("region", "Bayern"): 1,
    }
    assert whole(dimension="team", key=amy.team_id)["complaints"] == 1


def test_solved_reopened_first_contact_and_remedies_are_told_apart(sue):
    complaint(sue, 2, state=State.RESOLVED)
    asked = complaint(sue, 2, 11, state=State.INVESTIGATING)
    do(asked, Action.REPLY, by=sue, now=moment(2, 12))
    do(asked, Action.PROPOSE, by=sue, now=moment(2, 13))
    do(asked, Action.RESOLVE, by=sue, now=moment(2, 14))
    again = complaint(sue, 3, state=State.RESOLVED)
    do(again, Action.REOPEN, by=sue, now=moment(4, 9))
    record(dt.date(2026, 3, 4))
    found = whole()
    assert (found["solved"], found["reopened"]) == (3, 1)
    assert (found["handled"], found["first_contact"]) == (3, 1)
    assert (found["remedies"], found["cost"]) == (3, 300)


def test_open_ones_count_with_the_business_time_they_have_lasted(sue):
    # Hours are from 9 to 17:30 on working days: the first runs 90 minutes on its day, then three
    # whole hours of the next until the night ends; no more than it has lasted is counted.
    complaint(sue, 2, 16, severity=Severity.MINOR)
    complaint(sue, 2, 10, severity=Severity.MINOR, state=State.RESOLVED)
    record(MONDAY)
    rows = TimeCell.objects.filter(dimension="all", clock="resolution")
    (met,), (running,) = rows.filter(met=1), rows.filter(open=1)
    assert times.value_of(met.bucket) == pytest.approx(4, rel=0.03)  # a minute an action
    work = learning.work_of(Case.objects.first().terms)
    lasted = work.minutes(moment(2, 16), moment(3, 0))
    assert 0 < lasted < 480
    assert times.value_of(running.bucket) == pytest.approx(lasted, rel=0.03)
    assert (met.met_late, running.open_late) == (0, 0)


def test_what_is_open_past_its_target_is_late_before_anybody_looks(sue):
    complaint(sue, 2, 10, severity=Severity.CRITICAL)
    record(dt.date(2026, 3, 31))
    late = TimeCell.objects.filter(dimension="all", open_late=1)
    assert set(late.values_list("clock", flat=True)) == {"first_response", "resolution"}


def test_a_week_that_two_months_share_adds_up(sue):
    case = complaint(sue, 31, state=State.RESOLVED)
    CaseFactory(by=sue, now=moment(31, 10) + dt.timedelta(days=1), customer=case.customer)
    record(dt.date(2026, 4, 1))
    weeks = WeekCell.objects.values("week").annotate(n=Sum("complaints"))
    assert list(weeks) == [{"week": dt.date(2026, 3, 30), "n": 2}]


def test_only_what_changed_is_counted_again_and_each_month_once_a_week(sue):
    case = complaint(sue, 2, state=State.RESOLVED)
    record(MONDAY)
    first = CountedMonth.objects.get()
    assert record(dt.date(2026, 3, 3)) == 1
    assert CountedMonth.objects.get().counted_at == first.counted_at
    do(case, Action.CLOSE, by=sue, now=moment(4, 9))
    record(dt.date(2026, 3, 4))
    second = CountedMonth.objects.get()
    assert second.counted_at > first.counted_at
    record(dt.date(2026, 3, 5))
    assert CountedMonth.objects.get().counted_at == second.counted_at
    record(dt.date(2026, 3, 6))  # the day of March
    assert CountedMonth.objects.get().counted_at > second.counted_at
    before = list(LearningCell.objects.values_list("month", "dimension", "key", "complaints"))
    assert record(dt.date(2026, 3, 6)) == 1
    assert (
        list(LearningCell.objects.values_list("month", "dimension", "key", "complaints")) == before
    )


def test_active_customers_are_kept_at_the_end_of_each_month():
    def buys(**values):
        found = {"last_purchase": MONDAY, "stage": "stability", "region": "Bayern"} | values
        StandingFactory(**found)

    kept = CustomersOfMonth.objects.filter(dimension="all").order_by("month")
    buys(tier="A")
    buys(stage="ended")
    buys(last_purchase=NEVER)
    record(MONDAY)
    buys()
    record(dt.date(2026, 3, 3))  # neither Sunday nor the month's end
    assert list(kept.values_list("customers", flat=True)) == [1]
    record(dt.date(2026, 3, 31))
    buys()
    record(dt.date(2026, 4, 1))
    assert list(kept.values_list("customers", flat=True)) == [2, 3]
    march = CustomersOfMonth.objects.filter(month=dt.date(2026, 3, 1))
    assert set(march.exclude(dimension="team").values_list("dimension", "key", "customers")) == {
        ("all", "", 2),
        ("tier", "A", 1),
        ("tier", "C", 1),
        ("region", "Bayern", 2),
    }


def test_the_times_of_what_is_open_grow_each_night(sue):
    complaint(sue, 2, 10, severity=Severity.MINOR)
    lasting = TimeCell.objects.filter(dimension="all", clock="elapsed")
    record(MONDAY)
    first = lasting.get()
    record(dt.date(2026, 3, 3))
    second = lasting.get()
    assert times.value_of(first.bucket) == pytest.approx(14 * 60, rel=0.03)
    assert times.value_of(second.bucket) == pytest.approx(38 * 60, rel=0.03)
    assert whole()["complaints"] == 1
