"""Key-account work of the demo company: enough of everything, some of it overdue."""

import datetime as dt

import pytest

from crm.accounts.models import User
from crm.demo.load import load
from crm.platform.models import Installation
from customers.models import AccountPlan, Customer, Standing, Task
from lifecycle.models import Assessment, FitDecision, Nomination
from lifecycle.portfolio import Cuts

TODAY = dt.date(2026, 7, 15)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(kept_rows):
    return load(today=TODAY, customers=400)


def test_plans_assessments_and_nominations_are_lived_in(loaded):
    helen = User.objects.get(username="helen.zhao")
    plans = AccountPlan.objects.visible_to(helen)
    assert 28 <= plans.current().count() <= 34
    assert 3 <= plans.to_review(TODAY).count() < plans.current().count() / 2
    assert plans.filter(is_current=False).exists()
    actions = Task.objects.filter(origin=Task.Origin.PLAN)
    assert actions.open().filter(due_on__lt=TODAY).exists()
    assert actions.filter(state=Task.State.DONE).exists()
    counts = Assessment.objects.visible_to(helen).counts_by_cell(Cuts.of(Installation.get()))
    assert sum(counts.values()) >= 190
    assert sum(count > 0 for count in counts.values()) >= 7
    overdue = Nomination.objects.visible_to(helen).overdue(TODAY)
    assert overdue.count() == 2
    named = set(Nomination.objects.open().values_list("customer", flat=True))
    assert set(Customer.objects.filter(is_key_account=True).values_list("pk", flat=True)) == named
    assert set(Standing.objects.filter(is_key_account=True).values_list("pk", flat=True)) == named
    assert FitDecision.objects.filter(pursue=False).exists()


def test_each_account_manager_has_plans(loaded):
    owners = AccountPlan.objects.current().values_list("customer__account_manager__username")
    assert ("emma.whitfield",) in set(owners)
    assert len(set(owners)) == 8
