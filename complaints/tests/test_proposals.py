"""Proposals are raised by recurrence, never twice while one lives, and decided by people."""

import datetime as dt
import itertools

import pytest

from complaints.models import Case, ImprovementProposal, RootCause, WeekCell
from complaints.services import proposals
from complaints.services.proposals import decide, propose
from complaints.tests.factories import CaseFactory, listed
from crm.accounts.tests.factories import ManagerFactory, ServiceFactory
from crm.platform.edits import NewerChange
from crm.platform.models import Installation
from customers.models import Task
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 6, 1)  # a Monday


@pytest.fixture
def sue():
    return ServiceFactory()


@pytest.fixture
def material():
    return listed(RootCause, "material")


def complained(by, days_ago: int, cause, customer, **values) -> Case:
    zone = Installation.cached().zone
    at = dt.datetime.combine(TODAY, dt.time(9), tzinfo=zone) - dt.timedelta(days=days_ago)
    case = CaseFactory(by=by, now=at, customer=customer, **values)
    Case.objects.filter(pk=case.pk).update(root_cause=cause)
    return case


def test_the_same_cause_again_at_the_same_customer_is_proposed_once(sue, material):
    customer = CustomerFactory()
    first, second = (complained(sue, ago, material, customer) for ago in (80, 3))
    complained(sue, 120, material, customer)  # too long ago
    complained(sue, 5, listed(RootCause, "advice"), customer)
    complained(sue, 5, material, CustomerFactory())
    complained(sue, 4, material, customer, kind="request")
    assert propose(TODAY) == propose(TODAY) == 1
    proposal = ImprovementProposal.objects.get()
    assert (proposal.kind, proposal.customer, proposal.root_cause) == ("again", customer, material)
    assert set(proposal.cases.all()) == {first, second}
    assert proposal.evidence == {"complaints": 2, "days": 90}


def test_what_comes_later_joins_the_live_proposal(sue, material):
    customer = CustomerFactory()
    for ago in (9, 3):
        complained(sue, ago, material, customer)
    propose(TODAY - dt.timedelta(days=2))
    complained(sue, 1, material, customer)
    assert propose(TODAY) == 1
    assert ImprovementProposal.objects.get().cases.count() == 3


def test_a_rejected_one_comes_again_only_by_new_complaints(sue, material):
    customer = CustomerFactory()
    for ago in (9, 8):
        complained(sue, ago, material, customer)
    propose(TODAY)
    one = ImprovementProposal.objects.get()
    values = {"state": "rejected", "reason": "A single bad batch."}
    decide(by=ManagerFactory(), pk=one.pk, version=1, values=values)
    assert propose(TODAY) == 0
    complained(sue, 2, material, customer)
    assert propose(TODAY) == 0
    complained(sue, 1, material, customer)
    assert propose(TODAY) == 1
    assert ImprovementProposal.objects.count() == 2


def weeks_of(cause, counts: list[int]) -> list[dt.date]:
    weeks = proposals.full_weeks(TODAY, proposals.WEEKS)
    for week, count in zip(weeks, counts, strict=True):
        WeekCell.objects.create(
            month=week.replace(day=1), week=week, root_cause=cause, complaints=count
        )
    return weeks


def test_a_cause_that_rises_across_customers_is_proposed_with_its_complaints(sue, material):
    weeks = weeks_of(material, [4, 3, 5, 4, 4] * 5 + [4, 4, 4, 4, 12])
    assert weeks[-1] == dt.date(2026, 5, 25)
    case = complained(sue, 6, material, CustomerFactory())
    complained(sue, 20, material, CustomerFactory())
    assert propose(TODAY) == propose(TODAY) == 1
    proposal = ImprovementProposal.objects.get()
    # The weeks before the newest four had 4 each on average: limits 4 ± 3 × 2.
    assert proposal.evidence == {
        "week": "2026-05-25",
        "count": 12,
        "centre": 4.0,
        "high": 10.0,
        "rules": [1],
    }
    assert list(proposal.cases.all()) == [case]


@pytest.mark.parametrize("counts", [[1] * 29 + [4], [4] * 30, [12] + [4] * 29])
def test_few_of_them_and_what_is_long_over_raise_nothing(material, counts):
    weeks_of(material, counts)
    assert propose(TODAY) == 0


def test_after_a_decision_only_later_weeks_count(material):
    weeks_of(material, [4] * 29 + [12])
    propose(TODAY)
    one = ImprovementProposal.objects.get()
    decide(by=ManagerFactory(), pk=one.pk, version=1, values={"state": "done", "reason": "Sealed."})
    assert propose(TODAY) == 0


def test_accepting_gives_a_task_at_the_customer_once(sue, material):
    customer, boss = CustomerFactory(), ManagerFactory()
    for ago in (9, 8):
        complained(sue, ago, material, customer)
    propose(TODAY)
    one = ImprovementProposal.objects.get()
    values = {"state": "accepted", "owner": sue, "due_on": TODAY, "reason": "Other seals."}
    for version in (1, 2):
        one = decide(by=boss, pk=one.pk, version=version, values=values)
    task = Task.objects.get()
    assert (task.assignee, task.customer, task.due_on) == (sue, customer, TODAY)
    assert one.decided_by == boss
    with pytest.raises(NewerChange):
        decide(by=boss, pk=one.pk, version=1, values=values)


def test_a_first_night_over_years_of_complaints_proposes_a_bounded_number(
    sue, material, monkeypatch
):
    monkeypatch.setattr(proposals, "MOST_A_NIGHT", 2)
    customers = [CustomerFactory() for _ in range(3)]
    for customer, ago in itertools.product(customers, (3, 4)):
        complained(sue, ago, material, customer)
    complained(sue, 5, material, customers[2])
    assert propose(TODAY) == 2
    most = ImprovementProposal.objects.order_by("pk").first()
    assert most.customer == customers[2]  # who came most often
    assert propose(TODAY) == 3
